// Script: bytes of a fuzzer, or of chance, as a list of choices. When it is used up every choice is
// the first, so that a prefix of an input is an input too.
#pragma once

#include "crypto/bytes.h"

namespace tests {

class Script {
 public:
  Script(const std::uint8_t* data, std::size_t size)
      : left_(reinterpret_cast<const char*>(data), size) {}

  bool over() const { return left_.empty(); }
  std::uint8_t byte() {
    if (left_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(left_.front());
    left_.remove_prefix(1);
    return first;
  }
  // In 0..bound-1; two bytes where one is too little.
  std::size_t below(std::size_t bound) {
    std::size_t value = byte();
    if (bound > 256) value = value << 8 | byte();
    return bound == 0 ? 0 : value % bound;
  }
  bool flag() { return (byte() & 1) != 0; }
  crypto::ByteView bytes(std::size_t size) {
    const crypto::ByteView taken = left_.substr(0, size);
    left_.remove_prefix(taken.size());
    return taken;
  }

 private:
  crypto::ByteView left_;
};

}  // namespace tests

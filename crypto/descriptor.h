// A file descriptor with an owner, and the two calls on it that a signal may interrupt.
#pragma once

#include <cstddef>
#include <utility>

#include "crypto/bytes.h"

namespace crypto {

// Closes what it holds. Made from what open() gave: below 0, it holds nothing.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

// read(2), again after a signal: 0 at the end, below 0 with errno when it fails.
std::ptrdiff_t read_some(const Descriptor& file, char* buffer, std::size_t size);

// write(2) until all is written; false with errno when it fails.
bool write_all(const Descriptor& file, ByteView bytes);

}  // namespace crypto

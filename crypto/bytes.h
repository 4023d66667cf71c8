// Bytes and their text forms. Bytes are std::string because protobuf fields, RocksDB values and
// sockets all take them without a copy; text that people read is also std::string, and the name of
// the variable says which it is.
//
// Integers in everything that is hashed, signed or stored are big-endian and of fixed width, so
// that keys sort by number and every structure has one form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crypto {

using Bytes = std::string;
using ByteView = std::string_view;

std::string to_hex(ByteView bytes);                       // lower case
std::optional<Bytes> from_hex(std::string_view hex);      // either case; nullopt: odd or not hex
std::string to_base64(ByteView bytes);                    // RFC 4648 section 4, padded
std::optional<Bytes> from_base64(std::string_view text);  // strict: canonical padding, no spaces

void append_u8(Bytes& out, std::uint8_t value);
void append_u16(Bytes& out, std::uint16_t value);
void append_u32(Bytes& out, std::uint32_t value);
void append_u64(Bytes& out, std::uint64_t value);

// The first bytes of `in`, which must be long enough (CHECK).
std::uint16_t read_u16(ByteView in);
std::uint32_t read_u32(ByteView in);
std::uint64_t read_u64(ByteView in);

// Reads fixed forms from untrusted bytes. Once a read runs over the end, ok() stays false and every
// read gives zeros, so that a decoder checks once, at its end.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : rest_(bytes) {}

  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  std::uint64_t u64();
  ByteView bytes(std::size_t count);

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  ByteView rest() const { return rest_; }

 private:
  ByteView rest_;
  bool ok_ = true;
};

}  // namespace crypto

#include "crypto/bytes.h"

#include <sodium.h>

#include "crypto/check.h"

namespace crypto {
namespace {

template <class T>
void append_big_endian(Bytes& out, T value) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(value >> shift)));
  }
}

template <class T>
T read_big_endian(ByteView in) {
  CHECK(in.size() >= sizeof(T));
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(value << 8 | static_cast<std::uint8_t>(in[i]));
  }
  return value;
}

const unsigned char* data_of(ByteView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

std::string to_hex(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 15]);
  }
  return hex;
}

std::optional<Bytes> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  Bytes bytes(hex.size() / 2, '\0');
  std::size_t written = 0;
  const int status = sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                    hex.data(), hex.size(), nullptr, &written, nullptr);
  if (status != 0 || written != bytes.size()) return std::nullopt;
  return bytes;
}

std::string to_base64(ByteView bytes) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), data_of(bytes), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.resize(text.size() - 1);  // sodium writes a terminating zero
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  Bytes bytes(text.size() / 4 * 3 + 3, '\0');
  std::size_t written = 0;
  const int status =
      sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &written, nullptr, sodium_base64_VARIANT_ORIGINAL);
  if (status != 0) return std::nullopt;
  bytes.resize(written);
  if (to_base64(bytes) != text) return std::nullopt;
  return bytes;
}

void append_u8(Bytes& out, std::uint8_t value) { out.push_back(static_cast<char>(value)); }
void append_u16(Bytes& out, std::uint16_t value) { append_big_endian(out, value); }
void append_u32(Bytes& out, std::uint32_t value) { append_big_endian(out, value); }
void append_u64(Bytes& out, std::uint64_t value) { append_big_endian(out, value); }

std::uint16_t read_u16(ByteView in) { return read_big_endian<std::uint16_t>(in); }
std::uint32_t read_u32(ByteView in) { return read_big_endian<std::uint32_t>(in); }
std::uint64_t read_u64(ByteView in) { return read_big_endian<std::uint64_t>(in); }

ByteView ByteReader::bytes(std::size_t count) {
  if (count > rest_.size()) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const ByteView taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

std::uint8_t ByteReader::u8() {
  const ByteView taken = bytes(1);
  return taken.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(taken[0]);
}
std::uint16_t ByteReader::u16() {
  const ByteView taken = bytes(2);
  return taken.empty() ? std::uint16_t{0} : read_u16(taken);
}
std::uint32_t ByteReader::u32() {
  const ByteView taken = bytes(4);
  return taken.empty() ? 0 : read_u32(taken);
}
std::uint64_t ByteReader::u64() {
  const ByteView taken = bytes(8);
  return taken.empty() ? 0 : read_u64(taken);
}

}  // namespace crypto

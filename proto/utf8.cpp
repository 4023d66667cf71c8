#include "proto/utf8.h"

#include <cstdint>
#include <cstring>

namespace proto {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080u;

std::uint8_t byte_at(crypto::ByteView text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

// What may follow a first byte: the length of the form and the range of its second byte
// (RFC 3629 section 4). Length 0: no form starts so.
struct Form {
  std::size_t size = 0;
  std::uint8_t second_min = 0x80;
  std::uint8_t second_max = 0xBF;
};

Form form_of(std::uint8_t first) {
  if (first >= 0xC2 && first <= 0xDF) return {2};
  if (first == 0xE0) return {3, 0xA0, 0xBF};
  if (first == 0xED) return {3, 0x80, 0x9F};
  if (first >= 0xE1 && first <= 0xEF) return {3};
  if (first == 0xF0) return {4, 0x90, 0xBF};
  if (first >= 0xF1 && first <= 0xF3) return {4};
  if (first == 0xF4) return {4, 0x80, 0x8F};
  return {};
}

bool has_form(crypto::ByteView text, std::size_t at, const Form& form) {
  if (form.size == 0 || text.size() - at < form.size) return false;
  const std::uint8_t second = byte_at(text, at + 1);
  if (second < form.second_min || second > form.second_max) return false;
  for (std::size_t i = 2; i < form.size; ++i) {
    if ((byte_at(text, at + i) & 0xC0) != 0x80) return false;
  }
  return true;
}

}  // namespace

std::size_t valid_utf8_prefix(crypto::ByteView text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= sizeof(std::uint64_t)) {  // most text is ASCII: eight at a time
      std::uint64_t eight = 0;
      std::memcpy(&eight, text.data() + at, sizeof(eight));
      if ((eight & kHighBits) == 0) {
        at += sizeof(eight);
        continue;
      }
    }
    if (byte_at(text, at) < 0x80) {
      ++at;
      continue;
    }
    const Form form = form_of(byte_at(text, at));
    if (!has_form(text, at, form)) return at;
    at += form.size;
  }
  return at;
}

}  // namespace proto

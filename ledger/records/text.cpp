#include "ledger/records/text.h"

#include "ledger/records/nfc.h"

namespace ledger {
namespace {

// Printable ASCII only, which needs no further look. Written so that compilers use vectors.
bool is_plain(std::string_view text) {
  unsigned char fault = 0;
  for (const char letter : text) {
    fault |= static_cast<unsigned char>(letter) - 0x20u > 0x5Eu ? 1 : 0;
  }
  return fault == 0;
}

bool is_control(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029 ||
         (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) ||
         point == 0xFEFF || (point >= 0xFDD0 && point <= 0xFDEF) || (point & 0xFFFE) == 0xFFFE;
}

bool is_white_space(char32_t point) {
  return point == ' ' || (point >= 0x09 && point <= 0x0D) || point == 0x85 || point == 0xA0 ||
         point == 0x1680 || (point >= 0x2000 && point <= 0x200A) || point == 0x2028 ||
         point == 0x2029 || point == 0x202F || point == 0x205F || point == 0x3000;
}

char to_upper(char letter) {
  return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
}

}  // namespace

TextFault check_text(std::string_view text) {
  if (is_plain(text)) return TextFault::none;
  for (std::string_view rest = text; !rest.empty();) {
    const std::optional<char32_t> point = take_code_point(rest);
    if (!point) return TextFault::not_utf8;
    if (is_control(*point)) return TextFault::control_character;
  }
  return is_nfc(text) ? TextFault::none : TextFault::not_nfc;
}

std::string normalise_name(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool space = false;
  while (!text.empty()) {
    const std::string_view before = text;
    const std::optional<char32_t> point = take_code_point(text);
    if (!point) text.remove_prefix(1);  // not UTF-8: the byte stays as it is
    if (point && is_white_space(*point)) {
      space = true;
      continue;
    }
    if (space && !out.empty()) out.push_back(' ');
    space = false;
    for (const char letter : before.substr(0, before.size() - text.size())) {
      out.push_back(to_upper(letter));
    }
  }
  return out;
}

}  // namespace ledger

#include "ledger/records/identifiers.h"

#include <algorithm>

#include "crypto/check.h"

namespace ledger {
namespace {

constexpr std::size_t kGtinDigits = 14;
constexpr std::size_t kGlnDigits = 13;
constexpr std::size_t kLeiSize = 20;
constexpr std::size_t kUsccSize = 18;
constexpr std::size_t kDunsDigits = 9;
// The characters of GB 32100-2015 in the order of their values.
constexpr std::string_view kUsccLetters = "0123456789ABCDEFGHJKLMNPQRTUWXY";

constexpr bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }
constexpr bool is_upper(char letter) { return letter >= 'A' && letter <= 'Z'; }

bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

// GS1 General Specifications 7.9.1: weights 1, 3, 1, … from the check digit to the left give a
// multiple of ten.
bool gs1_check_holds(std::string_view digits) {
  int sum = 0;
  int weight = 1;
  for (std::size_t at = digits.size(); at-- > 0; weight = 4 - weight) {
    sum += (digits[at] - '0') * weight;
  }
  return sum % 10 == 0;
}

bool all_zeros(std::string_view digits) {
  return digits.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

IdentifierFault check_gtin(std::string_view text) {
  const bool known_size = text.size() == 8 || (text.size() >= 12 && text.size() <= kGtinDigits);
  if (!known_size || !all_digits(text) || all_zeros(text)) return IdentifierFault::form;
  return gs1_check_holds(text) ? IdentifierFault::none : IdentifierFault::check_digit;
}

std::optional<std::string> gtin_14(std::string_view text) {
  if (check_gtin(text) != IdentifierFault::none) return std::nullopt;
  std::string out(kGtinDigits - text.size(), '0');
  return out.append(text);
}

bool is_in_store(std::string_view gtin_14) {
  CHECK(gtin_14.size() == kGtinDigits);
  // The prefix of the GTIN-13 inside starts behind the indicator digit.
  const std::string_view prefix = gtin_14.substr(1, 2);
  return prefix == "02" || prefix == "04" || prefix.front() == '2';
}

IdentifierFault check_gln(std::string_view text) {
  if (text.size() != kGlnDigits || !all_digits(text) || all_zeros(text)) {
    return IdentifierFault::form;
  }
  return gs1_check_holds(text) ? IdentifierFault::none : IdentifierFault::check_digit;
}

IdentifierFault check_lei(std::string_view text) {
  if (text.size() != kLeiSize) return IdentifierFault::form;
  for (std::size_t at = 0; at < kLeiSize; ++at) {
    const bool letter_allowed = at < kLeiSize - 2;
    if (!is_digit(text[at]) && !(letter_allowed && is_upper(text[at]))) {
      return IdentifierFault::form;
    }
  }
  // ISO 7064: letters count 10 to 35 and take two places.
  int rest = 0;
  for (const char letter : text) {
    const int value = is_digit(letter) ? letter - '0' : letter - 'A' + 10;
    rest = (rest * (value < 10 ? 10 : 100) + value) % 97;
  }
  // 00, 01 and 99 are never computed; they would pass in the place of 97, 98 and 02.
  const int check = (text[18] - '0') * 10 + (text[19] - '0');
  if (rest != 1 || check < 2 || check > 98) return IdentifierFault::check_digit;
  return IdentifierFault::none;
}

IdentifierFault check_uscc(std::string_view text) {
  if (text.size() != kUsccSize) return IdentifierFault::form;
  std::size_t sum = 0;
  std::size_t weight = 1;
  for (std::size_t at = 0; at < kUsccSize; ++at) {
    const std::size_t value = kUsccLetters.find(text[at]);
    // Places 3 to 8 are the administrative division of GB/T 2260.
    const bool digit_needed = at >= 2 && at < 8;
    if (value == std::string_view::npos || (digit_needed && value > 9)) {
      return IdentifierFault::form;
    }
    if (at == kUsccSize - 1) {
      return (31 - sum % 31) % 31 == value ? IdentifierFault::none : IdentifierFault::check_digit;
    }
    sum += value * weight;
    weight = weight * 3 % 31;
  }
  return IdentifierFault::form;
}

IdentifierFault check_duns(std::string_view text) {
  if (text.size() != kDunsDigits || !all_digits(text)) return IdentifierFault::form;
  return IdentifierFault::none;
}

}  // namespace ledger

#include "ledger/records/decimal.h"

#include <algorithm>
#include <array>

#include "crypto/check.h"

namespace ledger {
namespace {

__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UnsignedWide;

constexpr std::int64_t kScale = 1'000'000;
constexpr std::array<std::int64_t, 7> kPowersOfTen = {1,      10,      100,      1'000,
                                                      10'000, 100'000, 1'000'000};
constexpr Wide kCanonicalEnd = Wide{1'000'000'000'000'000} * kScale;
constexpr Wide kDivisorEnd = kCanonicalEnd * 1'000'000'000'000'000;

constexpr bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

// value / divisor rounded half to even; divisor > 0.
Wide round_half_even(Wide value, Wide divisor) {
  Wide quotient = value / divisor;
  const Wide rest = value % divisor;
  const Wide twice = (rest < 0 ? -rest : rest) * 2;
  if (twice > divisor || (twice == divisor && quotient % 2 != 0)) quotient += value < 0 ? -1 : 1;
  return quotient;
}

std::string digits_of(UnsignedWide value) {
  std::string text;
  do {
    text.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  std::reverse(text.begin(), text.end());
  return text;
}

// `fraction` millionths with `digits` digits after the point.
std::string number_text(Wide value, int digits, int scale_digits) {
  const UnsignedWide size = value < 0 ? UnsignedWide{0} - static_cast<UnsignedWide>(value)
                                      : static_cast<UnsignedWide>(value);
  std::string text = digits_of(size);
  if (text.size() <= static_cast<std::size_t>(scale_digits)) {
    text.insert(0, static_cast<std::size_t>(scale_digits) + 1 - text.size(), '0');
  }
  const std::size_t point = text.size() - static_cast<std::size_t>(scale_digits);
  text.resize(point + static_cast<std::size_t>(digits));
  if (digits > 0) text.insert(point, 1, '.');
  if (value < 0) text.insert(0, 1, '-');
  return text;
}

}  // namespace

Decimal Decimal::from_integer(std::int64_t value) { return Decimal(Millionths{value} * kScale); }

std::optional<Decimal> Decimal::parse(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  std::size_t at = 0;
  std::int64_t whole = 0;
  while (at < text.size() && is_digit(text[at])) {
    if (at == kDecimalIntegerDigitsMax) return std::nullopt;
    whole = whole * 10 + (text[at++] - '0');
  }
  if (at == 0 || (at > 1 && text.front() == '0')) return std::nullopt;
  std::int64_t fraction = 0;
  if (at < text.size()) {
    if (text[at++] != '.') return std::nullopt;
    const std::size_t digits = text.size() - at;
    if (digits == 0 || digits > kDecimalFractionDigitsMax) return std::nullopt;
    for (; at < text.size(); ++at) {
      if (!is_digit(text[at])) return std::nullopt;
      fraction = fraction * 10 + (text[at] - '0');
    }
    if (text.back() == '0') return std::nullopt;
    fraction *= kPowersOfTen[kDecimalFractionDigitsMax - digits];
  }
  const Millionths value = Millionths{whole} * kScale + fraction;
  if (negative && value == 0) return std::nullopt;
  return Decimal(negative ? -value : value);
}

int Decimal::fraction_digits() const {
  Millionths rest = millionths_ % kScale;
  if (rest == 0) return 0;
  int digits = kDecimalFractionDigitsMax;
  for (; rest % 10 == 0; rest /= 10) --digits;
  return digits;
}

std::string Decimal::text() const {
  return number_text(millionths_, fraction_digits(), kDecimalFractionDigitsMax);
}

std::string Decimal::text(int digits) const {
  CHECK(digits >= 0 && digits <= kDecimalFractionDigitsMax);
  const std::size_t dropped = static_cast<std::size_t>(kDecimalFractionDigitsMax - digits);
  return number_text(round_half_even(millionths_, kPowersOfTen[dropped]), digits, digits);
}

Decimal Decimal::operator+(Decimal other) const {
  Millionths sum = 0;
  CHECK(!__builtin_add_overflow(millionths_, other.millionths_, &sum));
  return Decimal(sum);
}

Decimal Decimal::operator-(Decimal other) const {
  Millionths difference = 0;
  CHECK(!__builtin_sub_overflow(millionths_, other.millionths_, &difference));
  return Decimal(difference);
}

Decimal multiply(Decimal a, Decimal b) {
  CHECK(a.absolute().millionths_ < kCanonicalEnd && b.absolute().millionths_ < kCanonicalEnd);
  // a * b / 10^6 with a = whole * 10^6 + rest: both partial products fit 128 bits.
  const Wide whole = a.millionths_ / kScale;
  const Wide rest = a.millionths_ % kScale;
  // The whole part is added as a multiple of 10^6, so that rounding sees the parity of the sum.
  const Wide low = rest * b.millionths_;
  const Wide carry = low / kScale;
  Wide product = whole * b.millionths_ + carry;
  const Wide left = low % kScale;
  const Wide twice = (left < 0 ? -left : left) * 2;
  if (twice > kScale || (twice == kScale && product % 2 != 0)) product += left < 0 ? -1 : 1;
  return Decimal(product);
}

std::optional<Decimal> divide(Decimal dividend, Decimal divisor, int digits) {
  CHECK(digits >= 0 && digits <= kDecimalFractionDigitsMax);
  if (divisor.is_zero()) return std::nullopt;
  const bool negative = dividend.is_negative() != divisor.is_negative();
  const Wide bottom = divisor.absolute().millionths_;
  CHECK(bottom < kDivisorEnd);
  // Long division: one digit at a time keeps every step inside 128 bits.
  Wide rest = dividend.absolute().millionths_;
  Wide quotient = rest / bottom;
  rest %= bottom;
  for (int i = 0; i < digits; ++i) {
    rest *= 10;
    CHECK(!__builtin_mul_overflow(quotient, 10, &quotient));
    quotient += rest / bottom;
    rest %= bottom;
  }
  if (rest * 2 > bottom || (rest * 2 == bottom && quotient % 2 != 0)) ++quotient;
  const std::size_t missing = static_cast<std::size_t>(kDecimalFractionDigitsMax - digits);
  CHECK(!__builtin_mul_overflow(quotient, Wide{kPowersOfTen[missing]}, &quotient));
  return Decimal(negative ? -quotient : quotient);
}

std::optional<std::string> canonical_decimal(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  std::string_view whole = text.substr(0, point);
  std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (whole.empty() && fraction.empty()) return std::nullopt;
  if (!whole.empty() && !is_digit(whole.front())) return std::nullopt;
  while (!whole.empty() && whole.front() == '0') whole.remove_prefix(1);
  while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
  std::string plain(whole.empty() ? "0" : whole);
  if (!fraction.empty()) plain.append(".").append(fraction);
  const std::optional<Decimal> value = Decimal::parse(plain);
  if (!value) return std::nullopt;
  return (negative ? -*value : *value).text();
}

}  // namespace ledger

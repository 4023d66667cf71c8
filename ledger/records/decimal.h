// Decimal numbers as records write them and as reports add them up. The text form is canonical, so
// that one number has one spelling and one hash:
//   -?digits(.digits)?   at most 15 digits before the point and 6 after it; no exponent, no plus,
//   no leading zeros, no zeros at the end of the fraction ("12.5", never "12.50"), no "-0".
// Faces show money with the digits of its currency; the ledger does not.
//
// A Decimal holds millionths in 128 bits: sums of 10^12 numbers of full length are exact. Nothing
// here uses binary floating point. Values are immutable and may be used from any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ledger {

inline constexpr int kDecimalIntegerDigitsMax = 15;
inline constexpr int kDecimalFractionDigitsMax = 6;

class Decimal {
 public:
  Decimal() = default;  // zero
  static Decimal from_integer(std::int64_t value);
  // Only the canonical form; nullopt: anything else.
  static std::optional<Decimal> parse(std::string_view text);

  // The canonical text, also of sums that have more than 15 digits before the point.
  std::string text() const;
  // With exactly `digits` (0 to 6) digits after the point, rounded half to even: "12.50".
  std::string text(int digits) const;

  bool is_zero() const { return millionths_ == 0; }
  bool is_negative() const { return millionths_ < 0; }
  int fraction_digits() const;  // digits after the point that text() writes
  Decimal absolute() const { return is_negative() ? -*this : *this; }

  // CHECK: the result leaves 128 bits, which no ledger can reach.
  Decimal operator+(Decimal other) const;
  Decimal operator-(Decimal other) const;
  Decimal operator-() const { return Decimal() - *this; }
  Decimal& operator+=(Decimal other) { return *this = *this + other; }
  Decimal& operator-=(Decimal other) { return *this = *this - other; }

  friend bool operator==(const Decimal&, const Decimal&) = default;
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
    return a.millionths_ <=> b.millionths_;
  }

  // The product rounded half to even to six digits after the point. CHECK: both factors fit the
  // canonical form (15 digits before the point).
  friend Decimal multiply(Decimal a, Decimal b);
  // The quotient rounded half to even to `digits` (0 to 6) digits after the point; nullopt: the
  // divisor is zero. CHECK: the divisor is below 10^30.
  friend std::optional<Decimal> divide(Decimal dividend, Decimal divisor, int digits);

 private:
  __extension__ typedef __int128 Millionths;
  explicit Decimal(Millionths millionths) : millionths_(millionths) {}

  Millionths millionths_ = 0;
};

Decimal multiply(Decimal a, Decimal b);
std::optional<Decimal> divide(Decimal dividend, Decimal divisor, int digits);

// For the edge: the canonical text of a number written with a plus, with leading zeros, with zeros
// at the end or without a digit before the point ("+007.50" -> "7.5"); nullopt: no number, or more
// digits than the canonical form has room for.
std::optional<std::string> canonical_decimal(std::string_view text);

}  // namespace ledger

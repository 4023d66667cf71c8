// Calendar dates with the precision that is known: "2018-01-13", "2018-01", "2018", or not stated
// (the empty text). ISO 8601 in the Gregorian calendar, years 0001 to 9999, no times and no zones:
// a business date is what a document says, and "today" is the UTC date of a block.
//
// A Day counts days from 1970-01-01. A date less precise than a day is a period of days; its first
// and last day decide whether it lies inside another period. Values, usable from any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ledger {

using Day = std::int32_t;

// The UTC date of a moment in Unix milliseconds; 9999-12-31 for all that is later.
Day utc_day(std::uint64_t unix_ms);
std::string day_text(Day day);  // "2018-01-13"
// The second of a moment in Unix milliseconds, in UTC: "2018-01-13T09:12:44Z" (RFC 3339).
std::string second_text(std::uint64_t unix_ms);
// The same day of the month `months` later; the last of that month where it has no such day
// (31 January + 1 month = 28 or 29 February); at most 9999-12-31.
Day add_months(Day day, std::uint32_t months);

enum class Precision : std::uint8_t { not_stated, year, month, day };

class Date {
 public:
  Date() = default;  // not stated
  static Date from_day(Day day);
  // nullopt: neither a date of the calendar nor empty.
  static std::optional<Date> parse(std::string_view text);

  Precision precision() const { return precision_; }
  bool is_stated() const { return precision_ != Precision::not_stated; }
  // The days that the date can mean. CHECK: stated.
  Day first() const;
  Day last() const;
  std::string text() const;

  friend auto operator<=>(const Date&, const Date&) = default;  // by first day, then precision

 private:
  Day first_ = 0;
  Day last_ = 0;
  Precision precision_ = Precision::not_stated;
};

}  // namespace ledger

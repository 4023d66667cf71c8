#include "ledger/records/date.h"

#include <array>

#include "crypto/check.h"

namespace ledger {
namespace {

constexpr std::uint64_t kMillisecondsPerDay = 86'400'000;
constexpr int kYearMax = 9999;

struct Civil {
  int year;
  int month;
  int day;
};

constexpr bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

constexpr int days_in_month(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

// Days of the years 1 to year - 1.
constexpr int days_before_year(int year) {
  const int past = year - 1;
  return past * 365 + past / 4 - past / 100 + past / 400;
}

constexpr int kDaysBefore1970 = days_before_year(1970);
static_assert(kDaysBefore1970 == 719'162);

constexpr int days_before_month(int year, int month) {
  constexpr std::array<int, 12> kDays = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  return kDays[static_cast<std::size_t>(month - 1)] + (month > 2 && is_leap(year) ? 1 : 0);
}

constexpr Day to_day(int year, int month, int day) {
  return days_before_year(year) - kDaysBefore1970 + days_before_month(year, month) + day - 1;
}

constexpr Day kLastDay = to_day(kYearMax, 12, 31);

Civil to_civil(Day day) {
  const int ordinal = day + kDaysBefore1970;
  int year = ordinal / 366 + 1;
  while (year < kYearMax && days_before_year(year + 1) <= ordinal) ++year;
  int left = ordinal - days_before_year(year);
  int month = 1;
  while (left >= days_in_month(year, month)) left -= days_in_month(year, month++);
  return {year, month, left + 1};
}

// The number that `text` spells in digits only; -1: it does not.
int number(std::string_view text) {
  int value = 0;
  for (const char letter : text) {
    if (letter < '0' || letter > '9') return -1;
    value = value * 10 + (letter - '0');
  }
  return value;
}

void append_number(std::string& out, int value, int width) {
  const std::size_t start = out.size();
  out.append(static_cast<std::size_t>(width), '0');
  for (std::size_t at = start + static_cast<std::size_t>(width); at > start; value /= 10) {
    out[--at] = static_cast<char>('0' + value % 10);
  }
}

}  // namespace

Day utc_day(std::uint64_t unix_ms) {
  const std::uint64_t day = unix_ms / kMillisecondsPerDay;
  return day < static_cast<std::uint64_t>(kLastDay) ? static_cast<Day>(day) : kLastDay;
}

std::string day_text(Day day) { return Date::from_day(day).text(); }

std::string second_text(std::uint64_t unix_ms) {
  const std::uint64_t second = unix_ms / 1000 % 86'400;
  std::string text = day_text(utc_day(unix_ms));
  char before = 'T';
  for (const std::uint64_t part : {second / 3600, second / 60 % 60, second % 60}) {
    text += before;
    append_number(text, static_cast<int>(part), 2);
    before = ':';
  }
  return text + 'Z';
}

Day add_months(Day day, std::uint32_t months) {
  const Civil from = to_civil(day);
  const std::uint64_t month0 = static_cast<std::uint64_t>(from.month - 1) + months;
  const std::uint64_t year = static_cast<std::uint64_t>(from.year) + month0 / 12;
  if (year > kYearMax) return kLastDay;
  const int to_year = static_cast<int>(year);
  const int to_month = static_cast<int>(month0 % 12) + 1;
  const int length = days_in_month(to_year, to_month);
  return to_day(to_year, to_month, from.day < length ? from.day : length);
}

Date Date::from_day(Day day) {
  CHECK(day >= -kDaysBefore1970 && day <= kLastDay);
  Date date;
  date.first_ = day;
  date.last_ = day;
  date.precision_ = Precision::day;
  return date;
}

std::optional<Date> Date::parse(std::string_view text) {
  if (text.empty()) return Date();
  if (text.size() != 4 && text.size() != 7 && text.size() != 10) return std::nullopt;
  const int year = number(text.substr(0, 4));
  if (year < 1) return std::nullopt;
  Date date;
  if (text.size() == 4) {
    date.first_ = to_day(year, 1, 1);
    date.last_ = to_day(year, 12, 31);
    date.precision_ = Precision::year;
    return date;
  }
  const int month = number(text.substr(5, 2));
  if (text[4] != '-' || month < 1 || month > 12) return std::nullopt;
  if (text.size() == 7) {
    date.first_ = to_day(year, month, 1);
    date.last_ = to_day(year, month, days_in_month(year, month));
    date.precision_ = Precision::month;
    return date;
  }
  const int day = number(text.substr(8, 2));
  if (text[7] != '-' || day < 1 || day > days_in_month(year, month)) return std::nullopt;
  return from_day(to_day(year, month, day));
}

Day Date::first() const {
  CHECK(is_stated());
  return first_;
}

Day Date::last() const {
  CHECK(is_stated());
  return last_;
}

std::string Date::text() const {
  std::string out;
  if (precision_ == Precision::not_stated) return out;
  const Civil civil = to_civil(first_);
  out.reserve(10);
  append_number(out, civil.year, 4);
  if (precision_ == Precision::year) return out;
  out.push_back('-');
  append_number(out, civil.month, 2);
  if (precision_ == Precision::month) return out;
  out.push_back('-');
  append_number(out, civil.day, 2);
  return out;
}

}  // namespace ledger

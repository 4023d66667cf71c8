#include "tools/import/dates.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "tools/import/clean.h"
#include "tools/import/codes.h"

namespace tools {
namespace {

using crypto::Checked;
using crypto::Error;
using crypto::Reject;
using crypto::Result;
using crypto::Unexpected;

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kTokens = {"YYYY", "Mon", "YY", "MM", "DD", "M", "D"};

std::string_view token_at(std::string_view format) {
  for (const std::string_view token : kTokens) {
    if (format.starts_with(token)) return token;
  }
  return format.substr(0, 1);
}

bool names(std::string_view format, char part) {
  while (!format.empty()) {
    const std::string_view token = token_at(format);
    const bool known = token.size() > 1 || token == "M" || token == "D";
    if (known && token.front() == part) return true;
    format.remove_prefix(token.size());
  }
  return false;
}

bool is_two_digit_year(std::string_view format) {
  return names(format, 'Y') && format.find("YYYY") == std::string_view::npos;
}

// Takes `least` to `most` digits off the text; nullopt: too few.
std::optional<int> take_digits(std::string_view& text, std::size_t least, std::size_t most) {
  std::size_t count = 0;
  int value = 0;
  while (count < most && count < text.size() && text[count] >= '0' && text[count] <= '9') {
    value = value * 10 + (text[count++] - '0');
  }
  if (count < least) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

std::optional<int> take_month_name(std::string_view& text) {
  const std::string name = to_lower(text.substr(0, 3));
  for (std::size_t month = 0; month < kMonths.size(); ++month) {
    if (name != kMonths[month]) continue;
    text.remove_prefix(3);
    return static_cast<int>(month) + 1;
  }
  return std::nullopt;
}

int days_in(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

struct Date {
  std::optional<int> year;
  std::optional<int> month;
  std::optional<int> day;
};

// Takes one token of the format off the text; false: it does not fit.
bool take(std::string_view token, std::string_view& text, int first_year, Date& date) {
  if (token == "YYYY") return (date.year = take_digits(text, 4, 4)).has_value();
  if (token == "Mon") return (date.month = take_month_name(text)).has_value();
  if (token == "MM") return (date.month = take_digits(text, 2, 2)).has_value();
  if (token == "M") return (date.month = take_digits(text, 1, 2)).has_value();
  if (token == "DD") return (date.day = take_digits(text, 2, 2)).has_value();
  if (token == "D") return (date.day = take_digits(text, 1, 2)).has_value();
  if (token == "YY") {
    const std::optional<int> two = take_digits(text, 2, 2);
    if (!two) return false;
    date.year = first_year + (*two - first_year % 100 + 100) % 100;
    return true;
  }
  if (!text.starts_with(token)) return false;
  text.remove_prefix(token.size());
  return true;
}

// ISO 8601; nullopt: the text does not fit the format or is no day of the calendar.
std::optional<std::string> read_as(std::string_view format, std::string_view text, int first_year) {
  Date date;
  while (!format.empty()) {
    const std::string_view token = token_at(format);
    if (!take(token, text, first_year, date)) return std::nullopt;
    format.remove_prefix(token.size());
  }
  if (!text.empty() || *date.year < 1) return std::nullopt;
  if (!date.month) return fmt::format("{:04}", *date.year);
  if (*date.month < 1 || *date.month > 12) return std::nullopt;
  if (!date.day) return fmt::format("{:04}-{:02}", *date.year, *date.month);
  if (*date.day < 1 || *date.day > days_in(*date.year, *date.month)) return std::nullopt;
  return fmt::format("{:04}-{:02}-{:02}", *date.year, *date.month, *date.day);
}

}  // namespace

Result<DateFormats> DateFormats::make(std::vector<std::string> formats, int first_year) {
  for (const std::string& format : formats) {
    std::string fault;
    if (!names(format, 'Y')) fault = "names no year";
    if (names(format, 'D') && !names(format, 'M')) fault = "names a day without a month";
    if (is_two_digit_year(format) && first_year == 0) {
      fault = "has a year of two digits, and no `first_year` to read it by";
    }
    if (fault.empty()) continue;
    return Unexpected{Error{std::string(error_code::kMapType),
                            "The date format \"" + format + "\" " + fault + ".",
                            "Write a format such as \"YYYY-MM-DD\", \"M/D/YYYY\" or "
                            "\"D-Mon-YY\" with first_year = 1970."}};
  }
  DateFormats made;
  made.formats_ = std::move(formats);
  made.first_year_ = first_year;
  return made;
}

Checked<std::string> DateFormats::read(std::string_view text) const {
  std::optional<std::string> found;
  for (const std::string& format : formats_) {
    std::optional<std::string> date = read_as(format, text, first_year_);
    if (!date || date == found) continue;
    if (found) {
      return Unexpected{Reject{kDateAmbiguous, "",
                               "\"" + std::string(text) + "\" can be " + *found + " or " + *date +
                                   " by the formats that the mapping lists."}};
    }
    found = std::move(date);
  }
  if (found) return *found;
  std::string list;
  for (const std::string& format : formats_) list += (list.empty() ? "" : ", ") + format;
  return Unexpected{Reject{kDateFormat, "",
                           "\"" + std::string(text) + "\" is no date in the format " + list + "."}};
}

}  // namespace tools

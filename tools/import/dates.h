// Calendar dates as files write them, by formats that the mapping states. A format is made of
//
//   YYYY  four digits of the year      YY   two digits, read within a hundred years from a first
//   year MM DD exactly two digits           M D  one or two digits Mon   Jan to Dec, in either case
//   anything else stands for itself
//
// The precision of a date is that of its format: "YYYY" gives a year, "YYYY-MM" a month. Output is
// ISO 8601. No clock, no locale, no guess: a date that two stated formats read differently is
// refused.
#pragma once

#include <string>
#include <vector>

#include "crypto/reject.h"

namespace tools {

class DateFormats {
 public:
  // `first_year` opens the hundred years that YY is read in; 0: YY is not allowed.
  // Error E-MAP-TYPE: a format that names no year, a day without a month, or YY without first_year.
  static crypto::Result<DateFormats> make(std::vector<std::string> formats, int first_year);

  // "2018-01-13", "2018-01" or "2018". E-DATE-FORMAT: no format fits, or there is no such day.
  // E-DATE-AMBIGUOUS: two formats fit and differ.
  crypto::Checked<std::string> read(std::string_view text) const;

 private:
  std::vector<std::string> formats_;
  int first_year_ = 0;
};

}  // namespace tools

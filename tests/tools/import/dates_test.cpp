#include "tools/import/dates.h"

#include <gtest/gtest.h>

namespace tools {
namespace {

std::string read(std::vector<std::string> formats, const std::string& text, int first_year = 0) {
  const auto made = DateFormats::make(std::move(formats), first_year);
  EXPECT_TRUE(made.has_value());
  const auto date = made->read(text);
  return date ? *date : std::string(date.error().code.name);
}

TEST(DateFormats, ReadsTheSpellingsOfRealFiles) {
  EXPECT_EQ(read({"MM/DD/YYYY"}, "01/13/2018"), "2018-01-13");
  EXPECT_EQ(read({"D-Mon-YY"}, "02-Jun-06", 1970), "2006-06-02");
  EXPECT_EQ(read({"M/D/YY"}, "9/5/11", 1970), "2011-09-05");
  EXPECT_EQ(read({"YYYY-MM-DD"}, "2118-01-26"), "2118-01-26");
  EXPECT_EQ(read({"YYYY\xE5\xB9\xB4M\xE6\x9C\x88"
                  "D\xE6\x97\xA5"},
                 "2026\xE5\xB9\xB4"
                 "2\xE6\x9C\x88"
                 "7\xE6\x97\xA5"),
            "2026-02-07");
}

TEST(DateFormats, KeepsThePrecisionOfTheFormat) {
  EXPECT_EQ(read({"YYYY"}, "2017"), "2017");
  EXPECT_EQ(read({"YYYY-MM"}, "2017-08"), "2017-08");
  EXPECT_EQ(read({"Mon YYYY"}, "aug 2017"), "2017-08");
}

TEST(DateFormats, ReadsTwoDigitsInTheHundredYearsFromTheFirst) {
  EXPECT_EQ(read({"D.M.YY"}, "1.1.70", 1970), "1970-01-01");
  EXPECT_EQ(read({"D.M.YY"}, "1.1.69", 1970), "2069-01-01");
  EXPECT_EQ(read({"D.M.YY"}, "1.1.00", 2000), "2000-01-01");
}

TEST(DateFormats, RefusesDaysThatAreNotInTheCalendar) {
  EXPECT_EQ(read({"YYYY-MM-DD"}, "2019-02-29"), "E-DATE-FORMAT");
  EXPECT_EQ(read({"YYYY-MM-DD"}, "2020-02-29"), "2020-02-29");
  EXPECT_EQ(read({"YYYY-MM-DD"}, "1900-02-29"), "E-DATE-FORMAT");
  EXPECT_EQ(read({"YYYY-MM-DD"}, "2000-02-29"), "2000-02-29");
  EXPECT_EQ(read({"YYYY-MM-DD"}, "2019-13-01"), "E-DATE-FORMAT");
  EXPECT_EQ(read({"YYYY-MM-DD"}, "2019-00-01"), "E-DATE-FORMAT");
  EXPECT_EQ(read({"YYYY-MM-DD"}, "2019-04-31"), "E-DATE-FORMAT");
}

TEST(DateFormats, RefusesWhatDoesNotFitExactly) {
  EXPECT_EQ(read({"MM/DD/YYYY"}, "1/13/2018"), "E-DATE-FORMAT");
  EXPECT_EQ(read({"MM/DD/YYYY"}, "01/13/2018 "), "E-DATE-FORMAT");
  EXPECT_EQ(read({"YYYY"}, "20181"), "E-DATE-FORMAT");
  EXPECT_EQ(read({"D-Mon-YY"}, "02-Jux-06", 1970), "E-DATE-FORMAT");
  EXPECT_EQ(read({"YYYY-MM-DD"}, "Date Not Captured"), "E-DATE-FORMAT");
}

TEST(DateFormats, RefusesADateOfTwoReadings) {
  EXPECT_EQ(read({"D/M/YYYY", "M/D/YYYY"}, "3/4/2018"), "E-DATE-AMBIGUOUS");
  EXPECT_EQ(read({"D/M/YYYY", "M/D/YYYY"}, "4/4/2018"), "2018-04-04");
  EXPECT_EQ(read({"D/M/YYYY", "M/D/YYYY"}, "13/4/2018"), "2018-04-13");
}

TEST(DateFormats, RefusesFormatsThatCannotBeRead) {
  const auto code = [](const std::string& format, int first_year) {
    const auto made = DateFormats::make({format}, first_year);
    return made ? "" : made.error().code;
  };

  EXPECT_EQ(code("MM/DD", 0), "E-MAP-TYPE");
  EXPECT_EQ(code("YYYY D", 0), "E-MAP-TYPE");
  EXPECT_EQ(code("D-Mon-YY", 0), "E-MAP-TYPE");
  EXPECT_EQ(code("D-Mon-YY", 1970), "");
}

}  // namespace
}  // namespace tools

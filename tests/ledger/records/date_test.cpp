#include "ledger/records/date.h"

#include <gtest/gtest.h>

namespace ledger {
namespace {

Date date(std::string_view text) {
  const std::optional<Date> value = Date::parse(text);
  EXPECT_TRUE(value.has_value()) << text;
  return value.value_or(Date());
}

// Day numbers from Python's datetime module.
TEST(Date, CountsDaysFrom1970) {
  EXPECT_EQ(date("1970-01-01").first(), 0);
  EXPECT_EQ(date("0001-01-01").first(), -719162);
  EXPECT_EQ(date("1582-10-15").first(), -141427);
  EXPECT_EQ(date("1600-02-29").first(), -135081);
  EXPECT_EQ(date("1900-03-01").first(), -25508);
  EXPECT_EQ(date("1969-12-31").first(), -1);
  EXPECT_EQ(date("2000-02-29").first(), 11016);
  EXPECT_EQ(date("2018-01-13").first(), 17544);
  EXPECT_EQ(date("2024-02-29").first(), 19782);
  EXPECT_EQ(date("9999-12-31").first(), 2932896);
}

TEST(Date, KnowsThePeriodItCanMean) {
  EXPECT_EQ(date("2018").first(), date("2018-01-01").first());
  EXPECT_EQ(date("2018").last(), date("2018-12-31").first());
  EXPECT_EQ(date("2020-02").last(), date("2020-02-29").first());
  EXPECT_EQ(date("2100-02").last(), date("2100-02-28").first());
  EXPECT_EQ(date("2018-04").last(), date("2018-04-30").first());
  EXPECT_EQ(date("2018-01-13").last(), date("2018-01-13").first());
  EXPECT_EQ(date("").precision(), Precision::not_stated);
  EXPECT_FALSE(date("").is_stated());
  EXPECT_EQ(date("2018").precision(), Precision::year);
  EXPECT_EQ(date("2018-04").precision(), Precision::month);
  EXPECT_EQ(date("2018-04-01").precision(), Precision::day);
}

TEST(Date, RefusesWhatNoCalendarHas) {
  for (const std::string_view text :
       {"2018-02-29", "1900-02-29", "2018-13-01", "2018-00-01", "2018-01-00", "2018-04-31", "0000",
        "0000-01-01", "18-01-13", "2018-1-13", "2018/01/13", "13-01-2018", "20180113", "2018-01-",
        "2018-01-13T00:00:00Z", " 2018", "-018", "2018-0a", "today"}) {
    EXPECT_FALSE(Date::parse(text).has_value()) << text;
  }
}

TEST(Date, IsWrittenAsItWasRead) {
  for (const std::string_view text : {"", "2018", "2018-04", "2018-04-30", "0001-01-01", "9999"}) {
    EXPECT_EQ(date(text).text(), text);
  }
}

// Every day of the 400 years after which the calendar repeats (146,097 days), counted up by hand
// rules: the day after the last of a month is the first of the next.
TEST(Date, WalksFourHundredYearsWithoutAGap) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  Day expected = date("1900-01-01").first();
  for (int year = 1900; year < 2300; ++year) {
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    for (int month = 1; month <= 12; ++month) {
      const int length = kDays[month - 1] + (month == 2 && leap ? 1 : 0);
      for (int day = 1; day <= length; ++day, ++expected) {
        char text[32];
        std::snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
        ASSERT_EQ(date(text).first(), expected) << text;
        ASSERT_EQ(day_text(expected), text);
      }
    }
  }
  EXPECT_EQ(expected - date("1900-01-01").first(), 146097);
}

TEST(UtcDay, ChangesAtMidnight) {
  EXPECT_EQ(utc_day(0), 0);
  EXPECT_EQ(utc_day(86'399'999), 0);
  EXPECT_EQ(utc_day(86'400'000), 1);
  // date -u -d @1582934400 +%F
  EXPECT_EQ(day_text(utc_day(1'582'934'400'000)), "2020-02-29");
  EXPECT_EQ(day_text(utc_day(~std::uint64_t{0})), "9999-12-31");
}

TEST(SecondText, DropsWhatIsLessThanASecond) {
  EXPECT_EQ(second_text(999), "1970-01-01T00:00:00Z");
  // date -u -d @1515834764 +%FT%TZ
  EXPECT_EQ(second_text(1'515'834'764'001), "2018-01-13T09:12:44Z");
  EXPECT_EQ(second_text(1'582'934'399'999), "2020-02-28T23:59:59Z");
}

TEST(AddMonths, KeepsTheDayOrTakesTheLastOfTheMonth) {
  const auto later = [](std::string_view from, std::uint32_t months) {
    return day_text(add_months(date(from).first(), months));
  };
  EXPECT_EQ(later("2018-01-13", 12), "2019-01-13");
  EXPECT_EQ(later("2018-01-31", 1), "2018-02-28");
  EXPECT_EQ(later("2020-01-31", 1), "2020-02-29");
  EXPECT_EQ(later("2018-12-31", 2), "2019-02-28");
  EXPECT_EQ(later("2018-05-15", 0), "2018-05-15");
  EXPECT_EQ(later("2018-05-15", 4'000'000'000), "9999-12-31");
}

}  // namespace
}  // namespace ledger

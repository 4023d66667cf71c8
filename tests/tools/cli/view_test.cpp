#include <gtest/gtest.h>

#include "tools/cli/cert_view.h"
#include "tools/cli/history_view.h"

namespace tools {
namespace {

Json certification(const char* status, const char* from, const char* to) {
  Json content = Json::object();
  if (*from != '\0') content["valid_from"] = from;
  if (*to != '\0') content["valid_to"] = to;
  return {{"status", status},
          {"at", "2018-05-01"},
          {"height", 7},
          {"changes", Json::array()},
          {"certification", content}};
}

TEST(StatusSentence, SaysStatusDayHeightAndValidity) {
  EXPECT_EQ(status_sentence(certification("active", "2018-01-01", "2018-12-31")),
            "Active on 2018-05-01 as known at height 7: valid from 2018-01-01 to 2018-12-31.");
  EXPECT_EQ(status_sentence(certification("not_yet_valid", "2019-01-01", "")),
            "Not yet valid on 2018-05-01 as known at height 7: valid from 2019-01-01, no end "
            "stated.");
  EXPECT_EQ(status_sentence(certification("active", "", "2018-12")),
            "Active on 2018-05-01 as known at height 7: valid to 2018-12, no beginning stated.");
  EXPECT_EQ(status_sentence(certification("active", "", "")),
            "Active on 2018-05-01 as known at height 7: no dates of validity are stated.");
}

TEST(StatusSentence, NamesTheNewestChangeThatHasTakenEffect) {
  Json json = certification("suspended", "2018-01-01", "");
  json["changes"] = Json::array({{{"status", "SUSPENDED"}, {"effective_from", "2018-03-01"}},
                                 {{"status", "WITHDRAWN"}, {"effective_from", "2018-06-01"}}});

  EXPECT_EQ(status_sentence(json),
            "Suspended on 2018-05-01 as known at height 7: valid from 2018-01-01, no end stated; "
            "suspended with effect from 2018-03-01.");
}

TEST(CertificationFlags, TellOfWhatIsNotStated) {
  Json json = certification("active", "2018-01-01", "");
  EXPECT_TRUE(certification_flags(json).empty());
  json["open_ended"] = true;
  json["holder_by_name"] = true;
  EXPECT_EQ(certification_flags(json),
            (std::vector<std::string>{"the source states no end of validity",
                                      "the holder is known by its name alone"}));
}

TEST(FieldChanges, NameEachFieldThatDiffersByItsPath) {
  const Json before =
      Json::parse(R"({"a": "1", "list": [{"x": "p"}, {"x": "q"}], "same": "s", "gone": "g"})");
  const Json after = Json::parse(R"({"a": "2", "list": [{"x": "p"}], "same": "s", "new": "n"})");

  EXPECT_EQ(field_changes(before, after),
            (std::vector<std::string>{"a: 1 -> 2", "gone: g -> nothing", "list[1].x: q -> nothing",
                                      "new: nothing -> n"}));
  EXPECT_TRUE(field_changes(before, before).empty());
}

TEST(HistoryRows, AreOldestFirst) {
  const auto record = [](int place, const char* kind, const Json& body) {
    return Json{{"place", place},
                {"height", place},
                {"time", "2019-01-01T00:00:00Z"},
                {"index", place * 10},
                {"kind", kind},
                {"subject", "cert/epa/smartway/1"},
                {"signed_by", {{"organisation", "epa"}, {"key_id", "00ff"}}},
                {"record", {{kind, body}}}};
  };
  const std::vector<Json> rows = history_rows(
      {record(3, "certification", {{"level", "gold"}}),
       record(2, "certification_status",
              {{"status", "SUSPENDED"}, {"effective_from", "2018-02-01"}, {"reason", "audit"}}),
       record(1, "certification", {{"level", "silver"}})});

  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0]["what"], "issued");
  EXPECT_EQ(rows[0]["changes"], Json::array());
  EXPECT_EQ(rows[1]["what"], "suspended");
  EXPECT_EQ(rows[1]["changes"], Json::array({"with effect from 2018-02-01"}));
  EXPECT_EQ(rows[1]["why"], "audit");
  EXPECT_EQ(rows[1]["who"], "epa");
  EXPECT_EQ(rows[1]["key"], "00ff");
  EXPECT_EQ(rows[2]["what"], "amended");
  EXPECT_EQ(rows[2]["changes"], Json::array({"level: silver -> gold"}));
}

}  // namespace
}  // namespace tools

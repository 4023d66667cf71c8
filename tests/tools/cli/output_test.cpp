#include "tools/cli/output.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "crypto/error_codes.h"
#include "tools/cli/error_codes.h"

namespace tools {
namespace {

const std::vector<Column> kColumns = {{"name", "NAME"}, {"spend", "SPEND", true}, {"tags", "TAGS"}};

const std::vector<Json> kRows = {
    {{"name", "绿色"}, {"spend", "1200.50"}, {"tags", {"a", "b"}}, {"extra", true}},
    {{"name", "=cmd"}, {"spend", "-3"}},
};

struct Streams {
  std::ostringstream out;
  std::ostringstream err;
  Output output(Format format, bool colour = false) {
    return Output(out, err, {.format = format, .colour_out = colour, .colour_err = colour});
  }
};

TEST(OutputList, AlignsTablesByWhatTheTerminalShows) {
  Streams streams;
  streams.output(Format::table).list("things", kColumns, kRows);
  EXPECT_EQ(streams.out.str(),
            "NAME    SPEND  TAGS\n"
            "绿色  1200.50  a, b\n"
            "=cmd       -3\n");
}

TEST(OutputList, CutsTheWidestTextsToTheTerminal) {
  std::ostringstream out;
  std::ostringstream err;
  Output output(out, err, {.format = Format::table, .width = 40});
  output.list("things", {{"id", "ID"}, {"sum", "SUM", true}, {"note", "NOTE"}},
              {{{"id", "acme/1"}, {"sum", "1200.50"}, {"note", "绿色 and a long remark on it all"}},
               {{"id", "acme/2"}, {"sum", "3"}, {"note", "short"}}});
  // 6 + 2 + 7 + 2 columns leave 23 for the note; a Chinese character takes two.
  EXPECT_EQ(out.str(),
            "ID          SUM  NOTE\n"
            "acme/1  1200.50  绿色 and a long remark…\n"
            "acme/2        3  short\n");
}

TEST(OutputList, ShowsRowsOneByOneWhereIdsAloneAreTooWide) {
  std::ostringstream out;
  std::ostringstream err;
  Output output(out, err, {.format = Format::table, .width = 40});
  output.list("things",
              {{.key = "id", .title = "ID", .whole = true}, {"tags", "TAGS"}, {"sum", "SUM", true}},
              {{{"id", "cert/acme/a-long-scheme/NUMBER-1"}, {"tags", {"a", "b"}}, {"sum", "12.50"}},
               {{"id", "cert/acme/a-long-scheme/NUMBER-2"}, {"sum", "3"}}});
  EXPECT_EQ(out.str(),
            "ID    cert/acme/a-long-scheme/NUMBER-1\n"
            "TAGS  a, b\n"
            "SUM   12.50\n"
            "\n"
            "ID    cert/acme/a-long-scheme/NUMBER-2\n"
            "SUM   3\n");
}

TEST(OutputShow, GivesALongListOneLineAnElement) {
  std::ostringstream out;
  std::ostringstream err;
  Output output(out, err, {.format = Format::table, .width = 40});
  output.show("thing", {{"keys", "keys"}},
              {{"keys", {"ROOT 0123456789abcdef", "OPERATION 0123456789abcdef"}}});
  EXPECT_EQ(out.str(),
            "keys  ROOT 0123456789abcdef\n"
            "      OPERATION 0123456789abcdef\n");
}

TEST(OutputShow, FoldsLongValuesOnATerminal) {
  std::ostringstream out;
  std::ostringstream err;
  Output output(out, err, {.format = Format::table, .width = 32});
  output.show("thing", {{"id", "id"}, {"note", "note"}},
              {{"id", "acme/1"}, {"note", "one two three four five six seven"}});
  EXPECT_EQ(out.str(),
            "id    acme/1\n"
            "note  one two three four five\n"
            "      six seven\n");
}

TEST(OutputList, WritesJsonWithASchemaAndAllFields) {
  Streams streams;
  streams.output(Format::json).list("things", kColumns, kRows, {{"next", "c1"}});
  const Json document = Json::parse(streams.out.str());
  EXPECT_EQ(document["schema"], "greenledger.things/1");
  EXPECT_EQ(document["next"], "c1");
  EXPECT_EQ(document["items"].size(), 2u);
  EXPECT_EQ(document["items"][0]["extra"], true);
}

TEST(OutputList, WritesOneJsonObjectALine) {
  Streams streams;
  streams.output(Format::jsonl).list("things", kColumns, kRows);
  EXPECT_EQ(streams.out.str(),
            "{\"schema\":\"greenledger.things/1\",\"name\":\"绿色\",\"spend\":\"1200.50\","
            "\"tags\":[\"a\",\"b\"],\"extra\":true}\n"
            "{\"schema\":\"greenledger.things/1\",\"name\":\"=cmd\",\"spend\":\"-3\"}\n");
}

TEST(OutputList, WritesCsvThatASpreadsheetMayOpen) {
  Streams streams;
  streams.output(Format::csv).list("things", kColumns, kRows);
  EXPECT_EQ(streams.out.str(), "name,spend,tags\n绿色,1200.50,\"a, b\"\n'=cmd,-3,\n");
}

TEST(OutputShow, LeavesEmptyLinesOut) {
  Streams streams;
  streams.output(Format::table)
      .show("thing", {{"name", "name"}, {"note", "note"}, {"good", "is good"}},
            {{"name", "x\x1b[0m"}, {"note", ""}, {"good", true}});
  EXPECT_EQ(streams.out.str(), "name     x\uFFFD[0m\nis good  yes\n");
}

TEST(OutputShow, ReplacesBytesThatAreNoText) {
  Streams streams;
  streams.output(Format::jsonl).show("thing", {}, {{"name", "a\xFF"}});
  EXPECT_EQ(streams.out.str(), "{\"schema\":\"greenledger.thing/1\",\"name\":\"a\uFFFD\"}\n");
}

TEST(OutputFail, TellsPeopleWhatAndHow) {
  Streams streams;
  const ExitCode code = streams.output(Format::table)
                            .fail(crypto::Error{"E-KEY-PASSPHRASE", "It is wrong.", "Try again."});
  EXPECT_EQ(code, ExitCode::key);
  EXPECT_EQ(streams.out.str(), "");
  EXPECT_EQ(streams.err.str(), "error: It is wrong. [E-KEY-PASSPHRASE]\n  Try again.\n");
}

TEST(OutputFail, TellsProgramsInJson) {
  Streams streams;
  const crypto::RejectCode code{"E-GTIN-CHECK", "Check the digits."};
  const ExitCode exit = streams.output(Format::json)
                            .fail(crypto::Reject(code, "purchase.product.gtin", "It is wrong."));
  EXPECT_EQ(exit, ExitCode::refused);
  EXPECT_EQ(streams.err.str(),
            "{\"schema\":\"greenledger.error/1\",\"code\":\"E-GTIN-CHECK\","
            "\"message\":\"It is wrong.\",\"field\":\"purchase.product.gtin\","
            "\"hint\":\"Check the digits.\"}\n");
}

TEST(OutputMessages, AreForPeopleOnly) {
  Streams people;
  Output table = people.output(Format::table);
  table.say("Made.");
  table.next("greenledger keys list");
  table.warn("Old.");
  EXPECT_EQ(people.err.str(), "Made.\nnext: greenledger keys list\nwarning: Old.\n");
  EXPECT_EQ(people.out.str(), "");

  Streams programs;
  Output json = programs.output(Format::json);
  json.say("Made.");
  json.next("greenledger keys list");
  EXPECT_EQ(programs.err.str(), "");
  json.warn("Old.");
  EXPECT_EQ(programs.err.str(), "{\"schema\":\"greenledger.warning/1\",\"message\":\"Old.\"}\n");
}

TEST(OutputStyle, IsColourOnlyWhenAllowed) {
  Streams streams;
  EXPECT_EQ(streams.output(Format::table, true).styled(Style::good, "ok"), "\x1b[32mok\x1b[0m");
  EXPECT_EQ(streams.output(Format::table, false).styled(Style::good, "ok"), "ok");
}

TEST(ExitCodes, FollowTheFamilyOfTheError) {
  const auto exit_of = [](std::string_view code) {
    return exit_code_of(crypto::Error{std::string(code), "", ""});
  };
  EXPECT_EQ(exit_of(crypto::error_code::kKeyMissing), ExitCode::key);
  EXPECT_EQ(exit_of(crypto::error_code::kPassphraseSource), ExitCode::key);
  EXPECT_EQ(exit_of(crypto::error_code::kKeyExists), ExitCode::usage);
  EXPECT_EQ(exit_of(error_code::kUsage), ExitCode::usage);
  EXPECT_EQ(exit_of(error_code::kNotFound), ExitCode::not_found);
  EXPECT_EQ(exit_of("E-NODE-UNREACHABLE"), ExitCode::network);
  EXPECT_EQ(exit_of("E-SOMETHING-ELSE"), ExitCode::unexpected);
}

TEST(ExitCodes, AreEachListedOnce) {
  std::set<ExitCode> codes;
  for (const ExitCodeMeaning& row : kExitCodes) codes.insert(row.code);
  EXPECT_EQ(codes.size(), kExitCodes.size());
}

}  // namespace
}  // namespace tools

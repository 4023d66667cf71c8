#include "tools/import/csv.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tools/import/codes.h"

namespace tools {
namespace {

// Gives `text` in pieces of at most `piece` bytes.
ByteSource source_of(const std::string& text, std::size_t piece = 1U << 20U) {
  auto at = std::make_shared<std::size_t>(0);
  return [text, at, piece](char* buffer, std::size_t size) -> Result<std::size_t> {
    const std::size_t count = std::min({size, piece, text.size() - *at});
    text.copy(buffer, count, *at);
    *at += count;
    return count;
  };
}

struct Row {
  std::vector<std::string> cells;
  std::string raw;
  std::uint64_t line = 0;
  std::string code;  // of the fault

  friend bool operator==(const Row&, const Row&) = default;
};

std::vector<Row> read_all(const std::string& text, CsvDialect dialect = {},
                          std::size_t piece = 1U << 20U) {
  CsvReader reader(source_of(text, piece), dialect);
  std::vector<Row> rows;
  CsvRow row;
  while (true) {
    const Result<bool> found = reader.next(row);
    EXPECT_TRUE(found.has_value());
    if (!found || !*found) return rows;
    EXPECT_EQ(row.number, rows.size() + 1);
    EXPECT_EQ(text.substr(row.offset, row.raw.size()), row.raw);
    rows.push_back({row.cells, std::string(row.raw), row.line,
                    row.fault ? std::string(row.fault->code.name) : ""});
  }
}

TEST(CsvReader, SplitsCellsAndKeepsTheBytesOfEachRow) {
  const std::vector<Row> rows = read_all("a,b\n1,\n,2\n");

  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0], (Row{{"a", "b"}, "a,b", 1, ""}));
  EXPECT_EQ(rows[1], (Row{{"1", ""}, "1,", 2, ""}));
  EXPECT_EQ(rows[2], (Row{{"", "2"}, ",2", 3, ""}));
}

TEST(CsvReader, TakesEveryLineEndThatFilesHave) {
  for (const std::string end : {"\n", "\r\n", "\r\r\n", "\r"}) {
    const std::vector<Row> rows = read_all("a,b" + end + "1,2" + end);
    ASSERT_EQ(rows.size(), 2U) << end;
    EXPECT_EQ(rows[1], (Row{{"1", "2"}, "1,2", 2, ""}));
  }
}

TEST(CsvReader, TakesALastLineWithoutItsEnd) {
  const std::vector<Row> rows = read_all("a,b\n1,2");

  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].raw, "1,2");
}

TEST(CsvReader, SkipsEmptyLinesAndCountsThem) {
  const std::vector<Row> rows = read_all("\na\n\r\n\n1\n\n\n");

  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].line, 2U);
  EXPECT_EQ(rows[1].line, 5U);
}

TEST(CsvReader, TakesLineBreaksDelimitersAndDoubledMarksInsideQuotes) {
  const std::vector<Row> rows = read_all("\"a\r\n1,\",\"say \"\"hi\"\"\"\nx,y\n");

  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].cells, (std::vector<std::string>{"a\r\n1,", "say \"hi\""}));
  EXPECT_EQ(rows[0].raw, "\"a\r\n1,\",\"say \"\"hi\"\"\"");
  EXPECT_EQ(rows[1].line, 3U);
}

TEST(CsvReader, TakesAMarkInsideAnUnquotedCellAsItIs) {
  const std::vector<Row> rows = read_all("32\" TV,1\n");

  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].cells, (std::vector<std::string>{"32\" TV", "1"}));
}

TEST(CsvReader, TakesBlanksBehindAClosingMark) {
  EXPECT_EQ(read_all("\"a\" ,b\n")[0].cells, (std::vector<std::string>{"a", "b"}));
}

TEST(CsvReader, RefusesTextBehindAClosingMarkAndGoesOn) {
  const std::vector<Row> rows = read_all("a,b\n\"x\"y,1\n2,3\n");

  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1], (Row{{}, "\"x\"y,1", 2, "E-CSV-QUOTE"}));
  EXPECT_EQ(rows[2], (Row{{"2", "3"}, "2,3", 3, ""}));
}

TEST(CsvReader, LosesOneLineToAMarkThatIsNeverClosed) {
  const std::vector<Row> rows = read_all("a,b\n\"x,1\n2,3\n4,5\n");

  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[1], (Row{{}, "\"x,1", 2, "E-CSV-QUOTE"}));
  EXPECT_EQ(rows[2].cells, (std::vector<std::string>{"2", "3"}));
  EXPECT_EQ(rows[3], (Row{{"4", "5"}, "4,5", 4, ""}));
}

TEST(CsvReader, RefusesARowThatIsTooLongAndGoesOn) {
  const std::string longest(kRowBytesMax - 1, 'x');
  const std::vector<Row> rows =
      read_all("a\n" + longest + "\n" + longest + "xx\n" + longest + longest + longest + "\nb\n");

  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(rows[1].code, "");
  EXPECT_EQ(rows[2].code, "E-CSV-LONG");
  EXPECT_EQ(rows[3].code, "E-CSV-LONG");
  EXPECT_EQ(rows[3].line, 4U);
  EXPECT_EQ(rows[4], (Row{{"b"}, "b", 5, ""}));
}

TEST(CsvReader, ReadsTheSameRowsWhateverThePieces) {
  const std::string text =
      "a,b\r\r\n\"1\n\n,\",\"\"\"\"\r\n\r\nx,\"y\"zzz,z\n,\r\"open,1\nlast,\"row\"";
  const std::vector<Row> whole = read_all(text);
  ASSERT_EQ(whole.size(), 6U);

  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    EXPECT_EQ(read_all(text, {}, piece), whole) << piece;
  }
}

TEST(CsvReader, TellsTheBarInsideAChineseCharacterFromTheDelimiter) {
  // GB18030: 8A 7C is one character, and so is 81 30 89 38.
  const std::string text = "\x8A\x7C|b\n\x81\x30\x89\x38|\x8A\x7C\n";

  const std::vector<Row> rows = read_all(text, {'|', true});

  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].cells, (std::vector<std::string>{"\x8A\x7C", "b"}));
  EXPECT_EQ(rows[1].cells, (std::vector<std::string>{"\x81\x30\x89\x38", "\x8A\x7C"}));
}

TEST(CsvReader, PassesOnWhatTheSourceSays) {
  CsvReader reader(
      [](char*, std::size_t) -> Result<std::size_t> { return Unexpected{Error{"E", "m", "h"}}; },
      {});
  CsvRow row;

  const Result<bool> found = reader.next(row);

  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, "E");
}

TEST(DetectDelimiter, TakesTheOneThatGivesTheMostCells) {
  EXPECT_EQ(detect_delimiter("a,b,c\n"), ',');
  EXPECT_EQ(detect_delimiter("a;b,x;c\n"), ';');
  EXPECT_EQ(detect_delimiter("a\tb\n1;2;3;4\n"), '\t');
  EXPECT_EQ(detect_delimiter("\"a,b,c,d\"|b\n"), '|');
  EXPECT_EQ(detect_delimiter("single\n"), ',');
  EXPECT_EQ(detect_delimiter(""), ',');
}

TEST(DetectLineEnd, TakesTheFirst) {
  EXPECT_EQ(detect_line_end("a\nb\r\n"), "\n");
  EXPECT_EQ(detect_line_end("a\r\nb"), "\r\n");
  EXPECT_EQ(detect_line_end("a\r\r\nb"), "\r\n");
  EXPECT_EQ(detect_line_end("a\rb"), "\r");
  EXPECT_EQ(detect_line_end("a"), "\n");
}

TEST(CsvCell, QuotesOnlyWhereItMust) {
  EXPECT_EQ(csv_cell("plain text", ','), "plain text");
  EXPECT_EQ(csv_cell("a,b", ','), "\"a,b\"");
  EXPECT_EQ(csv_cell("a,b", ';'), "a,b");
  EXPECT_EQ(csv_cell("say \"hi\"", ','), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(csv_cell("two\nlines", ','), "\"two\nlines\"");
}

}  // namespace
}  // namespace tools

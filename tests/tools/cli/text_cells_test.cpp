#include "tools/cli/text_cells.h"

#include <gtest/gtest.h>

namespace tools {
namespace {

TEST(Printable, LeavesTextAsItIs) {
  EXPECT_EQ(printable("Grüne Etiketten 绿色 🌱"), "Grüne Etiketten 绿色 🌱");
}

TEST(Printable, TakesTheTeethFromControlCharacters) {
  EXPECT_EQ(printable("a\x1b[2Jb"), "a\uFFFD[2Jb");
  EXPECT_EQ(printable("a\nb\tc\rd"), "a b c d");
  EXPECT_EQ(printable("a\u009bb"), "a\uFFFDb");  // a terminal's one-byte escape
  EXPECT_EQ(printable("a\u202Eb"), "a\uFFFDb");  // right-to-left override
  EXPECT_EQ(printable("a\u200Bb"), "a\uFFFDb");  // no width
  EXPECT_EQ(printable("a\xFF\xE7\xBB"), "a\uFFFD\uFFFD\uFFFD");
}

TEST(DisplayWidth, CountsColumnsOfATerminal) {
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("绿色"), 4u);
  EXPECT_EQ(display_width("é"), 1u);
  EXPECT_EQ(display_width("e\u0301"), 1u);  // letter and combining accent
  EXPECT_EQ(display_width(""), 0u);
}

TEST(ShellWord, IsQuotedWhereAShellWouldSplitOrChangeIt) {
  EXPECT_EQ(shell_word("cert/epa/eco/A%20b~1"), "cert/epa/eco/A%20b~1");
  EXPECT_EQ(shell_word("/srv/a b/x.csv"), "'/srv/a b/x.csv'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word("$(reboot)"), "'$(reboot)'");
  EXPECT_EQ(shell_word("~root"), "'~root'");
  EXPECT_EQ(shell_word(""), "''");
}

TEST(Shortened, KeepsWhatFitsAndSaysThatMoreWasThere) {
  EXPECT_EQ(shortened("abcdef", 6), "abcdef");
  EXPECT_EQ(shortened("abcdefg", 6), "abcde…");
  EXPECT_EQ(shortened("绿色采购", 6), "绿色…");  // two columns each, one for the mark
}

TEST(Wrapped, BreaksAtSpacesOnly) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(wrapped("one two three", 7), (Lines{"one two", "three"}));
  EXPECT_EQ(wrapped("a verylongword b", 5), (Lines{"a", "verylongword", "b"}));
  EXPECT_EQ(wrapped("绿色 采购", 8), (Lines{"绿色", "采购"}));
  EXPECT_EQ(wrapped("", 8), (Lines{""}));
}

TEST(CsvCell, QuotesWhatNeedsIt) {
  EXPECT_EQ(csv_cell_for_people("plain"), "plain");
  EXPECT_EQ(csv_cell_for_people("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell_for_people("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_cell_for_people("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv_cell_for_people(""), "");
}

TEST(CsvCell, StopsFormulasButNotNumbers) {
  EXPECT_EQ(csv_cell_for_people("=1+1"), "'=1+1");
  EXPECT_EQ(csv_cell_for_people("+cmd|' /C calc'!A0"), "'+cmd|' /C calc'!A0");
  EXPECT_EQ(csv_cell_for_people("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(csv_cell_for_people("-2+3"), "'-2+3");
  EXPECT_EQ(csv_cell_for_people("\t=1"), "'\t=1");
  EXPECT_EQ(csv_cell_for_people("=\"a\",b"), "\"'=\"\"a\"\",b\"");
  EXPECT_EQ(csv_cell_for_people("-3"), "-3");
  EXPECT_EQ(csv_cell_for_people("-0.50"), "-0.50");
  EXPECT_EQ(csv_cell_for_people("+49.30"), "+49.30");
  EXPECT_EQ(csv_cell_for_people("-"), "'-");
  EXPECT_EQ(csv_cell_for_people("-1.2.3"), "'-1.2.3");
}

TEST(EditDistance, CountsOneForAChangeADeletionAnInsertionAndASwap) {
  EXPECT_EQ(edit_distance("keys", "keys"), 0u);
  EXPECT_EQ(edit_distance("keys", "kezs"), 1u);
  EXPECT_EQ(edit_distance("keys", "key"), 1u);
  EXPECT_EQ(edit_distance("keys", "kekys"), 1u);
  EXPECT_EQ(edit_distance("keys", "kyes"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
}

}  // namespace
}  // namespace tools

// Text of others on a terminal and in a spreadsheet. Names on the ledger are written by anybody:
// shown raw, they could move the cursor, turn the line around or start a formula.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tools {

// Control characters, marks that turn the direction of text, and bytes that are not UTF-8 become
// U+FFFD; line ends and tabs become a space.
std::string printable(std::string_view text);

// Columns that printable text takes on a terminal: CJK takes two, accents none.
std::size_t display_width(std::string_view printable_text);

// The first part of printable text that takes at most `width` columns, with "…" where something is
// left out.
std::string shortened(std::string_view printable_text, std::size_t width);

// Printable text in lines of at most `width` columns, broken at spaces. A longer word has a line of
// its own. At least one line.
std::vector<std::string> wrapped(std::string_view printable_text, std::size_t width);

// One CSV cell (RFC 4180). What a spreadsheet would run as a formula (it starts with = + - @, a tab
// or a line end, and is no plain number) gets an apostrophe before it.
std::string csv_cell_for_people(std::string_view text);

// A word as a shell takes it: in single quotes where it holds more than letters, digits and marks
// that mean nothing to shells.
std::string shell_word(std::string_view text);

// Changes, deletions, insertions and swaps of neighbours that lead from one word to the other.
std::size_t edit_distance(std::string_view from, std::string_view to);

}  // namespace tools

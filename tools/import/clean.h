// What can be done to the text of a cell: pure functions from text to text. Each does one thing
// that a mapping names; none guesses. Input and output are UTF-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tools {

std::string to_upper(std::string_view text);  // ASCII letters only: A to Z of codes and makes
std::string to_lower(std::string_view text);  // ASCII letters only

// Each run of spaces, tabs and line ends as one space, none at the ends.
std::string collapse(std::string_view text);

// "&reg;", "&#174;" and "&#xAE;" as the character they name (HTML 4), kinds of space as the
// plain one; what is no entity stays. In form C.
std::string decode_html(std::string_view text);

// The parts between delimiters, trimmed, without empty ones.
std::vector<std::string> split(std::string_view text, std::string_view delimiter);

// Everywhere `from`, which is not empty, becomes `to`.
std::string replace(std::string_view text, std::string_view from, std::string_view to);

// The first `bytes` bytes or less, ending with a whole character and "…" when something was cut.
std::string shorten(std::string_view text, std::size_t bytes);

// "LAND ROVER Discovery" -> {"LAND ROVER", "Discovery"}: the longest of `names` that the text
// begins with, letters of either case, followed by a space; otherwise the first word.
struct BrandAndRest {
  std::string brand;
  std::string rest;
};
BrandAndRest split_brand(std::string_view text, const std::vector<std::string>& names);

// A number as people and spreadsheets write it in canonical form: "1,234.50" -> "1234.5",
// "-0.0" -> "0". Groups must be of three digits; no exponent, sign of currency or unit. nullopt: it
// is no number. `decimal_comma` swaps the meaning of '.' and ','.
std::optional<std::string> clean_number(std::string_view text, bool decimal_comma);

// A GTIN of 8, 12, 13 or 14 digits as 14 digits, when its check digit fits (GS1 General
// Specifications 7.9). `restore_zeros` also takes 10 or 11 digits, a GTIN-12 whose zeros in front a
// spreadsheet dropped, again only when the check digit fits. nullopt: no GTIN. The check digit lets
// one wrong number in ten pass, so zeros are restored only where the mapping asks for it.
std::optional<std::string> clean_gtin(std::string_view text, bool restore_zeros);

// An e-mail address in the text; empty: none.
std::string_view find_email(std::string_view text);

// The nearest of `names` within an edit distance of two (or a third of its length); empty: none.
std::string nearest(std::string_view name, const std::vector<std::string>& names);

}  // namespace tools

#include "tools/cli/text_cells.h"

#include <algorithm>
#include <clocale>
#include <cwchar>
#include <vector>

#include "proto/utf8.h"

namespace tools {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The first code point of valid UTF-8 and its size in bytes.
struct CodePoint {
  char32_t value = 0;
  std::size_t size = 1;
};

CodePoint first_code_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  auto value = static_cast<char32_t>(lead & (0xFF >> (size + 1)));
  for (std::size_t i = 1; i < size; ++i) {
    value = value << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  }
  return {value, size};
}

bool turns_or_hides(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

// wcwidth asks the locale; this one is the same on every machine. Never freed: it is a constant.
locale_t utf8_locale() {
  static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

bool is_plain_number(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  std::size_t points = 0;
  for (const char c : text) {
    if (c == '.') {
      ++points;
    } else if (c < '0' || c > '9') {
      return false;
    }
  }
  return !text.empty() && points <= 1 && text.front() != '.' && text.back() != '.';
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::string_view valid = text.substr(0, proto::valid_utf8_prefix(text));
    for (std::size_t at = 0; at < valid.size();) {
      const CodePoint point = first_code_point(valid.substr(at));
      if (point.value == '\n' || point.value == '\t' || point.value == '\r') {
        out.push_back(' ');
      } else if (turns_or_hides(point.value)) {
        out.append(kReplacement);
      } else {
        out.append(valid.substr(at, point.size));
      }
      at += point.size;
    }
    text.remove_prefix(valid.size());
    if (!text.empty()) {
      out.append(kReplacement);
      text.remove_prefix(1);
    }
  }
  return out;
}

std::size_t display_width(std::string_view printable_text) {
  const locale_t before = ::uselocale(utf8_locale());
  std::size_t width = 0;
  while (!printable_text.empty()) {
    const CodePoint point = first_code_point(printable_text);
    const int columns = ::wcwidth(static_cast<wchar_t>(point.value));
    width += columns < 0 ? 1 : static_cast<std::size_t>(columns);
    printable_text.remove_prefix(point.size);
  }
  ::uselocale(before);
  return width;
}

std::string shortened(std::string_view printable_text, std::size_t width) {
  if (display_width(printable_text) <= width) return std::string(printable_text);
  std::string kept;
  while (!printable_text.empty()) {
    const std::string_view next = printable_text.substr(0, first_code_point(printable_text).size);
    if (display_width(kept) + display_width(next) + 1 > width) break;
    kept.append(next);
    printable_text.remove_prefix(next.size());
  }
  return kept + "…";
}

std::vector<std::string> wrapped(std::string_view printable_text, std::size_t width) {
  std::vector<std::string> lines(1);
  while (!printable_text.empty()) {
    const std::size_t end = std::min(printable_text.find(' '), printable_text.size());
    const std::string_view word = printable_text.substr(0, end);
    printable_text.remove_prefix(std::min(end + 1, printable_text.size()));
    if (word.empty()) continue;
    if (!lines.back().empty() && display_width(lines.back()) + 1 + display_width(word) > width) {
      lines.emplace_back();
    }
    if (!lines.back().empty()) lines.back().push_back(' ');
    lines.back().append(word);
  }
  return lines;
}

std::string csv_cell_for_people(std::string_view text) {
  std::string cell(text);
  static constexpr std::string_view kFormulaStarts = "=+-@\t\r\n";
  if (!cell.empty() && kFormulaStarts.find(cell[0]) != std::string_view::npos &&
      !is_plain_number(cell)) {
    cell.insert(0, 1, '\'');
  }
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  quoted.push_back('"');
  return quoted;
}

std::string shell_word(std::string_view text) {
  static constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,@%+-~";
  if (!text.empty() && text[0] != '~' && text.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(text);
  }
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') {
      word += "'\\''";
    } else {
      word.push_back(c);
    }
  }
  return word + "'";
}

std::size_t edit_distance(std::string_view from, std::string_view to) {
  // Optimal string alignment, three rows of the table at a time.
  std::vector<std::size_t> before_last(to.size() + 1);
  std::vector<std::size_t> last(to.size() + 1);
  std::vector<std::size_t> row(to.size() + 1);
  for (std::size_t j = 0; j <= to.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t change = last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, change});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[to.size()];
}

}  // namespace tools

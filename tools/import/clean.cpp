#include "tools/import/clean.h"

#include <libxml/HTMLparser.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "tools/cli/text_cells.h"
#include "tools/import/encoding.h"

namespace tools {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
  return text.size() >= start.size() &&
         std::equal(start.begin(), start.end(), text.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// The code point of "reg", "#174" or "#xAE"; 0: no entity.
std::uint32_t entity_value(std::string_view name) {
  std::uint32_t value = 0;
  if (name.starts_with('#')) {
    name.remove_prefix(1);
    const bool hex = name.starts_with('x') || name.starts_with('X');
    if (hex) name.remove_prefix(1);
    const auto result =
        std::from_chars(name.data(), name.data() + name.size(), value, hex ? 16 : 10);
    const bool whole = result.ec == std::errc() && result.ptr == name.data() + name.size();
    const bool character = value >= 0x20 && value <= 0x10FFFF && !U_IS_SURROGATE(value);
    return whole && character ? value : 0;
  }
  const std::string copy(name);
  const htmlEntityDesc* entity = htmlEntityLookup(reinterpret_cast<const xmlChar*>(copy.c_str()));
  return entity == nullptr ? 0 : entity->value;
}

void append_character(std::string& out, std::uint32_t value) {
  char buffer[4];
  std::int32_t length = 0;
  const auto character = static_cast<UChar32>(value);
  U8_APPEND_UNSAFE(buffer, length, character);
  out.append(buffer, static_cast<std::size_t>(length));
}

bool gtin_check_digit_fits(std::string_view digits) {
  int sum = 0;
  int weight = 1;
  for (std::size_t at = digits.size(); at-- > 0;) {
    sum += weight * (digits[at] - '0');
    weight = 4 - weight;
  }
  return sum % 10 == 0;
}

// The digits before the decimal sign, groups of three joined; nullopt: wrong groups.
std::optional<std::string> join_groups(std::string_view whole, char group) {
  if (whole.find(group) == std::string_view::npos && whole.find(' ') == std::string_view::npos) {
    return all_digits(whole) ? std::optional<std::string>(whole) : std::nullopt;
  }
  const char mark = whole.find(group) != std::string_view::npos ? group : ' ';
  std::string joined;
  std::size_t start = 0;
  while (true) {
    const std::size_t end = std::min(whole.find(mark, start), whole.size());
    const std::string_view part = whole.substr(start, end - start);
    const bool fits = start == 0 ? part.size() <= 3 : part.size() == 3;
    if (!all_digits(part) || !fits) return std::nullopt;
    joined += part;
    if (end == whole.size()) return joined;
    start = end + 1;
  }
}

}  // namespace

std::string to_upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), upper);
  return out;
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::string collapse(std::string_view text) {
  std::string out;
  for (const char c : trim(text)) {
    if (!is_space(c)) {
      out.push_back(c);
    } else if (out.back() != ' ') {
      out.push_back(' ');
    }
  }
  return out;
}

std::string decode_html(std::string_view text) {
  constexpr std::size_t kLongestEntity = 10;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text[at] == '&' ? text.find(';', at) : std::string_view::npos;
    std::uint32_t value = 0;
    if (end != std::string_view::npos && end - at <= kLongestEntity) {
      value = entity_value(text.substr(at + 1, end - at - 1));
    }
    if (value == 0) {
      out.push_back(text[at++]);
      continue;
    }
    const bool space = u_charType(static_cast<UChar32>(value)) == U_SPACE_SEPARATOR;
    append_character(out, space ? ' ' : value);
    at = end + 1;
  }
  return to_nfc(out);
}

std::vector<std::string> split(std::string_view text, std::string_view delimiter) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(delimiter);
    const std::string_view part = trim(text.substr(0, end));
    if (!part.empty()) parts.emplace_back(part);
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + delimiter.size());
  }
}

std::string replace(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  while (true) {
    const std::size_t found = text.find(from);
    out += text.substr(0, found);
    if (found == std::string_view::npos) return out;
    out += to;
    text.remove_prefix(found + from.size());
  }
}

std::string shorten(std::string_view text, std::size_t bytes) {
  constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
  if (text.size() <= bytes) return std::string(text);
  if (bytes < kEllipsis.size()) return {};
  std::size_t end = bytes - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(trim(text.substr(0, end))) + std::string(kEllipsis);
}

BrandAndRest split_brand(std::string_view text, const std::vector<std::string>& names) {
  std::size_t length = text.find(' ');
  std::size_t longest = 0;
  for (const std::string& name : names) {
    const bool whole =
        text.size() == name.size() || (text.size() > name.size() && text[name.size()] == ' ');
    if (whole && name.size() > longest && starts_with_ignoring_case(text, name)) {
      longest = name.size();
    }
  }
  if (longest > 0) length = longest;
  if (length == std::string_view::npos) length = text.size();
  return {std::string(text.substr(0, length)), std::string(trim(text.substr(length)))};
}

std::optional<std::string> clean_number(std::string_view text, bool decimal_comma) {
  const char point = decimal_comma ? ',' : '.';
  const char group = decimal_comma ? '.' : ',';
  text = trim(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t at = text.find(point);
  std::optional<std::string> whole = join_groups(text.substr(0, at), group);
  if (!whole) return std::nullopt;
  std::string fraction;
  if (at != std::string_view::npos) {
    fraction = text.substr(at + 1);
    if (!all_digits(fraction)) return std::nullopt;
    fraction.erase(fraction.find_last_not_of('0') + 1);
  }
  whole->erase(0, std::min(whole->find_first_not_of('0'), whole->size() - 1));
  const bool zero = *whole == "0" && fraction.empty();
  return (negative && !zero ? "-" : "") + *whole + (fraction.empty() ? "" : "." + fraction);
}

std::optional<std::string> clean_gtin(std::string_view text, bool restore_zeros) {
  text = trim(text);
  const std::size_t size = text.size();
  if (!all_digits(text) || size > 14) return std::nullopt;
  const bool whole = size == 8 || size >= 12;
  const bool restorable = restore_zeros && (size == 10 || size == 11);
  if (!whole && !restorable) return std::nullopt;
  if (!gtin_check_digit_fits(text)) return std::nullopt;
  return std::string(14 - size, '0') + std::string(text);
}

std::string_view find_email(std::string_view text) {
  const auto is_local = [](char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-' || c == '+';
  };
  const auto is_host = [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '-'; };
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    std::size_t start = at;
    while (start > 0 && is_local(text[start - 1])) --start;
    std::size_t end = at + 1;
    while (end < text.size() && is_host(text[end])) ++end;
    while (end > at + 1 && text[end - 1] == '.') --end;
    const std::string_view host = text.substr(at + 1, end - at - 1);
    const std::size_t dot = host.rfind('.');
    const bool domain =
        dot != std::string_view::npos && dot > 0 && host.size() - dot > 2 &&
        std::all_of(host.begin() + static_cast<std::ptrdiff_t>(dot) + 1, host.end(), is_letter);
    if (start < at && domain) return text.substr(start, end - start);
  }
  return {};
}

std::string nearest(std::string_view name, const std::vector<std::string>& names) {
  std::string best;
  std::size_t least = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const std::string& candidate : names) {
    const std::size_t distance = edit_distance(to_lower(name), to_lower(candidate));
    if (distance >= least || distance >= candidate.size()) continue;
    least = distance;
    best = candidate;
  }
  return best;
}

}  // namespace tools

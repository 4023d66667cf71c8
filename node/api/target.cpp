#include "node/api/target.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "node/api/codes.h"
#include "proto/utf8.h"

namespace node::api {
namespace {

using crypto::Checked;
using crypto::Reject;
using crypto::Unexpected;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_unreserved(char c) {
  return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

// pchar of RFC 3986, and what may stand in a query beside it.
bool may_stand(char c) {
  return is_unreserved(c) || std::string_view("%!$&'()*+,;=:@/?").find(c) != std::string_view::npos;
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

Unexpected<Reject> refuse(std::string message) {
  return Unexpected{Reject(kTarget, "", std::move(message))};
}

Checked<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out.push_back(' ');
      continue;
    }
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
    const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
    if (!high || !low) return refuse("A percent sign is not followed by two hexadecimal digits.");
    out.push_back(static_cast<char>(*high * 16 + *low));
    i += 2;
  }
  const bool control =
      std::any_of(out.begin(), out.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
  if (control) return refuse("The address holds a control character.");
  if (proto::valid_utf8_prefix(out) != out.size())
    return refuse("The address does not decode to UTF-8.");
  return out;
}

Checked<std::vector<std::string>> split_path(std::string_view path) {
  std::vector<std::string> segments;
  path.remove_prefix(1);
  if (path.empty()) return segments;
  while (true) {
    const std::size_t slash = path.find('/');
    auto segment = decode(path.substr(0, slash), false);
    if (!segment) return Unexpected{segment.error()};
    if (segment->empty() || *segment == "." || *segment == "..") {
      return refuse("The address holds an empty, '.' or '..' segment.");
    }
    segments.push_back(std::move(*segment));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

Checked<std::vector<std::pair<std::string, std::string>>> split_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    if (pairs.size() == kQueryPairsMax) return refuse("The address holds too many parameters.");
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = decode(pair.substr(0, equals), true);
    if (!name) return Unexpected{name.error()};
    auto value = decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!value) return Unexpected{value.error()};
    pairs.emplace_back(std::move(*name), std::move(*value));
  }
  return pairs;
}

}  // namespace

Checked<Target> split_target(std::string_view target) {
  if (target.empty() || target.front() != '/') {
    return refuse("The target is not a path that starts with '/'.");
  }
  if (!std::all_of(target.begin(), target.end(), may_stand)) {
    return refuse("The address holds a character that must be percent-encoded.");
  }
  const std::size_t question = std::min(target.find('?'), target.size());
  auto path = split_path(target.substr(0, question));
  if (!path) return Unexpected{path.error()};
  auto query = split_query(target.substr(std::min(question + 1, target.size())));
  if (!query) return Unexpected{query.error()};
  return Target{std::move(*path), std::move(*query)};
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(c);
    out.push_back('%');
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

}  // namespace node::api

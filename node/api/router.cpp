#include "node/api/router.h"

#include <algorithm>
#include <charconv>

#include "crypto/check.h"
#include "ledger/records/date.h"
#include "ledger/records/identifiers.h"
#include "node/api/codes.h"
#include "node/api/page.h"
#include "node/api/problem.h"

namespace node::api {
namespace {

using crypto::Reject;

std::vector<std::string_view> segments(std::string_view pattern) {
  std::vector<std::string_view> out;
  pattern.remove_prefix(1);
  while (true) {
    const std::size_t slash = pattern.find('/');
    out.push_back(pattern.substr(0, slash));
    if (slash == std::string_view::npos) return out;
    pattern.remove_prefix(slash + 1);
  }
}

bool is_placeholder(std::string_view segment) { return segment.starts_with('{'); }
bool is_rest(std::string_view segment) { return segment.ends_with("...}"); }

std::string_view placeholder_name(std::string_view segment) {
  const std::size_t tail = is_rest(segment) ? 5 : 2;
  return segment.substr(1, segment.size() - tail);
}

// Whether the path fits the pattern; then the values of its placeholders.
bool match(std::string_view pattern, const std::vector<std::string>& path, Call::Values& values,
           std::vector<std::string>& rest) {
  const std::vector<std::string_view> parts = segments(pattern);
  const bool open = is_rest(parts.back());
  if (open ? path.size() < parts.size() : path.size() != parts.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (is_rest(parts[i])) {
      rest.assign(path.begin() + static_cast<std::ptrdiff_t>(i), path.end());
    } else if (is_placeholder(parts[i])) {
      values.emplace_back(placeholder_name(parts[i]), path[i]);
    } else if (parts[i] != path[i]) {
      return false;
    }
  }
  return true;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_choice(std::string_view choices, std::string_view value) {
  while (!choices.empty()) {
    const std::size_t bar = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, bar) == value) return true;
    choices.remove_prefix(std::min(bar + 1, choices.size()));
  }
  return false;
}

// Checks `value` and brings it into the form that routes read; else what is wrong with it.
std::optional<std::string> normalise(const Parameter& parameter, const View& view,
                                     std::string& value) {
  switch (parameter.kind) {
    case ParameterKind::text:
      if (value.empty() || value.size() > 512) return "must have 1 to 512 bytes";
      return std::nullopt;
    case ParameterKind::number: {
      const auto number = parse_number(value);
      if (number && *number <= parameter.max) return std::nullopt;
      return "must be a number from 0 to " + std::to_string(parameter.max);
    }
    case ParameterKind::flag:
      if (value == "true" || value == "false") return std::nullopt;
      return "must be true or false";
    case ParameterKind::choice:
      if (is_choice(parameter.choices, value)) return std::nullopt;
      return "must be one of " + std::string(parameter.choices);
    case ParameterKind::day: {
      const auto date = ledger::Date::parse(value);
      if (date && date->precision() == ledger::Precision::day) return std::nullopt;
      return "must be a day of the calendar such as 2018-01-13";
    }
    case ParameterKind::gtin: {
      const auto gtin = ledger::gtin_14(value);
      if (!gtin) return "must be a GTIN of 8, 12, 13 or 14 digits with a right check digit";
      value = *gtin;
      return std::nullopt;
    }
    case ParameterKind::hash:
      if (crypto::Hash::from_hex(value)) return std::nullopt;
      return "must have 64 hexadecimal digits";
    case ParameterKind::height: {
      const auto number = parse_number(value);
      const std::uint64_t tip = view.tip.seal.height;
      if (number && *number <= tip) return std::nullopt;
      return "must be a height from 0 to " + std::to_string(tip);
    }
    case ParameterKind::cursor: {
      auto position = decode_cursor(value);
      if (!position) return "must be what an earlier page gave as \"next\"";
      value = std::move(*position);
      return std::nullopt;
    }
  }
  CHECK(false);
}

const Parameter* find_parameter(const Route& route, std::string_view name, bool in_path) {
  for (const Parameter& parameter : route.parameters) {
    if (parameter.name == name && parameter.in_path == in_path) return &parameter;
  }
  return nullptr;
}

// Adds the query to the values of the path and checks all of them; the problem, if there is one.
std::optional<Response> fill(const Route& route, const Request& request, const View& view,
                             Call::Values& values) {
  for (auto& [name, value] : values) {
    const Parameter* parameter = find_parameter(route, name, true);
    CHECK(parameter != nullptr);
    if (auto fault = normalise(*parameter, view, value)) return bad_parameter(name, *fault);
  }
  for (const auto& [name, given] : request.query) {
    const Parameter* parameter = find_parameter(route, name, false);
    if (parameter == nullptr) {
      return bad_parameter(name, "is not a parameter of this address");
    }
    const bool twice = std::any_of(values.begin(), values.end(),
                                   [&](const auto& other) { return other.first == name; });
    if (twice) return bad_parameter(name, "is given more than once");
    std::string value = given;
    if (auto fault = normalise(*parameter, view, value)) return bad_parameter(name, *fault);
    values.emplace_back(name, std::move(value));
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string_view> placeholders(std::string_view pattern) {
  std::vector<std::string_view> names;
  for (const std::string_view segment : segments(pattern)) {
    if (is_placeholder(segment)) names.push_back(placeholder_name(segment));
  }
  return names;
}

std::optional<std::string> Call::find(std::string_view name) const {
  for (const auto& [key, value] : values_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::string Call::text(std::string_view name) const {
  auto value = find(name);
  CHECK(value.has_value());
  return *std::move(value);
}

std::optional<std::uint64_t> Call::find_number(std::string_view name) const {
  const auto value = find(name);
  if (!value) return std::nullopt;
  return parse_number(*value);
}

std::uint64_t Call::number(std::string_view name) const {
  const auto value = find_number(name);
  CHECK(value.has_value());
  return *value;
}

bool Call::flag(std::string_view name) const { return find(name) == "true"; }

std::uint64_t Call::height() const {
  return find_number("as_of_height").value_or(view_->tip.seal.height);
}

std::uint64_t Call::limit() const { return find_number("limit").value_or(kPageDefault); }

Resolved resolve(const Request& request, const View& view) {
  std::string allowed;
  for (const Route& route : routes()) {
    Call::Values values;
    std::vector<std::string> rest;
    if (!match(route.pattern, request.path, values, rest)) continue;
    if (route.method != request.method) {
      allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
      continue;
    }
    if (auto fault = fill(route, request, view, values)) return {{}, *std::move(fault)};
    return {Call(route, std::move(values), std::move(rest), request, view), {}};
  }
  if (allowed.empty()) return {{}, not_found("There is nothing at this address.")};
  Response response =
      problem(405, Reject(kMethod, "", "This address does not take " + request.method + "."));
  response.headers.emplace_back("Allow", std::move(allowed));
  return {{}, std::move(response)};
}

Response handle(const Request& request, const View& view) {
  Resolved resolved = resolve(request, view);
  if (!resolved.call) return std::move(resolved.problem);
  CHECK(resolved.call->route().answer != nullptr);
  return resolved.call->route().answer(*resolved.call);
}

Response bad_parameter(std::string_view name, std::string message) {
  return problem(400, Reject(kQuery, std::string(name),
                             "The parameter " + std::string(name) + " " + message + "."));
}

Response not_found(std::string message) {
  return problem(404, Reject(kNotFound, "", std::move(message)));
}

}  // namespace node::api

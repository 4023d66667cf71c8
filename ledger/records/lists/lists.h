// Code lists that the rules look up: countries, currencies, units. The tables beside this file are
// generated (tools/generate_lists.py) and belong to the rules version.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ledger {

// ISO 3166-1 alpha-2.
bool is_country(std::string_view code);

// Digits after the point of an ISO 4217 currency (0 to 4); nullopt: not a currency one pays with.
std::optional<int> minor_units(std::string_view currency);

// UN/ECE Recommendation 20, or "X" and a package code of Recommendation 21 ("XPK"), which is a rule
// and no list. Deprecated codes still have a meaning and are taken.
enum class UnitStatus { in_use, deprecated, deleted, unknown };
UnitStatus unit_status(std::string_view code);
inline bool is_unit(std::string_view code) {
  const UnitStatus status = unit_status(code);
  return status == UnitStatus::in_use || status == UnitStatus::deprecated;
}

// A sentence that says which code `text` may have meant: "Did you mean H87 (piece) or C62 (one)?";
// a general one when nothing is near.
std::string unit_suggestion(std::string_view text);

}  // namespace ledger

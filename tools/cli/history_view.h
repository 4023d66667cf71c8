// The history of a certification or a purchase as people read it: who did what when, what changed,
// which key signed it, and why. The rows are pure: JSON of the node in, rows out.
#pragma once

#include <string>
#include <vector>

#include "tools/cli/session.h"

namespace tools {

// One row a record, oldest first. `records` are newest first, as the node lists them.
std::vector<Json> history_rows(const std::vector<Json>& records);

inline const std::vector<Column> kHistoryColumns = {
    {"place", "PLACE", true}, {"height", "HEIGHT", true}, {"time", "TIME"},       {"who", "WHO"},
    {"key", "KEY"},           {"what", "WHAT"},           {"changes", "CHANGES"}, {"why", "WHY"}};

// Prints the history in the format that was asked for; as a table, a few lines for each record.
void print_history(Session& session, const std::vector<Json>& records, std::uint64_t height);

// "valid_to: 2019-12-31 -> 2020-12-31" for each field that differs, by path.
std::vector<std::string> field_changes(const Json& before, const Json& after);

}  // namespace tools

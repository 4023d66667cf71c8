// Flags of verbs that read: how many rows, as of which height, for which day.
#pragma once

#include <CLI/App.hpp>
#include <string>

#include "tools/cli/node_reader.h"

namespace tools {

struct ListFlags {
  std::size_t limit = 100;  // 0: all
  std::string height;
};
void add_list_flags(CLI::App& verb, ListFlags& flags);
void add_height_flag(CLI::App& verb, std::string& height);
void add_day_flag(CLI::App& verb, std::string& day);
// --since and --until, days of purchase.
void add_period_flags(CLI::App& verb, std::string& since, std::string& until);

// What is wrong with a word that is to be a day, or a height; empty: nothing.
std::string day_fault(const std::string& word);
std::string height_fault(const std::string& word);

NodePath add_height(NodePath path, const std::string& height);

// Tells a person that there is more than was listed.
void say_if_more(Session& session, const NodeReader::List& list);

}  // namespace tools

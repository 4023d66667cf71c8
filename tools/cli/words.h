// How far the words of a command line lead into the command tree. Shared by help, by the
// explanation of usage faults and by completion: all must agree on what is a command, a flag or its
// value.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

namespace tools {

struct Place {
  const CLI::App* app = nullptr;        // the command that the words name
  const CLI::Option* awaits = nullptr;  // the flag whose value would come next
  std::size_t arguments = 0;            // words that are arguments of the verb
  std::optional<std::size_t> unknown;   // the first word that is no flag or command here
};

Place find_place(const CLI::App& root, const std::vector<std::string>& words);

// The flag by its word ("--output", "--output=json", "-ojson") as `app` or one above it knows it;
// nullptr: none does.
const CLI::Option* find_flag(const CLI::App& app, const std::string& word);

bool is_flag(const std::string& word);

}  // namespace tools

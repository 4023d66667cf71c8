// The texts that explain the command tree: help of a command, the short help, exit codes, and what
// somebody may have meant. All are made from the tree, so that none can differ from it.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace tools {

// "greenledger keys new"
std::string path_of(const CLI::App& app);

// Every command below `app`, in the order in which they were added.
std::vector<const CLI::App*> commands_of(const CLI::App& app);

std::string help_text(const CLI::App& app, const std::vector<std::string>& examples);
std::string short_help_text(const CLI::App& root);
std::string exit_code_text();

// "Did you mean …?" for a word that is no command of `app`, or for an unknown flag; empty: nothing
// is near.
std::string suggestion_for(const CLI::App& app, const std::string& word);

}  // namespace tools

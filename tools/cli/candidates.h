// Completion of command lines. The shells' scripts (completion.cpp) are a few lines that ask the
// program itself, `greenledger __complete WORD...`, so that they know every command, flag and local
// name without being made anew.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <vector>

#include "tools/cli/settings.h"

namespace tools {

using ValuesOf =
    std::function<std::vector<std::string>(const CLI::Option& option, const Settings& settings)>;

// What may stand for the last of `words`, one a line with a tab before its description. No
// candidates: the shell offers files.
std::string complete_words(const CLI::App& root, const std::vector<std::string>& words,
                           const Environment& environment, const ValuesOf& values_of);

}  // namespace tools

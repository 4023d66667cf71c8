// The verbs of `ledger` that copy whole ledgers, and what they share with `audit`.
#pragma once

#include "tools/cli/cli.h"

namespace tools {

inline constexpr std::string_view kSourceMeaning =
    "a tile directory, an archive, a node's folder, or a URL; else the node of --node";

// The place that was named, or the node of the settings.
std::string source_place(const Session& session, const std::string& named);

void add_ledger_copies(Cli& cli, CLI::App& noun);

}  // namespace tools

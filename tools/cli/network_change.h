// greenledger network change | approve | apply: who votes from the next epoch on. A change is a
// file that goes from one holder of a root key to the next, by mail or otherwise.
#pragma once

#include "tools/cli/cli.h"

namespace tools {

void add_network_changes(Cli& cli, CLI::App& network);

}  // namespace tools

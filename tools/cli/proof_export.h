// greenledger proof export: what a proof holds, as files that programs of others read.
#pragma once

#include "tools/cli/cli.h"

namespace tools {

void add_export(Cli& cli, CLI::App& noun);

}  // namespace tools

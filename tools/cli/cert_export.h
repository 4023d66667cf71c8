// greenledger cert export: a certification as a Verifiable Credential that its issuer signs.
#pragma once

#include "tools/cli/cli.h"

namespace tools {

void add_cert_export(Cli& cli, CLI::App& noun);

}  // namespace tools

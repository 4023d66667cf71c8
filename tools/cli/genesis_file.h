// The genesis file that the settings name: all that an auditor takes on trust.
#pragma once

#include "ledger/chain/genesis.h"
#include "tools/cli/session.h"

namespace tools {

// E-NETWORK-WRONG: there is none; those of parse_genesis.
crypto::Result<ledger::Genesis> genesis_of(const Session& session);

}  // namespace tools

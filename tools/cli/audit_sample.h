// `greenledger audit --sample`: random purchases with a proof each, instead of the whole ledger.
#pragma once

#include "tools/audit/source.h"
#include "tools/cli/session.h"

namespace tools {

// `seed` empty: one is drawn, and printed.
ExitCode show_sample(Session& session, const LedgerSource& source, const ledger::Genesis& genesis,
                     std::uint64_t count, std::string seed);

}  // namespace tools

// How the verdict of a verification is told, whatever was verified: its exit code and its colour.
#pragma once

#include "ledger/proofs/verify.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/output.h"

namespace tools {

ExitCode exit_of(ledger::Verdict verdict);
Style style_of(ledger::Verdict verdict);

}  // namespace tools

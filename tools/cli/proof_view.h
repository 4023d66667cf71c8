// A proof as people read it: what was asked, the verdict, what was shown, and on whose word. Pure;
// a verdict in, JSON out.
#pragma once

#include <string>

#include "ledger/proofs/verify.h"
#include "tools/cli/output.h"

namespace tools {

// "How did cert/epa/smartway/SW-1 stand on 2019-06-01?"
std::string question_sentence(const ledger::Question& question);

// One sentence; for a verdict that is not VALID the reason and how to mend it.
std::string answer_sentence(const ledger::ProofVerdict& verdict);

// "greenledger.proof-verdict/1" without its schema.
Json verdict_document(const ledger::ProofVerdict& verdict);

// What a bundle holds, without a verdict: "greenledger.proof/1" without its schema.
Json bundle_document(const ledger::ProofBundle& bundle, std::size_t bytes);

}  // namespace tools

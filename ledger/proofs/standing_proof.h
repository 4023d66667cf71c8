// How a certification stood on a day, from complete histories alone (certified_proof.h).
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/proofs/evidence.h"
#include "ledger/records/standing.h"

namespace ledger {

struct StandingAnswer {
  std::optional<Standing> standing;  // nullopt: it was not on the ledger yet
  std::uint64_t as_of_height = 0;
  std::uint64_t as_of_time_ms = 0;
  std::vector<ProvenRecord> history;  // of the certification, oldest first, later records too
};

// The codes of prove_certified.
Checked<StandingAnswer> prove_standing(const Evidence& evidence, const ProvenHead& head,
                                       const Question& question);

}  // namespace ledger

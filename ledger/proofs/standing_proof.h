// How a certification stood on a day, from complete histories alone: its own, its scheme's and its
// issuer's. The state that the rules would have written is computed again and compared.
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

// E-BUNDLE-ANSWER, E-BUNDLE-HISTORY; E-BUNDLE-KEY: a record that counts was signed with a key that
// was compromised by then.
Checked<StandingAnswer> prove_standing(const Evidence& evidence, const ProvenHead& head,
                                       const Question& question);

}  // namespace ledger

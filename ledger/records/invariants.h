// What must hold of every value that the rules write, whatever the rules are: a second look that
// shares nothing with them. Run for each record before its block may go on; a breach is a fault of
// this program and refuses the submission (E-INVARIANT), so that it never reaches the ledger.
//
// Pure; any thread.
#pragma once

#include <optional>

#include "crypto/reject.h"
#include "ledger/state/subject_value.h"

namespace ledger {

// Of a subject's value after one record; `before` is nullopt for a new subject.
//   every subject      one more record, a newer last entry
//   organisation       a root key in force; no key forgotten, none brought back
//   certification,     allowed status transitions, none rewritten; content and changes lie in the
//   assessment         history; the scheme stays
//   purchase           0 <= returned <= quantity, quantity not zero
std::optional<crypto::Reject> broken_invariant(ByteView subject,
                                               const std::optional<SubjectValue>& before,
                                               const SubjectValue& after);

// Of a counter: never below zero, and organisations are never fewer.
std::optional<crypto::Reject> broken_counter(ByteView key, std::uint64_t before,
                                             std::int64_t difference);

}  // namespace ledger

// The rules of records. Each record kind is one file here with two functions:
//   check   its form: fields, identifiers, dates; needs nothing but the record; the client runs it
//           before anything is sent, the node before anything is stored;
//   apply   its place in the world: roles, references, transitions; reads the state, returns the
//           new body of its own subject, and may count in a few declared keys. Deterministic:
//           integers and decimals only, nothing of the machine.
// What follows from other subjects (expired, green) is computed on reading, never stored.
#pragma once

#include "ledger/records/rule_context.h"

namespace ledger {

// All faults of form, in the order of the fields; empty: none.
std::vector<Reject> check(const proto::Record& record);

// The new body of the record's subject. `body` is the present one, nullopt for a new subject.
// Place and owner are checked before by the executor.
Checked<Bytes> apply(RuleContext& context, const proto::Record& record,
                     const std::optional<Bytes>& body);

}  // namespace ledger

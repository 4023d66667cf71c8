// Decisions of the network: a record that changes what all rest on (members and their roles, what a
// recognised scheme is, validators, parameters) carries countersignatures of more than two thirds
// of the organisations. An organisation counts once, whichever of its root keys in force it signs
// with: keys an organisation adds to itself must not multiply its voice. Genesis is exempt: whoever
// takes the file agrees with it.
#pragma once

#include "ledger/records/rule_context.h"

namespace ledger {

// What a countersignature covers under the tag kCountersignature: network id 32 || the record's
// canonical bytes without its countersignatures.
Bytes countersigned_bytes(const Hash& network_id, const proto::Record& record);

// E-SIGNATURES: a signature is not what it says, or they are too few. Costs a verification for
// each.
Checked<void> require_two_thirds(const RuleContext& context, const proto::Record& record);

}  // namespace ledger

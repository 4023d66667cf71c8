// Following the validators from epoch to epoch without the blocks between (consensus.md 2.16):
// whoever knows the set of an epoch can judge the block that closed it, and that names the next
// set. Begun at genesis (ledger::epoch_after), it trusts nobody on the way.
//
// Pure functions; any thread.
#pragma once

#include "ledger/chain/epoch.h"
#include "node/wire/messages.h"

namespace node {

// The epoch behind the one that the proof ends. E-EPOCH-PROOF: it does not end the epoch at hand,
// or the members are not the set that it names; those of verify_certificate.
crypto::Checked<ledger::Epoch> next_epoch(const ledger::Epoch& known, const EpochProof& proof);

}  // namespace node

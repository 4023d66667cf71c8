// Following the validators from epoch to epoch without the blocks between (consensus.md 2.16):
// whoever knows the set of an epoch can judge the block that closed it, and that names the next
// set. It begins at genesis and trusts nobody on the way.
//
// Pure functions; any thread.
#pragma once

#include "ledger/chain/reader.h"
#include "node/wire/messages.h"

namespace node {

struct KnownEpoch {
  ledger::VoteScope scope;
  ledger::ValidatorSet validators;
};

// The one that genesis names. CHECK: the genesis block is there.
KnownEpoch first_epoch(const ledger::ChainReader& reader);

// The epoch behind the one that the proof ends. E-EPOCH-PROOF: it does not end the epoch at hand,
// or the members are not the set that it names; those of verify_certificate.
crypto::Checked<KnownEpoch> next_epoch(const KnownEpoch& known, const EpochProof& proof);

}  // namespace node

// Re-executing a block that somebody else made: whether its content gives its header.
//
// Pure; one thread a call.
#pragma once

#include <functional>

#include "ledger/chain/body.h"
#include "ledger/chain/epoch.h"
#include "ledger/chain/executor.h"

namespace ledger {

// Its entries without the seal.
Body body_of(const ExecutedBlock& block);

// The submissions of a block whose signatures were checked before, in the block's order.
struct BlockContent {
  Bytes epoch_entry;
  std::vector<VerifiedSubmission> submissions;
};

// E-BLOCK-INVALID: the content does not give this header, breaks a rule, or has no record without
// opening an epoch. The header is later than its parent's (CHECK). `closed` is the epoch that the
// parent closed, whose certificate has to open this one; null: it closed none.
Checked<ExecutedBlock> execute_block(BlockBase base, const Header& header,
                                     const BlockContent& content, const Epoch* closed);

// The same from a body, whose signatures are checked against the keys that the state lists; `find`
// may know a submission that was checked before (nullptr: it does not).
using FindVerified = std::function<const VerifiedSubmission*(const Hash& id)>;
Checked<ExecutedBlock> execute_block(BlockBase base, const Header& header,
                                     const BodyContent& content, const FindVerified& find,
                                     const Epoch* closed);

// The block that this content gives behind `base`, where of its seal only epoch, view, time and
// proposer are taken from `seal`: for whoever wants to say what differs. E-BLOCK-INVALID as above;
// its field is "epoch_entry" or "submissions.<position>", empty when it holds no record.
Checked<ExecutedBlock> build_again(BlockBase base, const Seal& seal, const BlockContent& content,
                                   const Epoch* closed);
Checked<ExecutedBlock> build_again(BlockBase base, const Seal& seal, const BodyContent& content,
                                   const Epoch* closed);

}  // namespace ledger

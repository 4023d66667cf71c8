// An epoch: its votes' scope and who casts them, as the chain says.
#pragma once

#include "ledger/chain/reader.h"
#include "ledger/chain/validators.h"
#include "ledger/chain/vote.h"

namespace ledger {

struct Epoch {
  VoteScope scope;
  ValidatorSet validators;
};

// Of the block that follows `tip`. CHECK: the state after `tip` is there.
Epoch epoch_after(const ChainReader& reader, const Header& tip);

// Of a block behind genesis. nullopt: the store lacks what says it.
std::optional<Epoch> epoch_of(const ChainReader& reader, const Header& header);

}  // namespace ledger

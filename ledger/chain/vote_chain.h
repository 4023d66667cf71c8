// The chain over all votes that a key has ever signed: its length and its hash. Two records of it,
// one in the store (journal.h) and one in the vote file, show whether either has forgotten a vote.
//   hash(0) = 0;  hash(i) = H("greenledger/votechain/v1", hash(i - 1) || vote bytes || signature)
#pragma once

#include "crypto/hash.h"
#include "ledger/chain/vote.h"

namespace ledger {

struct VoteChain {
  std::uint64_t count = 0;
  crypto::Hash hash;

  friend bool operator==(const VoteChain&, const VoteChain&) = default;
};

// `vote_bytes` are those that the signature covers.
VoteChain extended(const VoteChain& chain, ByteView vote_bytes, const crypto::Signature& signature);

// No vote at or below it is ever signed again.
struct VoteFloor {
  std::uint64_t epoch = 0;
  std::uint64_t view = 0;

  friend auto operator<=>(const VoteFloor&, const VoteFloor&) = default;
};

}  // namespace ledger

#include "ledger/chain/vote_chain.h"

namespace ledger {

VoteChain extended(const VoteChain& chain, ByteView vote_bytes,
                   const crypto::Signature& signature) {
  return {chain.count + 1, crypto::tagged_hash(crypto::tag::kVoteChain,
                                               {chain.hash.view(), vote_bytes, signature.view()})};
}

}  // namespace ledger

// The signing gate: the only code that holds the vote key, and so the only code that can vote. It
// takes votes, never bytes, and refuses what an honest validator never signs (consensus.md D6):
//   a view at or below the floor; a second, different NOTARIZE or FINALIZE in a view; NULLIFY where
//   a FINALIZE exists and the other way round; another network, epoch or anchor.
// The same vote again gives the same signature: Ed25519 is deterministic and a repeat is no
// offence.
//
// It also keeps the chain over all votes ever signed, which the vote file anchors.
#pragma once

#include <map>
#include <optional>

#include "crypto/keys.h"
#include "ledger/chain/vote_chain.h"

namespace node {

class SigningGate {
 public:
  // `chain` covers the votes signed before.
  SigningGate(crypto::PrivateKey key, const ledger::VoteChain& chain);

  // The votes of this epoch are the only ones it signs; raises nothing, forgets the epoch before.
  void enter_epoch(const ledger::VoteScope& scope, std::uint64_t floor_view);

  // A vote of this epoch that was signed before a restart and is in the journal, and so in the
  // chain.
  void recall(const ledger::Vote& vote);

  // nullopt: refused.
  std::optional<crypto::Signature> sign(const ledger::VoteScope& scope, const ledger::Vote& vote);

  // Whether it signed this, or never will: the view is at or below the floor.
  bool knows(const ledger::Vote& vote) const;

  // No vote at or below this view is signed again; what was kept of those views is dropped.
  void raise_floor(std::uint64_t view);

  ledger::VoteFloor floor() const { return {scope_ ? scope_->epoch : 0, floor_}; }
  const ledger::VoteChain& chain() const { return chain_; }
  crypto::PublicKey public_key() const { return key_.public_key(); }

 private:
  struct Signed {
    std::optional<ledger::Candidate> notarized;
    std::optional<ledger::Candidate> finalized;
    bool nullified = false;
  };

  // False: refused. Remembers the vote otherwise; `is_new` tells a repeat.
  bool admit(const ledger::Vote& vote, bool& is_new);

  crypto::PrivateKey key_;
  std::optional<ledger::VoteScope> scope_;
  std::uint64_t floor_ = 0;
  std::map<std::uint64_t, Signed> views_;
  ledger::VoteChain chain_;
};

}  // namespace node

// Checkpoints: this validator's signatures on tree heads, and those of the others until a quorum of
// cosigners has signed (the design, section 4). Sizes never fall, and one size has one root.
//
// Pure; one thread. Which tree heads are signed and when, the replica says.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "ledger/history/checkpoint.h"
#include "node/wire/messages.h"

namespace node {

class Checkpoints {
 public:
  // `newest` is the largest that was ever signed with these keys; size 0: none.
  Checkpoints(std::string origin, std::string organisation, crypto::PrivateKey log_key,
              crypto::PrivateKey cosigner_key, ledger::TreeHead newest);

  // What this validator says of a head as a member of an epoch; nullopt: it is smaller than what
  // was signed, or has another root, and nothing is signed.
  std::optional<CheckpointSent> sign(std::uint64_t epoch, const ledger::TreeHead& head,
                                     std::uint64_t time_s);

  // Takes the lines of one validator, this one's too. The note of the head with all lines so far,
  // when they are of `quorum` validators or more and there is something new in it.
  std::optional<ledger::Note> add(const CheckpointSent& sent, std::size_t quorum);

  // This validator's newest, for a peer that connects.
  const std::optional<CheckpointSent>& own() const { return own_; }
  const ledger::TreeHead& newest() const { return newest_; }
  crypto::PublicKey log_key() const { return log_key_.public_key(); }
  crypto::PublicKey cosigner_key() const { return cosigner_key_.public_key(); }

 private:
  // A fork has another root and stays apart.
  struct Place {
    std::uint64_t size = 0;
    crypto::Hash root;
    friend auto operator<=>(const Place&, const Place&) = default;
  };

  std::string origin_;
  std::string organisation_;
  crypto::PrivateKey log_key_;
  crypto::PrivateKey cosigner_key_;
  ledger::TreeHead newest_;
  std::optional<CheckpointSent> own_;
  // By organisation, so that one that signs heads out of the air forgets no others'.
  std::map<std::string, std::map<Place, std::vector<ledger::NoteLine>>> lines_;
};

}  // namespace node

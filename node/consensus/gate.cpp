#include "node/consensus/gate.h"

namespace node {

using ledger::Vote;
using ledger::VoteKind;

SigningGate::SigningGate(crypto::PrivateKey key, const ledger::VoteChain& chain)
    : key_(std::move(key)), chain_(chain) {}

void SigningGate::enter_epoch(const ledger::VoteScope& scope, std::uint64_t floor_view) {
  scope_ = scope;
  floor_ = floor_view;
  views_.clear();
}

std::optional<crypto::Signature> SigningGate::sign(const ledger::VoteScope& scope,
                                                   const Vote& vote) {
  if (!scope_ || *scope_ != scope || vote.candidate.view <= floor_) return std::nullopt;
  Signed& mine = views_[vote.candidate.view];
  bool repeated = false;
  switch (vote.kind) {
    case VoteKind::notarize:
      if (mine.notarized && *mine.notarized != vote.candidate) return std::nullopt;
      repeated = mine.notarized.has_value();
      mine.notarized = vote.candidate;
      break;
    case VoteKind::nullify:
      if (mine.finalized) return std::nullopt;
      repeated = mine.nullified;
      mine.nullified = true;
      break;
    case VoteKind::finalize:
      if (mine.nullified || (mine.finalized && *mine.finalized != vote.candidate)) {
        return std::nullopt;
      }
      repeated = mine.finalized.has_value();
      mine.finalized = vote.candidate;
      break;
  }
  const crypto::Bytes bytes = ledger::vote_bytes(scope, vote);
  const crypto::Signature signature = key_.sign(bytes);
  if (!repeated) chain_ = ledger::extended(chain_, bytes, signature);
  return signature;
}

void SigningGate::raise_floor(std::uint64_t view) {
  if (view <= floor_) return;
  floor_ = view;
  views_.erase(views_.begin(), views_.upper_bound(view));
}

}  // namespace node

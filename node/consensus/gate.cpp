#include "node/consensus/gate.h"

#include "crypto/check.h"

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

void SigningGate::recall(const Vote& vote) {
  bool is_new = false;
  CHECK(admit(vote, is_new));
}

std::optional<crypto::Signature> SigningGate::sign(const ledger::VoteScope& scope,
                                                   const Vote& vote) {
  bool is_new = false;
  if (!scope_ || *scope_ != scope || !admit(vote, is_new)) return std::nullopt;
  const crypto::Bytes bytes = ledger::vote_bytes(scope, vote);
  const crypto::Signature signature = key_.sign(bytes);
  if (is_new) chain_ = ledger::extended(chain_, bytes, signature);
  return signature;
}

bool SigningGate::admit(const Vote& vote, bool& is_new) {
  if (vote.candidate.view <= floor_) return false;
  Signed& mine = views_[vote.candidate.view];
  switch (vote.kind) {
    case VoteKind::notarize:
      if (mine.notarized && *mine.notarized != vote.candidate) return false;
      is_new = !mine.notarized;
      mine.notarized = vote.candidate;
      return true;
    case VoteKind::nullify:
      if (mine.finalized) return false;
      is_new = !mine.nullified;
      mine.nullified = true;
      return true;
    case VoteKind::finalize:
      break;
  }
  if (mine.nullified || (mine.finalized && *mine.finalized != vote.candidate)) return false;
  is_new = !mine.finalized;
  mine.finalized = vote.candidate;
  return true;
}

bool SigningGate::knows(const Vote& vote) const {
  if (vote.candidate.view <= floor_) return true;
  const auto found = views_.find(vote.candidate.view);
  if (found == views_.end()) return false;
  switch (vote.kind) {
    case VoteKind::notarize:
      return found->second.notarized == vote.candidate;
    case VoteKind::nullify:
      return found->second.nullified;
    case VoteKind::finalize:
      return found->second.finalized == vote.candidate;
  }
  CHECK(false);
  return false;
}

void SigningGate::raise_floor(std::uint64_t view) {
  if (view <= floor_) return;
  floor_ = view;
  views_.erase(views_.begin(), views_.upper_bound(view));
}

}  // namespace node

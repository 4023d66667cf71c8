#include "node/consensus/tally.h"

#include <utility>

#include "crypto/check.h"

namespace node {

using ledger::Vote;
using ledger::VoteKind;

namespace {

std::size_t index_of(VoteKind kind) { return static_cast<std::size_t>(kind) - 1; }

}  // namespace

bool is_offence(const ledger::SignedVote& first, const ledger::SignedVote& second) {
  if (first.signer != second.signer || first.epoch != second.epoch ||
      first.vote.candidate.view != second.vote.candidate.view) {
    return false;
  }
  if (first.vote.kind == second.vote.kind) return first.vote != second.vote;
  return first.vote.kind != VoteKind::notarize && second.vote.kind != VoteKind::notarize;
}

bool Tally::add(const VerifiedVote& vote) {
  const Vote& content = vote->vote;
  View& view = views_[content.candidate.view];
  Ballot& ballot = view.ballots[vote->signer];
  std::optional<VerifiedVote>& place = ballot[index_of(content.kind)];
  if (place) {
    if ((*place)->vote != content) accuse(view, *place, vote);
    return false;
  }
  place = vote;
  const auto& nullify = ballot[index_of(VoteKind::nullify)];
  const auto& finalize = ballot[index_of(VoteKind::finalize)];
  if (nullify && finalize) accuse(view, *nullify, *finalize);
  ++view.counts[content];
  if (view.counts[content] == validators_.quorum()) certify(view, content);
  return true;
}

bool Tally::add(const Evidence& evidence) {
  if (!is_offence(*evidence.first, *evidence.second)) return false;
  View& view = views_[evidence.first->vote.candidate.view];
  const std::size_t known = view.offences.size();
  accuse(view, evidence.first, evidence.second);
  return view.offences.size() > known;
}

void Tally::accuse(View& view, const VerifiedVote& first, const VerifiedVote& second) {
  // E3 is filed under NULLIFY: neither E1 nor E2 can be.
  const VoteKind kind =
      first->vote.kind == second->vote.kind ? first->vote.kind : VoteKind::nullify;
  if (view.offences.emplace(first->signer, kind).second) evidence_.push_back({first, second});
}

void Tally::certify(const View& view, const Vote& vote) {
  std::vector<VerifiedVote> votes;
  for (const auto& [signer, ballot] : view.ballots) {
    const std::optional<VerifiedVote>& place = ballot[index_of(vote.kind)];
    if (place && (*place)->vote == vote) votes.push_back(*place);
  }
  auto certificate = ledger::make_certificate(validators_, votes);
  CHECK(certificate.has_value());
  certificates_.push_back(*std::move(certificate));
}

std::vector<VerifiedCertificate> Tally::take_certificates() {
  return std::exchange(certificates_, {});
}

std::vector<Evidence> Tally::take_evidence() { return std::exchange(evidence_, {}); }

std::size_t Tally::voters(std::uint64_t view, std::optional<std::uint16_t> except) const {
  const auto found = views_.find(view);
  if (found == views_.end()) return 0;
  const auto& ballots = found->second.ballots;
  return ballots.size() - (except && ballots.contains(*except) ? 1 : 0);
}

bool Tally::has_nullified(std::uint64_t view, std::uint16_t signer) const {
  const auto found = views_.find(view);
  if (found == views_.end()) return false;
  const auto ballot = found->second.ballots.find(signer);
  return ballot != found->second.ballots.end() &&
         ballot->second[index_of(VoteKind::nullify)].has_value();
}

bool Tally::has_equivocated(std::uint64_t view, std::uint16_t signer) const {
  const auto found = views_.find(view);
  return found != views_.end() && found->second.offences.contains({signer, VoteKind::notarize});
}

std::vector<VerifiedVote> Tally::votes_of(std::uint16_t signer, std::size_t count_max) const {
  std::vector<VerifiedVote> votes;
  for (auto view = views_.rbegin(); view != views_.rend(); ++view) {
    const auto ballot = view->second.ballots.find(signer);
    if (ballot == view->second.ballots.end()) continue;
    for (const std::optional<VerifiedVote>& vote : ballot->second) {
      if (votes.size() == count_max) return votes;
      if (vote) votes.push_back(*vote);
    }
  }
  return votes;
}

void Tally::forget(std::uint64_t view) { views_.erase(views_.begin(), views_.upper_bound(view)); }

}  // namespace node

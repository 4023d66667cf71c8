#include "tests/sim/abstract_model.h"

#include <algorithm>

namespace sim {

AbstractModel::AbstractModel(std::size_t validators, std::size_t faulty, const Block& base)
    : base_(0, 0, base.height, base.hash) {
  // The quorum is n - f with the largest f of which n holds more than three times as many.
  std::size_t tolerated = 0;
  while (3 * tolerated + 3 < validators) ++tolerated;
  const std::size_t quorum = validators - tolerated;
  need_ = quorum > faulty ? quorum - faulty : 1;
  // It closed the epoch before, if any, and not this one.
  blocks_.emplace(base.hash, Block{base.hash, base.parent, 0, base.height, false});
  notarized_.emplace(0, base_);
  finalized_.emplace(0, base_);
}

void AbstractModel::fail(const std::string& what) {
  if (violation_.empty()) violation_ = what;
}

void AbstractModel::vote(std::size_t signer, const Vote& vote) {
  const Candidate candidate{vote.view, vote.parent_view, vote.height, vote.block};
  switch (vote.kind) {
    case Kind::notarize:
      return notarize(signer, candidate);
    case Kind::finalize:
      return finalize(signer, candidate);
    case Kind::nullify:
      return nullify(signer, vote.view);
  }
}

bool AbstractModel::is_nullified(std::uint64_t view) const {
  const auto found = views_.find(view);
  return found != views_.end() && is_formed(found->second.nullify);
}

// A new block on the parent's, or the parent's own block carried into a later view.
bool AbstractModel::extends(const Candidate& candidate, const Candidate& parent) const {
  const auto& [view, parent_view, height, hash] = candidate;
  const auto& [above, grandparent, parent_height, parent_hash] = parent;
  const auto found = blocks_.find(hash);
  if (found == blocks_.end() || above != parent_view || view <= parent_view) return false;
  const Block& block = found->second;
  if (block.height != height || block.view > view) return false;
  if (block.view < view) return above > 0 && hash == parent_hash && height == parent_height;
  return block.parent == parent_hash && height == parent_height + 1 &&
         !blocks_.at(parent_hash).closes;
}

void AbstractModel::notarize(std::size_t signer, const Candidate& candidate) {
  const std::uint64_t number = std::get<0>(candidate);
  const std::uint64_t parent_view = std::get<1>(candidate);
  const std::string who = std::to_string(signer) + " in view " + std::to_string(number);
  View& view = views_[number];
  std::set<std::size_t>& voters = view.notarize[candidate];
  if (voters.contains(signer)) return;
  for (const auto& [other, signers] : view.notarize) {
    if (signers.contains(signer)) return fail("M1: a second NOTARIZE of " + who);
  }
  const auto parent = notarized_.find(parent_view);
  if (parent == notarized_.end()) return fail("M1: NOTARIZE on no notarization by " + who);
  if (!extends(candidate, parent->second))
    return fail("M1: NOTARIZE of what does not follow by " + who);
  for (std::uint64_t gap = parent_view + 1; gap < number; ++gap) {
    if (!is_nullified(gap)) {
      return fail("M1: NOTARIZE over view " + std::to_string(gap) + ", not nullified, by " + who);
    }
  }
  ++steps_;
  parents_.emplace(candidate, parent->second);
  voters.insert(signer);
  if (!is_formed(voters)) return;
  if (notarized_.emplace(number, candidate).first->second != candidate) {
    fail("M4: two notarizations in view " + std::to_string(number));
  }
}

void AbstractModel::finalize(std::size_t signer, const Candidate& candidate) {
  const std::uint64_t number = std::get<0>(candidate);
  const std::string who = std::to_string(signer) + " in view " + std::to_string(number);
  View& view = views_[number];
  std::set<std::size_t>& voters = view.finalize[candidate];
  if (voters.contains(signer)) return;
  for (const auto& [other, signers] : view.finalize) {
    if (signers.contains(signer)) return fail("M2: a second FINALIZE of " + who);
  }
  if (view.nullify.contains(signer)) return fail("M2: FINALIZE after NULLIFY of " + who);
  const auto notarized = notarized_.find(number);
  if (number == 0 || notarized == notarized_.end() || notarized->second != candidate) {
    return fail("M2: FINALIZE of no notarization by " + who);
  }
  ++steps_;
  voters.insert(signer);
  if (!is_formed(voters) || !finalized_.emplace(number, candidate).second) return;
  if (is_nullified(number)) fail("M6: finalized and nullified, view " + std::to_string(number));
  const auto here = finalized_.find(number);
  agree(std::prev(here)->second, candidate);
  if (std::next(here) != finalized_.end()) agree(candidate, std::next(here)->second);
}

void AbstractModel::nullify(std::size_t signer, std::uint64_t number) {
  View& view = views_[number];
  if (view.nullify.contains(signer)) return;
  for (const auto& [candidate, signers] : view.finalize) {
    if (signers.contains(signer)) {
      return fail("M3: NULLIFY after FINALIZE of " + std::to_string(signer) + " in view " +
                  std::to_string(number));
    }
  }
  ++steps_;
  view.nullify.insert(signer);
  if (is_formed(view.nullify) && finalized_.contains(number)) {
    fail("M6: finalized and nullified, view " + std::to_string(number));
  }
}

// The path of the higher one goes through the lower one.
void AbstractModel::agree(const Candidate& lower, const Candidate& higher) {
  Candidate at = higher;
  while (std::get<0>(at) > std::get<0>(lower)) {
    const auto parent = parents_.find(at);
    if (parent == parents_.end()) break;
    at = parent->second;
  }
  if (at != lower) {
    fail("M5: what is final in views " + std::to_string(std::get<0>(lower)) + " and " +
         std::to_string(std::get<0>(higher)) + " is not on one path");
  }
}

}  // namespace sim

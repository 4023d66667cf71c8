// Proposing and voting: R-FINALIZE, R-SEAL, R-ARM, R-PROPOSE, R-JUSTIFIED, R-NOTARIZE, R-NULLIFY.
#include <algorithm>
#include <utility>

#include "crypto/check.h"
#include "node/consensus/core.h"

namespace node {

using crypto::Hash;
using ledger::Candidate;
using ledger::Header;
using ledger::Vote;
using ledger::VoteKind;

// R-FINALIZE: every notarized view above the final one, not only the current; having notarized it
// is not required.
bool Core::try_finalize() {
  if (!may_vote()) return false;
  bool changed = false;
  for (auto& [number, view] : views_) {
    if (!view.notarization || view.nullified || view.finalized || !has_votable(number)) continue;
    const Candidate& candidate = (*view.notarization)->vote.candidate;
    if (!is_valid(candidate.block_hash)) continue;
    if (!cast({VoteKind::finalize, candidate}, view.finalized)) return changed;
    out_.sends.push_back({std::nullopt, *view.finalized});
    changed = true;
  }
  return changed;
}

// R-SEAL. Looked at after every event: a late notarization of an older view makes a tip unsealed
// too.
bool Core::try_seal() {
  if (!may_vote() || turn_.seal_set || !is_unsealed()) return false;
  turn_.seal_set = true;
  set_timer(ViewTimer::seal, view_, now_.monotonic_us + 2 * options_.delta_us);
  return true;
}

// The first block of an epoch is due without a record.
bool Core::has_work() const {
  const Candidate parent = tip();
  return (work_.work && work_.tip == parent.block_hash) || (scope_.epoch > 0 && parent.view == 0);
}

// R-ARM.
bool Core::try_arm() {
  if (!may_vote() || turn_.armed) return false;
  const auto found = views_.find(view_);
  const bool touched =
      found != views_.end() &&
      (found->second.proposal || found->second.notarized || found->second.nullified);
  if (!has_work() && !turn_.seal_due && !touched &&
      tally_.voters(view_, me_) < validators_.faults() + 1) {
    return false;
  }
  turn_.armed = true;
  const std::uint64_t wait = is_dead(leader(view_)) ? 0 : leader_timeout();
  set_timer(ViewTimer::leader, view_, now_.monotonic_us + wait);
  set_timer(ViewTimer::advance, view_, now_.monotonic_us + advance_timeout());
  return true;
}

// R-PROPOSE. A closing block is followed by carries only; a carry also seals an unfinished tip.
bool Core::try_propose() {
  if (!may_vote() || !turn_.armed || leader(view_) != *me_ || !has_votable(view_)) return false;
  const View& mine = views_[view_];
  if (mine.notarized || mine.nullified) return false;
  const Candidate parent = tip();
  if (!is_gap_nullified(parent.view, view_) || !is_valid(parent.block_hash)) return false;
  const bool closing = parent.view != 0 && find_header(parent.block_hash)->closes_epoch();
  if (closing || !has_work()) {
    if (!is_unsealed() || (!closing && !turn_.seal_due)) return false;
    return propose({view_, parent.view, parent.height, parent.block_hash});
  }
  const std::uint64_t pause = work_.fills_a_block ? 0 : options_.block_interval_us;
  const std::uint64_t known = known_us(parent.block_hash);
  if (known != 0 && now_.monotonic_us < known + pause) {
    if (!turn_.pace_set) set_timer(ViewTimer::pace, view_, known + pause);
    turn_.pace_set = true;
    return false;
  }
  if (turn_.declined || turn_.building_on == parent) return false;
  turn_.building_on = parent;
  out_.requests.push_back(BuildBlock{view_, parent});
  return true;
}

// D4: block, own vote and justification leave after they are durable, as one proposal.
bool Core::propose(const Candidate& candidate) {
  View& mine = views_[view_];
  write_bodies(candidate.block_hash);
  if (!cast({VoteKind::notarize, candidate}, mine.notarized)) return false;
  mine.proposal = candidate;
  mine.proposal_wall_ms = now_.wall_ms;
  send_proposal(mine);
  return true;
}

bool Core::is_gap_nullified(std::uint64_t after, std::uint64_t before) const {
  for (std::uint64_t number = after + 1; number < before; ++number) {
    const auto found = views_.find(number);
    if (found == views_.end() || !found->second.nullification) return false;
  }
  return true;
}

// R-JUSTIFIED, of a candidate of the current view.
Core::Justified Core::justified(const Candidate& candidate) const {
  if (candidate.parent_view >= candidate.view || candidate.parent_view < final_.view ||
      (candidate.height <= head_.seal.height && candidate.block_hash != head_hash_)) {
    return Justified::bad;
  }
  const Block* block = find_block(candidate.block_hash);
  const Header* header = find_header(candidate.block_hash);
  if (header == nullptr) return Justified::wait;
  if (candidate.height != header->seal.height || header->seal.epoch != scope_.epoch ||
      header->seal.view > candidate.view) {
    return Justified::bad;
  }
  Candidate parent = final_;
  if (candidate.parent_view != final_.view) {
    const auto found = views_.find(candidate.parent_view);
    if (found == views_.end() || !found->second.notarization) return Justified::wait;
    parent = (*found->second.notarization)->vote.candidate;
  }
  const bool carry = header->seal.view < candidate.view;
  if (carry) {
    if (candidate.parent_view == 0 || candidate.block_hash != parent.block_hash ||
        candidate.height != parent.height) {
      return Justified::bad;
    }
  } else {
    const Header* before = find_header(parent.block_hash);
    if (header->seal.parent_hash != parent.block_hash) return Justified::bad;
    if (before != nullptr && !fits(*header, *before)) return Justified::bad;
  }
  if (!is_gap_nullified(candidate.parent_view, candidate.view)) return Justified::wait;
  if (!carry && block != nullptr && block->check == Check::invalid) return Justified::bad;
  return is_valid(candidate.block_hash) ? Justified::ok : Justified::wait;
}

// The subjective time check of new candidates: it holds or withholds a vote, never condemns.
Core::Justified Core::timely(const Candidate& candidate) {
  const Header* header = find_header(candidate.block_hash);
  if (header->seal.view < candidate.view) return Justified::ok;
  const std::uint64_t time = header->seal.time_ms;
  if (time > now_.wall_ms + options_.drift_ms) {
    const std::uint64_t wait_ms =
        std::min<std::uint64_t>(time - now_.wall_ms - options_.drift_ms, 60'000);
    if (!turn_.hold_set) set_timer(ViewTimer::hold, view_, now_.monotonic_us + wait_ms * 1000);
    turn_.hold_set = true;
    say_time(header->seal, now_.wall_ms);
    return Justified::wait;
  }
  const std::uint64_t allowed_ms = options_.drift_ms + advance_timeout() / 1000;
  const std::uint64_t came_ms = views_[view_].proposal_wall_ms;
  if (time + allowed_ms >= came_ms) return Justified::ok;
  say_time(header->seal, came_ms);
  return Justified::wait;
}

void Core::say_time(const ledger::Seal& seal, std::uint64_t wall_ms) {
  if (std::exchange(turn_.time_said, true)) return;
  out_.notes.push_back(TimeDiffers{view_, seal.proposer, seal.time_ms, wall_ms});
}

// R-NOTARIZE. Also after this node nullified the view: late notarize.
bool Core::try_notarize() {
  if (!may_vote() || !has_votable(view_)) return false;
  const auto found = views_.find(view_);
  if (found == views_.end() || !found->second.proposal || found->second.notarized) return false;
  const Candidate candidate = *found->second.proposal;
  Justified verdict = justified(candidate);
  if (verdict == Justified::wait && !turn_.asked &&
      !is_gap_nullified(candidate.parent_view, candidate.view)) {
    turn_.asked = true;  // a status asks for what it lacks
    out_.sends.push_back({leader(view_), status()});
  }
  if (verdict == Justified::ok) verdict = timely(candidate);
  if (verdict != Justified::ok) return false;
  write_bodies(candidate.block_hash);
  if (!cast({VoteKind::notarize, candidate}, found->second.notarized)) return false;
  out_.sends.push_back({std::nullopt, *found->second.notarized});
  return true;
}

// R-NULLIFY.
bool Core::try_nullify() {
  if (!may_vote() || !has_votable(view_)) return false;
  const auto found = views_.find(view_);
  if (found != views_.end() && (found->second.nullified || found->second.finalized)) return false;
  const std::optional<NullifyReason> reason = reason_to_nullify();
  if (!reason) return false;
  View& mine = views_[view_];
  if (!cast(ledger::nullify_vote(view_), mine.nullified, reason)) return false;
  out_.sends.push_back({std::nullopt, *mine.nullified});
  return true;
}

std::optional<NullifyReason> Core::reason_to_nullify() const {
  const std::uint16_t leads = leader(view_);
  const auto found = views_.find(view_);
  const bool proposed = found != views_.end() && found->second.proposal;
  if (turn_.leader_fired && !proposed) return NullifyReason::no_proposal;
  if (turn_.advance_fired) return NullifyReason::late;
  if (proposed && justified(*found->second.proposal) == Justified::bad) {
    return NullifyReason::bad;
  }
  if (tally_.has_equivocated(view_, leads)) return NullifyReason::equivocation;
  if (leads == *me_) {
    if (turn_.declined) return NullifyReason::declined;
  } else if (tally_.has_nullified(view_, leads)) {
    return NullifyReason::leader;
  }
  return std::nullopt;
}

// Signs through the gate, writes and counts; the caller sends. False: the gate refused, which an
// honest node in order never meets.
bool Core::cast(const Vote& vote, std::optional<VerifiedVote>& place,
                std::optional<NullifyReason> reason) {
  const std::optional<crypto::Signature> signature = gate_.sign(scope_, vote);
  if (!signature) {
    halt(GateRefused{vote});
    return false;
  }
  auto verified = ledger::verify_vote({scope_.epoch, vote, *me_, *signature}, scope_, validators_);
  CHECK(verified.has_value());
  if (vote.kind == VoteKind::finalize) write_bodies(vote.candidate.block_hash);
  place = *verified;
  out_.journal.votes.push_back(**verified);
  tally_.add(*verified);
  out_.notes.push_back(VoteCast{vote, reason});
  return true;
}

// D1: the body, and those of its ancestors that are not final, are durable with the vote.
void Core::write_bodies(Hash hash) {
  for (Block* block = find_block(hash); block != nullptr && !block->written;
       block = find_block(hash)) {
    block->written = true;
    out_.journal.bodies.push_back({block->header.seal.view, hash, {}});
    hash = block->header.seal.parent_hash;
  }
}

}  // namespace node

#include "node/rejoin/rejoin.h"

#include <algorithm>

#include "crypto/check.h"

namespace node {

using crypto::Hash;
using ledger::VoteVerdict;

namespace {

Hash drawn(const Hash& seed, std::uint64_t number) {
  crypto::Bytes counter;
  crypto::append_u64(counter, number);
  return crypto::tagged_hash(crypto::tag::kProbe, {seed.view(), counter});
}

}  // namespace

Rejoin::Rejoin(const RejoinOptions& options, RejoinStart start, Moment now)
    : options_(options),
      start_(std::move(start)),
      session_(drawn(start_.seed, 0)),
      progress_us_(now.monotonic_us) {
  if (start_.verdict == VoteVerdict::twin) phase_ = Phase::twin;
}

bool Rejoin::has_forgotten() const {
  return start_.verdict == VoteVerdict::amnesia || start_.verdict == VoteVerdict::rolled_back;
}

// ---- epochs and views ----

// Who has not found its standing by the end of an epoch begins again: answers count for one epoch.
void Rejoin::on_epoch(const Keyring& keyring, std::uint64_t view, Moment now) {
  scope_ = keyring.scope;
  validators_ = keyring.validators;
  me_ = validators_.index_of(start_.organisation);
  view_ = view;
  certified_ = 0;
  shown_ = 0;
  std::erase_if(claims_, [this](const auto& claim) { return !validators_.index_of(claim.first); });
  std::erase_if(fresh_, [this](const auto& one) { return !validators_.index_of(one.first); });
  if (phase_ != Phase::clear) begin_again(now);
  judge(now);
}

void Rejoin::begin_again(Moment now) {
  heard_.clear();
  progress_us_ = now.monotonic_us;
  if (phase_ != Phase::twin) phase_ = Phase::asking;
}

void Rejoin::on_view(std::uint64_t view, Moment now) {
  if (view <= view_) return;
  view_ = view;
  progress_us_ = now.monotonic_us;
  judge(now);
}

void Rejoin::on_floor(ledger::VoteFloor durable) {
  if (phase_ == Phase::floor && durable >= floor()) phase_ = Phase::clear;
}

// ---- asking ----

void Rejoin::on_peer(PeerId number, std::string organisation, Moment now,
                     std::vector<Send>& sends) {
  Peer& peer = peers_[number];
  peer.organisation = std::move(organisation);
  ask(number, peer, now, sends);
}

void Rejoin::ask(PeerId number, Peer& peer, Moment now, std::vector<Send>& sends) {
  if (!is_member() || !validators_.index_of(peer.organisation)) return;
  if (peer.questions.size() == kQuestionsMax) peer.questions.pop_front();
  peer.questions.push_back({drawn(start_.seed, next_nonce_++), now.monotonic_us});
  peer.asked = true;
  peer.asked_us = now.monotonic_us;
  sends.push_back({{number}, Probe{peer.questions.back().nonce, session_, start_.incarnation}});
}

// A machine that slept, or was put back to what its memory was: what had been answered before says
// nothing of what happened meanwhile, and it stands where it stands after a start.
void Rejoin::find_jump(Moment now) {
  if (last_tick_) {
    const auto passed_ms =
        static_cast<std::int64_t>((now.monotonic_us - last_tick_->monotonic_us) / 1000);
    const auto shown_ms =
        static_cast<std::int64_t>(now.wall_ms) - static_cast<std::int64_t>(last_tick_->wall_ms);
    const std::int64_t jump = std::max(passed_ms - shown_ms, shown_ms - passed_ms);
    if (static_cast<std::uint64_t>(jump) > options_.jump_ms) {
      fresh_.clear();
      for (auto& [number, peer] : peers_) peer = {peer.organisation, {}, 0, false};
      begin_again(now);
    }
  }
  last_tick_ = now;
}

void Rejoin::on_tick(Moment now, std::vector<Send>& sends) {
  find_jump(now);
  judge(now);
  const Standing current = standing(now);
  const bool lacking = current == Standing::asking || current == Standing::lapsed;
  const std::uint64_t interval = lacking ? options_.ask_us : options_.ping_us;
  for (auto& [number, peer] : peers_) {
    if (!peer.asked || now.monotonic_us >= peer.asked_us + interval) ask(number, peer, now, sends);
  }
}

// When it was asked; an answer is taken once. Questions before it are not answered any more, on a
// connection that keeps order.
std::optional<std::uint64_t> Rejoin::take_question(Peer& peer, const Hash& nonce) {
  const auto found = std::find_if(peer.questions.begin(), peer.questions.end(),
                                  [&](const Question& one) { return one.nonce == nonce; });
  if (found == peer.questions.end()) return std::nullopt;
  const std::uint64_t at_us = found->at_us;
  peer.questions.erase(peer.questions.begin(), found + 1);
  return at_us;
}

// ---- answers ----

void Rejoin::on(PeerId number, const ProbeAnswer& answer, const SigningGate& gate, Moment now) {
  const auto found = peers_.find(number);
  if (found == peers_.end() || !is_member()) return;
  const std::string& organisation = found->second.organisation;
  if (!validators_.index_of(organisation) || organisation == start_.organisation) return;
  const auto asked_us = take_question(found->second, answer.nonce);
  if (!asked_us || !certifies(answer, now)) return;
  look_at_votes(answer, gate);
  look_at_incarnation(organisation, answer.other_incarnation);
  std::uint64_t& fresh = fresh_[organisation];
  fresh = std::max(fresh, *asked_us);
  const bool counts = answer.epoch == scope_.epoch &&
                      !(has_forgotten() && (answer.closing_open || claims_.contains(organisation)));
  if (counts) {
    heard_.insert(organisation);
  } else {
    heard_.erase(organisation);
  }
  judge(now);
}

// False: the answer claims what it does not prove. Within the first view there is nothing to prove,
// and what is claimed of other epochs counts for nothing.
bool Rejoin::certifies(const ProbeAnswer& answer, Moment now) {
  if (answer.epoch != scope_.epoch) return true;
  if (!answer.highest || answer.highest->epoch != scope_.epoch) return answer.view <= 1;
  const std::uint64_t view = answer.highest->vote.candidate.view;
  if (view <= certified_) return true;
  if (!ledger::verify_certificate(*answer.highest, scope_, validators_)) return false;
  certified_ = view;
  progress_us_ = now.monotonic_us;
  return true;
}

void Rejoin::look_at_votes(const ProbeAnswer& answer, const SigningGate& gate) {
  for (const VerifiedVote& vote : answer.yours) {
    if (vote->epoch != scope_.epoch || vote->signer != me_) continue;
    if (has_forgotten() && (phase_ == Phase::asking || phase_ == Phase::floor)) {
      shown_ = std::max(shown_, vote->vote.candidate.view);
    } else if (!gate.knows(vote->vote)) {
      twin({vote, 0});
    }
  }
}

// One organisation may say anything: more than f have to. What has forgotten its votes may have
// forgotten its starts too: until its former self is gone from the others' memory it waits.
void Rejoin::look_at_incarnation(const std::string& organisation, std::uint64_t other) {
  if (other == 0 || other < start_.incarnation) {
    claims_.erase(organisation);
    return;
  }
  claims_[organisation] = other;
  const bool waits = has_forgotten() && phase_ != Phase::clear;
  if (claims_.size() > validators_.faults() && !waits) twin({std::nullopt, other});
}

void Rejoin::twin(TwinFound found) {
  if (phase_ == Phase::twin) return;
  phase_ = Phase::twin;
  twin_ = std::move(found);
}

std::optional<TwinFound> Rejoin::take_twin() { return std::exchange(twin_, std::nullopt); }

// ---- judgement ----

void Rejoin::judge(Moment now) {
  if (!is_member()) return;
  const bool enough = heard_.size() + 1 >= validators_.quorum();
  // Nobody else can know what a single validator signed.
  if (phase_ == Phase::asking && enough && !(has_forgotten() && is_alone())) {
    phase_ = has_forgotten() ? Phase::floor : Phase::quiet;
    silent_view_ = std::max(certified_, view_ - 1) + kMargin;
  }
  if (phase_ == Phase::quiet && is_quiet_over(now)) phase_ = Phase::clear;
}

bool Rejoin::is_quiet_over(Moment now) const {
  // Without faults to tolerate, nothing moves without us; and where nothing has been signed yet,
  // nothing can have been forgotten.
  if (validators_.faults() == 0) return true;
  const bool untouched = start_.verdict == VoteVerdict::fresh && scope_.epoch == 0;
  if (untouched && silent_view_ == kMargin) return true;
  return view_ > silent_view_ || now.monotonic_us >= progress_us_ + options_.quiet_us;
}

bool Rejoin::has_lease(Moment now) const {
  const auto fresh = std::count_if(fresh_.begin(), fresh_.end(), [&](const auto& one) {
    return now.monotonic_us < one.second + options_.lease_us;
  });
  return static_cast<std::size_t>(fresh) + 1 >= validators_.quorum();
}

Standing Rejoin::standing(Moment now) const {
  if (phase_ == Phase::twin) return Standing::twin;
  if (!is_member()) return Standing::outside;
  switch (phase_) {
    case Phase::asking:
      return Standing::asking;
    case Phase::floor:
      return Standing::floor;
    case Phase::quiet:
      return Standing::quiet;
    case Phase::clear:
      return has_lease(now) ? Standing::voting : Standing::lapsed;
    case Phase::twin:
      break;
  }
  CHECK(false);
  return Standing::twin;
}

ledger::VoteFloor Rejoin::floor() const {
  CHECK(phase_ == Phase::floor);
  return {scope_.epoch, std::max(silent_view_, shown_)};
}

}  // namespace node

#include "node/gossip/submission_gossip.h"

#include <algorithm>

#include "crypto/check.h"

namespace node {

using crypto::Hash;

namespace {

// Places of what is not needed for a proposal come after all others.
constexpr std::uint64_t kUsualPlace = std::uint64_t{1} << 63;

}  // namespace

// ---- peers ----

void SubmissionGossip::on_peer(PeerId peer, std::span<const Hash> pool, std::vector<Send>& sends) {
  peers_[peer];
  while (!pool.empty()) {
    const auto some = pool.first(std::min(pool.size(), kIdsMax));
    sends.push_back({{peer}, Announce{{some.begin(), some.end()}}});
    pool = pool.subspan(some.size());
  }
}

void SubmissionGossip::on_gone(PeerId peer, Moment now, std::vector<Send>& sends) {
  const auto gone = peers_.extract(peer);
  if (gone.empty()) return;
  serving_.on_gone(peer);
  std::set<Hash> ids = gone.mapped().announced;
  ids.insert(gone.mapped().asked.begin(), gone.mapped().asked.end());
  for (const auto& [place, id] : gone.mapped().line) ids.insert(id);
  for (const Hash& id : ids) {
    Want& want = wants_.at(id);
    std::erase(want.sources, peer);
    if (want.at != peer) continue;
    want.at.reset();
    want.asked = false;
    hand_on(id, std::nullopt);
  }
  ask_lines(now, sends);
}

// ---- what others announce ----

void SubmissionGossip::on(PeerId peer, const Announce& announce, const FindSubmission& find,
                          Moment now, std::vector<Send>& sends) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) return;
  for (const Hash& id : announce.ids) {
    if (found->second.announced.size() >= kAnnouncedMax) break;
    if (seen_.contains(id) && !wants_.contains(id)) continue;
    if (find(id) || !found->second.announced.insert(id).second) continue;
    const auto [place, is_new] = wants_.try_emplace(id);
    place->second.sources.push_back(peer);
    if (is_new || orphans_.erase(id) > 0) line_up(id, place->second, peer);
  }
  ask(peer, now, sends);
}

void SubmissionGossip::want(std::span<const Hash> ids, std::optional<PeerId> prefer,
                            const FindSubmission& find, Moment now, std::vector<Send>& sends) {
  for (const Hash& id : ids) {
    if (find(id) || needed_ >= kNeededMax) continue;
    const auto [place, is_new] = wants_.try_emplace(id);
    Want& one = place->second;
    const bool came = !is_new && !one.at && !orphans_.contains(id);
    if (one.needed || came) continue;
    one.needed = true;
    ++needed_;
    // Who was asked for no proposal may take its time, or want to keep this one from being whole.
    if (one.asked && one.at == prefer) continue;
    leave(id, one);
    if (prefer && peers_.contains(*prefer)) {
      orphans_.erase(id);
      line_up(id, one, *prefer);
    } else {
      hand_on(id, std::nullopt);
    }
  }
  ask_lines(now, sends);
}

// ---- asking ----

void SubmissionGossip::line_up(const Hash& id, Want& want, PeerId peer) {
  want.at = peer;
  want.asked = false;
  want.place = next_place_++ + (want.needed ? 0 : kUsualPlace);
  peers_.at(peer).line.emplace(want.place, id);
}

// What is needed goes out at once, the rest as the peer answers.
void SubmissionGossip::ask(PeerId number, Moment now, std::vector<Send>& sends) {
  Peer& peer = peers_.at(number);
  GetSubmissions request;
  while (!peer.line.empty() && request.ids.size() < kIdsMax) {
    const auto next = peer.line.begin();
    if (next->first >= kUsualPlace && peer.asked.size() >= kAskedMax) break;
    const Hash id = next->second;
    peer.line.erase(next);
    Want& want = wants_.at(id);
    want.asked = true;
    want.asked_us = now.monotonic_us;
    ++want.attempts;
    peer.asked.insert(id);
    request.ids.push_back(id);
  }
  if (!request.ids.empty()) sends.push_back({{number}, std::move(request)});
}

void SubmissionGossip::ask_lines(Moment now, std::vector<Send>& sends) {
  for (const auto& [number, peer] : peers_) ask(number, now, sends);
}

// Takes it out of the line or the list of who has it.
void SubmissionGossip::leave(const Hash& id, Want& want) {
  if (!want.at) return;
  Peer& peer = peers_.at(*want.at);
  if (want.asked) {
    peer.asked.erase(id);
  } else {
    peer.line.erase(want.place);
  }
  want.at.reset();
  want.asked = false;
}

// To the next that announced it. What is needed is asked of others too, each third time, and of
// anyone when nobody announced it.
void SubmissionGossip::hand_on(const Hash& id, std::optional<PeerId> except) {
  Want& want = wants_.at(id);
  std::optional<PeerId> next;
  if (!want.sources.empty() && !(want.needed && want.attempts % 3 == 2)) {
    auto source = std::find_if(want.sources.begin(), want.sources.end(),
                               [&](PeerId peer) { return peer != except; });
    if (source == want.sources.end()) source = want.sources.begin();
    next = *source;
    want.sources.erase(source);
    want.sources.push_back(*next);
  } else if (want.needed) {
    next = anyone(except);
  }
  if (next) {
    orphans_.erase(id);
    line_up(id, want, *next);
  } else if (want.needed) {
    orphans_.insert(id);
  } else {
    erase(id);
  }
}

std::optional<PeerId> SubmissionGossip::anyone(std::optional<PeerId> except) {
  for (std::size_t i = 0; i < std::min<std::size_t>(peers_.size(), 2); ++i) {
    auto next = peers_.upper_bound(last_anyone_);
    if (next == peers_.end()) next = peers_.begin();
    last_anyone_ = next->first;
    if (last_anyone_ != except) break;
  }
  return peers_.empty() ? std::nullopt : std::optional(last_anyone_);
}

bool SubmissionGossip::is_late(const Peer& peer, const Want& want, Moment now) const {
  const std::uint64_t timeout =
      std::min(kTimeoutFirstUs << std::min<std::size_t>(want.attempts - 1, 16), kTimeoutLastUs);
  const std::uint64_t quiet = std::max(want.asked_us, peer.answered_us) + timeout;
  const std::uint64_t held = want.asked_us + std::max(timeout, kHoldMaxUs);
  return now.monotonic_us >= std::min(quiet, held);
}

void SubmissionGossip::give_up_late(Moment now) {
  std::vector<Hash> late;
  for (const auto& [number, peer] : peers_) {
    for (const Hash& id : peer.asked) {
      if (is_late(peer, wants_.at(id), now)) late.push_back(id);
    }
  }
  for (const Hash& id : late) {
    Want& want = wants_.at(id);
    const std::optional<PeerId> silent = want.at;
    leave(id, want);
    if (want.attempts >= kAttemptsMax) {
      erase(id);
    } else {
      hand_on(id, silent);
    }
  }
}

// ---- what comes, and what becomes of it ----

std::vector<ledger::VerifiedSubmission> SubmissionGossip::on(PeerId number, SubmissionsSent sent,
                                                             Moment now, std::vector<Send>& sends) {
  std::vector<ledger::VerifiedSubmission> taken;
  const auto found = peers_.find(number);
  if (found == peers_.end()) return taken;
  for (ledger::VerifiedSubmission& submission : sent.submissions) {
    const Hash& id = submission->id;
    const auto wanted = wants_.find(id);
    if (wanted == wants_.end()) {
      if (seen_.contains(id) || !takes_unasked(found->second, now)) continue;
      wants_.try_emplace(id);
    } else {
      Want& want = wanted->second;
      // A second copy in the same message.
      if (!want.at && !orphans_.contains(id)) continue;
      if (want.at == number && want.asked) found->second.answered_us = now.monotonic_us;
      leave(id, want);
      orphans_.erase(id);
    }
    taken.push_back(std::move(submission));
  }
  ask(number, now, sends);
  return taken;
}

bool SubmissionGossip::takes_unasked(Peer& peer, Moment now) {
  const std::uint64_t back = (now.monotonic_us - peer.unasked_us) / kUnaskedIntervalUs;
  peer.unasked -= std::min(peer.unasked, back);
  peer.unasked_us += back * kUnaskedIntervalUs;
  if (peer.unasked >= kUnaskedMax) return false;
  ++peer.unasked;
  return true;
}

// By turns, so that with many peers each gets its share and spreads it. They are told as well, in
// case it is lost. A repeat has gone out before.
void SubmissionGossip::push(const ledger::VerifiedSubmission& submission,
                            std::vector<Send>& sends) {
  if (seen_.contains(submission->id) || peers_.empty()) return;
  std::vector<PeerId> to;
  auto next = peers_.upper_bound(last_pushed_);
  while (to.size() < std::min(kPushedPeers, peers_.size())) {
    if (next == peers_.end()) next = peers_.begin();
    to.push_back(next->first);
    ++next;
  }
  last_pushed_ = to.back();
  sends.push_back({std::move(to), SubmissionsSent{{submission}}});
}

void SubmissionGossip::on_processed(const Hash& id, bool pooled, std::optional<PeerId> from,
                                    Moment now, std::vector<Send>& sends) {
  std::set<PeerId> holders;
  if (from) holders.insert(*from);
  if (const auto want = wants_.find(id); want != wants_.end()) {
    holders.insert(want->second.sources.begin(), want->second.sources.end());
  }
  erase(id);
  remember(id);
  if (!pooled) return;
  news_.push_back({id, std::move(holders)});
  if (now.monotonic_us >= told_us_ + kAnnounceIntervalUs || news_.size() >= kIdsMax) {
    tell(now, sends);
  }
}

void SubmissionGossip::on_no_room(const Hash& id) {
  erase(id);
  seen_.erase(id);
}

void SubmissionGossip::on_final(std::span<const Hash> ids) {
  for (const Hash& id : ids) {
    erase(id);
    remember(id);
  }
}

void SubmissionGossip::erase(const Hash& id) {
  const auto found = wants_.find(id);
  if (found == wants_.end()) return;
  leave(id, found->second);
  for (const PeerId source : found->second.sources) peers_.at(source).announced.erase(id);
  if (found->second.needed) --needed_;
  orphans_.erase(id);
  wants_.erase(found);
}

void SubmissionGossip::remember(const Hash& id) {
  if (!seen_.insert(id).second) return;
  seen_order_.push_back(id);
  if (seen_order_.size() <= kSeenMax) return;
  seen_.erase(seen_order_.front());
  seen_order_.pop_front();
}

// ---- telling and answering ----

// Peers that lack the same are told in one message.
void SubmissionGossip::tell(Moment now, std::vector<Send>& sends) {
  told_us_ = now.monotonic_us;
  std::map<std::vector<Hash>, std::vector<PeerId>> told;
  for (const auto& [number, peer] : peers_) {
    std::vector<Hash> ids;
    for (const News& news : news_) {
      if (!news.holders.contains(number)) ids.push_back(news.id);
    }
    if (!ids.empty()) told[std::move(ids)].push_back(number);
  }
  for (auto& [ids, peers] : told) sends.push_back({std::move(peers), Announce{ids}});
  news_.clear();
}

void SubmissionGossip::on(PeerId peer, const GetSubmissions& request, const FindSubmission& find,
                          Moment now, std::vector<Send>& sends) {
  if (peers_.contains(peer)) serving_.on_get(peer, request.ids, find, now, sends);
}

void SubmissionGossip::on_tick(const FindSubmission& find, Moment now, std::vector<Send>& sends) {
  give_up_late(now);
  for (const Hash& id : std::set<Hash>(orphans_)) hand_on(id, std::nullopt);
  ask_lines(now, sends);
  serving_.on_tick(find, now, sends);
  if (!news_.empty() && now.monotonic_us >= told_us_ + kAnnounceIntervalUs) tell(now, sends);
}

bool SubmissionGossip::busy() const { return !wants_.empty() || !news_.empty() || serving_.busy(); }

}  // namespace node

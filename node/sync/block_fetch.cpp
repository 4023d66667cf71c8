#include "node/sync/block_fetch.h"

#include <algorithm>
#include <utility>

namespace node {

void BlockFetch::on_peer(PeerId peer, std::string organisation, Moment now,
                         std::vector<Send>& sends) {
  sources_.on_peer(peer, std::move(organisation));
  ask(now, sends);
}

void BlockFetch::on_gone(PeerId peer, Moment now, std::vector<Send>& sends) {
  sources_.on_gone(peer);
  stop_waiting_for(peer);
  recent_.erase(peer);
  for (auto& [hash, want] : wants_) {
    want.tried.erase(peer);
    want.owing.erase(peer);
    if (want.prefer == peer) want.prefer.reset();
  }
  ask(now, sends);
}

bool BlockFetch::want(const crypto::Hash& hash, std::optional<PeerId> prefer, Moment now,
                      std::vector<Send>& sends) {
  const auto found = wants_.find(hash);
  if (found != wants_.end()) {
    if (std::exchange(found->second.held, false)) ask(hash, found->second, now, sends);
    return true;
  }
  if (wants_.size() >= kWantsMax) return false;
  Want& want = wants_[hash];
  want.prefer = prefer;
  ask(hash, want, now, sends);
  return true;
}

std::optional<crypto::Hash> BlockFetch::on(PeerId peer, const BlockSent& block, Moment now,
                                           std::vector<Send>& sends) {
  const crypto::Hash hash = block.header.hash();
  const auto found = wants_.find(hash);
  if (found != wants_.end() && found->second.owing.contains(peer)) {
    Want& want = found->second;
    want.owing.erase(peer);
    if (want.at == peer) {
      want.at.reset();
      --in_flight_[peer];
    }
    if (want.held) return std::nullopt;
    want.held = true;
    want.giver = sources_.organisation_of(peer);
    if (want.at) --in_flight_[*want.at];
    want.at.reset();
    ask(now, sends);
    return hash;
  }
  const auto asked = recent_.find(peer);
  const bool is_late =
      asked != recent_.end() &&
      std::find(asked->second.begin(), asked->second.end(), hash) != asked->second.end();
  if (!is_late && in_flight(peer) > 0) {
    // It answers one of the requests with what nobody asked for.
    sources_.demote(sources_.organisation_of(peer), now, kWrongAnswerUs);
    stop_waiting_for(peer);
    ask(now, sends);
  }
  return std::nullopt;
}

void BlockFetch::on(PeerId peer, const BlockAbsent& absent, Moment now, std::vector<Send>& sends) {
  const auto found = wants_.find(absent.hash);
  if (found == wants_.end() || found->second.owing.erase(peer) == 0) return;
  if (found->second.at != peer) return;
  found->second.at.reset();
  --in_flight_[peer];
  ask(now, sends);
}

void BlockFetch::done(const crypto::Hash& hash, Moment now, std::vector<Send>& sends) {
  const auto found = wants_.find(hash);
  if (found == wants_.end()) return;
  if (found->second.at) --in_flight_[*found->second.at];
  wants_.erase(found);
  ask(now, sends);
}

void BlockFetch::bad(const crypto::Hash& hash, PeerId peer, Moment now, std::vector<Send>& sends) {
  std::string organisation(sources_.organisation_of(peer));
  const auto found = wants_.find(hash);
  if (found != wants_.end()) {
    if (organisation.empty()) organisation = found->second.giver;
    found->second.held = false;
  }
  sources_.demote(organisation, now, kWrongAnswerUs);
  ask(now, sends);
}

void BlockFetch::on_tick(Moment now, std::vector<Send>& sends) {
  for (auto& [hash, want] : wants_) {
    if (want.at && want.until_us <= now.monotonic_us) {
      --in_flight_[*want.at];
      want.at.reset();
    }
  }
  ask(now, sends);
}

void BlockFetch::ask(Moment now, std::vector<Send>& sends) {
  for (auto& [hash, want] : wants_) ask(hash, want, now, sends);
}

void BlockFetch::ask(const crypto::Hash& hash, Want& want, Moment now, std::vector<Send>& sends) {
  if (want.at || want.held) return;
  const bool all_tried =
      !want.tried.empty() && !sources_.any([&](PeerId peer) { return !want.tried.contains(peer); });
  if (all_tried) {
    if (now.monotonic_us < want.until_us) return;
    want.tried.clear();
    want.timeout_us = std::min(2 * want.timeout_us, kTimeoutLastUs);
  }
  const std::optional<PeerId> peer = choose(want, now);
  if (!peer) return;
  want.at = peer;
  want.until_us = now.monotonic_us + want.timeout_us;
  want.tried.insert(*peer);
  want.owing.insert(*peer);
  ++in_flight_[*peer];
  std::deque<crypto::Hash>& recent = recent_[*peer];
  recent.push_back(hash);
  if (recent.size() > kRecentMax) recent.pop_front();
  sends.push_back({{*peer}, GetBlock{hash}});
}

std::optional<PeerId> BlockFetch::choose(const Want& want, Moment now) {
  const auto may = [&](PeerId peer) {
    return sources_.contains(peer) && !want.tried.contains(peer) && in_flight(peer) < kRequestsMax;
  };
  if (want.prefer && may(*want.prefer) && !sources_.is_demoted(*want.prefer, now)) {
    return want.prefer;
  }
  return sources_.next(now, may);
}

void BlockFetch::stop_waiting_for(PeerId peer) {
  for (auto& [hash, want] : wants_) {
    if (want.at == peer) want.at.reset();
  }
  in_flight_.erase(peer);
}

std::size_t BlockFetch::in_flight(PeerId peer) const {
  const auto found = in_flight_.find(peer);
  return found == in_flight_.end() ? 0 : found->second;
}

}  // namespace node

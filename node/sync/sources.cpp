#include "node/sync/sources.h"

#include <algorithm>

namespace node {

void Sources::on_peer(PeerId peer, std::string organisation) {
  organisations_.insert_or_assign(peer, std::move(organisation));
}

std::string_view Sources::organisation_of(PeerId peer) const {
  const auto found = organisations_.find(peer);
  return found == organisations_.end() ? std::string_view() : found->second;
}

void Sources::demote(std::string_view organisation, Moment now, std::uint64_t us) {
  if (organisation.empty()) return;
  std::erase_if(demoted_, [&](const auto& entry) { return entry.second <= now.monotonic_us; });
  if (!demoted_.contains(organisation) && demoted_.size() >= kDemotedMax) {
    demoted_.erase(
        std::min_element(demoted_.begin(), demoted_.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; }));
  }
  std::uint64_t& until = demoted_[std::string(organisation)];
  until = std::max(until, now.monotonic_us + us);
}

bool Sources::is_demoted(PeerId peer, Moment now) const {
  const auto found = demoted_.find(organisation_of(peer));
  return found != demoted_.end() && now.monotonic_us < found->second;
}

bool Sources::any(const std::function<bool(PeerId)>& may) const {
  return std::any_of(organisations_.begin(), organisations_.end(),
                     [&](const auto& entry) { return may(entry.first); });
}

std::optional<PeerId> Sources::next(Moment now, const std::function<bool(PeerId)>& may) {
  std::optional<PeerId> behind;
  auto at = organisations_.upper_bound(last_);
  for (std::size_t i = 0; i < organisations_.size(); ++i, ++at) {
    if (at == organisations_.end()) at = organisations_.begin();
    if (!may(at->first)) continue;
    if (!is_demoted(at->first, now)) {
      last_ = at->first;
      return last_;
    }
    if (!behind) behind = at->first;
  }
  if (behind) last_ = *behind;
  return behind;
}

}  // namespace node

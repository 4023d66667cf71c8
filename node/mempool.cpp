#include "node/mempool.h"

#include <algorithm>

#include "crypto/check.h"

namespace node {

using crypto::Hash;
using ledger::Outcome;

Mempool::Admission Mempool::add(ledger::VerifiedSubmission submission, std::vector<Hash>& dropped) {
  const Hash id = submission->id;
  if (items_.contains(id)) return Admission::known;
  const std::size_t bytes = submission->entry_bytes();
  const std::string organisation = submission->header.organisation;
  if (!make_room(organisation, bytes, dropped)) return Admission::full;
  Queue& queue = queues_[organisation];
  queue.ready.push_back(id);
  queue.bytes += bytes;
  bytes_ += bytes;
  ++ready_;
  items_.emplace(id, PendingSubmission{std::move(submission), bytes});
  return Admission::added;
}

bool Mempool::make_room(const std::string& organisation, std::size_t bytes,
                        std::vector<Hash>& dropped) {
  const auto used = [&](const std::string& name) {
    const auto found = queues_.find(name);
    return found == queues_.end() ? std::size_t{0} : found->second.bytes;
  };
  if (used(organisation) + bytes > options_.organisation_bytes_max) return false;
  while (bytes_ + bytes > options_.bytes_max || items_.size() >= options_.submissions_max) {
    const auto largest = std::max_element(
        queues_.begin(), queues_.end(),
        [](const auto& a, const auto& b) { return a.second.bytes < b.second.bytes; });
    // Whoever uses the most gives way; when that is the newcomer, it is refused.
    if (largest == queues_.end() || largest->second.bytes <= used(organisation) + bytes) {
      return false;
    }
    Queue& queue = largest->second;
    const Hash newest = !queue.ready.empty() ? queue.ready.back() : queue.held.back();
    remove(newest);
    dropped.push_back(newest);
  }
  return true;
}

std::vector<Mempool::Offered> Mempool::offer(
    const std::function<ledger::Added(const ledger::VerifiedSubmission&)>& take) {
  std::vector<Offered> offered;
  std::vector<Hash> finished;
  // A round takes one submission of each organisation, starting behind the one served last.
  bool full = false;
  while (!full && ready_ > 0) {
    std::vector<std::string> order;
    for (auto it = queues_.upper_bound(last_served_); it != queues_.end(); ++it) {
      order.push_back(it->first);
    }
    for (auto it = queues_.begin(); it != queues_.upper_bound(last_served_); ++it) {
      order.push_back(it->first);
    }
    for (const std::string& organisation : order) {
      Queue& queue = queues_[organisation];
      if (queue.ready.empty()) continue;
      const Hash id = queue.ready.front();
      ledger::Added added = take(items_.at(id).submission);
      if (added.outcome == Outcome::full) {
        full = true;
        break;
      }
      last_served_ = organisation;
      queue.ready.pop_front();
      --ready_;
      if (added.outcome == Outcome::ahead) {
        queue.held.push_back(id);
      } else {
        finished.push_back(id);
      }
      offered.push_back({id, std::move(added)});
    }
  }
  for (const Hash& id : finished) forget(id);
  return offered;
}

std::optional<ledger::VerifiedSubmission> Mempool::find(const Hash& id) const {
  const auto item = items_.find(id);
  if (item == items_.end()) return std::nullopt;
  return item->second.submission;
}

std::vector<Hash> Mempool::ids() const {
  std::vector<Hash> ids;
  ids.reserve(items_.size());
  for (const auto& [id, item] : items_) ids.push_back(id);
  return ids;
}

void Mempool::release() {
  for (auto& [organisation, queue] : queues_) {
    ready_ += queue.held.size();
    for (const Hash& id : queue.held) queue.ready.push_back(id);
    queue.held.clear();
  }
}

std::vector<Hash> Mempool::expire(std::uint64_t now_ms) {
  std::vector<Hash> expired;
  for (const auto& [id, item] : items_) {
    if (item.submission->header.not_after_ms < now_ms) expired.push_back(id);
  }
  for (const Hash& id : expired) remove(id);
  return expired;
}

void Mempool::remove(const Hash& id) {
  Queue& queue = queues_.at(items_.at(id).submission->header.organisation);
  const auto ready = std::find(queue.ready.begin(), queue.ready.end(), id);
  if (ready != queue.ready.end()) {
    queue.ready.erase(ready);
    --ready_;
  }
  const auto held = std::find(queue.held.begin(), queue.held.end(), id);
  if (held != queue.held.end()) queue.held.erase(held);
  forget(id);
}

void Mempool::forget(const Hash& id) {
  const auto item = items_.find(id);
  CHECK(item != items_.end());
  const auto queue = queues_.find(item->second.submission->header.organisation);
  CHECK(queue != queues_.end());
  queue->second.bytes -= item->second.bytes;
  bytes_ -= item->second.bytes;
  if (queue->second.bytes == 0) queues_.erase(queue);
  items_.erase(item);
}

}  // namespace node

#include "node/mempool.h"

#include <algorithm>

#include "crypto/check.h"

namespace node {

using crypto::Hash;
using ledger::VerifiedSubmission;

namespace {

// Submissions of one organisation that a review looks at, ready or not.
constexpr std::size_t kSeenMax = 256;

}  // namespace

Mempool::Admission Mempool::add(VerifiedSubmission submission, std::uint64_t height,
                                std::vector<Hash>& dropped) {
  const Hash id = submission->id;
  if (items_.contains(id)) return Admission::known;
  const std::size_t bytes = submission->entry_bytes();
  const std::string organisation = submission->header.organisation;
  if (!make_room(organisation, bytes, dropped)) return Admission::full;
  Queue& queue = queues_[organisation];
  queue.order.emplace(++arrivals_, id);
  queue.bytes += bytes;
  bytes_ += bytes;
  Item item{std::move(submission), bytes, arrivals_, height, Held::no, false, {}};
  count(item, true);
  items_.emplace(id, std::move(item));
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
    const Hash newest = largest->second.order.rbegin()->second;
    forget(newest);
    dropped.push_back(newest);
  }
  return true;
}

// Organisations, starting behind the one served last.
std::vector<std::string> Mempool::turns() const {
  std::vector<std::string> order;
  const auto next = queues_.upper_bound(last_served_);
  for (auto it = next; it != queues_.end(); ++it) order.push_back(it->first);
  for (auto it = queues_.begin(); it != next; ++it) order.push_back(it->first);
  return order;
}

void Mempool::offer(const std::function<Fate(const VerifiedSubmission&)>& decide) {
  std::map<std::string, std::uint64_t> offered;  // the arrival offered last, by organisation
  bool more = true;
  while (more && ready_ > 0) {
    more = false;
    for (const std::string& organisation : turns()) {
      const auto queue = queues_.find(organisation);
      if (queue == queues_.end()) continue;
      auto at = queue->second.order.upper_bound(offered[organisation]);
      while (at != queue->second.order.end() && !is_ready(items_.at(at->second))) ++at;
      if (at == queue->second.order.end()) {
        offered[organisation] = arrivals_;
        continue;
      }
      const Hash id = at->second;
      const std::uint64_t arrival = at->first;
      const Fate fate = decide(items_.at(id).submission);
      if (std::holds_alternative<Stop>(fate)) return;
      offered[organisation] = arrival;
      last_served_ = organisation;
      more = true;
      apply(id, fate);
    }
  }
}

void Mempool::review(std::uint64_t height, std::size_t limit,
                     const std::function<Fate(const VerifiedSubmission&)>& decide) {
  std::vector<Hash> chosen;
  for (const auto& [organisation, queue] : queues_) {
    std::size_t seen = 0;
    for (auto it = queue.order.begin();
         it != queue.order.end() && chosen.size() < limit && ++seen <= kSeenMax; ++it) {
      const Item& item = items_.at(it->second);
      if (item.height <= height && is_ready(item)) chosen.push_back(it->second);
    }
  }
  for (const Hash& id : chosen) {
    Item& item = items_.at(id);
    item.height = height + 1;  // its turn has been
    apply(id, decide(item.submission));
  }
}

void Mempool::settle(const Hash& id, const Fate& fate) {
  if (std::holds_alternative<Keep>(fate)) return;
  last_served_ = items_.at(id).submission->header.organisation;
  apply(id, fate);
}

void Mempool::apply(const Hash& id, const Fate& fate) {
  CHECK(!std::holds_alternative<Stop>(fate));
  if (std::holds_alternative<Drop>(fate)) {
    forget(id);
  } else if (const auto* hold = std::get_if<HoldForSubject>(&fate)) {
    waiting_.emplace(hold->subject, id);
    change(items_.at(id), Held::for_subject, items_.at(id).taken, hold->subject);
  } else if (std::holds_alternative<HoldForCommit>(fate)) {
    until_commit_.insert(id);
    change(items_.at(id), Held::for_commit, items_.at(id).taken);
  }
}

void Mempool::set_taken(std::span<const Hash> ids) {
  const auto mark = [this](const Hash& id, bool taken) {
    const auto found = items_.find(id);
    if (found == items_.end() || found->second.taken == taken) return;
    change(found->second, found->second.held, taken, found->second.subject);
  };
  for (const Hash& id : taken_) mark(id, false);
  taken_.assign(ids.begin(), ids.end());
  for (const Hash& id : taken_) mark(id, true);
}

void Mempool::commit(std::span<const Hash> ids, const std::vector<crypto::ByteView>& written) {
  for (const Hash& id : ids) {
    if (items_.contains(id)) forget(id);
  }
  std::map<std::uint64_t, Hash> woken;  // by arrival
  for (const Hash& id : std::exchange(until_commit_, {})) {
    Item& item = items_.at(id);
    item.height = 0;  // the next to be looked at
    woken.emplace(item.arrival, id);
  }
  for (auto key = written.begin(); key != written.end() && !waiting_.empty(); ++key) {
    const auto [first, last] = waiting_.equal_range(*key);
    for (auto it = first; it != last; ++it)
      woken.emplace(items_.at(it->second).arrival, it->second);
    waiting_.erase(first, last);
  }
  for (const auto& [arrival, id] : woken) wake(id);
}

// Behind those that could have been taken meanwhile.
void Mempool::wake(const Hash& id) {
  Item& item = items_.at(id);
  auto& order = queues_.at(item.submission->header.organisation).order;
  order.erase(item.arrival);
  item.arrival = ++arrivals_;
  order.emplace(item.arrival, id);
  change(item, Held::no, item.taken);
}

std::vector<Hash> Mempool::expire(std::uint64_t now_ms) {
  std::vector<Hash> expired;
  for (const auto& [id, item] : items_) {
    if (item.submission->header.not_after_ms < now_ms) expired.push_back(id);
  }
  for (const Hash& id : expired) forget(id);
  return expired;
}

const VerifiedSubmission* Mempool::find(const Hash& id) const {
  const auto found = items_.find(id);
  return found == items_.end() ? nullptr : &found->second.submission;
}

std::vector<Hash> Mempool::ids() const {
  std::vector<Hash> ids;
  for (const auto& [organisation, queue] : queues_) {
    for (const auto& [arrival, id] : queue.order) ids.push_back(id);
  }
  return ids;
}

std::vector<Hash> Mempool::ids_behind(const Hash& after, std::size_t limit) const {
  std::vector<Hash> ids;
  auto at = items_.upper_bound(after);
  for (std::size_t i = std::min(limit, items_.size()); i > 0; --i) {
    if (at == items_.end()) at = items_.begin();
    ids.push_back(at->first);
    ++at;
  }
  return ids;
}

std::shared_ptr<const Intake> Mempool::intake() const {
  if (!Intake::is_crowded(ready_, ready_bytes_, options_.intake)) return nullptr;
  Backlog backlog{ready_, ready_bytes_, {}};
  for (const auto& [organisation, queue] : queues_) {
    backlog.bytes.emplace(organisation, queue.bytes);
  }
  return std::make_shared<const Intake>(std::move(backlog), options_.intake);
}

void Mempool::count(const Item& item, bool more) {
  if (!is_ready(item)) return;
  const std::size_t records = item.submission->record_bytes.size();
  ready_ = more ? ready_ + 1 : ready_ - 1;
  ready_bytes_ = more ? ready_bytes_ + item.bytes : ready_bytes_ - item.bytes;
  ready_records_ = more ? ready_records_ + records : ready_records_ - records;
}

void Mempool::change(Item& item, Held held, bool taken, std::string subject) {
  count(item, false);
  item.held = held;
  item.taken = taken;
  item.subject = std::move(subject);
  count(item, true);
}

void Mempool::forget(const Hash& id) {
  const auto found = items_.find(id);
  CHECK(found != items_.end());
  const Item& item = found->second;
  count(item, false);
  until_commit_.erase(id);
  if (item.held == Held::for_subject) {
    const auto [first, last] = waiting_.equal_range(item.subject);
    for (auto it = first; it != last; ++it) {
      if (it->second != id) continue;
      waiting_.erase(it);
      break;
    }
  }
  const auto queue = queues_.find(item.submission->header.organisation);
  queue->second.order.erase(item.arrival);
  queue->second.bytes -= item.bytes;
  if (queue->second.order.empty()) queues_.erase(queue);
  bytes_ -= item.bytes;
  items_.erase(found);
}

}  // namespace node

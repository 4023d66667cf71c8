#include "node/api/book.h"

#include "crypto/check.h"

namespace node::api {

void SubmissionBook::add(const crypto::Hash& id, std::size_t bytes) {
  const auto [place, added] = entries_.try_emplace(id);
  Entry& entry = place->second;
  if (!added && !entry.outcome.is_settled()) return;
  if (!added) std::erase(settled_, id);
  entry.outcome = {};
  entry.bytes = bytes;
  ++pending_;
  pending_bytes_ += bytes;
  arriving_bytes_ += bytes;
}

void SubmissionBook::remove(const crypto::Hash& id) {
  const auto place = entries_.find(id);
  if (place == entries_.end() || place->second.outcome.is_settled()) return;
  CHECK(place->second.waiters.empty());
  --pending_;
  pending_bytes_ -= place->second.bytes;
  if (place->second.outcome.progress == Progress::received) {
    arriving_bytes_ -= place->second.bytes;
  }
  entries_.erase(place);
}

std::optional<Outcome> SubmissionBook::find(const crypto::Hash& id) const {
  const auto place = entries_.find(id);
  if (place == entries_.end()) return std::nullopt;
  return place->second.outcome;
}

void SubmissionBook::wait(const crypto::Hash& id, Progress until, Time deadline, Told told) {
  const auto place = entries_.find(id);
  CHECK(place != entries_.end());
  Entry& entry = place->second;
  if (entry.outcome.progress >= until) return told(entry.outcome);
  const std::uint64_t waiter = next_waiter_++;
  entry.waiters.emplace(waiter, Waiter{until, std::move(told)});
  deadlines_.emplace(std::pair(deadline, waiter), id);
  deadline_of_.emplace(waiter, deadline);
}

void SubmissionBook::update(const crypto::Hash& id, Outcome outcome) {
  const auto place = entries_.find(id);
  // Of another node, or settled before: the first word counts.
  if (place == entries_.end() || place->second.outcome.is_settled()) return;
  Entry& entry = place->second;
  if (entry.outcome.progress == Progress::received && outcome.progress > Progress::received) {
    arriving_bytes_ -= entry.bytes;
  }
  entry.outcome = std::move(outcome);
  std::vector<Told> told;
  for (auto waiter = entry.waiters.begin(); waiter != entry.waiters.end();) {
    if (entry.outcome.progress < waiter->second.until) {
      ++waiter;
      continue;
    }
    const auto deadline = deadline_of_.find(waiter->first);
    deadlines_.erase({deadline->second, waiter->first});
    deadline_of_.erase(deadline);
    told.push_back(std::move(waiter->second.told));
    waiter = entry.waiters.erase(waiter);
  }
  const Outcome reached = entry.outcome;
  if (reached.is_settled()) {
    --pending_;
    pending_bytes_ -= entry.bytes;
    if (reached.progress == Progress::final) {
      entries_.erase(place);
    } else {
      settled_.push_back(id);
    }
    if (settled_.size() > kSettledMax) {
      entries_.erase(settled_.front());
      settled_.pop_front();
    }
  }
  for (const Told& tell : told) tell(reached);
}

std::optional<SubmissionBook::Time> SubmissionBook::expire(Time now) {
  while (!deadlines_.empty() && deadlines_.begin()->first.first <= now) {
    const auto [key, id] = *deadlines_.begin();
    deadlines_.erase(deadlines_.begin());
    deadline_of_.erase(key.second);
    const auto place = entries_.find(id);
    CHECK(place != entries_.end());
    const auto waiter = place->second.waiters.find(key.second);
    const Told told = std::move(waiter->second.told);
    place->second.waiters.erase(waiter);
    const Outcome outcome = place->second.outcome;
    told(outcome);
  }
  return next_deadline();
}

std::optional<SubmissionBook::Time> SubmissionBook::next_deadline() const {
  if (deadlines_.empty()) return std::nullopt;
  return deadlines_.begin()->first.first;
}

}  // namespace node::api

#include "node/api/desk.h"

#include <algorithm>

namespace node::api {
namespace {

bool satisfies(const SubmissionUpdate& update, WaitFor what) {
  return what == WaitFor::accepted || update.state != SubmissionState::accepted;
}

}  // namespace

std::uint64_t SubmissionDesk::wait(const crypto::Hash& id, WaitFor what, Answer answer) {
  std::optional<SubmissionUpdate> ready;
  std::uint64_t token = 0;
  {
    const std::lock_guard lock(mutex_);
    token = next_token_++;
    const auto found = known_.find(id);
    if (found != known_.end() && satisfies(found->second, what)) {
      ready = found->second;
    } else {
      waiters_[id].push_back({token, what, answer});
    }
  }
  if (ready) answer(*ready);
  return token;
}

bool SubmissionDesk::leave(const crypto::Hash& id, std::uint64_t token) {
  const std::lock_guard lock(mutex_);
  const auto found = waiters_.find(id);
  if (found == waiters_.end()) return false;
  const std::size_t removed =
      std::erase_if(found->second, [&](const Waiter& waiter) { return waiter.token == token; });
  if (found->second.empty()) waiters_.erase(found);
  return removed > 0;
}

std::optional<SubmissionUpdate> SubmissionDesk::find(const crypto::Hash& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(id);
  if (found == known_.end()) return std::nullopt;
  return found->second;
}

void SubmissionDesk::update(const std::vector<SubmissionUpdate>& updates) {
  std::vector<std::pair<Answer, const SubmissionUpdate*>> answers;
  {
    const std::lock_guard lock(mutex_);
    for (const SubmissionUpdate& update : updates) {
      if (known_.insert_or_assign(update.id, update).second) order_.push_back(update.id);
      const auto found = waiters_.find(update.id);
      if (found == waiters_.end()) continue;
      std::erase_if(found->second, [&](Waiter& waiter) {
        if (!satisfies(update, waiter.what)) return false;
        answers.emplace_back(std::move(waiter.answer), &update);
        return true;
      });
      if (found->second.empty()) waiters_.erase(found);
    }
    while (order_.size() > kDeskOutcomesMax) {
      known_.erase(order_.front());
      order_.pop_front();
    }
  }
  for (const auto& [answer, update] : answers) answer(*update);
}

std::size_t SubmissionDesk::waiting() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& [id, list] : waiters_) count += list.size();
  return count;
}

}  // namespace node::api

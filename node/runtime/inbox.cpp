#include "node/runtime/inbox.h"

namespace node {

Inbox::Inbox(std::size_t capacity, std::function<void(std::function<void()>)> post,
             std::function<void(std::vector<Arrival>)> handle)
    : capacity_(capacity), post_(std::move(post)), handle_(std::move(handle)) {}

bool Inbox::push(Event event) {
  std::unique_lock lock(mutex_);
  if (pushed_ >= capacity_) return false;
  ++pushed_;
  add({std::move(event), 0}, std::move(lock));
  return true;
}

void Inbox::push_always(Arrival arrival) { add(std::move(arrival), std::unique_lock(mutex_)); }

void Inbox::add(Arrival arrival, std::unique_lock<std::mutex> lock) {
  const bool first = waiting_.empty();
  waiting_.push_back(std::move(arrival));
  lock.unlock();
  if (first) post_([this] { hand_over(); });
}

void Inbox::hand_over() {
  std::vector<Arrival> arrivals;
  {
    const std::lock_guard lock(mutex_);
    arrivals.swap(waiting_);
    pushed_ = 0;
  }
  handle_(std::move(arrivals));
}

}  // namespace node

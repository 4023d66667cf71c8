#include "node/runtime/inbox.h"

namespace node {

Inbox::Inbox(std::size_t capacity, std::function<void(std::function<void()>)> post,
             std::function<void(std::vector<Event>)> handle)
    : capacity_(capacity), post_(std::move(post)), handle_(std::move(handle)) {}

bool Inbox::push(Event event) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= capacity_) return false;
    first = waiting_.empty();
    waiting_.push_back(std::move(event));
  }
  if (first) post_([this] { hand_over(); });
  return true;
}

void Inbox::hand_over() {
  std::vector<Event> events;
  {
    const std::lock_guard lock(mutex_);
    events.swap(waiting_);
  }
  handle_(std::move(events));
}

}  // namespace node

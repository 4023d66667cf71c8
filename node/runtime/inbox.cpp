#include "node/runtime/inbox.h"

#include <memory>

namespace node {

Inbox::Inbox(std::size_t capacity, std::function<void(std::function<void()>)> post,
             std::function<void(Event)> handle)
    : capacity_(capacity), post_(std::move(post)), handle_(std::move(handle)) {}

bool Inbox::push(Event event) {
  if (waiting_.fetch_add(1) >= capacity_) {
    waiting_.fetch_sub(1);
    return false;
  }
  // std::function wants copies; a shared holder moves the event instead.
  auto held = std::make_shared<Event>(std::move(event));
  post_([this, held] {
    waiting_.fetch_sub(1);
    handle_(std::move(*held));
  });
  return true;
}

}  // namespace node

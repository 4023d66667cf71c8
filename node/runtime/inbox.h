// The bounded door to the replica's thread. push() may be called from any thread and never blocks:
// a full inbox answers false, and whoever knocked tells its client to come back.
#pragma once

#include <atomic>
#include <functional>

#include "node/replica.h"

namespace node {

class Inbox {
 public:
  // `post` hands a function to the replica's thread; `handle` runs there.
  Inbox(std::size_t capacity, std::function<void(std::function<void()>)> post,
        std::function<void(Event)> handle);

  // False: full.
  bool push(Event event);

 private:
  std::size_t capacity_;
  std::atomic<std::size_t> waiting_ = 0;
  std::function<void(std::function<void()>)> post_;
  std::function<void(Event)> handle_;
};

}  // namespace node

// The bounded door to the replica's thread. push() may be called from any thread and never blocks:
// a full inbox answers false, and whoever knocked tells its client to come back.
//
// Events that arrive while the replica works are handed over together: waking its thread costs more
// than a small submission does.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "node/replica.h"

namespace node {

class Inbox {
 public:
  // `post` hands a function to the replica's thread; `handle` runs there, with at least one event,
  // in the order in which they came.
  Inbox(std::size_t capacity, std::function<void(std::function<void()>)> post,
        std::function<void(std::vector<Event>)> handle);

  // False: full.
  bool push(Event event);

 private:
  void hand_over();

  std::size_t capacity_;
  std::mutex mutex_;
  std::vector<Event> waiting_;
  std::function<void(std::function<void()>)> post_;
  std::function<void(std::vector<Event>)> handle_;
};

}  // namespace node

// The bounded door to the replica's thread. push() may be called from any thread and never blocks:
// a full inbox answers false, and whoever knocked tells its client to come back. What peers send is
// bounded by their read windows (node/net) and always taken.
//
// Events that arrive while the replica works are handed over together: waking its thread costs more
// than a small submission does.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "node/replica.h"

namespace node {

// An event, and what the frame that it came in took of its peer's window.
struct Arrival {
  Event event;
  std::size_t frame_bytes = 0;
};

class Inbox {
 public:
  // `post` hands a function to the replica's thread; `handle` runs there, with at least one event,
  // in the order in which they came.
  Inbox(std::size_t capacity, std::function<void(std::function<void()>)> post,
        std::function<void(std::vector<Arrival>)> handle);

  // False: as many of these wait already.
  bool push(Event event);
  void push_always(Arrival arrival);

 private:
  void add(Arrival arrival, std::unique_lock<std::mutex> lock);
  void hand_over();

  std::size_t capacity_;
  std::size_t pushed_ = 0;  // that wait, beside what is always taken
  std::mutex mutex_;
  std::vector<Arrival> waiting_;
  std::function<void(std::function<void()>)> post_;
  std::function<void(std::vector<Arrival>)> handle_;
};

}  // namespace node

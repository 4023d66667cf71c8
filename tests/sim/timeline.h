// Timeline: simulated time and what happens in it, one event after the other, in the order of their
// times and, at one time, in the order in which they were asked for.
#pragma once

#include <algorithm>
#include <functional>
#include <queue>
#include <vector>

#include "tests/sim/trace.h"

namespace sim {

class Timeline {
 public:
  // Every event goes into the hash of the trace, which outlives the timeline.
  explicit Timeline(Trace& trace) : trace_(trace) {}

  std::uint64_t now_us() const { return now_us_; }
  void at(std::uint64_t time_us, std::function<void()> action) {
    queue_.push({time_us, sequence_++, std::move(action)});
  }
  // Runs events until the time has come or `stops` holds after one of them.
  void run_until(std::uint64_t time_us, const std::function<bool()>& stops) {
    while (!queue_.empty() && queue_.top().time_us <= time_us) {
      const Event event = queue_.top();
      queue_.pop();
      now_us_ = event.time_us;
      trace_.mix(event.time_us);
      trace_.mix(event.sequence);
      event.action();
      if (stops()) return;
    }
    now_us_ = std::max(now_us_, time_us);
  }

 private:
  struct Event {
    std::uint64_t time_us = 0;
    std::uint64_t sequence = 0;
    std::function<void()> action;
  };
  struct Later {
    bool operator()(const Event& left, const Event& right) const {
      return left.time_us != right.time_us ? left.time_us > right.time_us
                                           : left.sequence > right.sequence;
    }
  };

  Trace& trace_;
  std::priority_queue<Event, std::vector<Event>, Later> queue_;
  std::uint64_t now_us_ = 0;
  std::uint64_t sequence_ = 0;
};

}  // namespace sim

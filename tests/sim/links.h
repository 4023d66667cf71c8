// Links: what the network does to messages between places: delay, loss, duplicates, partitions and
// one-way cuts. Chance comes from the run's dice.
#pragma once

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "tests/sim/dice.h"

namespace sim {

struct NetworkOptions {
  std::uint64_t delay_min_us = 1'000;
  std::uint64_t delay_mean_us = 20'000;  // beyond the minimum; a few messages take much longer
  std::uint64_t loss = 0;                // of a thousand
  std::uint64_t duplicates = 0;          // of a thousand
};

class Links {
 public:
  Links(const NetworkOptions& options, Dice& dice) : options_(options), dice_(dice) {}

  NetworkOptions& options() { return options_; }
  // Places of one group hear one another; an empty list: all do.
  void partition(std::vector<int> group_of_place) { groups_ = std::move(group_of_place); }
  // One direction of one link.
  void cut(std::size_t from, std::size_t to) { cuts_.insert({from, to}); }
  void mend(std::size_t from, std::size_t to) { cuts_.erase({from, to}); }
  void heal() {
    groups_.clear();
    cuts_.clear();
  }

  bool connects(std::size_t from, std::size_t to) const {
    return (groups_.empty() || groups_.at(from) == groups_.at(to)) && !cuts_.contains({from, to});
  }
  bool loses() { return dice_.chance(options_.loss); }
  int draw_copies() { return dice_.chance(options_.duplicates) ? 2 : 1; }
  // Mostly short, sometimes ten times as long: so messages overtake each other.
  std::uint64_t draw_delay() {
    if (options_.delay_mean_us == 0) return options_.delay_min_us;
    const std::uint64_t scale = dice_.chance(100) ? 10 : 2;
    return options_.delay_min_us + dice_.below(scale * options_.delay_mean_us);
  }

 private:
  NetworkOptions options_;
  Dice& dice_;
  std::vector<int> groups_;
  std::set<std::pair<std::size_t, std::size_t>> cuts_;
};

}  // namespace sim

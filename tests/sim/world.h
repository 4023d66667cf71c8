// World: a stage with its validators on it. What is faked is the network, the time and the
// application; the cores, the gates, the journal and the store are the product's.
#pragma once

#include "tests/sim/sim_node.h"
#include "tests/sim/strategies.h"

namespace sim {

class World {
 public:
  explicit World(StageOptions options);

  Stage& stage() { return stage_; }
  const Stage& stage() const { return stage_; }
  bool run_for(std::uint64_t us, const std::function<bool()>& until = {}) {
    return stage_.run_until(stage_.now_us() + us, until);
  }
  const std::string& violation() const { return stage_.violation(); }

  // Places with a core: honest validators and twins.
  const std::vector<std::size_t>& honest_places() const { return honest_; }
  SimNode& node(std::size_t place) { return *nodes_.at(place); }
  const SimNode& node(std::size_t place) const { return *nodes_.at(place); }
  void crash_everyone(std::uint64_t down_us);
  void restart_everyone();

  // A client brings a record to these places, or to all.
  void submit(std::size_t record, const std::vector<std::size_t>& places);
  void submit(std::size_t record);
  // Everyone hears of every record, as gossip would have it in the end.
  void gossip_records();
  // All records that were submitted are final at every honest place; or, once one of them closes
  // the epoch, that one.
  bool is_done() const;

 private:
  Stage stage_;
  std::vector<std::unique_ptr<SimNode>> nodes_;  // by place; none where a strategy is
  std::vector<std::size_t> honest_;
  Records submitted_;
};

}  // namespace sim

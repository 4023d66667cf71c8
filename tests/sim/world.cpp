#include "tests/sim/world.h"

#include <algorithm>

namespace sim {

World::World(StageOptions options) : stage_(std::move(options)) {
  const std::vector<Fault>& faults = stage_.options().faults;
  for (std::size_t place = 0; place < stage_.places(); ++place) {
    const std::uint16_t validator = stage_.validator_at(place);
    const auto fault = std::find_if(faults.begin(), faults.end(),
                                    [&](const Fault& one) { return one.validator == validator; });
    nodes_.emplace_back();
    if (fault != faults.end() && fault->kind == Fault::Kind::strategy) {
      stage_.set_receiver(place, make_strategy(fault->strategy, stage_, place));
      continue;
    }
    if (fault == faults.end()) honest_.push_back(place);
    nodes_.back() = std::make_unique<SimNode>(stage_, place);
    SimNode* node = nodes_.back().get();
    stage_.set_receiver(
        place, [node](std::uint16_t from, const Wire& wire) { node->receive(from, wire); });
    stage_.at(stage_.dice().below(1'000), [node] { node->boot(); });
  }
}

void World::crash_everyone(std::uint64_t down_us) {
  for (const std::size_t place : honest_) nodes_[place]->crash(down_us);
}

void World::restart_everyone() {
  for (const auto& node : nodes_) {
    if (node && !node->is_up()) node->boot();
  }
}

void World::submit(std::size_t record, const std::vector<std::size_t>& places) {
  Records records;
  records.set(record);
  submitted_ |= records;
  for (const std::size_t place : places) {
    if (nodes_[place]) nodes_[place]->add_records(records);
  }
}

void World::submit(std::size_t record) {
  std::vector<std::size_t> everywhere(nodes_.size());
  for (std::size_t place = 0; place < everywhere.size(); ++place) everywhere[place] = place;
  submit(record, everywhere);
}

void World::gossip_records() {
  for (const auto& node : nodes_) {
    if (node) node->add_records(submitted_);
  }
}

bool World::is_done() const {
  return std::all_of(honest_.begin(), honest_.end(), [&](std::size_t place) {
    if (!nodes_[place]->is_up()) return false;
    const Records& have = nodes_[place]->final_records();
    return submitted_[kClosingRecord] ? have[kClosingRecord] : (submitted_ & ~have).none();
  });
}

}  // namespace sim

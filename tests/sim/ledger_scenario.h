// LedgerScenario: named situations of whole replicas, on a network that a test arranges. What the
// situations are is in SCENARIOS.md.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/ledger_work.h"
#include "tests/sim/ledger_world.h"
#include "tests/sim/replica_node.h"
#include "tests/support/test_network.h"

namespace sim {

inline constexpr std::uint64_t kMs = 1'000;
inline constexpr std::uint64_t kSecond = 1'000'000;

class LedgerScenario : public testing::Test {
 protected:
  LedgerWorld& open(std::size_t validators = 4, std::size_t observers = 0,
                    const std::vector<LedgerFault>& faults = {}) {
    LedgerOptions options;
    options.validators = validators;
    options.observers = observers;
    options.faults = faults;
    options.network = {5 * kMs, 5 * kMs, 0, 0};
    options.keeps_lines = true;
    world = std::make_unique<LedgerWorld>(options);
    world->run_for(100 * kMs);
    return *world;
  }
  void submit(const Work& work) {
    wanted.push_back(work.submission->id);
    world->submit(work.submission);
  }
  void submit_purchases(std::size_t count) {
    for (; count > 0; --count) {
      const std::string line = std::to_string(++purchases_);
      const proto::Record record = tests::purchase("D", line, "Acura", "ILX");
      submit({tests::submission(world->genesis(), "shop", {record})});
      world->run_for(100 * kMs);
    }
  }
  // `vote_keys`: of those that bring a new one.
  void change_set(const std::vector<std::size_t>& numbers,
                  const std::map<std::size_t, std::string>& vote_keys = {}) {
    submit(change_validators(world->genesis(), world->options().validators, numbers, ++changes_,
                             vote_keys));
  }
  void expect_settled(std::uint64_t within_us) {
    EXPECT_TRUE(world->run_for(within_us, [&] { return world->is_settled(wanted); }));
    EXPECT_EQ(world->violation(), "");
    world->check_stores();
    EXPECT_EQ(world->violation(), "");
  }
  void expect_final_at(const std::vector<std::size_t>& places, std::uint64_t within_us) {
    EXPECT_TRUE(world->run_for(within_us, [&] {
      for (const std::size_t place : places) {
        if (!world->has_final(place, wanted.back())) return false;
      }
      return true;
    }));
    EXPECT_EQ(world->violation(), "");
  }
  std::uint64_t epoch_at(std::size_t place) const {
    return world->node(place).replica().keyring()->scope.epoch;
  }
  std::size_t count_lines(const std::string& text) const {
    const auto& lines = world->trace().lines();
    return static_cast<std::size_t>(std::count_if(
        lines.begin(), lines.end(),
        [&](const std::string& line) { return line.find(text) != std::string::npos; }));
  }
  void TearDown() override {
    if (!HasFailure() || !world) return;
    for (const std::string& line : world->trace().lines()) puts(line.c_str());
  }

  std::unique_ptr<LedgerWorld> world;
  std::vector<crypto::Hash> wanted;

 private:
  std::size_t purchases_ = 0;
  std::uint64_t changes_ = 0;
};

}  // namespace sim

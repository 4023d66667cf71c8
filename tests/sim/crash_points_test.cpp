// A validator is killed at each of the writes of a fixed workload in turn, with what the write was
// about to say lost, kept with nothing sent, or kept with a part of the messages sent.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace sim {
namespace {

enum class Cut { before_write, after_write, mid_sends };

struct Played {
  std::uint64_t writes = 0;  // of the validator that is killed
  std::string violation;
  bool done = false;
};

// 30 blocks of one record each; place 0 is killed at its write number `at` (from 1; 0: never).
Played play(std::uint64_t at, Cut cut) {
  StageOptions options;
  options.network = {5'000, 5'000, 0, 0};
  options.kill = {at, static_cast<int>(cut)};
  World world(options);
  world.run_for(2'000);
  for (std::size_t record = 0; record < 30; ++record) {
    world.submit(record);
    world.run_for(60'000);
  }
  Played played;
  played.done = world.run_for(30'000'000, [&] { return world.is_done(); });
  played.violation = world.violation();
  played.writes = world.node(0).writes();
  return played;
}

TEST(CrashPoints, EveryWriteOfThirtyBlocks) {
  const Played whole = play(0, Cut::before_write);
  ASSERT_TRUE(whole.done);
  ASSERT_GE(whole.writes, 60u);
  constexpr std::uint64_t kStep = SIM_PERCENT == 100 ? 1 : 7;
  for (const Cut cut : {Cut::before_write, Cut::after_write, Cut::mid_sends}) {
    for (std::uint64_t at = 1; at <= whole.writes; at += kStep) {
      const Played played = play(at, cut);
      ASSERT_EQ(played.violation, "") << "write " << at << ", cut " << static_cast<int>(cut);
      ASSERT_TRUE(played.done) << "write " << at << ", cut " << static_cast<int>(cut);
    }
  }
}

}  // namespace
}  // namespace sim

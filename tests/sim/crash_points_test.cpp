// Every crash point of thirty blocks (crash_points.h), on three disks and networks.
#include "tests/sim/crash_points.h"

#include <gtest/gtest.h>

namespace sim {
namespace {

TEST(CrashPoints, EveryWriteOfThirtyBlocks) {
  constexpr std::uint64_t kStep = SIM_PERCENT == 100 ? 1 : 7;
  std::size_t points = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const CrashRun whole = play(seed, {});
    ASSERT_EQ(whole.failure, "") << "seed " << seed;
    ASSERT_GE(whole.writes, 60u);
    for (std::uint64_t write = 1; write <= whole.writes; write += kStep) {
      for (const KillOptions& kill : kills_at(write)) {
        ASSERT_EQ(play(seed, kill).failure, "")
            << "seed " << seed << ", write " << write << ", cut " << static_cast<int>(kill.cut)
            << ", unsynced " << static_cast<int>(kill.policy);
        ++points;
      }
    }
  }
  RecordProperty("crash_points", static_cast<int>(points));
}

}  // namespace
}  // namespace sim

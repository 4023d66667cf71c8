#include "tests/sim/crash_points.h"

#include "tests/sim/world.h"

namespace sim {

CrashRun play(std::uint64_t seed, const KillOptions& kill) {
  StageOptions options;
  options.seed = seed;
  Dice dice(seed);
  options.network = {dice.between(1'000, 8'000), dice.between(1'000, 8'000), 0, 0};
  options.sync_us = dice.between(0, 2) * 4'000;  // none, or as long as a message takes, or longer
  options.kill = kill;
  World world(options);
  world.run_for(2'000);
  for (std::size_t record = 0; record < 30; ++record) {
    world.submit(record);
    world.run_for(100'000);
  }
  const bool done = world.run_for(30'000'000, [&] { return world.is_done(); });
  CrashRun run{world.violation(), world.node(0).writes()};
  if (run.failure.empty() && !done) run.failure = "STUCK";
  if (run.failure.empty() && kill.at_write == 0 && world.stage().checker().chain().size() != 30) {
    run.failure = "not thirty blocks";
  }
  return run;
}

std::vector<KillOptions> kills_at(std::uint64_t write) {
  return {{write, Cut::before_sync, Unsynced::kept},
          {write, Cut::before_sync, Unsynced::dropped},
          {write, Cut::before_sync, Unsynced::torn},
          {write, Cut::after_sync, Unsynced::dropped},
          {write, Cut::mid_sends, Unsynced::dropped}};
}

}  // namespace sim

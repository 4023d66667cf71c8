// A validator is killed at each of the writes of a fixed workload of thirty blocks in turn: before
// the sync that makes the write durable, with what was not synced kept, dropped or torn; after it,
// with nothing sent; and among the messages that follow.
#pragma once

#include <string>
#include <vector>

#include "tests/sim/stage.h"

namespace sim {

struct CrashRun {
  std::string failure;       // empty: no violation, and all thirty blocks are final
  std::uint64_t writes = 0;  // of the validator that is killed
};

// `seed` draws delays and what a sync takes. Without a kill (at_write 0) it counts the writes.
CrashRun play(std::uint64_t seed, const KillOptions& kill);

// The kills at one write.
std::vector<KillOptions> kills_at(std::uint64_t write);

}  // namespace sim

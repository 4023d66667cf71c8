// Load on a network: purchases, signed and sent with the client's own code to its nodes by turns.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "ledger/chain/genesis.h"
#include "tools/cli/submitter.h"

namespace bench {

struct Load {
  std::uint64_t first = 0;  // record, so that a second load repeats nothing
  std::uint64_t records = 100'000;
  std::uint64_t batch = 100;
  unsigned connections = 16;
  // 0: each connection sends its next submission when the last one is settled (closed loop). Else
  // records a second on a clock of their own, and latency counts from when one was due (open loop).
  double rate = 0;
  double seconds = 0;  // nothing new is offered after so many; 0: until all are offered
  tools::WaitFor wait = tools::WaitFor::final;  // when a submission is settled
};

struct Measured {
  double seconds = 0;
  std::uint64_t offered = 0;         // records
  std::vector<double> latencies_ms;  // of submissions, ascending
  std::uint64_t not_recorded = 0;    // records
  std::uint64_t told_to_wait = 0;    // answers 429 and 503

  double latency(double share) const;
  double mean_latency() const;
};

// Returns when the last one is settled.
Measured offer(const Load& load, const ledger::Genesis& genesis,
               const std::vector<std::string>& urls);

}  // namespace bench

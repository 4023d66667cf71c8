// One run of the swarm: everything about it comes from its seed. First chaos (a random mix of loss,
// delay, partitions, crashes, wrong clocks and faulty validators), then a good network in which the
// faulty ones keep acting: everything that was submitted must become final, and then silence.
#pragma once

#include <string>
#include <vector>

#include "tests/sim/world.h"

namespace sim {

struct RunOptions {
  std::size_t validators = 4;
  std::uint64_t seed = 1;
  std::optional<std::vector<Fault>> faults;  // none: f of them, drawn
  std::uint64_t chaos_us = 30'000'000;
  std::uint64_t patience_us = 120'000'000;  // after the chaos
  bool closes_epoch = false;
  bool loses_journal = false;
  bool keeps_lines = false;
};

struct RunResult {
  std::string violation;  // empty: none
  bool stuck = false;
  bool noisy = false;  // voted on in silence
  std::uint64_t trace_hash = 0;
  std::uint64_t recovery_us = 0;  // from the end of the chaos until all was final
  std::uint64_t height = 0;
  std::uint64_t steps = 0;
  std::uint64_t messages = 0;
  std::vector<std::string> lines;

  bool good() const { return violation.empty() && !stuck && !noisy; }
  std::string text(const RunOptions& options) const;
};

RunResult run(const RunOptions& options);

}  // namespace sim

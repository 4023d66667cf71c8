// One run of whole replicas by seed: chaos with a workload, then a good network in which the faulty
// ones keep acting. In the end all that must be final is final everywhere, once, and nothing else;
// all honest stores are alike, and each proves itself from genesis.
#pragma once

#include <string>
#include <vector>

#include "tests/sim/ledger_world.h"

namespace sim {

struct LedgerRunOptions {
  std::size_t validators = 4;
  std::uint64_t seed = 1;
  std::optional<std::vector<LedgerFault>> faults;  // none: f of them, drawn
  std::uint64_t chaos_us = 8'000'000;
  std::uint64_t patience_us = 240'000'000;  // after the chaos
  bool changes_set = false;                 // validators come and go, and parameters change
  bool keeps_lines = false;
};

struct LedgerRunResult {
  std::string violation;  // empty: none
  bool stuck = false;
  std::uint64_t trace_hash = 0;
  std::uint64_t recovery_us = 0;
  std::uint64_t height = 0;
  std::uint64_t epochs = 0;
  std::uint64_t steps = 0;
  std::uint64_t messages = 0;
  std::vector<std::string> lines;

  bool good() const { return violation.empty() && !stuck; }
  std::string text(const LedgerRunOptions& options) const;
};

LedgerRunResult run(const LedgerRunOptions& options);

}  // namespace sim

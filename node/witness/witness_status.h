// How each witness stands, for the API and the metrics. Values; any thread.
#pragma once

#include <memory>
#include <vector>

#include "node/witness/witness_memory.h"

namespace node {

struct WitnessStatus {
  WitnessOptions options;
  WitnessState state = WitnessState::waiting;
  std::string trouble;  // a sentence; empty: none
  WitnessMemory memory;
  std::uint64_t asked_ms = 0;  // when, Unix; 0: not since the start
  std::uint64_t requests = 0;  // since the start
  std::uint64_t failures = 0;
};

}  // namespace node

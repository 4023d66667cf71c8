// The time, as pure code is told it: with every event, and never by asking.
#pragma once

#include <cstdint>

namespace node {

// Both clocks at the moment of an event.
struct Moment {
  std::uint64_t monotonic_us = 0;
  std::uint64_t wall_ms = 0;
};

}  // namespace node

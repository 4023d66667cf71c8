// Runs by seed, of cores (campaign.h) and of replicas (ledger_run.h).
#pragma once

#include <gtest/gtest.h>

#include <cstdint>

namespace sim {

// Sanitizers and the second compiler take a part of the seeds (CMakeLists.txt).
constexpr std::uint64_t share(std::uint64_t seeds) { return (seeds * SIM_PERCENT + 99) / 100; }

// A failure prints the command that shows the run again.
template <class Options>
void expect_good(Options options, std::uint64_t seeds) {
  for (options.seed = 1; options.seed <= share(seeds); ++options.seed) {
    const auto result = run(options);
    ASSERT_TRUE(result.good()) << "build/release/bin/" << result.text(options);
  }
}

template <class Options>
Options among(std::size_t validators) {
  Options options;
  options.validators = validators;
  return options;
}

}  // namespace sim

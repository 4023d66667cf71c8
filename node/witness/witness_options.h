// Which outside witnesses are asked, and how often: the section [witnesses] of node.toml.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/history/note.h"

namespace node {

inline constexpr std::size_t kWitnessesMax = 16;

struct WitnessOptions {
  ledger::NoteKey key;  // a cosigner's
  std::string url;      // add-checkpoint is below it; without a slash at its end
};

struct WitnessPace {
  std::uint64_t interval_ms = 5'000;   // between two requests; doubles after failures
  std::uint64_t refresh_ms = 600'000;  // signed afresh without a newer one; the longest pause
};

struct WitnessesOptions {
  std::vector<WitnessOptions> witnesses;
  WitnessPace pace;
  std::uint64_t timeout_ms = 10'000;  // of a request
  std::string ca_file;                // who is trusted for https; empty: the system's
};

// "<vkey> <url>, …" and back. nullopt: not of this form, a key is no cosigner's or named twice, a
// URL is not of http or https, or there are too many.
std::optional<std::vector<WitnessOptions>> parse_witnesses(std::string_view text);
std::string format_witnesses(const std::vector<WitnessOptions>& witnesses);

}  // namespace node

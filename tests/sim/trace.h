// Trace: what happened in a run, line by line, and a hash over all of it. Same seed, same hash,
// under every compiler. The hash covers every event; lines are kept only when somebody will read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/hash.h"
#include "ledger/chain/vote.h"

namespace sim {

std::string text_of(const ledger::Vote& vote);

class Trace {
 public:
  explicit Trace(bool keeps_lines) : keeps_lines_(keeps_lines) {}

  bool keeps_lines() const { return keeps_lines_; }
  // Mixes numbers into the hash.
  void mix(std::uint64_t value) {
    hash_ ^= value + 0x9e3779b97f4a7c15u + (hash_ << 6) + (hash_ >> 2);
    hash_ *= 0xff51afd7ed558ccdu;
    hash_ ^= hash_ >> 33;
  }
  void mix(const crypto::Hash& value) { mix(crypto::read_u64(value.view())); }
  void line(std::uint64_t time_us, std::size_t place, std::string text) {
    if (keeps_lines_) lines_.push_back(head(time_us, place) + std::move(text));
  }

  std::uint64_t hash() const { return hash_; }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  static std::string head(std::uint64_t time_us, std::size_t place);

  bool keeps_lines_;
  std::uint64_t hash_ = 0;
  std::vector<std::string> lines_;
};

}  // namespace sim

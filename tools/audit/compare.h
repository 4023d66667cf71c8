// Where two ledgers of one network part: found by halving over the roots of what they begin with,
// so that a few tiles of each are read.
#pragma once

#include "tools/audit/source.h"

namespace tools {

struct Comparison {
  std::uint64_t size_a = 0;
  std::uint64_t size_b = 0;
  // The first entry in which they differ; nullopt: one is the beginning of the other.
  std::optional<std::uint64_t> first_difference;
  std::string entry_a;  // that entry, in words
  std::string entry_b;
};

// Both have hash tiles, else E-SOURCE; E-SOURCE-MISSING: a tile is not there; those of tile().
crypto::Result<Comparison> compare_ledgers(const LedgerSource& a, const LedgerSource& b);

}  // namespace tools

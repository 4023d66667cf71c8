// Auditing by sample: n purchase records drawn at random, each shown by a proof of its own and
// judged from the genesis file alone. For a first look, and for ledgers that are too large.
//
// Which ones is decided by a seed, so that a second auditor draws the same: entry number
// SHA-256("greenledger audit sample" || 00 || seed || 00 || counter u64), its first eight bytes
// modulo the tree's size, for counters from 0; entries that hold no purchase, and those that were
// drawn before, are passed over.
#pragma once

#include "ledger/proofs/verify.h"
#include "tools/audit/block_feed.h"

namespace tools {

// With n good ones of n drawn, at most this share of all purchases is bad, with 95 % confidence, in
// parts of a million, rounded up: 1 - 0.05^(1/n), which is about 3/n (the rule of three). It holds
// for a ledger of any size: drawing without putting back only makes the bound smaller
// (hypergeometric instead of binomial). n of 0: all of them.
std::uint64_t bad_share_bound_ppm(std::uint64_t good);

// The entry that the counter draws.
std::uint64_t drawn_entry(const std::string& seed, std::uint64_t counter, std::uint64_t size);

struct SampledPurchase {
  std::uint64_t index = 0;
  std::string subject;
  std::uint64_t place = 0;
  ledger::Verdict verdict = ledger::Verdict::undecided;
  std::string reason;  // unless it is VALID
};

struct SampleReport {
  ledger::Verdict verdict = ledger::Verdict::undecided;
  std::string seed;
  std::uint64_t size = 0;   // entries that were drawn from
  std::uint64_t drawn = 0;  // numbers, with those of other entries
  std::vector<SampledPurchase> purchases;
  std::uint64_t good = 0;
  std::uint64_t bound_ppm = 0;
};

// The source is a node's URL or folder: others cannot make proofs (E-SOURCE). Ends with fewer than
// `count` when the ledger has no more. Errors of the source.
crypto::Result<SampleReport> audit_sample(const LedgerSource& source,
                                          const ledger::Genesis& genesis, std::uint64_t count,
                                          const std::string& seed);

}  // namespace tools

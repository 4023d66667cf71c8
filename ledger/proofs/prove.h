// Making proof bundles: what a node, or a client over a node's folder, hands to an auditor.
//
// Pure; any thread. Costs one search for each entry and key; a record about twenty reads.
#pragma once

#include "ledger/proofs/bundle.h"

namespace ledger {

// Entries of one bundle; what is longer is audited as a whole.
inline constexpr std::size_t kBundleEntriesMax = 10'000;

struct ProofStart {
  std::uint64_t epoch = 0;
  std::uint64_t size = 0;  // of a tree that was verified; 0: from genesis
  // So many outside witnesses have signed the head, which may not be the newest then.
  std::size_t witnesses_min = 0;
};

// A bundle under the newest checkpoint. E-PROVE-QUESTION, E-PROVE-ABSENT, E-PROVE-PRESENT;
// E-PROVE-PENDING: no checkpoint covers it yet; E-PROVE-WITNESSES: none that so many have signed;
// E-PROVE-START: the start is no head of this ledger; E-PROVE-GONE: this store lacks what it takes;
// E-PROVE-LARGE.
Checked<ProofBundle> prove(const ChainReader& reader, const Question& question,
                           const ProofStart& start = {},
                           std::size_t entries_max = kBundleEntriesMax);

// The same as a file. E-PROVE-LARGE also for what is larger than kBundleBytesMax.
Checked<Bytes> prove_file(const ChainReader& reader, const Question& question,
                          const ProofStart& start = {});

}  // namespace ledger

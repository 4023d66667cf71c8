// The full audit: a ledger is executed again from the genesis file alone, every entry, hash,
// signature, seal, epoch certificate, rule and state root of it, up to the checkpoint that its
// source offers. All cores prepare blocks (block_feed.h), one executes them in order, into a store
// of its own (work_store.h). A replay that was stopped goes on behind what it had written.
#pragma once

#include <functional>

#include "ledger/proofs/verify.h"
#include "tools/audit/block_feed.h"
#include "tools/audit/work_store.h"

namespace tools {

struct AuditOptions {
  std::string work;                         // folder of the work store; empty: memory
  unsigned threads = 0;                     // that prepare; 0: one a core
  std::optional<ledger::TrustPoint> trust;  // a head that was verified before
  Keep keep = Keep::state;
  std::size_t gathered_max = kGatheredBytesMax;  // of the work store
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
};

struct AuditCounts {
  std::uint64_t blocks = 0;
  std::uint64_t entries = 0;
  std::uint64_t submissions = 0;
  std::uint64_t records = 0;
  std::uint64_t epochs = 0;
  std::uint64_t certificates = 0;
};

struct AuditReport {
  ledger::Verdict verdict = ledger::Verdict::undecided;
  std::optional<AuditFault> fault;   // unless it is VALID
  AuditCounts counts;                // of what was found good, with what earlier runs found
  std::uint64_t entries_before = 0;  // found good by a run that was stopped
  ledger::Header tip;                // the last block that was found good
  // Of a VALID ledger:
  std::optional<ledger::TrustPoint> head;
  std::vector<std::string> cosigners;  // validators that signed its checkpoint
  std::size_t validators = 0;
  std::uint64_t signed_at_s = 0;  // of the newest cosignature
  std::uint64_t kept_height = 0;  // Keep::everything: the store ends with this block
};

// Errors are those of the genesis file and the work store; what is wrong or missing in the source
// is the report's fault.
crypto::Result<AuditReport> audit_ledger(const LedgerSource& source, const ledger::Genesis& genesis,
                                         const AuditOptions& options);

}  // namespace tools

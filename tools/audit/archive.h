// The portable archive: one file with all entries of a ledger below a checkpoint, compressed, and
// the certificates of its blocks. Hash tiles are not in it: they follow from the entries.
//
//   "greenledger.archive/1\n", then parts, integers big-endian:
//   kind 1 || first u64 || count u32 || plain bytes u32 || stored bytes u32 || check 32
//     || stored: a zstd frame
//   check = SHA-256(check of the part before, 32 zeros at first || the 21 bytes before || stored)
//
//   'G' genesis file, 'C' signed checkpoint, then 'E' entries from index `first` in the form of a
//   bundle, then 'F' FINALIZE certificates from height `first` in the same form (no bytes: none),
//   then 'Z', empty: the archive is whole.
//
// A part is as good as the checks before it, so an archive that was cut goes on behind its last
// good part.
#pragma once

#include "tools/audit/source.h"

namespace tools {

// As a source: entries and certificates are read and checked part by part. E-ARCHIVE-FORM: not an
// archive; E-ARCHIVE-CUT: its end is missing; later E-ARCHIVE-DAMAGED, with the part and its place.
crypto::Result<LedgerSource> open_archive(const std::string& path, const ledger::Genesis& genesis);

// Says how far a long copy is: entries done, and of how many.
using CopyProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

struct CopyReport {
  std::uint64_t entries = 0;
  std::uint64_t entries_before = 0;  // copied by a run that was stopped
  std::uint64_t certificates = 0;
  std::uint64_t bytes = 0;
  ledger::Checkpoint checkpoint;
};

// Writes the archive; while it grows it is called <path>.part, and a run that was stopped goes on
// with it and its checkpoint. What is written has the tree root that its checkpoint states.
// E-EXPORT-WRITE, E-EXPORT-ROOT, E-ARCHIVE-…, and those of the source.
crypto::Result<CopyReport> export_archive(const LedgerSource& source,
                                          const ledger::Genesis& genesis, const std::string& path,
                                          const CopyProgress& progress);

}  // namespace tools

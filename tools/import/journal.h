// The journal of one import, beside its input: how far the rows are settled. An import that was
// stopped goes on behind the last settled row; without the journal it would still record nothing
// twice, because a record's subject and place follow from its row, but it would ask the node again.
//
// JSON lines, each synced, one for every few batches:
//   {"schema":"greenledger.import-journal/1","input":"<sha256>","mapping":"<sha256>","network":"…"}
//   {"through":200,"recorded":198,"already":0,"rejected":2,"skipped":0,"rejects_bytes":412,
//    "codes":{"E-DATE-FORMAT":2},"skips":{},"finished":false}
// Counts are sums from the first row on. A last line that was torn by a crash is ignored.
//
// Not for several threads at once.
#pragma once

#include "tools/import/files.h"

namespace tools {

// What an import must have in common with an earlier one to go on where that one stopped.
struct JournalKey {
  std::string input;    // SHA-256 of the input, hex
  std::string mapping;  // SHA-256 of the mapping with its parameters, hex
  std::string network;  // id of the network, hex; empty: none (a dry run)

  friend bool operator==(const JournalKey&, const JournalKey&) = default;
};

// How far an import is. Rows count those below the header.
struct ImportCounts {
  std::uint64_t through = 0;   // rows settled, in the order of the file
  std::uint64_t recorded = 0;  // rows whose records this import brought onto the ledger
  std::uint64_t already = 0;   // rows whose records were there, or that repeat a row of the file
  std::uint64_t rejected = 0;
  std::uint64_t skipped = 0;  // rows that the mapping leaves out
  std::uint64_t rejects_bytes = 0;
  Notes codes;  // rejected rows by code
  Notes skips;  // skipped rows by reason
  bool finished = false;

  friend bool operator==(const ImportCounts&, const ImportCounts&) = default;
};

struct JournalState {
  JournalKey key;
  ImportCounts counts;
};

// What the journal at `path` says; nullopt: there is none, or not one whole line.
// E-JOURNAL: it is of another format.
Result<std::optional<JournalState>> read_journal(const std::string& path);

class Journal {
 public:
  // Starts a journal, or goes on with the one at `path` when `keep` is set.
  static Result<Journal> open(const std::string& path, const JournalKey& key, bool keep);

  Result<void> append(const ImportCounts& counts);  // synced

 private:
  explicit Journal(GrowingFile file) : file_(std::move(file)) {}

  GrowingFile file_;
};

}  // namespace tools

// One import: a file and a mapping become batches of records, and what the ledger answers becomes
// counts, a rejects file and a journal.
//
//   next    reads rows until a batch is full. Rows that the mapping or the rules refuse go with it.
//   settle  takes what became of a batch, in the order in which they were handed out. Several
//           batches may be under way between the two.
//
// The importer knows no network, no key and no clock: the caller signs and sends. The same file and
// mapping give the same records and the same batches, so that an import may stop at any point and
// be run again: the journal says where it goes on, and a record that is on the ledger already is
// answered "already recorded", which counts as done.
//
// Rows that are equal byte for byte are different things bought (or a register's repetition, if the
// mapping names records without {row.id}): the occurrence number in {row.id} keeps them apart and
// does not depend on where in the file they stand.
//
// Not for several threads at once.
#pragma once

#include <deque>
#include <unordered_map>

#include "tools/import/journal.h"
#include "tools/import/rejects.h"
#include "tools/import/row_mapper.h"

namespace tools {

// A signed submission holds at most 512 KiB and 1,000 records. Small batches waste least when one
// row is at fault; of two hundred a row costs the node a fifth less than of one hundred.
inline constexpr std::size_t kBatchRecords = 200;
inline constexpr std::size_t kBatchBytes = 480 * 1024;
// Rows a batch looks at when few of them give records, so that progress and journal move on.
inline constexpr std::size_t kBatchRows = 1000;

// After this many settled batches the journal takes a line and is synced: syncing for each would
// make the disk the bound. A crash costs asking the node again about the batches since.
inline constexpr std::size_t kSettlesPerCheckpoint = 16;

using RecordCheck = std::function<Faults(const proto::Record&)>;

struct ImportOptions {
  std::string input;
  std::string journal;  // path; empty: none is kept (a dry run)
  std::string rejects;  // path
  std::string network;  // the journal's network (journal.h)
  // Set: `input` is the rejects file of an import of this file, mended by hand.
  std::string retry_of;
  std::size_t batch_records = kBatchRecords;
  std::size_t settles_per_checkpoint = kSettlesPerCheckpoint;
  RecordCheck check;  // ledger::check, or a stricter one
};

// "a/b.csv" -> "a/b.csv.journal"; "a/b.csv" -> "a/b.rejects.csv", of a rejects file
// "a/b.rejects-2.csv" and so on.
std::string journal_path(const std::string& input);
std::string rejects_path(const std::string& input);
// "a/b.rejects.csv" or "a/b.rejects-2.csv" -> "a/b.csv"; nullopt: no name of a rejects file.
std::optional<std::string> retried_path(const std::string& rejects);

// What stands together in the file: usually one row and its record.
struct ImportUnit {
  struct Source {
    std::uint64_t number = 0;
    Bytes raw;
    std::size_t cells = 0;
  };
  std::vector<Source> rows;         // rows behind the records
  std::vector<Bytes> records;       // canonical bytes; empty: repeats an earlier row of the file
  std::vector<RejectedRow> faulty;  // rows refused here
  Notes skips;
  std::uint64_t through = 0;  // rows of the file up to and with this unit
};

struct ImportBatch {
  std::uint64_t number = 0;  // from 1 on
  std::vector<ImportUnit> units;

  // The records of all units in order: what is to be submitted.
  std::vector<ByteView> records() const;
};

// What became of one record.
struct RecordOutcome {
  enum class State { recorded, already, rejected } state = State::recorded;
  std::optional<Reject> reject;  // when rejected
};

// For a progress bar. `now` is the caller's; nothing here asks a clock.
struct ImportProgress {
  ImportCounts settled;
  std::uint64_t rows_read = 0;
  std::uint64_t rows_valid = 0;
  std::uint64_t rows_refused = 0;  // by mapping and rules, before sending
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_total = 0;

  // Where in the file the settled rows end. What is read is ahead of it by the batches under way.
  std::uint64_t bytes_settled() const;
  // Rows settled a second in `elapsed_ms`, without those of an earlier run; 0: not known yet.
  std::uint64_t rate(std::uint64_t elapsed_ms, std::uint64_t rows_before) const;
  // Milliseconds until the end at this speed; nullopt: not known yet.
  std::optional<std::uint64_t> remaining_ms(std::uint64_t elapsed_ms,
                                            std::uint64_t rows_before) const;
};

class Importer {
 public:
  // Reads the whole input once. Errors: E-IMPORT-FILE, E-CSV-HEADER, E-MAP-COLUMN, E-JOURNAL,
  // E-RETRY.
  static Result<Importer> open(Mapping mapping, ImportOptions options);

  // nullopt: the file is at its end; every batch before may still have to be settled.
  Result<std::optional<ImportBatch>> next();

  // One outcome for each of batch.records(). CHECK: batches settle in order.
  Result<void> settle(const ImportBatch& batch, const std::vector<RecordOutcome>& outcomes);

  // Makes durable what is settled; settle() does it now and then.
  Result<void> checkpoint();

  // After the last batch is settled: closes the journal.
  Result<void> finish();

  // Rows of an earlier run that this one does not repeat.
  std::uint64_t resumed_through() const { return resumed_through_; }
  ImportProgress progress() const;
  const InputFacts& facts() const { return facts_; }
  const Mapping& mapping() const { return mapper_.mapping(); }
  const Notes& notes() const { return mapper_.notes(); }
  const std::string& rejects_file() const { return options_.rejects; }

 private:
  struct Seen {
    std::uint64_t row = 0;
    std::uint64_t record_hash = 0;
  };
  // The rows of the file that a rejects file came from, for {row.id}.
  struct FirstRun {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> rows;  // hash, occurrence
  };

  Importer(RowMapper mapper, ImportOptions options, InputFacts facts, CsvReader reader);

  static Result<FirstRun> read_first_run(const std::string& path, const Mapping& mapping,
                                         std::unordered_map<std::uint64_t, std::uint64_t>& counts);
  Result<void> resume();
  Result<std::optional<ImportUnit>> next_unit();
  void take_row(const CsvRow& row);
  void refuse(ImportUnit::Source source, Faults faults);
  void take_records(ImportUnit::Source source, MappedRow mapped);
  bool joins_group(const MappedRow& mapped) const;
  void merge_into_group(ImportUnit::Source source, const MappedRow& mapped);
  void close_group();
  ImportUnit& open_end();
  std::string row_id(const std::string& sha256, std::uint64_t number);
  Result<void> reject(const RejectedRow& row);

  RowMapper mapper_;
  ImportOptions options_;
  InputFacts facts_;
  CsvReader reader_;
  Bytes header_raw_;
  std::size_t columns_ = 0;  // without reject columns
  bool is_retry_ = false;
  FirstRun first_run_;
  std::unordered_map<std::uint64_t, std::uint64_t> occurrences_;  // by hash of the row
  std::unordered_map<std::uint64_t, Seen> subjects_;              // by hash of subject and place

  std::deque<ImportUnit> units_;     // complete
  std::optional<ImportUnit> held_;   // the first of the next batch
  std::optional<ImportUnit> group_;  // still growing
  std::vector<proto::Record> group_records_;
  std::string group_key_;
  std::uint64_t rows_ = 0;
  bool at_end_ = false;

  std::uint64_t batches_ = 0;
  std::uint64_t settled_batches_ = 0;
  std::uint64_t resumed_through_ = 0;
  ImportProgress progress_;
  std::optional<RejectsFile> rejects_;
  std::optional<Journal> journal_;
};

}  // namespace tools

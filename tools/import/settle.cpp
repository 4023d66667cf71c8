// What becomes of batches: counts, rejects file, journal and progress.
#include "tools/import/codes.h"
#include "tools/import/importer.h"

namespace tools {

Result<void> Importer::settle(const ImportBatch& batch,
                              const std::vector<RecordOutcome>& outcomes) {
  using State = RecordOutcome::State;
  CHECK(batch.number == settled_batches_ + 1);
  settled_batches_ = batch.number;
  ImportCounts& counts = progress_.settled;
  std::size_t at = 0;
  for (const ImportUnit& unit : batch.units) {
    bool recorded = false;
    Faults faults;
    for (std::size_t i = 0; i < unit.records.size(); ++i, ++at) {
      CHECK(at < outcomes.size());
      recorded = recorded || outcomes[at].state == State::recorded;
      if (outcomes[at].state != State::rejected) continue;
      CHECK(outcomes[at].reject.has_value());
      Reject fault = *outcomes[at].reject;
      fault.field = mapper_.columns_of(fault.field);
      faults.push_back(std::move(fault));
    }
    for (const RejectedRow& row : unit.faulty) {
      if (Result<void> done = reject(row); !done) return done;
    }
    for (const ImportUnit::Source& row : unit.rows) {
      if (faults.empty()) {
        ++(recorded ? counts.recorded : counts.already);
      } else if (Result<void> done = reject({row.number, row.raw, row.cells, faults}); !done) {
        return done;
      }
    }
    for (const auto& [reason, count] : unit.skips) {
      counts.skips[reason] += count;
      counts.skipped += count;
    }
    counts.through = unit.through;
  }
  CHECK(at == outcomes.size());
  const bool due = settled_batches_ % options_.settles_per_checkpoint == 0;
  return due ? checkpoint() : Result<void>();
}

// The rejects first: the journal must not know of rows that a crash can still take.
Result<void> Importer::checkpoint() {
  if (!journal_) return {};
  if (rejects_) {
    if (Result<void> done = rejects_->sync(); !done) return done;
    progress_.settled.rejects_bytes = rejects_->size();
  }
  return journal_->append(progress_.settled);
}

Result<void> Importer::reject(const RejectedRow& row) {
  ++progress_.settled.rejected;
  ++progress_.settled.codes[std::string(row.faults.front().code.name)];
  if (options_.rejects.empty()) return {};
  if (!rejects_) {
    Result<RejectsFile> file =
        RejectsFile::open(options_.rejects, 0, header_raw_, columns_, facts_);
    if (!file) return Unexpected{file.error()};
    rejects_ = std::move(*file);
  }
  return rejects_->add(row);
}

Result<void> Importer::finish() {
  progress_.settled.finished = true;
  return checkpoint();
}

ImportProgress Importer::progress() const { return progress_; }

std::uint64_t ImportProgress::bytes_settled() const {
  return rows_read == 0 ? 0 : bytes_read * settled.through / rows_read;
}

std::uint64_t ImportProgress::rate(std::uint64_t elapsed_ms, std::uint64_t rows_before) const {
  if (elapsed_ms == 0 || settled.through <= rows_before) return 0;
  return (settled.through - rows_before) * 1000 / elapsed_ms;
}

std::optional<std::uint64_t> ImportProgress::remaining_ms(std::uint64_t elapsed_ms,
                                                          std::uint64_t rows_before) const {
  if (elapsed_ms == 0 || settled.through <= rows_before || bytes_read == 0) return std::nullopt;
  const std::uint64_t rows_left = (bytes_total - bytes_settled()) * rows_read / bytes_read;
  return elapsed_ms * rows_left / (settled.through - rows_before);
}

}  // namespace tools

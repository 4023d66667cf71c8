#include "tools/cli/import_run.h"

#include <deque>

namespace tools {
namespace {

RecordOutcome outcome_of(const RecordResult& result) {
  using State = RecordOutcome::State;
  switch (result.state) {
    case RecordResult::State::recorded:
    case RecordResult::State::sent:
    case RecordResult::State::valid:
      return {State::recorded, std::nullopt};
    case RecordResult::State::already:
      return {State::already, std::nullopt};
    case RecordResult::State::rejected:
      return {State::rejected, result.reject};
  }
  return {};
}

// Batches that are read and not settled. Those without a record go no further than this queue, but
// wait there for their turn.
class Waiting {
 public:
  explicit Waiting(Importer& importer) : importer_(importer) {}

  void add(ImportBatch batch) {
    batches_.push_back(std::move(batch));
    settle_empty();
  }

  void on_settled(const SettledBatch& settled) {
    CHECK(!batches_.empty());
    std::vector<RecordOutcome> outcomes;
    outcomes.reserve(settled.records.size());
    for (const RecordResult& result : settled.records) outcomes.push_back(outcome_of(result));
    settle_front(outcomes);
    settle_empty();
  }

  // The first error of the importer, kept because the pipeline's callback cannot give it.
  const std::optional<Error>& error() const { return error_; }

 private:
  void settle_front(const std::vector<RecordOutcome>& outcomes) {
    if (!error_) {
      if (Result<void> done = importer_.settle(batches_.front(), outcomes); !done) {
        error_ = done.error();
      }
    }
    batches_.pop_front();
  }

  void settle_empty() {
    while (!batches_.empty() && batches_.front().records().empty()) settle_front({});
  }

  Importer& importer_;
  std::deque<ImportBatch> batches_;
  std::optional<Error> error_;
};

std::vector<Bytes> bytes_of(const ImportBatch& batch) {
  std::vector<Bytes> out;
  for (const ByteView record : batch.records()) out.emplace_back(record);
  return out;
}

}  // namespace

Result<ImportEnd> run_import(Importer& importer, const Submitter& submitter,
                             const ImportRunOptions& options) {
  Waiting waiting(importer);
  ImportEnd end = ImportEnd::whole;
  std::optional<Error> failure;
  {
    SubmissionPipeline pipeline(submitter, options.pipeline, [&](const SettledBatch& settled) {
      waiting.on_settled(settled);
      options.on_progress(importer.progress());
    });
    while (!failure && !waiting.error()) {
      if (options.rejected_max && importer.progress().settled.rejected > *options.rejected_max) {
        end = ImportEnd::too_many_rejected;
        break;
      }
      Result<std::optional<ImportBatch>> batch = importer.next();
      if (!batch) {
        failure = batch.error();
        break;
      }
      if (!batch->has_value()) break;
      std::vector<Bytes> records = bytes_of(**batch);
      waiting.add(std::move(**batch));
      options.on_progress(importer.progress());
      if (records.empty()) continue;
      if (Result<void> pushed = pipeline.push(std::move(records)); !pushed) {
        failure = pushed.error();
      }
    }
    if (!failure && !waiting.error()) {
      if (Result<void> done = pipeline.finish(); !done) failure = done.error();
    }
  }
  const bool whole = !failure && !waiting.error() && end == ImportEnd::whole;
  Result<void> kept = whole ? importer.finish() : importer.checkpoint();
  if (failure) return Unexpected{*failure};
  if (waiting.error()) return Unexpected{*waiting.error()};
  if (!kept) return Unexpected{kept.error()};
  return end;
}

Result<void> check_import(Importer& importer,
                          const std::function<void(const RejectedRow&)>& on_fault) {
  while (true) {
    const Result<std::optional<ImportBatch>> batch = importer.next();
    if (!batch) return Unexpected{batch.error()};
    if (!batch->has_value()) return {};
    for (const ImportUnit& unit : (*batch)->units) {
      for (const RejectedRow& row : unit.faulty) on_fault(row);
    }
    const std::vector<RecordOutcome> outcomes((*batch)->records().size());
    if (Result<void> done = importer.settle(**batch, outcomes); !done) return done;
  }
}

}  // namespace tools

// Sends what an importer reads, many batches at once, and settles them in the order of the file.
#pragma once

#include "tools/cli/submission_pipeline.h"
#include "tools/import/importer.h"

namespace tools {

struct ImportRunOptions {
  PipelineOptions pipeline;
  // Ends early once this many rows are rejected; nullopt: never.
  std::optional<std::uint64_t> rejected_max;
  std::function<void(const ImportProgress&)> on_progress = [](const ImportProgress&) {};
};

enum class ImportEnd { whole, too_many_rejected };

// Errors: those of the importer, and E-NODE-… when a batch has no outcome. What is settled by then
// is in the journal; running the import again goes on there.
Result<ImportEnd> run_import(Importer& importer, const Submitter& submitter,
                             const ImportRunOptions& options);

// Reads and checks the whole file and sends nothing. `on_fault` is called for each row refused.
Result<void> check_import(Importer& importer,
                          const std::function<void(const RejectedRow&)>& on_fault);

}  // namespace tools

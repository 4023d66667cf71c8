// Many submissions under way at once over as many keep-alive connections, settled in the order in
// which they were pushed: what an import and the benchmark send with.
//
//   SubmissionPipeline pipeline(submitter, {.connections = 16}, [&](const SettledBatch& batch)
//   {…}); for (…) if (auto pushed = pipeline.push(records); !pushed) … if (auto done =
//   pipeline.finish(); !done) …
//
// The callback runs inside push() and finish(), on their thread, never on another: what it touches
// needs no lock. push() blocks while all connections are busy, so memory is bounded by
// `in_flight` batches.
//
// When a batch has no outcome (the node is gone until the deadline), push() and finish() give that
// error; the batches before it are settled, those from it on are not, and sending them again is
// safe. Making, pushing, finishing and destroying belong to one thread.
#pragma once

#include <functional>
#include <memory>

#include "tools/cli/submitter.h"

namespace tools {

struct SettledBatch {
  std::uint64_t number = 0;  // of the push, from 0
  const std::vector<RecordResult>& records;
};

struct PipelineOptions {
  std::size_t connections = 16;  // a node lets 16 in from one address, any number from loopback
  std::size_t in_flight = 0;     // batches pushed and not settled; 0: four for each connection
};

class SubmissionPipeline {
 public:
  using OnSettled = std::function<void(const SettledBatch&)>;

  // `submitter` outlives the pipeline.
  SubmissionPipeline(const Submitter& submitter, PipelineOptions options, OnSettled on_settled);
  // Gives up what was not sent; waits for the answers that are under way.
  ~SubmissionPipeline();
  SubmissionPipeline(const SubmissionPipeline&) = delete;
  SubmissionPipeline& operator=(const SubmissionPipeline&) = delete;

  // 1 to 1,000 canonical records (CHECK) of at most 512 KiB.
  crypto::Result<void> push(std::vector<crypto::Bytes> records);

  // Settles what has an outcome already, without waiting: for a caller with nothing to push.
  crypto::Result<void> settle_ready();

  // Waits for all and settles them. Nothing may be pushed afterwards.
  crypto::Result<void> finish();

 private:
  struct Shared;
  class Workers;
  enum class Until { now, room, all };

  crypto::Result<void> settle(Until until);

  std::unique_ptr<Workers> workers_;
  OnSettled on_settled_;
  std::size_t in_flight_max_;
};

}  // namespace tools

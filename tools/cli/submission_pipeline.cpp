#include "tools/cli/submission_pipeline.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <thread>

#include "crypto/check.h"

namespace tools {

using crypto::Bytes;
using crypto::Result;
using crypto::Unexpected;

// What the threads share. Jobs go out in order; outcomes come in any.
struct SubmissionPipeline::Shared {
  struct Job {
    std::uint64_t number = 0;
    std::vector<Bytes> records;
  };

  std::mutex mutex;
  std::condition_variable job_added;
  std::condition_variable outcome_added;
  std::deque<Job> jobs;
  std::map<std::uint64_t, Result<SubmitResult>> outcomes;
  std::uint64_t pushed = 0;
  std::uint64_t settled = 0;       // by the caller
  std::uint64_t with_outcome = 0;  // every batch below it has one
  bool failed = false;             // a batch has none: nothing more is sent
  bool stop = false;
};

class SubmissionPipeline::Workers {
 public:
  Workers(const Submitter& submitter, std::size_t count) : submitter_(submitter) {
    for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
  }

  ~Workers() {
    {
      const std::lock_guard lock(shared_.mutex);
      shared_.stop = true;
    }
    shared_.job_added.notify_all();
    shared_.outcome_added.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  Shared& shared() { return shared_; }

 private:
  void work() {
    const Post post = submitter_.connect();
    while (true) {
      std::unique_lock lock(shared_.mutex);
      shared_.job_added.wait(
          lock, [&] { return shared_.stop || (!shared_.jobs.empty() && !shared_.failed); });
      if (shared_.stop) return;
      Shared::Job job = std::move(shared_.jobs.front());
      shared_.jobs.pop_front();
      lock.unlock();
      Result<SubmitResult> outcome = submitter_.submit(post, std::move(job.records), [&] {
        std::unique_lock waiting(shared_.mutex);
        shared_.outcome_added.wait(waiting, [&] {
          return shared_.stop || shared_.failed || shared_.with_outcome >= job.number;
        });
      });
      lock.lock();
      if (!outcome) shared_.failed = true;
      shared_.outcomes.emplace(job.number, std::move(outcome));
      advance();
      lock.unlock();
      shared_.outcome_added.notify_all();
    }
  }

  void advance() {
    auto next = shared_.outcomes.lower_bound(shared_.with_outcome);
    while (next != shared_.outcomes.end() && next->first == shared_.with_outcome && next->second) {
      ++shared_.with_outcome;
      ++next;
    }
  }

  const Submitter& submitter_;
  Shared shared_;
  std::vector<std::thread> threads_;
};

SubmissionPipeline::SubmissionPipeline(const Submitter& submitter, PipelineOptions options,
                                       OnSettled on_settled)
    : workers_(std::make_unique<Workers>(submitter, options.connections)),
      on_settled_(std::move(on_settled)),
      in_flight_max_(options.in_flight > 0 ? options.in_flight : 4 * options.connections) {
  CHECK(options.connections > 0);
}

SubmissionPipeline::~SubmissionPipeline() = default;

Result<void> SubmissionPipeline::push(std::vector<Bytes> records) {
  CHECK(!records.empty() && records.size() <= ledger::kSubmissionRecordsMax);
  if (Result<void> settled = settle(Until::room); !settled) return settled;
  Shared& shared = workers_->shared();
  {
    const std::lock_guard lock(shared.mutex);
    shared.jobs.push_back({shared.pushed++, std::move(records)});
  }
  shared.job_added.notify_one();
  return {};
}

Result<void> SubmissionPipeline::settle_ready() { return settle(Until::now); }

Result<void> SubmissionPipeline::finish() { return settle(Until::all); }

Result<void> SubmissionPipeline::settle(Until until) {
  Shared& shared = workers_->shared();
  std::unique_lock lock(shared.mutex);
  while (true) {
    const auto next = shared.outcomes.find(shared.settled);
    if (next != shared.outcomes.end()) {
      if (!next->second) return Unexpected{next->second.error()};
      const std::uint64_t number = shared.settled++;
      const Result<SubmitResult> outcome = std::move(next->second);
      shared.outcomes.erase(next);
      lock.unlock();
      on_settled_(SettledBatch{number, outcome->records});
      lock.lock();
      continue;
    }
    const std::uint64_t under_way = shared.pushed - shared.settled;
    const bool enough = until == Until::now || (until == Until::all && under_way == 0) ||
                        (until == Until::room && under_way < in_flight_max_);
    // Batches leave in order, so those before a failed one come in, and then it is its turn.
    if (enough && (!shared.failed || until == Until::now)) return {};
    shared.outcome_added.wait(lock);
  }
}

}  // namespace tools

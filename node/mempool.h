// Mempool: submissions that are verified and not yet in a block. Bounded in bytes, with a share
// kept for each organisation: while there is room anyone may use it, and under pressure the newest
// of the organisation that uses the most goes first. Blocks take from organisations in turn, so
// that a bulk loader does not keep others waiting.
//
// A submission whose record wants a place behind the next one is held until its subject moves.
// Pure; one thread.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>

#include "ledger/chain/executor.h"

namespace node {

struct MempoolOptions {
  std::size_t bytes_max = 64 * 1024 * 1024;
  // Nobody may use more than this part of the whole while others wait.
  std::size_t organisation_bytes_max = 16 * 1024 * 1024;
  std::size_t submissions_max = 20000;
};

struct PendingSubmission {
  ledger::VerifiedSubmission submission;
  std::size_t bytes = 0;
};

class Mempool {
 public:
  explicit Mempool(MempoolOptions options) : options_(options) {}

  enum class Admission { added, known, full };
  // `dropped` receives the ids that had to give way.
  Admission add(ledger::VerifiedSubmission submission, std::vector<crypto::Hash>& dropped);

  // Offers submissions to `take`, one organisation after the other, until it answers full or all
  // ready ones were offered. What is included, recorded or rejected leaves the pool; what is ahead
  // is held until release().
  struct Offered {
    crypto::Hash id;
    ledger::Added added;
  };
  std::vector<Offered> offer(
      const std::function<ledger::Added(const ledger::VerifiedSubmission&)>& take);

  // A block was committed: what was held may fit.
  void release();
  // Forgets what can no longer be recorded; returns the ids.
  std::vector<crypto::Hash> expire(std::uint64_t now_ms);

  bool has_ready() const { return ready_ > 0; }
  std::size_t size() const { return items_.size(); }
  std::size_t bytes() const { return bytes_; }
  bool contains(const crypto::Hash& id) const { return items_.contains(id); }
  std::optional<ledger::VerifiedSubmission> find(const crypto::Hash& id) const;
  std::vector<crypto::Hash> ids() const;  // ascending

 private:
  struct Queue {
    std::deque<crypto::Hash> ready;
    std::deque<crypto::Hash> held;
    std::size_t bytes = 0;
  };

  void remove(const crypto::Hash& id);
  void forget(const crypto::Hash& id);  // the id stands in no queue any more
  bool make_room(const std::string& organisation, std::size_t bytes,
                 std::vector<crypto::Hash>& dropped);

  MempoolOptions options_;
  std::map<crypto::Hash, PendingSubmission> items_;
  std::map<std::string, Queue> queues_;
  std::string last_served_;  // the next block starts behind this organisation
  std::size_t bytes_ = 0;
  std::size_t ready_ = 0;
};

}  // namespace node

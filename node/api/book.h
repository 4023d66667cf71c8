// What became of the submissions that this node took in, and who waits to hear it. Final ones are
// found in the store; the book keeps those on their way and, for a while, those that came to
// nothing.
//
// Pure: the clock is an argument. One thread.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "ledger/chain/submission.h"

namespace node::api {

// Outcomes that are remembered after they are settled and not in the store: a client that lost its
// connection asks again within minutes.
inline constexpr std::size_t kSettledMax = 10'000;

enum class Progress { received, accepted, final, recorded, rejected };

struct Outcome {
  Progress progress = Progress::received;
  std::uint64_t height = 0;       // final
  std::uint64_t first_index = 0;  // final
  ledger::SubmissionRejects rejects;

  bool is_settled() const { return progress > Progress::accepted; }
};

class SubmissionBook {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Told = std::function<void(const Outcome&)>;

  // On its way; `bytes` is what it adds to the ledger. A second time: nothing changes.
  void add(const crypto::Hash& id, std::size_t bytes);
  // It never went on its way.
  void remove(const crypto::Hash& id);
  std::optional<Outcome> find(const crypto::Hash& id) const;

  // Calls `told` once: when the submission has come as far as `until` or is settled, perhaps at
  // once; or at `deadline` with what it is then. The submission is in the book (CHECK).
  void wait(const crypto::Hash& id, Progress until, Time deadline, Told told);

  void update(const crypto::Hash& id, Outcome outcome);

  // Tells those whose deadline has come; gives the next deadline.
  std::optional<Time> expire(Time now);
  std::optional<Time> next_deadline() const;

  std::size_t pending() const { return pending_; }
  std::size_t pending_bytes() const { return pending_bytes_; }
  // Of those that the replica has not said anything of.
  std::size_t arriving_bytes() const { return arriving_bytes_; }

 private:
  struct Waiter {
    Progress until;
    Told told;
  };
  struct Entry {
    Outcome outcome;
    std::size_t bytes = 0;
    std::map<std::uint64_t, Waiter> waiters;
  };

  std::map<crypto::Hash, Entry> entries_;
  std::map<std::pair<Time, std::uint64_t>, crypto::Hash> deadlines_;
  std::map<std::uint64_t, Time> deadline_of_;  // by waiter
  std::deque<crypto::Hash> settled_;           // oldest first
  std::uint64_t next_waiter_ = 0;
  std::size_t pending_ = 0;
  std::size_t pending_bytes_ = 0;
  std::size_t arriving_bytes_ = 0;
};

}  // namespace node::api

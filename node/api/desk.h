// The desk: what became of recent submissions, and who waits to hear it. The replica's thread
// brings updates; sessions ask and wait. Bounded: the oldest outcomes are forgotten first, and
// after that the ledger itself answers for what is final.
//
// Thread rule: every function may be called from any thread. Answers are given on the thread that
// brought the update (or at once on the asking one), outside of the lock; they must not block.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "node/replica.h"

namespace node::api {

inline constexpr std::size_t kDeskOutcomesMax = 50'000;

enum class WaitFor : std::uint8_t { accepted, outcome };

class SubmissionDesk {
 public:
  using Answer = std::function<void(const SubmissionUpdate&)>;

  // Asks to hear of a submission: `accepted` is content with any state, `outcome` waits for a last
  // one (final, recorded, rejected). Gives a token for leave().
  std::uint64_t wait(const crypto::Hash& id, WaitFor what, Answer answer);

  // The one who waited is gone, or its time is over. False: it was answered already.
  bool leave(const crypto::Hash& id, std::uint64_t token);

  // The newest thing known; nullopt: never seen, or long ago.
  std::optional<SubmissionUpdate> find(const crypto::Hash& id) const;

  void update(const std::vector<SubmissionUpdate>& updates);

  std::size_t waiting() const;

 private:
  struct Waiter {
    std::uint64_t token = 0;
    WaitFor what = WaitFor::accepted;
    Answer answer;
  };

  mutable std::mutex mutex_;
  std::map<crypto::Hash, SubmissionUpdate> known_;
  std::deque<crypto::Hash> order_;
  std::map<crypto::Hash, std::vector<Waiter>> waiters_;
  std::uint64_t next_token_ = 1;
};

}  // namespace node::api

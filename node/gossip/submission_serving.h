// Answering peers that ask for submissions, within bytes: what one asks for waits in its own line,
// everybody has a turn, and a line that is full takes no more.
//
// Pure; one thread. Time comes with every call.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>

#include "node/moment.h"
#include "node/wire/messages.h"

namespace node {

// The pool and the blocks on their way: a proposer serves its submissions until they are final.
using FindSubmission =
    std::function<std::optional<ledger::VerifiedSubmission>(const crypto::Hash&)>;

class SubmissionServing {
 public:
  // One reply of at most kSubmissionsBytesMax to a peer in this time: 10 MiB a second for each.
  static constexpr std::uint64_t kReplyIntervalUs = 100'000;
  // To all peers in this time: 80 MiB a second, more than a link between organisations carries.
  static constexpr std::size_t kIntervalBytesMax = 8 << 20;
  // What a peer may have waiting; it asks again for what was dropped.
  static constexpr std::size_t kWaitingMax = kIdsMax;

  void on_gone(PeerId peer) { lines_.erase(peer); }
  void on_get(PeerId peer, std::span<const crypto::Hash> ids, const FindSubmission& find,
              Moment now, std::vector<Send>& sends);
  void on_tick(const FindSubmission& find, Moment now, std::vector<Send>& sends);

  bool busy() const;

 private:
  struct Line {
    std::deque<crypto::Hash> waiting;
    std::uint64_t next_us = 0;  // no reply before
  };

  void serve(PeerId peer, Line& line, const FindSubmission& find, Moment now,
             std::vector<Send>& sends);

  std::map<PeerId, Line> lines_;
  PeerId last_ = 0;                // the next round begins behind this peer
  std::uint64_t interval_us_ = 0;  // end of the interval whose bytes are counted
  std::size_t interval_bytes_ = 0;
};

}  // namespace node

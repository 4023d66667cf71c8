// Fetching blocks by hash: a want-list, and of each block one request at a time, to the peer that
// should have it first and then to the others in turn. A block leaves the list only when it was
// processed (consensus.md 2.12).
//
// The header proves itself, because its hash was asked for. The body is not judged here: whoever
// executes the parent binds it by tree root, and says bad() if it is another's; then the next peer
// is asked.
//
// Pure; one thread. Time comes with every call; on_tick() every 100 ms while busy().
#pragma once

#include <deque>
#include <set>

#include "node/sync/sources.h"

namespace node {

class BlockFetch {
 public:
  // A request is given this long, and twice as long each time that all peers have been asked.
  static constexpr std::uint64_t kTimeoutFirstUs = 500'000;
  static constexpr std::uint64_t kTimeoutLastUs = 30'000'000;
  // Consensus wants blocks of 64 views and of what they build on; a dozen is usual.
  static constexpr std::size_t kWantsMax = 1024;

  void on_peer(PeerId peer, std::string organisation, Moment now, std::vector<Send>& sends);
  void on_gone(PeerId peer, Moment now, std::vector<Send>& sends);

  // False: the list is full, and the block is not on it. A block that is on it already stays so;
  // one that was handed out is asked for again, because whoever wants it has it no more.
  bool want(const crypto::Hash& hash, std::optional<PeerId> prefer, Moment now,
            std::vector<Send>& sends);
  // The hash of a block that is wanted and was asked of this peer: process it, then say done() or
  // bad(). nullopt: ignore it.
  std::optional<crypto::Hash> on(PeerId peer, const BlockSent& block, Moment now,
                                 std::vector<Send>& sends);
  void on(PeerId peer, const BlockAbsent& absent, Moment now, std::vector<Send>& sends);
  // Processed, or not wanted any more.
  void done(const crypto::Hash& hash, Moment now, std::vector<Send>& sends);
  // The body from this peer is not the block's.
  void bad(const crypto::Hash& hash, PeerId peer, Moment now, std::vector<Send>& sends);
  void on_tick(Moment now, std::vector<Send>& sends);

  bool busy() const { return !wants_.empty(); }
  std::size_t wants() const { return wants_.size(); }

 private:
  struct Want {
    std::optional<PeerId> prefer;
    std::optional<PeerId> at;    // whose answer is awaited
    std::uint64_t until_us = 0;  // of the newest request; a new round begins no sooner
    std::uint64_t timeout_us = kTimeoutFirstUs;
    std::set<PeerId> tried;  // in this round
    std::set<PeerId> owing;  // were asked and may still answer, in time or late
    bool held = false;       // is being processed
    std::string giver;       // whose it is then, should the peer be gone
  };
  // So many that an answer is not taken for a wrong one because it comes late.
  static constexpr std::size_t kRecentMax = 4 * kRequestsMax;

  void ask(Moment now, std::vector<Send>& sends);
  void ask(const crypto::Hash& hash, Want& want, Moment now, std::vector<Send>& sends);
  std::optional<PeerId> choose(const Want& want, Moment now);
  void stop_waiting_for(PeerId peer);
  std::size_t in_flight(PeerId peer) const;

  Sources sources_;
  std::map<crypto::Hash, Want> wants_;
  std::map<PeerId, std::size_t> in_flight_;
  std::map<PeerId, std::deque<crypto::Hash>> recent_;  // what each was asked for, newest last
};

}  // namespace node

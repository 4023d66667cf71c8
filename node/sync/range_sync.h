// Catching up by ranges. What a peer says of its height is a hint to ask it, and no more: progress
// is what certificates prove, and a range is judged whole (range_check.h) before anything of it is
// handed over. Ranges are asked of several peers, and ahead of the ones that are on their way.
//
// One peer costs at most a request's time: who answers wrongly comes behind all others for an hour,
// who does not answer for a minute. When nobody delivers, a note says so and it pauses.
//
// A range never crosses the end of an epoch: behind it nothing is asked until set_head() gives the
// next epoch's validators.
//
// Pure; one thread. Time comes with every call; on_tick() every 100 ms while busy(), and at once
// after what was handed over is executed.
#pragma once

#include <deque>
#include <set>
#include <variant>

#include "node/sync/range_check.h"
#include "node/sync/sources.h"

namespace node {

// Blocks that follow the head, each bound by its header, and the FINALIZE certificate of the last.
struct VerifiedRange {
  VerifiedCertificate certificate;
  std::vector<BlockSent> blocks;
};

struct SyncBegan {
  std::uint64_t from_height = 0;
  std::uint64_t claimed_height = 0;
};
struct SyncEnded {
  std::uint64_t height = 0;
};
// Nobody delivers the block at this height, though somebody says to have it.
struct SyncStalled {
  std::uint64_t height = 0;
  std::uint64_t pause_us = 0;
};
struct RangeRefused {
  std::string organisation;
  crypto::Reject reject;
};
using SyncNote = std::variant<SyncBegan, SyncEnded, SyncStalled, RangeRefused>;

class RangeSync {
 public:
  // 2 MiB in this time are 3.4 Mbit/s; on slower lines less is asked for at a time.
  static constexpr std::uint64_t kTimeoutUs = 5'000'000;
  static constexpr std::uint64_t kBytesLeast = 64 << 10;
  // Consensus brings a validator the last few heights by itself, block by block.
  static constexpr std::uint64_t kBehindHeights = 4;
  // Above the head: what is asked, waits or is being executed.
  static constexpr std::uint64_t kWindowBlocks = 256;
  static constexpr std::size_t kWindowBytes = 64 << 20;
  static constexpr std::uint64_t kPauseFirstUs = 1'000'000;
  static constexpr std::uint64_t kPauseLastUs = 60'000'000;

  // How many heights a claim may be ahead before ranges are asked for; 0 for who only observes.
  void set_patience(std::uint64_t heights) { patience_ = heights; }

  // The newest final block here, the tree that ends with it, and who finalizes the next one.
  RangeSync(const ledger::Header& head, ledger::Appender tree, const ledger::VoteScope& scope,
            ledger::ValidatorSet validators);

  void on_peer(PeerId peer, std::string organisation);
  void on_gone(PeerId peer);
  // The head moved, by what was handed over or otherwise.
  void set_head(const ledger::Header& head, ledger::Appender tree, const ledger::VoteScope& scope,
                ledger::ValidatorSet validators);

  void on(PeerId peer, const PeerStatus& status);
  void on(PeerId peer, const OtherEpoch& other);
  // What can be executed now, in order: each goes on where the one before ends.
  std::vector<VerifiedRange> on(PeerId peer, RangeSent range, Moment now);
  void on_tick(Moment now, std::vector<Send>& sends);

  // Somebody claims to be ahead.
  bool busy() const { return !requests_.empty() || is_behind(); }
  std::vector<SyncNote> take_notes() { return std::exchange(notes_, {}); }

 private:
  struct Claim {
    std::uint64_t head = 0;
    std::uint64_t epoch = 0;
  };
  struct Request {
    PeerId peer = 0;
    std::uint64_t deadline_us = 0;
  };
  struct Waiting {
    PeerId peer = 0;
    std::string organisation;  // which stays at fault when the peer is gone
    CertifiedRange range;
  };
  struct HandedOver {
    std::uint64_t height = 0;
    std::size_t bytes = 0;
  };

  bool is_behind() const;
  bool claims(PeerId peer, std::uint64_t height) const;
  std::uint64_t next_height() const { return end_.header.seal.height + 1; }
  // The epoch's last block is here or handed over, and the next epoch is not known yet.
  bool awaits_epoch() const;
  void expire(Moment now);
  void plan(Moment now, std::vector<Send>& sends);
  // The height behind what covers `height` already; nullopt: nothing does.
  std::optional<std::uint64_t> covered(std::uint64_t height) const;
  bool ask(std::uint64_t height, Moment now, std::vector<Send>& sends);
  void stall(Moment now);
  bool take_request(PeerId peer, std::uint64_t from_height);
  void fail(PeerId peer, Moment now, std::uint64_t us);
  void refuse(PeerId peer, const std::string& organisation, Moment now, crypto::Reject reject);
  std::vector<VerifiedRange> advance(Moment now);
  void keep(CertifiedRange range);
  void hand_over(std::vector<VerifiedRange>& ranges);
  std::size_t requests_to(PeerId peer) const;
  std::size_t reserved_bytes() const;
  void restart_from(const ledger::Header& head, ledger::Appender tree);

  ledger::VoteScope scope_;
  ledger::ValidatorSet validators_;
  std::uint64_t patience_ = kBehindHeights;
  std::uint64_t head_height_ = 0;
  ChainEnd end_;  // of what was handed over or is held

  Sources sources_;
  std::map<PeerId, Claim> claims_;
  std::map<std::uint64_t, Request> requests_;        // by first height
  std::set<std::pair<PeerId, std::uint64_t>> late_;  // requests whose time ran out
  std::map<std::uint64_t, Waiting> waiting_;         // by first height
  // Judged whole, but the certificate that covers them names a block above.
  std::vector<BlockSent> held_;
  std::size_t held_bytes_ = 0;
  std::map<std::uint64_t, VerifiedCertificate> certificates_;  // by height, at or above the held
  std::deque<HandedOver> handed_over_;                         // and not executed

  std::uint64_t stride_ = 0;                     // blocks in a range, as they came lately
  std::uint64_t ahead_max_ = ~std::uint64_t{0};  // nothing is asked ahead from this height on
  std::uint64_t bytes_max_ = kRangeBytesMax;
  std::set<PeerId> failed_;  // since the last progress or pause
  std::uint64_t pause_us_ = kPauseFirstUs;
  std::uint64_t idle_until_us_ = 0;  // for those that failed; 0: no pause
  bool active_ = false;
  std::vector<SyncNote> notes_;
};

}  // namespace node

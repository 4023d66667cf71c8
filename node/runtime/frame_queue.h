// Frames of peers that wait to be read, which is where signatures are checked: work that a peer
// makes and this node pays. Peers take turns by cost, so that what one sends can only delay itself;
// a turn is used up by whoever has frames, so nothing is idle while somebody waits.
//
// The frames of a peer keep their order, but that its votes, certificates, statuses and
// checkpoints pass its submissions, blocks and ranges. One frame of each of these two lines is out
// at a time. What waits is bounded by the read windows of node/net.
//
// Pure; one thread.
#pragma once

#include <deque>
#include <map>
#include <optional>

#include "node/wire/messages.h"

namespace node {

class FrameQueue {
 public:
  // Bytes that a turn is worth; a frame costs its bytes and, for a signature's time, as many more
  // as a core hashes meanwhile.
  static constexpr std::size_t kTurnBytes = 64 << 10;
  static constexpr std::size_t kFrameCost = 8 << 10;

  struct Taken {
    PeerId peer = 0;
    bool urgent = false;
    crypto::Bytes frame;
  };

  void add(PeerId peer, crypto::Bytes frame);
  // nullopt: none waits whose line has none out.
  std::optional<Taken> take();
  // What take() gave has been read.
  void done(const Taken& taken);
  // Frames of a peer that is gone are not read.
  void forget(PeerId peer);

  // Of the kinds that pass others.
  static bool is_urgent(crypto::ByteView frame);

 private:
  struct Line {
    std::deque<crypto::Bytes> frames;
    bool out = false;
    bool ready() const { return !out && !frames.empty(); }
  };
  struct Peer {
    Line urgent;
    Line usual;
    std::size_t credit = 0;
    Line* ready() { return urgent.ready() ? &urgent : usual.ready() ? &usual : nullptr; }
  };

  static std::size_t cost(const crypto::Bytes& frame) { return frame.size() + kFrameCost; }

  std::map<PeerId, Peer> peers_;
  PeerId turn_ = 0;
};

}  // namespace node

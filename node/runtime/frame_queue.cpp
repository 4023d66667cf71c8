#include "node/runtime/frame_queue.h"

#include <algorithm>

#include "proto/peer.pb.h"

namespace node {

using proto::PeerMessage;

// The envelope has one field, so its number is in the first one or two bytes.
bool FrameQueue::is_urgent(crypto::ByteView frame) {
  if (frame.empty()) return false;
  std::uint32_t tag = static_cast<unsigned char>(frame[0]);
  if (tag >= 0x80 && frame.size() > 1) {
    tag = (tag & 0x7f) | static_cast<std::uint32_t>(static_cast<unsigned char>(frame[1])) << 7;
  }
  switch (static_cast<int>(tag >> 3)) {
    case PeerMessage::kVote:
    case PeerMessage::kCertificate:
    case PeerMessage::kStatus:
    case PeerMessage::kEvidence:
    case PeerMessage::kCheckpoint:
    case PeerMessage::kProbe:
    case PeerMessage::kProbeAnswer:
      return true;
    default:
      return false;  // a proposal stays behind the submissions that it names
  }
}

void FrameQueue::add(PeerId peer, crypto::Bytes frame) {
  Peer& its = peers_[peer];
  (is_urgent(frame) ? its.urgent : its.usual).frames.push_back(std::move(frame));
}

// Whose turn it is goes on while its credit lasts; the next gets a turn's credit more.
std::optional<FrameQueue::Taken> FrameQueue::take() {
  const auto is_ready = [](auto& one) { return one.second.ready() != nullptr; };
  if (std::none_of(peers_.begin(), peers_.end(), is_ready)) return std::nullopt;
  auto at = peers_.lower_bound(turn_);
  while (true) {
    if (at == peers_.end()) at = peers_.begin();
    Peer& peer = at->second;
    if (at->first != turn_) peer.credit += kTurnBytes;
    turn_ = at->first;
    Line* line = peer.ready();
    if (line == nullptr) {
      peer.credit = 0;
    } else if (peer.credit >= cost(line->frames.front())) {
      peer.credit -= cost(line->frames.front());
      Taken taken{turn_, line == &peer.urgent, std::move(line->frames.front())};
      line->frames.pop_front();
      line->out = true;
      return taken;
    } else if (peers_.size() == 1) {
      peer.credit += kTurnBytes;
    }
    ++at;
  }
}

void FrameQueue::done(const Taken& taken) {
  const auto found = peers_.find(taken.peer);
  if (found == peers_.end()) return;
  (taken.urgent ? found->second.urgent : found->second.usual).out = false;
}

void FrameQueue::forget(PeerId peer) { peers_.erase(peer); }

}  // namespace node

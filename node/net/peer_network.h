// The transport: it keeps one authenticated TLS connection to every member of the network that can
// be reached, and moves frames over it. What is in a frame it does not know, but for its kind, by
// which it is bounded.
//
// Thread rule: run() makes the caller's thread the network's, and PeerEvents are called there; they
// must not block. send, release, punish, peers, port and stop may be called from any thread, before
// run() too. The object may be destroyed when run() has returned, or was never called.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "crypto/expected.h"
#include "node/net/codes.h"
#include "node/net/peer_options.h"
#include "node/net/peers.h"

namespace node {

// Called on the network's thread; all must be set.
struct PeerEvents {
  std::function<void(const PeerInfo&)> on_connected;
  // An envelope of a known kind, not larger than its kind may be. Every frame must be released.
  std::function<void(PeerId, crypto::Bytes frame)> on_frame;
  // Once for every on_connected, also when the network stops.
  std::function<void(PeerId, std::string reason)> on_gone;
  // Asked every second: a key that is gone from it loses its connections.
  std::function<std::vector<Member>()> members;
  std::function<void(const NetNote&)> on_note;
};

class PeerNetwork {
 public:
  // Listens; nothing is accepted or dialled before run(). E-PEER-LISTEN: the address is wrong or
  // taken; E-PEER-SEED: a seed is not host:port; E-PEER-TLS: OpenSSL is too old.
  static crypto::Result<std::unique_ptr<PeerNetwork>> open(PeerNetworkOptions options,
                                                           LocalNode local, PeerEvents events);
  ~PeerNetwork();
  PeerNetwork(const PeerNetwork&) = delete;
  PeerNetwork& operator=(const PeerNetwork&) = delete;

  void run();   // once; until stop()
  void stop();  // at once: what waits to be sent is not sent

  // In the order of the calls. Unknown peers are passed over; where it does not fit, the frame is
  // dropped and counted. CHECK: 1 to kFrameBytesMax bytes.
  void send(std::span<const PeerId> to, const std::shared_ptr<const crypto::Bytes>& frame);

  // The driver is done with a frame of that many bytes: that peer's window opens again.
  void release(PeerId peer, std::size_t frame_bytes);

  // An invalid frame or signature: closes, and keeps that key away for a time that doubles.
  void punish(PeerId peer, std::string reason);

  std::uint16_t port() const;  // 0: does not listen
  std::vector<PeerStatusRow> peers() const;
  PeerTraffic traffic() const;

 private:
  struct Parts;
  explicit PeerNetwork(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace node

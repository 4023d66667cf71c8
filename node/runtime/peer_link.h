// The way between the network and the replica: frames are read on a pool and become events, the
// replica's messages become frames. It also says who is a member, from the newest state.
//
// Thread rule: open(), start() and stop() belong to one thread; send(), taken() and set_keyring()
// are the replica's; traffic() from any.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "node/net/peer_network.h"
#include "node/replica.h"

namespace node {

struct PeerLinkHooks {
  // To the replica; say taken() when a frame's event has been dealt with. Any thread.
  std::function<void(Event, std::size_t frame_bytes)> push;
  std::function<std::shared_ptr<const ledger::Snapshot>()> snapshot;  // any thread
  std::function<void(const NetNote&)> on_note;                        // the network's thread
};

class PeerLink {
 public:
  // Listens. The errors of PeerNetwork::open.
  static crypto::Result<std::unique_ptr<PeerLink>> open(PeerNetworkOptions options, LocalNode local,
                                                        PeerLinkHooks hooks);
  ~PeerLink();
  PeerLink(const PeerLink&) = delete;
  PeerLink& operator=(const PeerLink&) = delete;

  void start();
  void stop();

  // In their order; each message is written once, whoever gets it.
  void send(const std::vector<Send>& sends);
  void taken(PeerId peer, std::size_t frame_bytes);
  void set_keyring(std::shared_ptr<const Keyring> keyring);

  std::uint16_t port() const;
  PeerTraffic traffic() const;

 private:
  struct Parts;
  explicit PeerLink(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace node

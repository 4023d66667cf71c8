// What the network's thread and the threads that send share: the peers, what was counted of each,
// and the orders that wait for the network's thread. What is to be sent is bounded here, before it
// waits anywhere: a frame that does not fit into its peer's queue never gets further.
//
// Thread rule: any thread, but for PeerRecord's plain members, which are never changed.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <variant>
#include <vector>

#include "node/net/peer_options.h"
#include "node/net/peers.h"

namespace node::net {

struct PeerRecord {
  PeerInfo info;
  std::chrono::steady_clock::time_point since;

  std::atomic<std::uint64_t> bytes_in{0};
  std::atomic<std::uint64_t> bytes_out{0};
  std::atomic<std::uint64_t> frames_in{0};
  std::atomic<std::uint64_t> frames_out{0};
  std::atomic<std::uint64_t> frames_dropped{0};
  // Accepted and not yet encrypted for the socket.
  std::atomic<std::size_t> queue_bytes{0};
  std::atomic<std::size_t> queue_frames{0};
  // A frame was dropped, and since then the queue was never below half.
  std::atomic<bool> full{false};
  std::atomic<std::size_t> unreleased_bytes{0};
};

// ---- orders to the network's thread ----

struct SendOrder {
  PeerId peer = 0;
  std::shared_ptr<const crypto::Bytes> frame;
};
struct ReleaseOrder {
  PeerId peer = 0;
  std::size_t bytes = 0;
};
struct PunishOrder {
  PeerId peer = 0;
  std::string reason;
};
using Order = std::variant<SendOrder, ReleaseOrder, PunishOrder>;

class PeerBook {
 public:
  explicit PeerBook(const PeerNetworkOptions& options) : options_(options) {}

  void add(std::shared_ptr<PeerRecord> record);
  void remove(PeerId peer);
  std::vector<PeerStatusRow> rows() const;
  PeerTraffic traffic() const;

  // True: the network's thread is to be woken: take_orders() has not been called since an order
  // was added.
  bool add_sends(std::span<const PeerId> to, const std::shared_ptr<const crypto::Bytes>& frame);
  bool add(Order order);
  std::vector<Order> take_orders();

 private:
  bool fits(PeerRecord& record, std::size_t bytes) const;

  const PeerNetworkOptions& options_;
  mutable std::mutex mutex_;
  std::map<PeerId, std::shared_ptr<PeerRecord>> records_;
  PeerTraffic gone_;
  std::vector<Order> orders_;
};

}  // namespace node::net

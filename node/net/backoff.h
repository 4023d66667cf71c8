// When to come back: to an address that failed, and to a key that was punished.
//
// Pure: the clock and the jitter are arguments. One thread.
#pragma once

#include <chrono>
#include <map>

#include "crypto/keys.h"
#include "node/net/peer_options.h"

namespace node::net {

using Time = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

// first · 2^failures, at most `most`; of it half is sure and the other half times `jitter`, 0 to 1:
// those who lost the same peer do not come back together.
Milliseconds backoff(Milliseconds first, Milliseconds most, unsigned failures, double jitter);

// Keys that are kept away for what they sent.
class Penalties {
 public:
  explicit Penalties(const PeerNetworkOptions& options) : options_(options) {}

  // For how long.
  Milliseconds punish(const crypto::PublicKey& key, Time now);
  bool is_away(const crypto::PublicKey& key, Time now) const;
  // Keys that are remembered.
  std::size_t size() const { return table_.size(); }

 private:
  struct Entry {
    unsigned times = 0;
    Time until;
    Time last;
  };
  const PeerNetworkOptions& options_;
  std::map<crypto::PublicKey, Entry> table_;  // of keys that were peers within penalty_memory
};

}  // namespace node::net

// Who is met in the network, what is known of each connection, and what happened to it.
//
// Values; any thread.
#pragma once

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "crypto/hash.h"
#include "crypto/keys.h"
#include "ledger/chain/members.h"
#include "node/wire/messages.h"

namespace node {

using ledger::Member;

// This node, as it says who it is.
struct LocalNode {
  crypto::PrivateKey node_key;
  std::string organisation;
  crypto::Hash network_id;
  std::uint64_t incarnation = 0;  // rises with every start
  crypto::Hash session;           // drawn at every start
};

// Whose a node key is.
struct KeyOwner {
  std::string organisation;  // empty: unknown here
  bool validates = false;    // it is the key of the organisation's validator

  bool operator==(const KeyOwner&) const = default;
};

struct PeerInfo {
  PeerId peer = 0;  // from 1, never used again
  KeyOwner owner;   // unknown: good for downloads only
  crypto::PublicKey node_key;
  std::string address;  // of the socket: 192.0.2.1:7000, [2001:db8::1]:7000
  bool dialled = false;
  std::uint64_t incarnation = 0;
  crypto::Hash session;
};

struct PeerStatusRow {
  PeerInfo info;
  std::uint64_t bytes_in = 0;  // of frames with their lengths
  std::uint64_t bytes_out = 0;
  std::uint64_t frames_in = 0;
  std::uint64_t frames_out = 0;
  std::uint64_t frames_dropped = 0;  // did not fit into the send queue
  std::size_t queue_bytes = 0;
  std::size_t queue_frames = 0;
  std::size_t unreleased_bytes = 0;  // handed over, and release() has not come
  std::uint64_t connected_ms = 0;    // for so long
};

// Of all peers since the start, also those that are gone.
struct PeerTraffic {
  std::size_t connected = 0;
  std::uint64_t bytes_in = 0;  // of frames with their lengths
  std::uint64_t bytes_out = 0;
  std::uint64_t frames_in = 0;
  std::uint64_t frames_out = 0;
  std::uint64_t frames_dropped = 0;
};

// ---- what happened, for logs ----

// Once for each new reason of one address.
struct DialFailed {
  std::string organisation;  // empty: a seed
  std::string address;
  std::string reason;
};
// A connection that ended before it was one of a peer; at most one note a second.
struct ConnectionRefused {
  std::string address;
  std::string reason;
  std::uint64_t unsaid = 0;  // others since the last such note
};
// Out of descriptors or memory; accepting goes on. At most one note in ten seconds.
struct AcceptPaused {
  std::string reason;
};
// A member's address that cannot be read; once, until the member is met.
struct AddressMalformed {
  std::string organisation;
  std::string address;
};
struct PeerPunished {
  PeerInfo info;
  std::string reason;
  std::chrono::milliseconds away{0};  // for so long
};
using NetNote =
    std::variant<DialFailed, ConnectionRefused, AcceptPaused, AddressMalformed, PeerPunished>;

}  // namespace node

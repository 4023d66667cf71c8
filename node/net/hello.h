// The first frame in each direction, once TLS stands: who speaks to whom, of which network, with
// which versions, from which start of the process. It is signed with the node key over the form
// below and the connection's exporter (RFC 9266), so that it is worth nothing on any other
// connection, in the other direction or in another network:
//
//   lowest version u16 ‖ highest version u16 ‖ role u8 ‖ network id 32 ‖ u8 length ‖ organisation ‖
//   u8 length ‖ organisation spoken to ‖ incarnation u64 ‖ session 32 ‖ call u64 ‖ signature 64
//
// Pure functions; any thread.
#pragma once

#include <string>

#include "crypto/hash.h"
#include "crypto/keys.h"
#include "crypto/reject.h"

namespace node::net {

inline constexpr std::uint16_t kPeerVersion = 1;  // of frames and hellos
inline constexpr std::size_t kHelloBytesMax = 4096;

enum class Role : std::uint8_t { dialler = 1, acceptor = 2 };

struct Hello {
  std::uint16_t lowest = kPeerVersion;
  std::uint16_t highest = kPeerVersion;
  Role role = Role::dialler;
  crypto::Hash network_id;
  std::string organisation;  // empty: not known yet to the one that speaks
  std::string to;            // empty: the dialler of a seed does not know whom it meets
  std::uint64_t incarnation = 0;
  crypto::Hash session;
  std::uint64_t call = 0;  // of a dialler: its calls since it started, counted; of an acceptor 0

  friend bool operator==(const Hello&, const Hello&) = default;
};

// What the reader knows of the connection and of both ends.
struct HelloExpected {
  Role role = Role::dialler;  // of who sent it
  crypto::Hash network_id;
  std::string organisation;  // the reader's own; empty: not known to it yet
  crypto::PublicKey key;     // that TLS has proved
  std::string key_owner;     // empty: the key is unknown here
  crypto::Hash exporter;
};

// CHECK: both organisations have at most 255 bytes.
crypto::Bytes write_hello(const Hello& hello, const crypto::PrivateKey& key,
                          const crypto::Hash& exporter);

// E-HELLO-VERSION before the rest is looked at, which a later version may change; E-HELLO-FORM,
// E-HELLO-NETWORK, E-HELLO-ROLE, E-HELLO-ORGANISATION, E-HELLO-SIGNATURE.
crypto::Checked<Hello> read_hello(crypto::ByteView bytes, const HelloExpected& expected);

}  // namespace node::net

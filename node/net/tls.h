// TLS 1.3 between two nodes, without sockets: bytes in, bytes out. Both ends show a certificate, of
// which nothing counts but its Ed25519 key: names, issuer and dates are ignored, so that nothing
// expires. It is made in memory from the node key. No tickets, no resumption, no early data, no
// renegotiation.
//
// The only file that knows OpenSSL's TLS. A context may be shared by threads, a session not.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "crypto/expected.h"
#include "crypto/hash.h"
#include "crypto/keys.h"
#include "node/net/hello.h"

namespace node::net {

// What one record carries at most.
inline constexpr std::size_t kRecordBytesMax = 16 << 10;

class TlsContext {
 public:
  // E-PEER-TLS: OpenSSL is older than 3.0.14, or cannot make what is wanted.
  static crypto::Result<TlsContext> make(const crypto::PrivateKey& node_key);

 private:
  friend class TlsSession;
  struct State;
  explicit TlsContext(std::shared_ptr<State> state) : state_(std::move(state)) {}

  std::shared_ptr<State> state_;
};

class TlsSession {
 public:
  // Whether a peer with this key is wanted. The peer proves that it holds the key after the
  // question is asked.
  using WantKey = std::function<bool(const crypto::PublicKey&)>;

  TlsSession(const TlsContext& context, Role role, WantKey want_key);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // Bytes from the socket.
  void receive(crypto::ByteView bytes);
  // Bytes for the socket, added to the end of `out`.
  void take_output(crypto::Bytes& out);

  // Goes on with the handshake. True: it is done.
  bool shake_hands();
  // At most so many bytes of what the peer said; empty: there is nothing whole yet, or it is over.
  crypto::ByteView read();
  void write(crypto::ByteView bytes);
  // Says that nothing more will be said.
  void close();

  bool over() const { return over_; }
  // Why it is over, as words; empty: the peer has closed.
  const std::string& fault() const { return fault_; }

  // Once the handshake is done: the peer's key, and 32 bytes that both ends of this connection have
  // and nobody else (RFC 9266, tls-exporter).
  crypto::PublicKey peer_key() const;
  crypto::Hash exporter() const;

 private:
  struct State;

  void note_result(int result);

  std::unique_ptr<State> state_;
  bool over_ = false;
  std::string fault_;
};

}  // namespace node::net

// MemberLine: a connection to a node as a member's node makes it, with TLS and a hello, but moved
// by hand: it says what a test likes, in the pieces that it likes, and hears only when it is told
// to.
//
// Thread rule: one thread each; a Caller may be shared.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "node/net/frame.h"
#include "node/net/hello.h"
#include "node/net/tls.h"

namespace tests {

using Milliseconds = std::chrono::milliseconds;

// Who calls. `network_id` and `organisation` as its hello says them.
struct Caller {
  Caller(crypto::PrivateKey key, std::string organisation, const crypto::Hash& network_id);

  crypto::PrivateKey node_key;
  std::string organisation;
  crypto::Hash network_id;
  node::net::TlsContext tls;
  std::atomic<std::uint64_t> calls{0};
};

class MemberLine {
 public:
  // TCP alone; nullptr: nobody is there.
  static std::unique_ptr<MemberLine> reach(Caller& caller, const std::string& address);
  // TCP and TLS; nullptr: nobody is there, or the key is not wanted.
  static std::unique_ptr<MemberLine> call(Caller& caller, const std::string& address);
  // The same with its hello said and the node's heard. `session` tells lines of one caller apart: a
  // later one takes the place of an earlier one with the same.
  static std::unique_ptr<MemberLine> greet(Caller& caller, const std::string& address,
                                           const crypto::Hash& session);
  ~MemberLine();
  MemberLine(const MemberLine&) = delete;
  MemberLine& operator=(const MemberLine&) = delete;

  // The hello of this line, signed.
  crypto::Bytes hello(const crypto::Hash& session) const;

  // False: the node has closed, or takes nothing for so long. What the node says meanwhile waits in
  // the socket.
  bool say(crypto::ByteView plain, Milliseconds patience = Milliseconds(10'000));
  bool say_frame(crypto::ByteView frame);
  // What it would say first, and bytes past TLS, to say it in another way.
  crypto::Bytes first_words();
  bool say_raw(crypto::ByteView bytes);
  // The next frame; nullopt: none comes in this time. Pings are passed over.
  std::optional<crypto::Bytes> hear(Milliseconds patience);
  // Hears and forgets until the node closes.
  bool is_closed_within(Milliseconds patience);
  bool closed() const { return closed_; }

 private:
  MemberLine(Caller& caller, int socket);
  bool flush(Milliseconds patience);
  void receive();
  bool wait(short events, Milliseconds patience) const;
  std::optional<crypto::Bytes> next_frame();

  Caller& caller_;
  int socket_ = -1;
  node::net::TlsSession tls_;
  node::net::FrameReader reader_;
  crypto::ByteView plain_;
  crypto::Bytes out_;
  bool closed_ = false;
};

}  // namespace tests

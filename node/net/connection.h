// One connection: TLS, hello, then frames in both directions, until it ends. It has deadlines and
// no timer: sweep() looks at them. Included by the .cpp files of this folder only.
//
// Thread rule: everything on the network's thread.
//
// At most one read and one write wait at the socket. Ending closes the socket at once, after one
// attempt to write what TLS has to say; nothing waits for the other side.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <deque>

#include "node/net/admission.h"
#include "node/net/backoff.h"
#include "node/net/duplicates.h"
#include "node/net/frame.h"
#include "node/net/hello.h"
#include "node/net/peer_book.h"
#include "node/net/tls.h"

namespace node::net {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

class Connection;

// What the connections of one network share, and whom they ask and tell. Outlives them.
struct ConnectionHost {
  const PeerNetworkOptions& options;
  const LocalNode& local;
  const TlsContext& tls;
  std::size_t& unreleased_bytes;  // of all peers
  std::function<bool(const Connection&, const crypto::PublicKey&)> want_key;
  // Whose key it is; empty: unknown here.
  std::function<KeyOwner(const crypto::PublicKey&)> owner;
  // The hello is good: open() it or end() it.
  std::function<void(Connection&)> on_hello;
  std::function<void(PeerId, crypto::Bytes)> on_frame;
  // An open one sent what no node sends: end it, and keep its key away.
  std::function<void(Connection&, const std::string& reason)> on_fault;
  // Once for each connection that was started.
  std::function<void(Connection&, const std::string& reason)> on_end;
};

// How a connection came about.
struct Origin {
  Role role = Role::dialler;             // of this node
  std::string address;                   // of the other side's socket
  std::optional<std::uint64_t> target;   // dialled: which of the dialler's targets
  std::optional<crypto::PublicKey> key;  // dialled: the one that must answer
  std::uint64_t call = 0;                // dialled: which call it was
  std::string source;                    // accepted: what admission calls it
  SourceKind source_kind = SourceKind::any;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(const ConnectionHost& host, Socket socket, Origin origin);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();
  // From now on frames are moved. The record names the peer.
  void open(std::shared_ptr<PeerRecord> record);
  void end(std::string reason);

  // To be written with the next flush(); it was counted when it was queued.
  void enqueue(std::shared_ptr<const crypto::Bytes> frame);
  void flush();
  void release(std::size_t bytes);
  // Something that a live peer's kernel answers, and a dead one's does not.
  void ping();
  void sweep(Time now);

  const Origin& origin() const { return origin_; }
  bool dialled() const { return origin_.role == Role::dialler; }
  Call call() const { return {dialled(), dialled() ? origin_.call : hello_.call}; }
  bool ended() const { return stage_ == Stage::ended; }
  // Once the hello is good.
  const crypto::PublicKey& key() const { return key_; }
  const KeyOwner& owner() const { return owner_; }
  const Hello& hello() const { return hello_; }
  // Once open; else null.
  const std::shared_ptr<PeerRecord>& record() const { return record_; }

 private:
  enum class Stage : std::uint8_t { tls, hello, open, ended };

  void receive();
  void on_received(const boost::system::error_code& error, std::size_t size);
  void work();
  void say_hello();
  void read_frames();
  void take_hello(crypto::ByteView frame);
  void take_frame(crypto::Bytes frame);
  void take_ping();
  void refuse(const std::string& reason);
  void resume();
  bool window_open() const;
  void count_unreleased(std::ptrdiff_t bytes);
  std::string fault_of_deadlines(Time now);

  void gather();
  std::size_t gather_record(char* record);
  void write_some();
  void on_written(const boost::system::error_code& error, std::size_t size);

  const ConnectionHost& host_;
  Socket socket_;
  Origin origin_;
  TlsSession tls_;
  Stage stage_ = Stage::tls;

  // Who it is.
  crypto::PublicKey key_;
  KeyOwner owner_;
  Hello hello_;
  std::shared_ptr<PeerRecord> record_;

  // In.
  crypto::Bytes in_;  // room for what the socket gives
  bool receiving_ = false;
  std::size_t unauthenticated_bytes_ = 0;
  crypto::ByteView plain_;  // what TLS gave and no frame has taken
  FrameReader reader_;
  std::size_t unreleased_frames_ = 0;
  std::size_t unreleased_bytes_ = 0;
  unsigned pings_ = 0;
  Time pings_since_;

  // Out.
  std::deque<std::shared_ptr<const crypto::Bytes>> queue_;
  std::size_t front_sent_ = 0;  // of the first frame and its length
  bool ping_due_ = false;
  crypto::Bytes out_;
  std::size_t out_sent_ = 0;
  bool writing_ = false;

  // When.
  Time started_;
  Milliseconds lifetime_{0};
  Time heard_;
  Time spoke_;
  Time progress_;              // of the write at hand
  std::optional<Time> full_;   // the send queue has been full since
  std::optional<Time> frame_;  // a frame has begun and is not whole
};

}  // namespace node::net

// Connections of the transport, whose bytes go through the fuzzer's hands over socket pairs. Either
// two of them speak to each other and what is between them is cut, joined, changed, turned round or
// closed; or one of them hears somebody who holds a member's key and says what it likes. What comes
// out is what was said, in its order and from who was let in, and every byte that was counted is
// given back.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "node/net/connection.h"
#include "node/wire/bounds.h"
#include "tests/support/script.h"

namespace fuzz {
namespace {

using tests::Script;

using crypto::Bytes;
using node::net::Connection;
using node::net::Hello;
using node::net::Role;

constexpr std::size_t kStepsMax = 300;
constexpr std::size_t kHeldMax = 256 << 10;

crypto::PrivateKey key_of(std::string_view name) {
  return crypto::PrivateKey::from_seed(crypto::Secret(crypto::sha256(name).view()));
}
const crypto::Hash& network() {
  static const crypto::Hash id = crypto::sha256("network");
  return id;
}

// A few kinds, short and long; the first tag says the kind (proto/peer.proto).
Bytes make_frame(Script& script) {
  constexpr std::size_t kSizes[] = {0, 1, 40, 300, 4000, 20000};
  Bytes frame(1, script.flag() ? '\x0a' : '\x5a');
  frame.append(kSizes[script.below(6)], static_cast<char>(script.byte()));
  const auto most = node::net::frame_bytes_max(frame).value_or(0);
  return frame.substr(0, std::max<std::size_t>(1, most));
}

node::PeerNetworkOptions small_options() {
  node::PeerNetworkOptions options;
  options.window_bytes = 30'000;
  options.window_frames = 6;
  options.window_bytes_all = 40'000;
  options.queue_bytes = 60'000;
  options.queue_frames = 12;
  options.connection_bytes = 400'000;
  return options;
}

// Who a connection belongs to, and what became of it.
class End {
 public:
  End(const std::string& name, std::string other)
      : other_(std::move(other)),
        local_{.node_key = key_of(name),
               .organisation = name,
               .network_id = network(),
               .incarnation = 1,
               .session = crypto::sha256(name)},
        tls_(*node::net::TlsContext::make(local_.node_key)),
        host_{options_,
              local_,
              tls_,
              unreleased_,
              [this](const Connection&, const auto& key) {
                return key == key_of(other_).public_key();
              },
              [this](const crypto::PublicKey& key) {
                return key == key_of(other_).public_key() ? node::KeyOwner{other_, true}
                                                          : node::KeyOwner{};
              },
              [this](Connection& one) { open(one); },
              [this](node::PeerId, Bytes frame) { frames.push_back(std::move(frame)); },
              [](Connection& one, const std::string& reason) { one.end(reason); },
              [this](Connection&, const std::string&) { ++ended; }} {}

  void start(node::net::asio::io_context& io, Role role, int socket) {
    boost::system::error_code error;
    node::net::Socket tcp(io.get_executor());
    tcp.assign(boost::asio::ip::tcp::v4(), socket, error);
    CHECK(!error);
    connection =
        std::make_shared<Connection>(host_, std::move(tcp),
                                     node::net::Origin{.role = role,
                                                       .address = "here",
                                                       .target = {},
                                                       .key = {},
                                                       .call = role == Role::dialler ? 1u : 0u,
                                                       .source = {}});
    connection->start();
  }
  // As the book of peers does it.
  void send(Bytes frame) {
    if (!record_ || connection->ended()) return;
    const bool fits = record_->queue_bytes + frame.size() <= options_.queue_bytes &&
                      record_->queue_frames < options_.queue_frames;
    if (!fits) {
      record_->full = true;
      return;
    }
    record_->queue_bytes += frame.size();
    ++record_->queue_frames;
    sent.push_back(frame);
    connection->enqueue(std::make_shared<const Bytes>(std::move(frame)));
    connection->flush();
  }
  void release() {
    if (released == frames.size()) return;
    connection->release(frames[released++].size());
  }
  void check() const {
    CHECK(ended <= 1 && (ended == 1) == connection->ended());
    CHECK(opened || frames.empty());
    std::size_t held = 0;
    for (std::size_t at = released; at < frames.size(); ++at) held += frames[at].size();
    CHECK(unreleased_ == (connection->ended() ? 0 : held));
    // The frame that crosses the line is still taken.
    const std::size_t last = frames.empty() ? 0 : frames.back().size();
    CHECK(held < options_.window_bytes + last || held == 0);
    CHECK(frames.size() - released <= options_.window_frames);
    if (record_) CHECK(record_->queue_bytes <= options_.queue_bytes);
  }

  std::shared_ptr<Connection> connection;
  std::vector<Bytes> sent;
  std::vector<Bytes> frames;  // heard
  std::size_t released = 0;   // of these
  int ended = 0;
  bool opened = false;

 private:
  void open(Connection& one) {
    CHECK(!opened && one.key() == key_of(other_).public_key() &&
          one.owner().organisation == other_);
    opened = true;
    record_ = std::make_shared<node::net::PeerRecord>();
    record_->info.peer = 1;
    one.open(record_);
  }

  std::string other_;
  node::PeerNetworkOptions options_ = small_options();
  node::LocalNode local_;
  node::net::TlsContext tls_;
  std::size_t unreleased_ = 0;
  node::net::ConnectionHost host_;
  std::shared_ptr<node::net::PeerRecord> record_;
};

// The far end of a connection's socket, in the fuzzer's hands.
class Wire {
 public:
  Wire() {
    int ends[2];
    CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    CHECK(::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    mine_ = ends[0];
    its = ends[1];
  }
  ~Wire() { close(); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  void close() {
    if (mine_ >= 0) ::close(std::exchange(mine_, -1));
  }
  Bytes hear(std::size_t most) {
    Bytes bytes(std::min<std::size_t>(most, 32 << 10), '\0');
    const auto size = mine_ < 0 ? 0 : ::recv(mine_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return bytes;
  }
  // How much of it the socket took.
  std::size_t say(crypto::ByteView bytes) {
    const auto size = mine_ < 0 ? -1 : ::send(mine_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return size > 0 ? static_cast<std::size_t>(size) : 0;
  }

  int its = -1;

 private:
  int mine_ = -1;
};

node::net::Time later(Script& script) {
  return std::chrono::steady_clock::now() + std::chrono::seconds(1u << script.below(7));
}

bool begins_with(const std::vector<Bytes>& whole, const std::vector<Bytes>& part) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

// What every end can be told to do.
void act_on(End& end, Script& script) {
  switch (script.below(6)) {
    case 0:
      return end.connection->sweep(later(script));
    case 1:
      return end.connection->ping();
    case 2:
      return end.connection->end("its node says so");
    case 3:
      return end.release();
    default:
      return end.send(make_frame(script));
  }
}

// ---- two that speak to each other ----------------------------------------------------------

class Between {
 public:
  explicit Between(Script& script) : script_(script) {
    alfa_.start(io_, Role::acceptor, wires_[0].its);
    bravo_.start(io_, Role::dialler, wires_[1].its);
  }

  void play() {
    for (std::size_t step = 0; step < kStepsMax && !script_.over(); ++step) {
      act();
      io_.restart();
      io_.poll();
      check();
    }
    // Who was not meddled with hears everything in the end.
    for (int round = 0; round < 400 && !meddled_ && !heard_all(); ++round) {
      io_.restart();
      io_.poll();
      move(0, kHeldMax);
      move(1, kHeldMax);
      for (End* end : {&alfa_, &bravo_}) end->release();
      check();
    }
    CHECK(meddled_ || heard_all());
    alfa_.connection->end("it is over");
    bravo_.connection->end("it is over");
    io_.restart();
    io_.poll();
    check();
  }

 private:
  void act() {
    const std::size_t side = script_.below(2);
    End& end = side == 0 ? alfa_ : bravo_;
    switch (script_.below(8)) {
      case 0:
      case 1:
        return move(side, 1u << script_.below(17));
      case 2:
        move(0, kHeldMax);
        return move(1, kHeldMax);
      case 3:
        return meddle(held_[side]);
      case 4:
        return end.send(make_frame(script_));
      case 5:
        return end.release();
      case 6:
        // A time-out, an end or a close is nobody's fault, but not all is heard.
        meddled_ = meddled_ || script_.below(4) == 0;
        return meddled_ ? act_on(end, script_) : end.connection->ping();
      default:
        if (script_.below(16) != 0) return move(side, kHeldMax);
        meddled_ = true;
        return wires_[side].close();
    }
  }
  // From one side's socket to the other's, at most so much.
  void move(std::size_t side, std::size_t most) {
    Bytes& held = held_[side];
    if (held.size() < kHeldMax) held += wires_[side].hear(most);
    held.erase(0, wires_[1 - side].say(crypto::ByteView(held).substr(0, most)));
  }
  void meddle(Bytes& held) {
    if (held.empty()) return;
    meddled_ = true;
    const std::size_t at = script_.below(held.size());
    switch (script_.below(5)) {
      case 0:
        held[at] ^= static_cast<char>(script_.byte() | 1);
        break;
      case 1:
        held.erase(at, 1 + script_.below(64));
        break;
      case 2:
        held.insert(at, Bytes(script_.bytes(1 + script_.below(64))));
        break;
      case 3:
        if (held.size() < kHeldMax) held += held.substr(at);
        break;
      default:
        std::swap(held_[0], held_[1]);  // each hears what it said
        break;
    }
  }
  bool heard_all() const {
    return alfa_.opened && bravo_.opened && alfa_.frames == bravo_.sent &&
           bravo_.frames == alfa_.sent;
  }
  void check() const {
    alfa_.check();
    bravo_.check();
    CHECK(begins_with(bravo_.sent, alfa_.frames) && begins_with(alfa_.sent, bravo_.frames));
  }

  Script& script_;
  node::net::asio::io_context io_{1};
  Wire wires_[2];
  Bytes held_[2];  // from alfa's socket, from bravo's
  End alfa_{"alfa", "bravo"};
  End bravo_{"bravo", "alfa"};
  bool meddled_ = false;
};

// ---- one that hears a member who says what it likes ----------------------------------------

class Rogue {
 public:
  explicit Rogue(Script& script)
      : script_(script),
        role_(script.flag() ? Role::dialler : Role::acceptor),
        tls_(context(), role_, [](const auto&) { return true; }) {
    alfa_.start(io_, role_ == Role::dialler ? Role::acceptor : Role::dialler, wire_.its);
  }

  void play() {
    for (int round = 0; round < 8 && !shaken_; ++round) pump();
    CHECK(shaken_);
    for (std::size_t step = 0; step < kStepsMax && !script_.over(); ++step) {
      act();
      pump();
      check();
    }
    alfa_.connection->end("it is over");
    io_.restart();
    io_.poll();
    check();
  }

 private:
  static const node::net::TlsContext& context() {
    static const auto one = node::net::TlsContext::make(key_of("bravo"));
    return *one;
  }

  void pump() {
    io_.restart();
    io_.poll();
    if (!deaf_) tls_.receive(wire_.hear(kHeldMax));
    shaken_ = shaken_ || tls_.shake_hands();
    while (shaken_ && !tls_.read().empty()) {
    }
    tls_.take_output(out_);
    out_.erase(0, wire_.say(out_));
    io_.restart();
    io_.poll();
  }
  void act() {
    switch (script_.below(8)) {
      case 0:
        return say_hello();
      case 1:
      case 2:
        return say_frame(make_frame(script_));
      case 3:
        return say(script_.bytes(1 + script_.below(200)));
      case 4:
        deaf_ = !deaf_;
        return;
      case 5:
        if (script_.below(32) == 0) wire_.close();
        return say(Bytes(4, '\0'));
      case 6:
        said_length_ = static_cast<std::uint32_t>(script_.below(1 << 16)) << script_.below(17);
        return say_length();
      default:
        return act_on(alfa_, script_);
    }
  }
  void say(crypto::ByteView bytes) {
    if (bytes.empty() || said_.size() > kHeldMax) return;
    said_ += bytes;
    tls_.write(bytes);
  }
  void say_length() {
    Bytes length;
    crypto::append_u32(length, said_length_);
    say(length);
  }
  void say_frame(const Bytes& frame) {
    said_length_ = static_cast<std::uint32_t>(frame.size());
    say_length();
    say(frame);
  }
  void say_hello() {
    Hello hello;
    hello.role = role_;
    hello.network_id = network();
    hello.organisation = "bravo";
    hello.to = "alfa";
    hello.call = role_ == Role::dialler ? 1 : 0;
    const std::size_t wrong = script_.below(8);
    if (wrong == 1) hello.network_id.bytes[0] ^= 1;
    if (wrong == 2) hello.to = "charlie";
    if (wrong == 3) hello.organisation.clear();
    if (wrong == 4) hello.role = role_ == Role::dialler ? Role::acceptor : Role::dialler;
    if (wrong == 5) hello.lowest = hello.highest = 2;
    crypto::Hash exporter = tls_.exporter();
    if (wrong == 6) exporter.bytes[0] ^= 1;
    Bytes bytes = node::net::write_hello(hello, key_of("bravo"), exporter);
    if (wrong == 7) bytes.resize(script_.below(bytes.size()));
    // Who does not know yet which organisation it is says none.
    if (said_.empty() && (wrong == 0 || wrong == 3)) welcome_ = true;
    say_frame(bytes);
  }
  // What is heard is what the same bytes give without a connection.
  void check() const {
    alfa_.check();
    CHECK(welcome_ || !alfa_.opened);
    if (!alfa_.opened) return;
    crypto::ByteView rest = said_;
    auto hello = node::net::FrameReader::for_hello(node::net::kHelloBytesMax);
    CHECK(hello.take(rest).has_value());
    std::vector<Bytes> frames;
    node::net::FrameReader reader;
    while (auto frame = reader.take(rest)) {
      if (!frame->empty()) frames.push_back(std::move(*frame));
    }
    CHECK(begins_with(frames, alfa_.frames));
  }

  Script& script_;
  node::net::asio::io_context io_{1};
  Wire wire_;
  End alfa_{"alfa", "bravo"};
  Role role_;
  node::net::TlsSession tls_;
  Bytes out_;
  Bytes said_;
  std::uint32_t said_length_ = 0;
  bool shaken_ = false;
  bool welcome_ = false;  // the first that was said is a good hello
  bool deaf_ = false;
};

}  // namespace
}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tests::Script script(data, size);
  if (script.flag()) {
    fuzz::Between(script).play();
  } else {
    fuzz::Rogue(script).play();
  }
  return 0;
}

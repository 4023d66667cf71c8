#include "tests/cluster/member_line.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "crypto/check.h"

namespace tests {
namespace {

using Clock = std::chrono::steady_clock;
using crypto::Bytes;
using crypto::ByteView;

constexpr Milliseconds kHandshakeTime{10'000};

node::net::TlsContext make_tls(const crypto::PrivateKey& key) {
  auto tls = node::net::TlsContext::make(key);
  CHECK(tls.has_value());
  return *std::move(tls);
}

Milliseconds left_until(Clock::time_point end) {
  const auto left = std::chrono::duration_cast<Milliseconds>(end - Clock::now());
  return std::max(left, Milliseconds(0));
}

// "127.0.0.1:7000"; -1: nobody is there.
int connect_to(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
  CHECK(::inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr) == 1);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  CHECK(socket >= 0);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    ::close(socket);
    return -1;
  }
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  CHECK(::fcntl(socket, F_SETFL, O_NONBLOCK) == 0);
  return socket;
}

}  // namespace

Caller::Caller(crypto::PrivateKey key, std::string organisation_, const crypto::Hash& network_id_)
    : node_key(std::move(key)),
      organisation(std::move(organisation_)),
      network_id(network_id_),
      tls(make_tls(node_key)) {}

MemberLine::MemberLine(Caller& caller, int socket)
    : caller_(caller),
      socket_(socket),
      tls_(caller.tls, node::net::Role::dialler, [](const auto&) { return true; }),
      reader_(node::net::FrameReader::for_hello(node::net::kHelloBytesMax)) {}

MemberLine::~MemberLine() { ::close(socket_); }

std::unique_ptr<MemberLine> MemberLine::reach(Caller& caller, const std::string& address) {
  const int socket = connect_to(address);
  if (socket < 0) return nullptr;
  return std::unique_ptr<MemberLine>(new MemberLine(caller, socket));
}

std::unique_ptr<MemberLine> MemberLine::call(Caller& caller, const std::string& address) {
  auto line = reach(caller, address);
  if (!line) return nullptr;
  const auto end = Clock::now() + kHandshakeTime;
  while (!line->tls_.shake_hands()) {
    if (line->tls_.over() || !line->flush(left_until(end))) return nullptr;
    if (!line->wait(POLLIN, left_until(end))) return nullptr;
    line->receive();
    if (line->closed_) return nullptr;
  }
  if (!line->flush(left_until(end))) return nullptr;
  return line;
}

std::unique_ptr<MemberLine> MemberLine::greet(Caller& caller, const std::string& address,
                                              const crypto::Hash& session) {
  auto line = call(caller, address);
  if (!line || !line->say_frame(line->hello(session)) || !line->hear(kHandshakeTime)) {
    return nullptr;
  }
  return line;
}

Bytes MemberLine::hello(const crypto::Hash& session) const {
  node::net::Hello hello;
  hello.network_id = caller_.network_id;
  hello.organisation = caller_.organisation;
  hello.incarnation = 1;
  hello.session = session;
  hello.call = ++caller_.calls;
  return node::net::write_hello(hello, caller_.node_key, tls_.exporter());
}

bool MemberLine::say(ByteView plain, Milliseconds patience) {
  if (closed_) return false;
  tls_.write(plain);
  return flush(patience);
}

bool MemberLine::say_frame(ByteView frame) {
  Bytes bytes;
  crypto::append_u32(bytes, static_cast<std::uint32_t>(frame.size()));
  return say(bytes.append(frame));
}

Bytes MemberLine::first_words() {
  static_cast<void>(tls_.shake_hands());
  Bytes words;
  tls_.take_output(words);
  return words;
}

bool MemberLine::say_raw(ByteView bytes) {
  return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

bool MemberLine::flush(Milliseconds patience) {
  const auto end = Clock::now() + patience;
  tls_.take_output(out_);
  while (!out_.empty() && !closed_) {
    const auto sent = ::send(socket_, out_.data(), out_.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      out_.erase(0, static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN) {
      closed_ = true;
    } else if (!wait(POLLOUT, left_until(end))) {
      return false;
    }
  }
  return !closed_;
}

void MemberLine::receive() {
  std::array<char, 64 << 10> bytes;
  const auto size = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (size > 0) tls_.receive({bytes.data(), static_cast<std::size_t>(size)});
  if (size == 0 || (size < 0 && errno != EAGAIN)) closed_ = true;
}

bool MemberLine::wait(short events, Milliseconds patience) const {
  pollfd one{socket_, events, 0};
  return ::poll(&one, 1, static_cast<int>(patience.count())) > 0;
}

std::optional<Bytes> MemberLine::next_frame() {
  for (;;) {
    if (plain_.empty()) plain_ = tls_.read();
    if (plain_.empty()) break;
    auto frame = reader_.take(plain_);
    CHECK(!reader_.fault());  // nodes say nothing of this kind
    if (!frame || frame->empty()) continue;
    reader_ = node::net::FrameReader();  // behind the hello, and behind each frame
    return frame;
  }
  closed_ = closed_ || tls_.over();
  return std::nullopt;
}

std::optional<Bytes> MemberLine::hear(Milliseconds patience) {
  const auto end = Clock::now() + patience;
  for (;;) {
    if (auto frame = next_frame()) return frame;
    if (closed_ || !flush(Milliseconds(0)) || !wait(POLLIN, left_until(end))) return std::nullopt;
    receive();
  }
}

bool MemberLine::is_closed_within(Milliseconds patience) {
  const auto end = Clock::now() + patience;
  while (!closed_ && Clock::now() < end) static_cast<void>(hear(left_until(end)));
  return closed_;
}

}  // namespace tests

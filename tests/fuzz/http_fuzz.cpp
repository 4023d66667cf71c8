// What a client of the HTTP server sends, from the first byte on: it is the same requests however
// it is cut, each within its bounds, and every answer is one.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "crypto/check.h"
#include "node/api/http_session.h"

namespace node::api {
namespace {

constexpr int kRounds = 64;

class Client {
 public:
  explicit Client(std::size_t piece) : piece_(piece) {
    host_.on_session_end = [this] { ended_ = true; };
    int ends[2];
    CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    socket_ = ends[0];
    boost::system::error_code error;
    Socket tcp(host_.io->get_executor());
    tcp.assign(asio::ip::tcp::v4(), ends[1], error);
    CHECK(!error);
    CHECK(host_.clients.open("client", std::chrono::steady_clock::now()));
    std::make_shared<HttpSession>(host_, std::move(tcp), "client")->start(std::nullopt);
  }
  ~Client() { CHECK(host_.sessions.empty()); }

  void say(crypto::ByteView bytes) {
    for (; !bytes.empty() && !ended_; poll()) {
      const auto sent = ::send(socket_, bytes.data(), std::min(piece_, bytes.size()), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) break;
      bytes.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
    }
    poll();
    ::shutdown(socket_, SHUT_WR);
    for (int round = 0; round < kRounds && !ended_; ++round) poll();
    ::close(socket_);
    for (int round = 0; round < kRounds && !ended_; ++round) poll();
    CHECK(ended_);
    CHECK(heard_.empty() || heard_.starts_with("HTTP/1.1 "));
    CHECK(host_.counters.requests == seen_.size());
  }
  const std::vector<crypto::Bytes>& seen() const { return seen_; }

 private:
  void poll() {
    host_.io->restart();
    host_.io->poll();
    char bytes[4096];
    for (;;) {
      const auto size = ::recv(socket_, bytes, sizeof bytes, MSG_DONTWAIT);
      if (size <= 0) break;
      heard_.append(bytes, static_cast<std::size_t>(size));
    }
  }
  void answer(const Request& request, const Reply& reply) {
    CHECK(request.body.size() <= kBodyBytesMax);
    crypto::Bytes all = request.method + "\n" + request.content_type + "\n" + request.accept +
                        "\n" + request.last_event_id + "\n" + request.body;
    for (const std::string& segment : request.path) all += "\n/" + segment;
    for (const auto& [name, value] : request.query) all += "\n" + name + "=" + value;
    seen_.push_back(std::move(all));
    reply({.status = 200, .body = "{}", .headers = {}, .events = {}});
  }

  std::size_t piece_;
  SessionHost host_{HttpOptions{},
                    [this](const Request& request, const Reply& reply) { answer(request, reply); },
                    std::make_shared<asio::io_context>(1)};
  int socket_ = -1;
  bool ended_ = false;
  crypto::Bytes heard_;
  std::vector<crypto::Bytes> seen_;
};

}  // namespace
}  // namespace node::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const crypto::ByteView bytes(reinterpret_cast<const char*>(data), size);
  node::api::Client whole(size + 1);
  node::api::Client pieces(std::max<std::size_t>(1, size / 16));
  whole.say(bytes);
  pieces.say(bytes);
  CHECK(whole.seen() == pieces.seen());
  return 0;
}

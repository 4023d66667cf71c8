#include "tests/bench/delay_relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>

#include "crypto/check.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

bool send_all(int socket, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t count = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

}  // namespace

// What is on its way in one direction; an empty part is the end.
struct DelayRelay::Pipe {
  struct Part {
    Clock::time_point due;
    std::string bytes;
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Part> parts;

  void put(Part part) {
    {
      const std::lock_guard lock(mutex);
      parts.push_back(std::move(part));
    }
    changed.notify_one();
  }
  Part take() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return !parts.empty(); });
    Part part = std::move(parts.front());
    parts.pop_front();
    return part;
  }
};

DelayRelay::DelayRelay(std::uint16_t to, std::chrono::milliseconds delay) : to_(to), delay_(delay) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  CHECK(::bind(listener_, raw, size) == 0 && ::listen(listener_, 64) == 0);
  CHECK(::getsockname(listener_, raw, &size) == 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

DelayRelay::~DelayRelay() {
  stopped_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  for (std::thread& thread : threads_) thread.join();
  for (const int socket : sockets_) ::close(socket);
  ::close(listener_);
}

void DelayRelay::accept_all() {
  while (!stopped_) {
    const int near = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (near < 0) continue;
    const int far = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(to_);
    if (::connect(far, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      ::close(near);
      ::close(far);
      continue;
    }
    for (const int socket : {near, far}) {
      const int one = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      sockets_.push_back(socket);
    }
    threads_.emplace_back([this, near, far] { relay(near, far); });
    threads_.emplace_back([this, near, far] { relay(far, near); });
  }
}

// The reader stamps what it reads; a thread beside it writes when it is due.
void DelayRelay::relay(int from, int into) {
  Pipe pipe;
  std::thread writer([&] {
    while (true) {
      const Pipe::Part part = pipe.take();
      if (part.bytes.empty()) break;
      std::this_thread::sleep_until(part.due);
      if (!send_all(into, part.bytes)) break;
    }
    ::shutdown(into, SHUT_RDWR);
    ::shutdown(from, SHUT_RDWR);
  });
  std::string room(64 << 10, '\0');
  while (true) {
    const ssize_t count = ::recv(from, room.data(), room.size(), 0);
    const auto due = Clock::now() + delay_;
    if (count <= 0) break;
    pipe.put({due, room.substr(0, static_cast<std::size_t>(count))});
  }
  pipe.put({Clock::now(), {}});
  writer.join();
}

}  // namespace bench

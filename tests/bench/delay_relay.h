// A long way between two ends of a TCP connection: what comes in goes out after a fixed time, in
// both directions. The kernel here has no netem.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace bench {

class DelayRelay {
 public:
  // Listens at a free port of loopback, and calls port `to` for each connection that comes.
  DelayRelay(std::uint16_t to, std::chrono::milliseconds delay);
  ~DelayRelay();
  DelayRelay(const DelayRelay&) = delete;
  DelayRelay& operator=(const DelayRelay&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  struct Pipe;

  void accept_all();
  void relay(int from, int into);

  std::uint16_t to_;
  std::chrono::milliseconds delay_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopped_ = false;
  std::vector<int> sockets_;          // the accepting thread's, and then the owner's
  std::vector<std::thread> threads_;  // the same
  std::thread acceptor_;
};

}  // namespace bench

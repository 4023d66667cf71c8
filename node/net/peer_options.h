// What the network is told, with the default of every limit and its reason. Times are measured to
// the accuracy of `sweep_time`.
//
// Values; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace node {

struct PeerNetworkOptions {
  using Milliseconds = std::chrono::milliseconds;

  std::string listen_address;      // of this machine, or "::" or "0.0.0.0"; empty: does not listen
  std::uint16_t port = 0;          // 0: a free one, PeerNetwork::port() tells
  std::vector<std::string> seeds;  // host:port of nodes whose keys may be unknown here

  // ---- time ----
  Milliseconds connect_time{5000};  // name, TCP connect
  Milliseconds hello_time{5000};    // TLS and hello together
  Milliseconds idle_time{45000};    // nothing heard: three pings and a half are missing
  Milliseconds ping_time{10000};    // nothing said for so long: say a ping
  Milliseconds write_time{10000};   // a write without progress
  Milliseconds full_time{10000};    // a send queue that stays full
  Milliseconds frame_time{30000};   // for a whole frame, and beyond that a second for each …
  std::size_t frame_bytes_per_second = 32 << 10;
  Milliseconds members_time{1000};          // between two looks at who is a member
  Milliseconds lifetime{24 * 3600 * 1000};  // then a connection is made anew
  Milliseconds accept_rest{200};            // when the process is out of descriptors
  Milliseconds sweep_time{100};             // one timer looks after all deadlines so often

  // ---- room ----
  std::size_t queue_bytes = 8 << 20;  // to be sent to one peer
  std::size_t queue_frames = 1024;
  std::size_t window_bytes = 8 << 20;  // handed over and not released, from one peer; the frame
  std::size_t window_frames = 1024;    // that crosses the line is still taken
  std::size_t window_bytes_all = 128 << 20;                  // of all peers together
  std::uint64_t connection_bytes = std::uint64_t{64} << 30;  // then it is made anew
  std::size_t per_key = 2;                                   // processes with one node key
  std::size_t unknown_peers = 4;                             // whose keys are unknown here
  std::size_t dials = 32;                                    // at once

  // ---- connections that have not said who they are ----
  std::size_t unauthenticated = 64;
  std::size_t unauthenticated_per_source = 4;  // an IPv4 address or an IPv6 /64
  double new_per_second = 20;
  double new_burst = 40;
  bool limit_loopback = false;  // the last three hold for this machine's own programs too

  // ---- coming back ----
  Milliseconds backoff_first{250};  // doubles at every failure; half of it is jitter
  Milliseconds backoff_most{30000};
  Milliseconds steady_time{10000};  // a connection that lasted so long was no failure
  Milliseconds penalty_first{30000};
  Milliseconds penalty_most{10 * 60 * 1000};
  Milliseconds penalty_memory{3600 * 1000};
};

}  // namespace node

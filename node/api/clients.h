// What one client address may take: a number of connections at once and a rate of requests. An IPv6
// client is its /64, since it owns all of it. Loopback is limited only when asked for.
//
// Pure: the clock is an argument. One thread.
#pragma once

#include <chrono>
#include <map>
#include <string>

namespace node::api {

// Clients that are remembered; beyond it those without a connection are forgotten.
inline constexpr std::size_t kClientsMax = 4096;

struct ClientLimits {
  std::size_t connections_max = 16;
  double requests_per_second = 0;  // 0: no limit
  double requests_burst = 40;      // requests that may come at once after a pause
  bool loopback = false;           // limit clients of this machine too
};

class Clients {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Clients(ClientLimits limits) : limits_(limits) {}

  // False: this client has all the connections it may have. True: close() must follow.
  bool open(const std::string& client, Time now);
  void close(const std::string& client);

  // False: too many requests for now; the request is not counted.
  bool request(const std::string& client, Time now);

  // The name of an address in this table; empty: a loopback address. The empty name is never
  // limited.
  static std::string name(const std::string& address);

  std::size_t size() const { return table_.size(); }

 private:
  struct Client {
    std::size_t connections = 0;
    double tokens = 0;
    Time filled;
  };
  void refill(Client& client, Time now) const;

  ClientLimits limits_;
  std::map<std::string, Client> table_;
};

}  // namespace node::api

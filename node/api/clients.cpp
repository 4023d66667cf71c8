#include "node/api/clients.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "crypto/check.h"

namespace node::api {

std::string Clients::name(const std::string& address) {
  boost::system::error_code error;
  auto parsed = boost::asio::ip::make_address(address, error);
  if (error) return address;
  if (parsed.is_v6() && parsed.to_v6().is_v4_mapped()) {
    parsed = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, parsed.to_v6());
  }
  if (parsed.is_loopback()) return {};
  if (parsed.is_v4()) return parsed.to_string();
  auto bytes = parsed.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return boost::asio::ip::address_v6(bytes).to_string() + "/64";
}

bool Clients::open(const std::string& client, Time now) {
  if (client.empty()) return true;
  if (table_.size() >= kClientsMax) {
    std::erase_if(table_, [](const auto& entry) { return entry.second.connections == 0; });
  }
  const auto [place, added] = table_.try_emplace(client);
  if (added) {
    place->second.tokens = limits_.requests_burst;
    place->second.filled = now;
  }
  if (place->second.connections >= limits_.connections_max) return false;
  ++place->second.connections;
  return true;
}

void Clients::close(const std::string& client) {
  if (client.empty()) return;
  const auto place = table_.find(client);
  CHECK(place != table_.end() && place->second.connections > 0);
  --place->second.connections;
  // With a rate, the client is remembered: else it would begin anew with every connection.
  const bool forget = place->second.connections == 0 && limits_.requests_per_second <= 0;
  if (forget) table_.erase(place);
}

bool Clients::request(const std::string& client, Time now) {
  if (client.empty() || limits_.requests_per_second <= 0) return true;
  const auto place = table_.find(client);
  CHECK(place != table_.end());
  refill(place->second, now);
  if (place->second.tokens < 1) return false;
  place->second.tokens -= 1;
  return true;
}

void Clients::refill(Client& client, Time now) const {
  const double seconds = std::chrono::duration<double>(now - client.filled).count();
  client.tokens =
      std::min(limits_.requests_burst, client.tokens + seconds * limits_.requests_per_second);
  client.filled = now;
}

}  // namespace node::api

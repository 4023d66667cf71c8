#include "node/net/address.h"

#include <algorithm>
#include <charconv>

namespace node::net {
namespace {

namespace ip = boost::asio::ip;

// RFC 1035 2.3.4.
constexpr std::size_t kHostBytesMax = 255;

ip::address unmapped(const ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= kHostBytesMax &&
         std::all_of(host.begin(), host.end(), [](char c) { return c > ' ' && c < 127; });
}

}  // namespace

std::optional<PeerAddress> parse_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  const auto port = parse_port(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) {
    host = host.substr(1, host.size() - 2);
    boost::system::error_code error;
    ip::make_address_v6(host, error);
    if (error) return std::nullopt;
  } else if (host.find_first_of(":[]") != host.npos) {
    return std::nullopt;
  }
  if (!port || !is_host(host)) return std::nullopt;
  return PeerAddress{std::string(host), *port};
}

std::string to_text(const ip::tcp::endpoint& endpoint) {
  const ip::address address = unmapped(endpoint.address());
  const std::string host = address.to_string();
  const std::string port = std::to_string(endpoint.port());
  return address.is_v6() ? "[" + host + "]:" + port : host + ":" + port;
}

std::string source_of(ip::address address) {
  address = unmapped(address);
  if (address.is_v4()) return address.to_string();
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return ip::address_v6(bytes).to_string() + "/64";
}

bool is_loopback(const ip::address& address) { return unmapped(address).is_loopback(); }

}  // namespace node::net

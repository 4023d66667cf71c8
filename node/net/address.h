// Addresses of peers as text, and what counts as one source of connections.
//
// Pure functions; any thread.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace node::net {

struct PeerAddress {
  std::string host;  // a name or an address, without brackets
  std::uint16_t port = 0;
};

// "host:port" or "[v6]:port"; nullopt: neither, or port 0.
std::optional<PeerAddress> parse_address(std::string_view text);

std::string to_text(const boost::asio::ip::tcp::endpoint& endpoint);

// An IPv4 address, or the /64 of an IPv6 one, since its owner has all of it.
std::string source_of(boost::asio::ip::address address);

// IPv4 in IPv6 counts as IPv4.
bool is_loopback(const boost::asio::ip::address& address);

}  // namespace node::net

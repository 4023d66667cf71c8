#include "crypto/check.h"
#include "node/net/address.h"

// Addresses in the records of organisations: what is understood is understood again when it is
// written down, and the source of an address is that of all its forms.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto address = node::net::parse_address(text);
  if (!address) return 0;
  CHECK(address->port != 0 && !address->host.empty());
  const bool v6 = address->host.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + address->host + "]" : address->host;
  const auto again = node::net::parse_address(host + ":" + std::to_string(address->port));
  CHECK(again && again->host == address->host && again->port == address->port);

  boost::system::error_code error;
  const auto number = boost::asio::ip::make_address(address->host, error);
  if (error) return 0;
  const auto back = node::net::parse_address(node::net::to_text({number, address->port}));
  CHECK(back && back->port == address->port);
  const auto source = node::net::source_of(number);
  CHECK(!source.empty());
  CHECK(node::net::source_of(boost::asio::ip::make_address(back->host)) == source);
  return 0;
}

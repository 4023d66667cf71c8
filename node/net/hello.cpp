#include "node/net/hello.h"

#include <fmt/format.h>

#include "ledger/chain/submission.h"
#include "node/net/codes.h"

namespace node::net {
namespace {

using crypto::Reject;
using crypto::Unexpected;

constexpr std::size_t kSignatureBytes = 64;

crypto::Bytes signed_part(crypto::ByteView hello, const crypto::Hash& exporter) {
  crypto::Bytes bytes(hello);
  bytes.append(exporter.view());
  return bytes;
}

std::optional<Reject> find_fault(const Hello& hello, const HelloExpected& expected) {
  if (hello.network_id != expected.network_id) {
    return Reject(kHelloNetwork, "network_id",
                  fmt::format("The peer is of the network {}, this node of {}.",
                              hello.network_id.hex(), expected.network_id.hex()));
  }
  if (hello.role != expected.role) {
    return Reject(kHelloRole, "role", "The peer speaks as the side that this node is.");
  }
  // The key says who speaks. A node that fetches the ledger may not know yet that it is a member's.
  const bool knows_itself = !hello.organisation.empty();
  if (knows_itself && !expected.key_owner.empty() && hello.organisation != expected.key_owner) {
    return Reject(kHelloOrganisation, "organisation",
                  fmt::format("The peer says it is of {}, and its key is one of {}.",
                              hello.organisation, expected.key_owner));
  }
  const bool may_not_know = hello.role == Role::dialler && hello.to.empty();
  if (!may_not_know && !expected.organisation.empty() && hello.to != expected.organisation) {
    return Reject(kHelloOrganisation, "to",
                  fmt::format("The peer speaks to {}, and this node is of {}.", hello.to,
                              expected.organisation));
  }
  return std::nullopt;
}

}  // namespace

crypto::Bytes write_hello(const Hello& hello, const crypto::PrivateKey& key,
                          const crypto::Hash& exporter) {
  CHECK(hello.organisation.size() <= 255 && hello.to.size() <= 255);
  crypto::Bytes bytes;
  crypto::append_u16(bytes, hello.lowest);
  crypto::append_u16(bytes, hello.highest);
  crypto::append_u8(bytes, static_cast<std::uint8_t>(hello.role));
  bytes.append(hello.network_id.view());
  crypto::append_u8(bytes, static_cast<std::uint8_t>(hello.organisation.size()));
  bytes.append(hello.organisation);
  crypto::append_u8(bytes, static_cast<std::uint8_t>(hello.to.size()));
  bytes.append(hello.to);
  crypto::append_u64(bytes, hello.incarnation);
  bytes.append(hello.session.view());
  crypto::append_u64(bytes, hello.call);
  bytes.append(key.sign(crypto::tag::kHello, signed_part(bytes, exporter)).view());
  return bytes;
}

crypto::Checked<Hello> read_hello(crypto::ByteView bytes, const HelloExpected& expected) {
  crypto::ByteReader reader(bytes);
  Hello hello;
  hello.lowest = reader.u16();
  hello.highest = reader.u16();
  if (!reader.ok() || hello.lowest > hello.highest) {
    return Unexpected{Reject(kHelloForm, "", "The hello does not begin with its versions.")};
  }
  if (hello.lowest > kPeerVersion || hello.highest < kPeerVersion) {
    return Unexpected{Reject(kHelloVersion, "version",
                             fmt::format("The peer speaks versions {} to {}, this node version {}.",
                                         hello.lowest, hello.highest, kPeerVersion))};
  }
  hello.role = static_cast<Role>(reader.u8());
  const auto network = crypto::Hash::from_view(reader.bytes(32));
  hello.organisation = reader.bytes(reader.u8());
  hello.to = reader.bytes(reader.u8());
  hello.incarnation = reader.u64();
  const auto session = crypto::Hash::from_view(reader.bytes(32));
  hello.call = reader.u64();
  const auto signature = crypto::Signature::from_view(reader.bytes(kSignatureBytes));
  const bool whole = reader.ok() && reader.at_end() && network && session && signature &&
                     hello.organisation.size() <= ledger::kOrganisationIdBytesMax &&
                     hello.to.size() <= ledger::kOrganisationIdBytesMax;
  if (!whole) return Unexpected{Reject(kHelloForm, "", "The hello has not the form of version 1.")};
  hello.network_id = *network;
  hello.session = *session;
  if (auto fault = find_fault(hello, expected)) return Unexpected{std::move(*fault)};
  const crypto::ByteView spoken = bytes.substr(0, bytes.size() - kSignatureBytes);
  if (!crypto::verify(expected.key, crypto::tag::kHello, signed_part(spoken, expected.exporter),
                      *signature)) {
    return Unexpected{Reject(kHelloSignature, "signature",
                             "The hello is not signed by the peer's key for this connection.")};
  }
  return hello;
}

}  // namespace node::net

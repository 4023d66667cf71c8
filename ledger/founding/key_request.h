// What an organisation sends to a network to be admitted: who it is and its public keys, with a
// signature by each of the keys over all of it. So nobody can enrol a key that he does not hold, or
// put his key beside another's name. It says nothing about whether the organisation is who it says:
// that is what the members vote on.
//
// A JSON file, "schema": "greenledger.key-request/1". What is signed is this text under the tag
// greenledger/keyrequest/v1, one line a value, each with its line end; values hold no line ends:
//
//   greenledger key request 1
//   organisation: cec
//   name: …            (likewise name_zh, country, website; left out when empty)
//   identifier: LEI 300300S39XTQ5A7O4N10
//   role: CERTIFIER
//   address: node.cec.example:7400
//   key: root ed25519 d75a98…
//
// It is bound to no network: founders make theirs before there is one. Admission is a record, and
// that binds the network.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "crypto/keys.h"
#include "crypto/reject.h"
#include "proto/records.pb.h"

namespace ledger {

inline constexpr std::size_t kRequestBytesMax = 64 * 1024;

// What a key is for. The first two sign for the organisation; the others belong to its node. The
// node key is enrolled with the organisation, so that its node may connect before it votes.
enum class KeyRole { root, operation, node, vote, log, cosigner };

inline constexpr std::array<std::string_view, 6> kKeyRoleNames = {"root", "operation", "node",
                                                                  "vote", "log",       "cosigner"};
std::string_view name_of(KeyRole role);
std::optional<KeyRole> key_role_of(std::string_view name);

struct RequestedKey {
  KeyRole role = KeyRole::root;
  crypto::PublicKey key;
  crypto::Signature signature;  // proof that the organisation holds it
};

struct KeyRequest {
  std::string organisation;  // id
  // Name, identifiers, country, roles, website; its keys are the root, operation and node keys.
  proto::Organisation entry;
  std::vector<std::string> addresses;  // of its node, host:port
  std::vector<RequestedKey> keys;

  // The key for a role that has at most one; nullptr: none.
  const RequestedKey* find_key(KeyRole role) const;
};

struct RoleKey {
  KeyRole role;
  const crypto::PrivateKey* key;
};

// Signs with every key. `request` comes without keys.
KeyRequest sign_key_request(KeyRequest request, std::span<const RoleKey> keys);

std::string request_text(const KeyRequest& request);  // what is signed
std::string write_key_request(const KeyRequest& request);

// Reads and checks the file's text: E-REQUEST-FORM, E-REQUEST-KEY (not acceptable, or two for a
// role that takes one), E-REQUEST-SIGNATURE.
crypto::Checked<KeyRequest> parse_key_request(crypto::ByteView file);

}  // namespace ledger

// Members of a network for development: keys for all of them, made in one place by one command.
// That is what a real network must never do; such a genesis file says `development`.
//
//   <home>/keys/<org>/{root,operation}.pem          of every organisation
//   <home>/validators/<org>/{node,vote,log,cosigner}.pem   of those that vote
//   <home>/<org>.request.json
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "crypto/expected.h"
#include "crypto/keys.h"
#include "crypto/secret.h"
#include "tools/cli/key_request.h"

namespace tools {

struct DevelopmentMember {
  std::string organisation;
  std::vector<proto::Role> roles;  // ascending
  std::vector<std::string> records_for;
  std::map<KeyRole, crypto::PrivateKey> keys;  // of the node only for validators
};

// "shop:recorder:*" or "shop:recorder:LEI:5493…;City of X". Makes its keys. E-USAGE.
crypto::Result<DevelopmentMember> development_member(const std::string& text);

KeyRequest request_of(const DevelopmentMember& member);

// Writes keys and request below `home`. `passphrase` nullptr: unencrypted. Errors of keystores.
crypto::Result<void> write_member(const std::filesystem::path& home,
                                  const DevelopmentMember& member,
                                  const crypto::Secret* passphrase);

}  // namespace tools

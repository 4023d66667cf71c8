// Members of a network for development: keys for all of them, made in one place by one command.
// That is what a real network must never do; such a genesis file says `development`.
//
//   <home>/keys/<org>/{root,operation}.pem          of every organisation
//   <home>/validators/<org>/{node,vote,log,cosigner}.pem   of those that vote
//   <home>/<org>.request.json
#pragma once

#include <filesystem>
#include <string>

#include "crypto/expected.h"
#include "crypto/secret.h"
#include "ledger/founding/development.h"

namespace tools {

// "shop:recorder:*" or "shop:recorder:LEI:5493…;City of X". Makes its keys. E-USAGE.
crypto::Result<ledger::DevelopmentMember> development_member(const std::string& text);

// Writes keys and request below `home`. `passphrase` nullptr: unencrypted. Errors of keystores.
crypto::Result<void> write_member(const std::filesystem::path& home,
                                  const ledger::DevelopmentMember& member,
                                  const crypto::Secret* passphrase);

}  // namespace tools

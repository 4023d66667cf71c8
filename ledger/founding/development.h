// Members of a network for development: keys for all of them, made in one place. That is what a
// real network must never do; such a genesis file says `development`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/keys.h"
#include "ledger/founding/genesis_draft.h"

namespace ledger {

struct DevelopmentMember {
  std::string organisation;
  std::vector<proto::Role> roles;  // ascending
  std::vector<std::string> records_for;
  std::map<KeyRole, crypto::PrivateKey> keys;  // of the node only for validators
};

// Makes the keys.
DevelopmentMember make_member(std::string organisation, std::vector<proto::Role> roles,
                              std::vector<std::string> records_for);

// Does the key belong to people, and not to a node?
bool is_of_member(KeyRole role);

KeyRequest request_of(const DevelopmentMember& member);

// Parameters of a network of this name in which fewer than four may validate, and its members.
GenesisDraft development_draft(const std::string& network_name,
                               const std::vector<DevelopmentMember>& members);

}  // namespace ledger

// Whose nodes may connect: the validators of the newest set record, and the members that have
// enrolled a node key (of an observer, of a node that is about to validate or has stopped to).
// One answer for the transport and for whoever lists the peers.
//
// Pure; any thread. Reads every organisation: ask once a block.
#pragma once

#include <string>
#include <vector>

#include "crypto/keys.h"
#include "ledger/chain/reader.h"

namespace ledger {

struct Member {
  std::string organisation;
  crypto::PublicKey node_key;
  std::vector<std::string> addresses;  // host:port; of validators only
  bool validates = false;              // it stands in the newest set
};

// As the newest block's state has it; ascending by organisation, each node key once. An
// organisation may have several.
std::vector<Member> network_members(const ChainReader& reader);

}  // namespace ledger

// Nodes as child processes of this one: started together, their lines shown with the name of each,
// ended together. For development: a real node is run by the machine's service manager.
#pragma once

#include <vector>

#include "node/runtime/home.h"

namespace node {

// Runs `greenledgerd start --home …` for each and shows what they say until SIGINT or SIGTERM, or
// until one of them ends; then ends all. E-TESTNET-NODE: one ended by itself, with its last words,
// or cannot be started.
crypto::Result<void> run_nodes(const std::vector<Home>& homes);

}  // namespace node

// Checking a whole ledger on disk, block by block, while the node does not run.
#pragma once

#include "node/runtime/home.h"

namespace node {

struct VerifyReport {
  std::uint64_t blocks = 0;
  std::uint64_t entries = 0;
  crypto::Hash tip;
};

// Every block from genesis on: headers, entries, tree, state roots, certificates; and, with
// `checksums`, every stored byte. E-STORE-DAMAGED names the first block that fails.
crypto::Result<VerifyReport> verify_home(const Home& home, bool checksums);

}  // namespace node

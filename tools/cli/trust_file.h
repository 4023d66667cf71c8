// What an auditor has verified, kept from one proof to the next:
//   {"schema": "greenledger.trust/1", "network_id", "origin", "epoch", "anchor", "height",
//    "tree_size", "tree_root", "validators": [{"organisation", "vote_key", "log_key",
//    "cosigner_key"}]}
// Whoever can change the file decides what is believed: it belongs beside the genesis file.
#pragma once

#include <filesystem>
#include <string>

#include "ledger/chain/genesis.h"
#include "ledger/proofs/trust_chain.h"

namespace tools {

// Of the flags that name such a file.
inline constexpr const char* kTrustMeaning = "what was verified before (--save-trust)";
inline constexpr const char* kSaveTrustMeaning = "keep the head for the next time here";

std::string write_trust(const ledger::TrustPoint& point);

// The genesis file. E-WRONG-NETWORK: there is none; and what parse_genesis says.
crypto::Result<ledger::Genesis> read_genesis(const std::filesystem::path& path);

// E-INPUT: no such file, or not such a document.
crypto::Result<ledger::TrustPoint> read_trust(const std::string& path);

}  // namespace tools

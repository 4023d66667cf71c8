// Opening a ledger: writing the genesis block into an empty store, or checking that what lies in
// the store is the ledger of this genesis and that its newest blocks are whole. A store that fails
// is refused and left as it is.
#pragma once

#include "ledger/chain/genesis.h"
#include "ledger/chain/reader.h"

namespace ledger {

struct OpenedChain {
  Header tip;
  Appender tree;  // ends with the tip; nothing to store
  TrieRoot trie_root;
};

struct OpenOptions {
  // The newest blocks that are checked in full (entries against tiles, roots, certificates), until
  // either bound is met. All headers between are linked by hash.
  std::uint64_t blocks_max = 1000;
  std::uint64_t entries_max = 100'000;
};

// Errors: E-STORE-NETWORK (the ledger of another genesis), E-STORE-DAMAGED (what and at which
// height; restore from a backup or from peers), and those of genesis.h.
crypto::Result<OpenedChain> open_chain(Store& store, const Genesis& genesis, OpenOptions options);

// Checks every block from genesis to the tip, or behind where the history begins. The tip;
// E-STORE-DAMAGED: the first that fails.
// Trie nodes older than the store keeps are not looked at.
crypto::Result<Header> check_chain(const ChainReader& reader);

// Checks one block in full against what lies around it: seal, entries, tree root, state root, hash
// index, and, behind genesis, its FINALIZE certificate. Empty: it is whole; else what is wrong.
std::string check_block(const ChainReader& reader, const HashReader& hashes, std::uint64_t height);

}  // namespace ledger

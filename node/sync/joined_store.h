// What joining writes: the state after a block piece by piece, what is needed to go on after a
// stop, and at last the batch that makes a ledger of it which begins at that block.
//
// Column::meta, while it goes on:
//   "join"                  -> u32 size || start || header || u32 size || certificate
//                              || [header || u32 size || certificate of the block that closed the
//                                  epoch before, if there was one]
//                              || u32 count || edge hashes || subtree hashes
//   "join" || subtree 2     -> u64 records || root (as in Column::roots) of a proved subtree
// and behind it, while the history below is filled in:
//   "fill"                  -> height 8 of the newest block filled in || root of its trie
//   "fill" || tile level 1  -> the tile of its tree on that level that is not full
//
// Pure functions; any thread.
#pragma once

#include <set>

#include "ledger/chain/reader.h"
#include "ledger/state/subtrees.h"
#include "node/wire/messages.h"

namespace node {

struct ClosingBlock {
  ledger::Header header;
  ledger::Certificate certificate;
};
// A head that was checked, and what it rests on.
struct JoinHead {
  SnapshotHead head;
  ledger::HistoryStart start;
  std::optional<ClosingBlock> closing;  // of the epoch before; none in epoch 0
};
void put_join_head(ledger::WriteBatch& batch, const JoinHead& join);
// nullopt: no join was begun.
std::optional<JoinHead> find_join_head(const ledger::Snapshot& snapshot);

struct ProvedSubtree {
  ledger::TrieSlot slot;
  std::uint64_t records = 0;  // that the histories of its subjects count
};
void put_proved(ledger::WriteBatch& batch, std::size_t subtree, const ProvedSubtree& proved);
void remove_proved(ledger::WriteBatch& batch, std::size_t subtree);
std::optional<ProvedSubtree> find_proved(const ledger::Snapshot& snapshot, std::size_t subtree);

// The tiles that are not full; nullopt: these hashes are not those of the header's tree.
std::optional<ledger::WriteBatch> edge_tiles(const ledger::Header& header,
                                             const std::vector<crypto::Hash>& edge);

// How many records a leaf of the state stands for: those of its subject; 0: it is no subject.
std::uint64_t records_of(const SnapshotLeaf& leaf);

// What genesis left in the store.
struct GenesisState {
  std::set<crypto::Hash> paths;  // that no leaf of the state has
  ledger::TrieRoot trie_root;
  ledger::WriteBatch tiles;  // those that are not full
};
GenesisState read_genesis_state(const ledger::Snapshot& snapshot);

// The last batch. `slots`: of all kSubtrees.
ledger::WriteBatch joined_batch(const JoinHead& join, std::span<const ledger::TrieSlot> slots,
                                std::uint64_t records, const GenesisState& genesis);

// Where filling in stands.
struct FillHead {
  ledger::Header header;
  ledger::Appender tree;
  ledger::TrieRoot trie_root;
};
void put_fill_head(ledger::WriteBatch& batch, std::uint64_t height,
                   const ledger::TrieRoot& trie_root);
// `key` is that of Column::tiles.
void put_fill_tile(ledger::WriteBatch& batch, const crypto::Bytes& key, crypto::Bytes tile);
void remove_fill(ledger::WriteBatch& batch);
// nullopt: nothing is to be filled in, or a row of it is damaged.
std::optional<FillHead> find_fill_head(const ledger::Snapshot& snapshot);

}  // namespace node

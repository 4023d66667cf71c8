// What joining writes: the state after a block piece by piece, what is needed to go on after a
// stop, and at last the batch that makes a ledger of it which begins at that block.
//
// Column::meta, while it goes on:
//   "join"                  -> anchor 32 || header || u32 size || certificate
//                              || u32 count || edge hashes || subtree hashes
//   "join" || subtree 2     -> u64 records || root (as in Column::roots) of a proved subtree
// Pure functions; any thread.
#pragma once

#include <set>

#include "ledger/chain/reader.h"
#include "ledger/state/subtrees.h"
#include "node/wire/messages.h"

namespace node {

// A head that was checked, and the anchor of its epoch.
struct JoinHead {
  SnapshotHead head;
  crypto::Hash anchor;
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

// The last batch. `slots`: of all kSubtrees. `removed`: paths of genesis that the state has no
// more.
ledger::WriteBatch joined_batch(const JoinHead& join, std::span<const ledger::TrieSlot> slots,
                                std::uint64_t records, const std::set<crypto::Hash>& removed);

}  // namespace node

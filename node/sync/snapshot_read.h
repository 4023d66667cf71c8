// Answering with the state after a block: first what proves it, then its leaves in the order of
// their paths. Values are kept of every height, so any final block can be asked for whose trie is
// still there when the first answer is given; the leaves may come from anybody and later.
//
// Pure; any thread.
#pragma once

#include "ledger/chain/reader.h"
#include "node/wire/messages.h"

namespace node {

// A part looks at no more paths than this: so many leaves fit, and most of what it looks at is one.
inline constexpr std::size_t kSnapshotPathsMax = 1 << 16;

// Without head and leaves: this state cannot be shown.
SnapshotPart read_snapshot(const ledger::ChainReader& reader, const GetSnapshot& request);

// The tiles of a tree that are not full, as SnapshotHead::tree_edge has them; nullopt: some are not
// here.
std::optional<std::vector<crypto::Hash>> read_tree_edge(const ledger::Snapshot& snapshot,
                                                        std::uint64_t tree_size);

}  // namespace node

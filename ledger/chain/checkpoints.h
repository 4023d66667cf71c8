// The signed checkpoints that a store keeps, by the size of their tree: notes with the lines of a
// quorum, and of more as they come.
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "ledger/chain/store.h"

namespace ledger {

struct KeptCheckpoint {
  std::uint64_t size = 0;  // entries of its tree
  std::string note;        // as it was signed (history/note.h)
};

// nullopt: none has been signed.
std::optional<KeptCheckpoint> newest_checkpoint(const Snapshot& snapshot);
std::optional<std::string> checkpoint_at(const Snapshot& snapshot, std::uint64_t size);

void put_checkpoint(WriteBatch& batch, std::uint64_t size, std::string note);

}  // namespace ledger

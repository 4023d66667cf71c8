// The signed checkpoints that a store keeps, by the size of their tree: notes with the lines of a
// quorum, and of more as they come; and apart from them the lines of outside witnesses
// (c2sp.org/tlog-witness), which whoever reads a checkpoint gets at its end.
//
//   Column::meta: "witness line/" || tree size 8 || SHA-256 of the witness's vkey -> its line
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "ledger/chain/store.h"
#include "ledger/history/note.h"

namespace ledger {

struct KeptCheckpoint {
  std::uint64_t size = 0;  // entries of its tree
  std::string note;        // as it was signed (history/note.h)
};

// nullopt: none has been signed.
std::optional<KeptCheckpoint> newest_checkpoint(const Snapshot& snapshot);
std::optional<std::string> checkpoint_at(const Snapshot& snapshot, std::uint64_t size);

void put_checkpoint(WriteBatch& batch, std::uint64_t size, std::string note);

// ---- outside witnesses ----

// Lines that are kept; above, those of the smallest trees go.
inline constexpr std::size_t kWitnessLinesKept = 1000;

// What a witness signed of the checkpoint of this size, in the place of what it signed before.
void put_witness_line(WriteBatch& batch, const Snapshot& snapshot, std::uint64_t size,
                      const NoteKey& witness, const NoteLine& line);

// The newest that so many witnesses have signed; 0: the newest. nullopt: there is none.
std::optional<KeptCheckpoint> newest_checkpoint(const Snapshot& snapshot,
                                                std::size_t witnesses_min);

}  // namespace ledger

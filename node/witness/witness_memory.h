// What the store keeps of outside witnesses beside their lines (ledger/chain/checkpoints.h):
//
//   Column::meta: "witness/" || SHA-256 of the vkey           -> memory 56
//                 "witness conflict/" || the same || slot 1   -> conflict
//
// Of conflicts the first is kept and the newest three: a witness that refuses for ever must not
// fill the disk, nor push out the refusal that counts.
//
// Pure; any thread.
#pragma once

#include "node/witness/witness.h"

namespace node {

inline constexpr std::size_t kConflictsKept = 4;

WitnessMemory find_witness_memory(const ledger::Snapshot& snapshot, const ledger::NoteKey& witness);
// Oldest first.
std::vector<WitnessConflict> find_witness_conflicts(const ledger::Snapshot& snapshot,
                                                    const ledger::NoteKey& witness);

// The memory is that after the answer that `heard` is about.
void put_witness_heard(ledger::WriteBatch& batch, const ledger::Snapshot& snapshot,
                       const ledger::NoteKey& witness, const WitnessMemory& memory,
                       const WitnessHeard& heard);

}  // namespace node

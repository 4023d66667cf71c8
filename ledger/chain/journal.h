// The journal: what consensus must have on disk before it speaks (consensus.md 2.13, D1 to D4), and
// nothing that is final. Pure: steps go into the caller's batch, reading is from a snapshot.
//
// Keys in Column::pending, integers big-endian. A record starts with the epoch and its anchor, so
// that no record of another history is taken for this one's (D8); the store is of one network.
//   epoch 8 || anchor 32 || 'b' || view 8 || block hash 32      -> body of a candidate block
//   epoch 8 || anchor 32 || 'c' || view 8 || kind 1             -> certificate
//   epoch 8 || anchor 32 || 'v' || view 8 || kind 1             -> own vote:
//        place in the chain 8 || hash of the chain with it 32 || the vote as in vote.h
// Key in Column::meta: "journal" -> the head: count 8 || hash 32 of the chain now, the same before
//   the newest step that signed, floor epoch 8 || floor view 8
//
// The chain before the newest step is kept because the vote file is written after the batch: after
// a cut between the two it says what the store said one step ago.
#pragma once

#include <vector>

#include "crypto/expected.h"
#include "ledger/chain/vote_chain.h"

namespace ledger {

struct JournalHead {
  VoteChain now;
  VoteChain before;
  VoteFloor floor;

  friend bool operator==(const JournalHead&, const JournalHead&) = default;
};

// A block that is voted on, as bytes that rebuild it; `view` is that of its first proposal.
struct CandidateBody {
  std::uint64_t view = 0;
  Hash block_hash;
  Bytes body;
};

// All that one step of consensus makes durable.
struct JournalStep {
  std::vector<CandidateBody> bodies;
  std::vector<Certificate> certificates;
  std::vector<SignedVote> votes;  // in the order in which they were signed
};

// What lies above the floor.
struct Journal {
  std::vector<CandidateBody> bodies;      // by view
  std::vector<Certificate> certificates;  // by view and kind
  std::vector<SignedVote> votes;          // in the order in which they were signed
};

// A store that was never voted with has the default head. E-STORE-DAMAGED: the head is unreadable.
crypto::Result<JournalHead> read_journal_head(const Snapshot& snapshot);

// Adds a step: everything of it becomes durable with `batch`, but bodies and certificates at or
// below the floor, which nobody needs. Moves the head on. Votes are those
// that the gate just signed, all above the floor (CHECK); a repeated vote is no new vote and must
// not be given again.
void append_step(WriteBatch& batch, JournalHead& head, const VoteScope& scope,
                 const JournalStep& step);

// Raises the floor and deletes all records at or below it, also those of earlier epochs and those
// that `batch` was about to add, in the same batch (D6). Raise it to another epoch only when that
// epoch has a final block (D8); within an epoch, to the view of the newest final block at most.
void prune_journal(WriteBatch& batch, JournalHead& head, const VoteScope& scope,
                   const Snapshot& snapshot, VoteFloor floor);

// Raises the floor after amnesia, above anything that may have been signed. Deletes nothing: what
// lies below is never read again.
void raise_floor(WriteBatch& batch, JournalHead& head, VoteFloor floor);

// Everything of this epoch above the floor. E-STORE-DAMAGED: a record does not decode, or the votes
// are not links of the chain that ends in the head.
crypto::Result<Journal> read_journal(const Snapshot& snapshot, const VoteScope& scope,
                                     const JournalHead& head);

// nullopt: not there. Bodies are asked for by peers while their block is not final.
std::optional<Bytes> find_body(const Snapshot& snapshot, const VoteScope& scope, std::uint64_t view,
                               const Hash& block_hash);

// The hash that the chain had after its vote number `count`, if the journal still shows it.
std::optional<Hash> chain_hash_at(const Snapshot& snapshot, const VoteScope& scope,
                                  const JournalHead& head, std::uint64_t count);

}  // namespace ledger

// Whether a node that opens may vote: the vote file against the store. The store may be ahead by
// the step whose slot was not written any more; the other way round something was lost, and a node
// that forgot a vote may sign against it. Pure.
#pragma once

#include <optional>
#include <string>

#include "ledger/chain/journal.h"
#include "ledger/chain/vote_file.h"

namespace ledger {

enum class VoteVerdict : std::uint8_t {
  fresh,        // no vote file, nothing in the store but genesis: make the file
  fine,         // both say the same
  unsent_step,  // the store is ahead: its newest votes may not have been sent; send them
  rolled_back,  // blocks or a checkpoint that this node stood for are gone: fetch them again
  amnesia,      // votes may be forgotten: not a vote before peers have been asked
  twin,         // another history of votes: a copy of this node has run
};

struct VoteJudgement {
  VoteVerdict verdict = VoteVerdict::fine;
  std::string reason;  // a sentence for the operator; empty when fine or fresh

  bool may_vote() const {
    return verdict == VoteVerdict::fresh || verdict == VoteVerdict::fine ||
           verdict == VoteVerdict::unsent_step;
  }
};

// What the store shows beside a slot.
struct StoreEvidence {
  std::optional<std::uint64_t> tip_height;  // none: not even genesis
  std::uint64_t tree_size = 0;              // of the tip
  JournalHead journal;
  // What the store has at the places that the slot names; none: nothing.
  std::optional<Hash> hash_at_slot_tip;
  std::optional<Hash> root_at_checkpoint;
  std::optional<Hash> chain_at_slot_count;
};

VoteJudgement judge(const std::optional<VoteSlot>& slot, const StoreEvidence& store);

// Reads the evidence for `slot`. E-STORE-DAMAGED: the journal's head is unreadable.
crypto::Result<StoreEvidence> read_evidence(const std::shared_ptr<const Snapshot>& snapshot,
                                            const VoteScope& scope,
                                            const std::optional<VoteSlot>& slot);

// The error with which a node stops that may not go on without peers: E-VOTE-ROLLED-BACK,
// E-VOTE-AMNESIA or E-VOTE-TWIN. The judgement must not be one under which it may vote (CHECK).
crypto::Error vote_error(const VoteJudgement& judgement);

}  // namespace ledger

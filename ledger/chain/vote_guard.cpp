#include "ledger/chain/vote_guard.h"

#include "ledger/chain/reader.h"
#include "ledger/chain/store_errors.h"

namespace ledger {
namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

// Blocks and checkpoints that the slot names and the store does not have. Empty: it has them.
std::string lost_ledger(const VoteSlot& slot, const StoreEvidence& store) {
  if (!slot.tip_hash.is_zero()) {
    if (!store.tip_height || *store.tip_height < slot.tip_height) {
      return "The vote file names block " + number(slot.tip_height) + ", and the store ends " +
             (store.tip_height ? "with block " + number(*store.tip_height) : "before genesis") +
             ".";
    }
    if (store.hash_at_slot_tip != slot.tip_hash) {
      return "Block " + number(slot.tip_height) + " of the store is not the one in the vote file.";
    }
  }
  if (slot.checkpoint.size == 0) return "";
  if (store.tree_size < slot.checkpoint.size) {
    return "The vote file names a signed checkpoint of " + number(slot.checkpoint.size) +
           " entries, and the store has " + number(store.tree_size) + ".";
  }
  if (store.root_at_checkpoint != slot.checkpoint.root) {
    return "The store's tree of " + number(slot.checkpoint.size) +
           " entries is not the one that was signed.";
  }
  return "";
}

VoteJudgement judge_votes(const VoteSlot& slot, const StoreEvidence& store) {
  const JournalHead& journal = store.journal;
  if (slot.chain.count > journal.now.count) {
    return {VoteVerdict::amnesia, "The vote file counts " + number(slot.chain.count) +
                                      " votes, and the store " + number(journal.now.count) + "."};
  }
  if (slot.floor > journal.floor) {
    return {VoteVerdict::amnesia, "The store's floor of views is below that of the vote file."};
  }
  if (!store.chain_at_slot_count) {
    return {VoteVerdict::amnesia, "The store no longer shows what was signed up to vote " +
                                      number(slot.chain.count) + " of the vote file."};
  }
  if (*store.chain_at_slot_count != slot.chain.hash) {
    return {VoteVerdict::twin, "The first " + number(slot.chain.count) +
                                   " votes of the store are not those of the vote file."};
  }
  if (slot.chain.count == journal.now.count) return {VoteVerdict::fine, ""};
  return {VoteVerdict::unsent_step, "The newest " + number(journal.now.count - slot.chain.count) +
                                        " votes may not have been sent."};
}

}  // namespace

VoteJudgement judge(const std::optional<VoteSlot>& slot, const StoreEvidence& store) {
  if (!slot) {
    const bool untouched = store.tip_height.value_or(0) == 0 && store.journal == JournalHead{};
    if (untouched) return {VoteVerdict::fresh, ""};
    return {VoteVerdict::amnesia, "The vote file is missing or unreadable."};
  }
  if (std::string lost = lost_ledger(*slot, store); !lost.empty()) {
    return {VoteVerdict::rolled_back, std::move(lost)};
  }
  return judge_votes(*slot, store);
}

crypto::Result<StoreEvidence> read_evidence(const std::shared_ptr<const Snapshot>& snapshot,
                                            const VoteScope& scope,
                                            const std::optional<VoteSlot>& slot) {
  StoreEvidence evidence;
  auto head = read_journal_head(*snapshot);
  if (!head) return crypto::Unexpected{std::move(head).error()};
  evidence.journal = *head;
  const ChainReader reader(snapshot);
  if (const auto tip = reader.tip()) {
    evidence.tip_height = tip->seal.height;
    evidence.tree_size = tip->tree_size;
  }
  if (!slot) return evidence;
  if (const auto header = reader.header(slot->tip_height)) {
    evidence.hash_at_slot_tip = header->hash();
  }
  if (slot->checkpoint.size > 0) {
    const auto header = reader.block_of(slot->checkpoint.size - 1);
    if (header && header->tree_size == slot->checkpoint.size) {
      evidence.root_at_checkpoint = header->tree_root;
    }
  }
  evidence.chain_at_slot_count = chain_hash_at(*snapshot, scope, *head, slot->chain.count);
  return evidence;
}

crypto::Error vote_error(const VoteJudgement& judgement) {
  CHECK(!judgement.may_vote());
  switch (judgement.verdict) {
    case VoteVerdict::rolled_back:
      return {std::string(kVoteRolledBack), judgement.reason,
              "Put the newer store back, or run `greenledgerd recover`: the node fetches what is "
              "missing and votes again when that is safe."};
    case VoteVerdict::twin:
      return {std::string(kVoteTwin), judgement.reason,
              "Find the copy of this node and stop it; then run `greenledgerd recover`."};
    case VoteVerdict::amnesia:
    case VoteVerdict::fresh:
    case VoteVerdict::fine:
    case VoteVerdict::unsent_step:
      break;
  }
  return {std::string(kVoteAmnesia), judgement.reason,
          "Run `greenledgerd recover`: the node asks its peers what it may have signed before it "
          "votes again."};
}

}  // namespace ledger

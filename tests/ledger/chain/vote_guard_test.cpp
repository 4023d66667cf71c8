#include "ledger/chain/vote_guard.h"

#include <gtest/gtest.h>

#include <functional>

#include "ledger/chain/block.h"
#include "ledger/chain/memory_store.h"

namespace ledger {
namespace {

Hash hash_of(std::uint8_t byte) {
  Hash hash;
  hash.bytes.fill(byte);
  return hash;
}

// A slot and a store that agree: 10 votes, block 7, a checkpoint of 60 entries, 70 in all.
struct Case {
  VoteSlot slot;
  StoreEvidence store;
};

Case agreeing() {
  Case pair;
  pair.slot.floor = {2, 5};
  pair.slot.chain = {10, hash_of(1)};
  pair.slot.checkpoint = {60, hash_of(2)};
  pair.slot.tip_height = 7;
  pair.slot.tip_hash = hash_of(3);
  pair.store.tip_height = 7;
  pair.store.tree_size = 70;
  pair.store.journal.now = {10, hash_of(1)};
  pair.store.journal.before = {8, hash_of(4)};
  pair.store.journal.floor = {2, 5};
  pair.store.hash_at_slot_tip = hash_of(3);
  pair.store.root_at_checkpoint = hash_of(2);
  pair.store.chain_at_slot_count = hash_of(1);
  return pair;
}

// One way in which a part of the two may stand to each other, and what it means on its own.
struct Way {
  const char* name;
  std::function<void(Case&)> make;
  VoteVerdict alone;
};

const std::vector<Way> kTips{
    {"same tip", [](Case&) {}, VoteVerdict::fine},
    {"store ahead, through the slot", [](Case& c) { c.store.tip_height = 9; }, VoteVerdict::fine},
    {"slot without a block", [](Case& c) { c.slot.tip_height = 0, c.slot.tip_hash = Hash{}; },
     VoteVerdict::fine},
    {"store one block behind", [](Case& c) { c.store.tip_height = 6; }, VoteVerdict::rolled_back},
    {"store without a block", [](Case& c) { c.store.tip_height.reset(); },
     VoteVerdict::rolled_back},
    {"another block at the tip", [](Case& c) { c.store.hash_at_slot_tip = hash_of(9); },
     VoteVerdict::rolled_back},
    {"block missing in the middle",
     [](Case& c) { c.store.tip_height = 9, c.store.hash_at_slot_tip.reset(); },
     VoteVerdict::rolled_back},
};

const std::vector<Way> kCheckpoints{
    {"same checkpoint", [](Case&) {}, VoteVerdict::fine},
    {"no checkpoint yet",
     [](Case& c) { c.slot.checkpoint = {}, c.store.root_at_checkpoint.reset(); },
     VoteVerdict::fine},
    {"fewer entries than signed", [](Case& c) { c.store.tree_size = 59; },
     VoteVerdict::rolled_back},
    {"another tree of that size", [](Case& c) { c.store.root_at_checkpoint = hash_of(9); },
     VoteVerdict::rolled_back},
    {"no block ends at that size", [](Case& c) { c.store.root_at_checkpoint.reset(); },
     VoteVerdict::rolled_back},
};

const std::vector<Way> kChains{
    {"same votes", [](Case&) {}, VoteVerdict::fine},
    {"one step unsent", [](Case& c) { c.store.journal.now = {12, hash_of(5)}; },
     VoteVerdict::unsent_step},
    {"never voted",
     [](Case& c) {
       c.slot.chain = {};
       c.store.journal.now = c.store.journal.before = {};
       c.store.chain_at_slot_count = Hash{};
     },
     VoteVerdict::fine},
    {"store has one vote less", [](Case& c) { c.store.journal.now = {9, hash_of(5)}; },
     VoteVerdict::amnesia},
    {"store cannot show that vote",
     [](Case& c) {
       c.store.journal.now = {30, hash_of(5)};
       c.store.chain_at_slot_count.reset();
     },
     VoteVerdict::amnesia},
    {"same count, other votes",
     [](Case& c) {
       c.store.journal.now.hash = hash_of(9);
       c.store.chain_at_slot_count = hash_of(9);
     },
     VoteVerdict::twin},
    {"longer, but not through the slot",
     [](Case& c) {
       c.store.journal.now = {12, hash_of(5)};
       c.store.chain_at_slot_count = hash_of(9);
     },
     VoteVerdict::twin},
};

const std::vector<Way> kFloors{
    {"same floor", [](Case&) {}, VoteVerdict::fine},
    {"store's floor is higher", [](Case& c) { c.store.journal.floor = {2, 6}; }, VoteVerdict::fine},
    {"store's floor is lower", [](Case& c) { c.store.journal.floor = {2, 4}; },
     VoteVerdict::amnesia},
    {"store's epoch is older", [](Case& c) { c.store.journal.floor = {1, 99}; },
     VoteVerdict::amnesia},
};

TEST(VoteGuard, GivesTheGravestOfWhatItFindsInEveryCombination) {
  int combinations = 0;
  for (const Way& tip : kTips) {
    for (const Way& checkpoint : kCheckpoints) {
      for (const Way& chain : kChains) {
        for (const Way& floor : kFloors) {
          Case pair = agreeing();
          for (const Way* way : {&tip, &checkpoint, &chain, &floor}) way->make(pair);
          VoteVerdict expected = VoteVerdict::fine;
          // What is lost of the ledger comes first, then forgotten votes, then other votes.
          for (const auto grave : {VoteVerdict::unsent_step, VoteVerdict::twin,
                                   VoteVerdict::amnesia, VoteVerdict::rolled_back}) {
            for (const Way* way : {&tip, &checkpoint, &chain, &floor}) {
              if (way->alone == grave) expected = grave;
            }
          }

          const VoteJudgement found = judge(pair.slot, pair.store);

          ASSERT_EQ(found.verdict, expected)
              << tip.name << ", " << checkpoint.name << ", " << chain.name << ", " << floor.name;
          const bool quiet = expected == VoteVerdict::fine;
          ASSERT_EQ(found.reason.empty(), quiet);
          const bool good = quiet || expected == VoteVerdict::unsent_step;
          ASSERT_EQ(found.may_vote(), good);
          ++combinations;
        }
      }
    }
  }
  EXPECT_EQ(combinations, 7 * 5 * 7 * 4);
}

TEST(VoteGuard, CallsANodeWithoutVoteFileFreshOnlyWhenItHasGenesisAtMostAndNoVote) {
  StoreEvidence store;
  EXPECT_EQ(judge(std::nullopt, store).verdict, VoteVerdict::fresh);
  store.tip_height = 0;
  EXPECT_EQ(judge(std::nullopt, store).verdict, VoteVerdict::fresh);

  StoreEvidence with_block = store;
  with_block.tip_height = 1;
  EXPECT_EQ(judge(std::nullopt, with_block).verdict, VoteVerdict::amnesia);
  StoreEvidence with_vote = store;
  with_vote.journal.now.count = 1;
  EXPECT_EQ(judge(std::nullopt, with_vote).verdict, VoteVerdict::amnesia);
  StoreEvidence with_floor = store;
  with_floor.journal.floor.view = 1;
  EXPECT_EQ(judge(std::nullopt, with_floor).verdict, VoteVerdict::amnesia);
}

TEST(VoteGuard, NamesAnErrorForEachReasonNotToVote) {
  const auto code = [](VoteVerdict verdict) { return vote_error({verdict, "Because."}).code; };

  EXPECT_EQ(code(VoteVerdict::rolled_back), "E-VOTE-ROLLED-BACK");
  EXPECT_EQ(code(VoteVerdict::amnesia), "E-VOTE-AMNESIA");
  EXPECT_EQ(code(VoteVerdict::twin), "E-VOTE-TWIN");
  EXPECT_EQ(vote_error({VoteVerdict::twin, "Because."}).message, "Because.");
}

// A store with genesis, blocks 1 and 2 of ten entries each, and three votes of epoch 0.
class SmallChain : public testing::Test {
 protected:
  SmallChain() {
    WriteBatch batch;
    for (std::uint64_t height = 0; height < 3; ++height) {
      Header header;
      header.seal.height = height;
      header.seal.first_index = height * 10;
      header.seal.count = 10;
      header.tree_size = height * 10 + 10;
      header.tree_root = hash_of(static_cast<std::uint8_t>(0x40 + height));
      headers.push_back(header);
      Bytes key;
      crypto::append_u64(key, height);
      batch.put(Column::blocks, key, encode_header(header));
    }
    JournalStep first;
    first.votes = {vote(VoteKind::notarize, 1)};
    append_step(batch, head, scope, first);
    JournalStep second;
    second.votes = {vote(VoteKind::finalize, 1), vote(VoteKind::notarize, 2)};
    append_step(batch, head, scope, second);
    store.write(std::move(batch));
  }

  static SignedVote vote(VoteKind kind, std::uint64_t view) {
    SignedVote out;
    out.vote = {kind, {view, view - 1, view, hash_of(7)}};
    return out;
  }

  VoteSlot slot() const {
    VoteSlot out;
    out.chain = head.now;
    out.checkpoint = {20, headers[1].tree_root};
    out.tip_height = 2;
    out.tip_hash = headers[2].hash();
    return out;
  }

  VoteVerdict verdict(const VoteSlot& with) const {
    const auto evidence = read_evidence(store.snapshot(), scope, with);
    return judge(with, *evidence).verdict;
  }

  VoteScope scope;
  JournalHead head;
  MemoryStore store;
  std::vector<Header> headers;
};

TEST_F(SmallChain, AgreesWithTheSlotThatWasWrittenForIt) {
  EXPECT_EQ(verdict(slot()), VoteVerdict::fine);

  VoteSlot earlier = slot();
  earlier.tip_height = 1;
  earlier.tip_hash = headers[1].hash();
  EXPECT_EQ(verdict(earlier), VoteVerdict::fine);
}

TEST_F(SmallChain, IsAheadOfTheSlotOfTheStepBeforeAndOfAllBefore) {
  VoteSlot before = slot();
  before.chain = head.before;
  EXPECT_EQ(verdict(before), VoteVerdict::unsent_step);
  before.chain = {};
  EXPECT_EQ(verdict(before), VoteVerdict::unsent_step);
  before.chain = {2, *chain_hash_at(*store.snapshot(), scope, head, 2)};
  EXPECT_EQ(verdict(before), VoteVerdict::unsent_step);
  before.chain = {2, hash_of(9)};
  EXPECT_EQ(verdict(before), VoteVerdict::twin);
}

TEST_F(SmallChain, IsRolledBackAgainstASlotWithMore) {
  VoteSlot more = slot();
  more.tip_height = 3;
  EXPECT_EQ(verdict(more), VoteVerdict::rolled_back);
  more = slot();
  more.checkpoint = {31, hash_of(1)};
  EXPECT_EQ(verdict(more), VoteVerdict::rolled_back);
  more = slot();
  more.checkpoint = {15, headers[1].tree_root};  // no block ends there
  EXPECT_EQ(verdict(more), VoteVerdict::rolled_back);
  more = slot();
  more.tip_hash = headers[1].hash();
  EXPECT_EQ(verdict(more), VoteVerdict::rolled_back);
}

TEST_F(SmallChain, HasForgottenVotesAgainstASlotWithMoreVotes) {
  VoteSlot more = slot();
  more.chain = extended(head.now, "vote", {});

  EXPECT_EQ(verdict(more), VoteVerdict::amnesia);
}

TEST_F(SmallChain, ShowsTheStepBeforeAlsoWhenItsVotesArePruned) {
  const VoteChain sent = head.now;
  WriteBatch batch;
  JournalStep step;
  step.votes = {vote(VoteKind::finalize, 2)};
  append_step(batch, head, scope, step);
  prune_journal(batch, head, scope, *store.snapshot(), {0, 2});
  store.write(std::move(batch));

  VoteSlot before = slot();
  before.chain = sent;

  EXPECT_EQ(verdict(before), VoteVerdict::unsent_step);
}

}  // namespace
}  // namespace ledger

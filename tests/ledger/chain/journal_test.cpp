#include "ledger/chain/journal.h"

#include <gtest/gtest.h>

#include "ledger/chain/memory_store.h"

namespace ledger {
namespace {

Hash hash_of(std::uint8_t byte) {
  Hash hash;
  hash.bytes.fill(byte);
  return hash;
}

VoteScope scope_of(std::uint64_t epoch, std::uint8_t anchor) {
  return {hash_of(1), epoch, hash_of(anchor)};
}

SignedVote vote(VoteKind kind, std::uint64_t view, std::uint64_t epoch = 3) {
  SignedVote out;
  out.epoch = epoch;
  out.vote = kind == VoteKind::nullify ? nullify_vote(view)
                                       : Vote{kind, {view, view - 1, 100 + view, hash_of(9)}};
  out.signature.bytes.fill(static_cast<std::uint8_t>(view));
  return out;
}

Certificate certificate(VoteKind kind, std::uint64_t view, std::uint64_t epoch = 3) {
  Certificate out;
  out.epoch = epoch;
  out.vote = vote(kind, view).vote;
  out.signers = Bytes("\x80");
  out.signatures.emplace_back();
  return out;
}

CandidateBody body(std::uint64_t view) {
  return {view, hash_of(static_cast<std::uint8_t>(view)), "body " + std::to_string(view)};
}

// A store and what its writer knows.
class JournalTest : public testing::Test {
 protected:
  void append(const JournalStep& step) {
    WriteBatch batch;
    append_step(batch, head, scope, step);
    store.write(std::move(batch));
  }
  void prune(VoteFloor floor) {
    WriteBatch batch;
    prune_journal(batch, head, scope, *store.snapshot(), floor);
    store.write(std::move(batch));
  }
  Journal read() const {
    const auto journal = read_journal(*store.snapshot(), scope, head);
    CHECK(journal.has_value());
    return *journal;
  }
  std::size_t rows() const {
    std::size_t count = 0;
    store.snapshot()->scan(Column::pending, "", [&](ByteView, ByteView) { return ++count > 0; });
    return count;
  }
  // Changes the first stored value of a section.
  void damage(ByteView section, const std::function<void(Bytes&)>& change) {
    WriteBatch batch;
    store.snapshot()->scan(Column::pending, "", [&](ByteView key, ByteView value) {
      if (key.substr(40, 1) != section) return true;
      Bytes changed(value);
      change(changed);
      batch.put(Column::pending, Bytes(key), changed);
      return false;
    });
    ASSERT_FALSE(batch.empty());
    store.write(std::move(batch));
  }

  VoteScope scope = scope_of(3, 2);
  JournalHead head;
  MemoryStore store;
};

TEST(VoteChain, HashesEachVoteOntoTheOneBefore) {
  crypto::Signature signature;
  signature.bytes.fill(0x55);

  const VoteChain one = extended({}, "first", signature);
  const VoteChain two = extended(one, "second", signature);

  EXPECT_EQ(one.count, 1U);
  EXPECT_EQ(one.hash.hex(), "d0eeec7ff674804f863da5e50410202335b45702a71ae748e826a40db7914f37");
  EXPECT_EQ(two.count, 2U);
  EXPECT_EQ(two.hash.hex(), "efcda34dfa72d6ccc311ed247aefb87b23d338c330e954c2d052fea4337f4685");
}

TEST_F(JournalTest, GivesBackAStep) {
  JournalStep step;
  step.bodies = {body(5)};
  step.certificates = {certificate(VoteKind::notarize, 4), certificate(VoteKind::nullify, 4)};
  step.votes = {vote(VoteKind::notarize, 5), vote(VoteKind::nullify, 6)};
  append(step);

  const Journal journal = read();

  ASSERT_EQ(journal.bodies.size(), 1U);
  EXPECT_EQ(journal.bodies[0].view, 5U);
  EXPECT_EQ(journal.bodies[0].block_hash, hash_of(5));
  EXPECT_EQ(journal.bodies[0].body, "body 5");
  ASSERT_EQ(journal.certificates.size(), 2U);
  EXPECT_EQ(encode_certificate(journal.certificates[0]), encode_certificate(step.certificates[0]));
  EXPECT_EQ(encode_certificate(journal.certificates[1]), encode_certificate(step.certificates[1]));
  EXPECT_EQ(journal.votes, step.votes);
  EXPECT_EQ(find_body(*store.snapshot(), scope, 5, hash_of(5)), "body 5");
  EXPECT_EQ(find_body(*store.snapshot(), scope, 5, hash_of(6)), std::nullopt);
}

TEST_F(JournalTest, KeepsTheHeadWithTheStep) {
  JournalStep step;
  step.votes = {vote(VoteKind::notarize, 1)};
  append(step);
  const VoteChain first = head.now;
  step.votes = {vote(VoteKind::finalize, 1), vote(VoteKind::notarize, 2)};
  append(step);

  const auto stored = read_journal_head(*store.snapshot());

  ASSERT_TRUE(stored);
  EXPECT_EQ(*stored, head);
  EXPECT_EQ(stored->now.count, 3U);
  EXPECT_EQ(stored->before, first);
}

TEST_F(JournalTest, HasADefaultHeadBeforeTheFirstVote) {
  EXPECT_EQ(*read_journal_head(*store.snapshot()), JournalHead{});
  JournalStep step;
  step.certificates = {certificate(VoteKind::nullify, 1)};
  append(step);
  EXPECT_EQ(*read_journal_head(*store.snapshot()), JournalHead{});
}

TEST_F(JournalTest, GivesVotesInTheOrderOfSigningNotOfViews) {
  const std::vector<SignedVote> signed_votes{
      vote(VoteKind::notarize, 1), vote(VoteKind::notarize, 300), vote(VoteKind::finalize, 1)};
  for (const auto& each : signed_votes) {
    JournalStep step;
    step.votes = {each};
    append(step);
  }

  EXPECT_EQ(read().votes, signed_votes);
}

TEST_F(JournalTest, PrunesViewsUpToTheFloorAndKeepsTheRest) {
  for (std::uint64_t view = 1; view <= 4; ++view) {
    JournalStep step;
    step.bodies = {body(view)};
    step.certificates = {certificate(VoteKind::notarize, view)};
    step.votes = {vote(VoteKind::notarize, view)};
    append(step);
  }
  JournalStep late;
  late.votes = {vote(VoteKind::finalize, 2)};
  append(late);
  const VoteChain all = head.now;

  prune({3, 2});

  const Journal journal = read();
  ASSERT_EQ(journal.votes.size(), 2U);
  EXPECT_EQ(journal.votes[0], vote(VoteKind::notarize, 3));
  EXPECT_EQ(journal.votes[1], vote(VoteKind::notarize, 4));
  EXPECT_EQ(journal.bodies.size(), 2U);
  EXPECT_EQ(journal.certificates.size(), 2U);
  EXPECT_EQ(rows(), 6U);
  EXPECT_EQ(head.now, all);
  EXPECT_EQ(head.floor, (VoteFloor{3, 2}));
  EXPECT_EQ(*read_journal_head(*store.snapshot()), head);
}

TEST_F(JournalTest, PrunesWhatTheSameBatchAdds) {
  JournalStep step;
  step.bodies = {body(1), body(2)};
  step.certificates = {certificate(VoteKind::notarize, 1)};
  step.votes = {vote(VoteKind::notarize, 1), vote(VoteKind::finalize, 1)};
  WriteBatch batch;
  append_step(batch, head, scope, step);
  prune_journal(batch, head, scope, *store.snapshot(), {3, 1});
  store.write(std::move(batch));

  EXPECT_EQ(rows(), 1U);
  EXPECT_EQ(read().bodies[0].view, 2U);
  EXPECT_EQ(head.now.count, 2U);
  EXPECT_EQ(*read_journal_head(*store.snapshot()), head);
}

TEST_F(JournalTest, TakesNothingBelowTheFloorButVotesMustBeAbove) {
  prune({3, 7});
  JournalStep step;
  step.bodies = {body(7), body(8)};
  step.certificates = {certificate(VoteKind::notarize, 7), certificate(VoteKind::notarize, 8)};
  append(step);
  EXPECT_EQ(rows(), 2U);

  step.votes = {vote(VoteKind::notarize, 7)};
  EXPECT_DEATH(append(step), "CHECK failed");
}

TEST_F(JournalTest, KeepsAnEndedEpochUntilTheNextOneHasAFinalBlock) {
  JournalStep step;
  step.bodies = {body(9)};
  step.votes = {vote(VoteKind::finalize, 9)};
  append(step);
  const VoteScope old = scope;
  scope = scope_of(4, 5);
  step.bodies = {body(1), body(2)};
  step.votes = {vote(VoteKind::notarize, 1, 4), vote(VoteKind::notarize, 2, 4)};
  append(step);

  EXPECT_EQ(read().votes.size(), 2U);
  EXPECT_EQ(read_journal(*store.snapshot(), old, head)->votes.size(), 1U);
  EXPECT_EQ(rows(), 6U);

  prune({4, 1});

  EXPECT_EQ(rows(), 2U);
  EXPECT_EQ(read().votes.size(), 1U);
}

TEST_F(JournalTest, DoesNotShowRecordsOfAnotherAnchor) {
  JournalStep step;
  step.votes = {vote(VoteKind::notarize, 1)};
  append(step);

  scope = scope_of(3, 77);

  EXPECT_TRUE(read().votes.empty());
}

TEST_F(JournalTest, NeverLowersTheFloor) {
  prune({3, 7});
  prune({3, 5});
  EXPECT_EQ(head.floor, (VoteFloor{3, 7}));
  WriteBatch batch;
  raise_floor(batch, head, {2, 99});
  EXPECT_TRUE(batch.empty());
  raise_floor(batch, head, {3, 20});
  store.write(std::move(batch));
  EXPECT_EQ(read_journal_head(*store.snapshot())->floor, (VoteFloor{3, 20}));
}

TEST_F(JournalTest, HidesWhatLiesBelowAFloorRaisedAfterAmnesia) {
  JournalStep step;
  step.votes = {vote(VoteKind::notarize, 1), vote(VoteKind::notarize, 5)};
  append(step);
  WriteBatch batch;
  raise_floor(batch, head, {3, 4});
  store.write(std::move(batch));

  ASSERT_EQ(read().votes.size(), 1U);
  EXPECT_EQ(read().votes[0], vote(VoteKind::notarize, 5));
}

TEST_F(JournalTest, FindsTheChainAtAnyVoteItStillHas) {
  std::vector<Hash> after{Hash{}};
  for (std::uint64_t view = 1; view <= 4; ++view) {
    JournalStep step;
    step.votes = {vote(VoteKind::notarize, view)};
    append(step);
    after.push_back(head.now.hash);
  }
  const auto at = [&](std::uint64_t count) {
    return chain_hash_at(*store.snapshot(), scope, head, count);
  };
  for (std::uint64_t count = 0; count <= 4; ++count) EXPECT_EQ(at(count), after[count]) << count;
  EXPECT_EQ(at(5), std::nullopt);

  prune({3, 4});

  EXPECT_EQ(at(4), after[4]);
  EXPECT_EQ(at(3), after[3]);
  EXPECT_EQ(at(2), std::nullopt);
  EXPECT_EQ(at(0), Hash{});
}

TEST_F(JournalTest, IsDamagedWhenAnyByteOfAVoteIsAltered) {
  JournalStep step;
  step.votes = {vote(VoteKind::notarize, 1), vote(VoteKind::notarize, 2)};
  append(step);
  const MemoryStore whole = store;
  ASSERT_TRUE(read_journal(*store.snapshot(), scope, head));
  const std::size_t size = 8 + 32 + encode_vote(step.votes[0]).size();
  const std::size_t signer = 8 + 32 + 1 + 8 + 8 + 8 + 8 + 32;
  for (std::size_t at = 0; at < size; ++at) {
    store = whole;
    damage("v", [at](Bytes& value) { value.at(at) = static_cast<char>(value.at(at) ^ 1); });
    const auto journal = read_journal(*store.snapshot(), scope, head);
    // Who signed is not signed: it is this node, and its place is the set's to tell.
    if (at == signer || at == signer + 1) continue;
    ASSERT_FALSE(journal) << at;
    EXPECT_EQ(journal.error().code, "E-STORE-DAMAGED");
  }
}

TEST_F(JournalTest, IsDamagedWhenItsVotesEndBehindOrBesideTheHead) {
  for (std::uint64_t view = 1; view <= 3; ++view) {
    JournalStep step;
    step.votes = {vote(VoteKind::notarize, view)};
    append(step);
  }
  JournalHead shorter = head;
  shorter.now = {2, hash_of(1)};  // a head that ends where another vote ended

  EXPECT_FALSE(read_journal(*store.snapshot(), scope, shorter));
}

TEST_F(JournalTest, IsDamagedWhenARecordIsCutShort) {
  JournalStep step;
  step.bodies = {body(1)};
  step.certificates = {certificate(VoteKind::nullify, 1)};
  step.votes = {vote(VoteKind::notarize, 1)};
  for (const char* section : {"v", "c"}) {
    append(step);
    ASSERT_TRUE(read_journal(*store.snapshot(), scope, head));
    damage(section, [](Bytes& value) { value.pop_back(); });
    EXPECT_FALSE(read_journal(*store.snapshot(), scope, head)) << section;
    step.votes.clear();
    store = MemoryStore();
  }

  WriteBatch batch;
  batch.put(Column::meta, "journal", "short");
  store.write(std::move(batch));
  const auto broken = read_journal_head(*store.snapshot());
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, "E-STORE-DAMAGED");
}

}  // namespace
}  // namespace ledger

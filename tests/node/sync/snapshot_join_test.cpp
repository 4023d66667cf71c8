#include "node/sync/snapshot_join.h"

#include "node/sync/codes.h"
#include "node/sync/joined_store.h"
#include "node/sync/serve.h"
#include "node/sync/snapshot_read.h"
#include "tests/node/sync/ledger_book.h"

namespace node {
namespace {

using crypto::Bytes;
using crypto::Hash;
using ledger::Column;

constexpr std::uint64_t kSecond = 1'000'000;

class SnapshotJoinTest : public testing::Test {
 protected:
  // What a peer does with its answer before it sends it; false: it sends nothing.
  using Conduct = std::function<bool(Message&)>;

  SnapshotJoinTest() {
    book.add(5);
    book.close_epoch();  // 6
    book.add(30);        // 36
    EXPECT_TRUE(ledger::open_chain(store, book.genesis(), {}));
    open();
  }

  void open() { join.emplace(store.snapshot()); }
  void connect(PeerId peer, Conduct conduct = [](Message&) { return true; }) {
    peers[peer] = std::move(conduct);
    join->on_peer(peer, "org" + std::to_string(peer));
  }
  void collect() {
    ledger::WriteBatch batch = join->take_writes();
    const bool lost = loses_last && join->done();
    if (!batch.empty() && !lost) store.write(std::move(batch));
    for (JoinNote& note : join->take_notes()) notes.push_back(std::move(note));
  }
  // The tick of 100 ms, then all answers to what it asked.
  void round() {
    now.monotonic_us += 100'000;
    std::vector<Send> sends;
    join->on_tick(now, sends);
    collect();
    for (const Send& send : sends) {
      const PeerId peer = send.to.at(0);
      ++asked[peer];
      Message answer = SnapshotPart{};
      if (const auto* epochs = std::get_if<GetEpochProofs>(&send.message)) {
        answer = read_epoch_proofs(book.reader(), epochs->from_epoch);
      } else {
        answer = read_snapshot(book.reader(), std::get<GetSnapshot>(send.message));
      }
      if (!peers.contains(peer) || !peers.at(peer)(answer)) continue;
      give(peer, std::move(answer));
    }
  }
  void give(PeerId peer, Message answer) {
    if (auto* proofs = std::get_if<EpochProofsSent>(&answer)) join->on(peer, *proofs, now);
    if (auto* part = std::get_if<SnapshotPart>(&answer)) join->on(peer, std::move(*part), now);
    collect();
  }
  void run(std::uint64_t us = 60 * kSecond) {
    for (const std::uint64_t end = now.monotonic_us + us;
         !join->done() && now.monotonic_us < end;) {
      round();
    }
  }
  template <class Note>
  std::vector<Note> noted() const {
    std::vector<Note> found;
    for (const JoinNote& note : notes) {
      if (const auto* one = std::get_if<Note>(&note)) found.push_back(*one);
    }
    return found;
  }
  static Conduct with_head(std::function<void(SnapshotHead&)> change) {
    return [change](Message& message) {
      auto* part = std::get_if<SnapshotPart>(&message);
      if (part != nullptr && part->head) change(*part->head);
      return true;
    };
  }
  static Conduct with_leaves(std::function<void(SnapshotPart&)> change) {
    return [change](Message& message) {
      auto* part = std::get_if<SnapshotPart>(&message);
      if (part != nullptr && !part->head) change(*part);
      return true;
    };
  }
  // The store is a ledger whose tip is the book's block at this height, with the same state.
  void expect_joined(std::uint64_t height) {
    ASSERT_TRUE(join->done());
    EXPECT_EQ(noted<JoinDone>().at(0).height, height);
    const auto opened = ledger::open_chain(store, book.genesis(), {});
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->tip.hash(), book.header(height).hash());
    EXPECT_EQ(opened->trie_root.hash(), book.header(height).seal.state_root);
    EXPECT_EQ(opened->tree.head(),
              (ledger::TreeHead{book.header(height).tree_size, book.header(height).tree_root}));
    const ledger::ChainReader mine(store.snapshot());
    std::size_t paths = 1 << 20;
    Hash after;
    while (auto leaf = ledger::next_value(*book.store().snapshot(), after, height, paths)) {
      EXPECT_EQ(mine.value(leaf->key, height), leaf->value);
      after = leaf->path;
    }
    EXPECT_FALSE(find_join_head(*store.snapshot()));
    const auto start = ledger::find_history_start(*store.snapshot());
    ASSERT_TRUE(start);
    const std::uint64_t epoch = book.header(height).seal.epoch;
    EXPECT_EQ(start->height, height);
    EXPECT_EQ(start->epoch, epoch);
    EXPECT_EQ(start->anchor, book.scope(epoch).anchor);
    const ledger::Epoch now_open = ledger::epoch_after(mine, book.header(height));
    EXPECT_EQ(now_open.scope, book.scope(epoch));
    EXPECT_EQ(now_open.validators.hash(), book.validators(epoch).hash());
    // The epoch before can be named too, as a node does that enters this one.
    const auto closing = mine.header(*mine.height_of(book.scope(epoch).anchor));
    const auto before = ledger::epoch_of(mine, *closing);
    ASSERT_TRUE(before);
    EXPECT_EQ(before->scope, book.scope(epoch - 1));
    EXPECT_EQ(before->validators.hash(), book.validators(epoch - 1).hash());
    EXPECT_EQ(mine.certificate(closing->seal.height),
              book.reader().certificate(closing->seal.height));
  }
  // One wrong answer of peer 1, and peer 2 gives the right ones.
  void expect_refused(Conduct conduct, const crypto::RejectCode& code) {
    connect(1, std::move(conduct));
    connect(2);
    run();
    expect_joined(36);
    ASSERT_GE(noted<JoinRefused>().size(), 1u);
    for (const JoinRefused& refused : noted<JoinRefused>()) {
      EXPECT_EQ(refused.organisation, "org1");
      EXPECT_EQ(refused.reject.code, code) << refused.reject.message;
    }
  }

  LedgerBook book;
  ledger::MemoryStore store;
  std::optional<SnapshotJoin> join;
  std::map<PeerId, Conduct> peers;
  std::map<PeerId, std::size_t> asked;
  Moment now{1'000'000'000, 0};
  std::vector<JoinNote> notes;
  bool loses_last = false;  // the process stops before the last batch is written
};

TEST_F(SnapshotJoinTest, BeginsALedgerAtTheNewestBlock) {
  connect(1);
  run();
  expect_joined(36);
  EXPECT_EQ(noted<JoinBegan>().at(0).height, 36u);
  const ledger::ChainReader mine(store.snapshot());
  EXPECT_EQ(mine.record_count(), book.reader().record_count());
  EXPECT_EQ(mine.certificate(36), book.reader().certificate(36));
  EXPECT_EQ(ledger::epoch_anchor(mine, book.header(36)), book.scope(1).anchor);
}

// Who is a member and what is certified is listed before the history below is here.
TEST_F(SnapshotJoinTest, ListsTheSubjectsOfTheState) {
  book.add_record("epa", tests::certification("A1", "Acura", "ILX"));
  connect(1);
  run();
  expect_joined(37);
  const auto subjects = [](const ledger::ChainReader& reader) {
    std::vector<std::string> all;
    reader.subjects("", "", [&](std::string_view subject) {
      all.emplace_back(subject);
      return true;
    });
    return all;
  };
  const auto mine = subjects(ledger::ChainReader(store.snapshot()));
  EXPECT_EQ(mine, subjects(book.reader()));
  EXPECT_EQ(mine.front(), "cert/epa/smartway/A1");
}

TEST_F(SnapshotJoinTest, TheLedgerGoesOnFromThere) {
  connect(1);
  run();
  expect_joined(36);
  const auto checked = ledger::check_chain(ledger::ChainReader(store.snapshot()));
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->seal.height, 36u);
  tests::TestChain mine(book.genesis(), store);
  for (int i = 0; i < 300; ++i) {  // some tiles of the history tree become full
    const auto submission = tests::submission(
        book.genesis(), "shop", {tests::purchase("more", std::to_string(i), "Acura", "ILX")},
        book.chain().tip().seal.time_ms + 1000);
    const auto expected = book.chain().add({submission});
    EXPECT_EQ(mine.add({submission}).hash, expected.hash) << i;
  }
  const auto opened = ledger::open_chain(store, book.genesis(), {});
  EXPECT_FALSE(opened);  // a certificate is missing, as blocks behind the join are checked
  for (unsigned level : {0u, 1u}) {
    const std::uint64_t hashes = ledger::hashes_on_level(mine.tip().tree_size, level);
    const std::uint64_t first =
        ledger::hashes_on_level(book.header(36).tree_size, level) / 256;  // the edge's tile
    for (std::uint64_t index = first; index <= hashes / 256; ++index) {
      const Bytes key = ledger::tile_key(level, index);
      EXPECT_EQ(store.snapshot()->get(Column::tiles, key),
                book.store().snapshot()->get(Column::tiles, key))
          << level << " " << index;
    }
  }
}

TEST_F(SnapshotJoinTest, ForgetsWhatGenesisWroteAndTheStateHasNoMore) {
  // A key of genesis that the state lacks.
  ledger::WriteBatch batch;
  batch.put(Column::values, ledger::value_key(crypto::sha256("gone"), 0),
            ledger::encode_value("gone", "value"));
  store.write(std::move(batch));
  open();
  connect(1);
  run();
  expect_joined(36);
  const ledger::ChainReader mine(store.snapshot());
  EXPECT_EQ(mine.value("gone", 0), "value");
  EXPECT_EQ(mine.value("gone", 36), std::nullopt);
  EXPECT_NE(mine.value("org/acme", 36), std::nullopt);
}

TEST_F(SnapshotJoinTest, ShowsNothingBeforeItIsWhole) {
  connect(1);
  while (!join->done()) {
    const ledger::ChainReader mine(store.snapshot());
    EXPECT_EQ(mine.tip()->seal.height, 0u);
    EXPECT_FALSE(ledger::find_history_start(*store.snapshot()));
    EXPECT_EQ(mine.value("org/acme", 0), book.reader().value("org/acme", 0));
    round();
  }
}

TEST_F(SnapshotJoinTest, GoesOnAfterAStopWhereItWas) {
  // Some runs are proved before the peer falls silent.
  std::size_t given = 0;
  connect(1, [&](Message& message) {
    const auto* part = std::get_if<SnapshotPart>(&message);
    return part == nullptr || part->head || ++given <= 5;
  });
  run(2 * kSecond);
  EXPECT_FALSE(join->done());
  std::size_t proved = 0;
  for (std::size_t i = 0; i < kSubtrees; ++i) {
    proved += find_proved(*store.snapshot(), i) ? 1 : 0;
  }
  EXPECT_EQ(proved, 5 * kSubtrees / SnapshotJoin::kRuns);

  book.add(3);  // the block that is joined stays the same
  open();
  notes.clear();
  given = 0;
  connect(2, [&](Message& message) {
    EXPECT_TRUE(std::holds_alternative<SnapshotPart>(message));
    ++given;
    return true;
  });
  run();
  expect_joined(36);
  EXPECT_EQ(given, SnapshotJoin::kRuns - 5);
  EXPECT_EQ(ledger::ChainReader(store.snapshot()).record_count() + 3, book.reader().record_count());
}

TEST_F(SnapshotJoinTest, AStopBeforeTheLastBatchCostsTheLastPart) {
  connect(1);
  loses_last = true;
  run();
  EXPECT_TRUE(join->done());
  EXPECT_EQ(ledger::ChainReader(store.snapshot()).tip()->seal.height, 0u);
  loses_last = false;
  notes.clear();
  asked.clear();
  open();
  connect(1);
  run();
  expect_joined(36);
  EXPECT_EQ(asked[1], 1u);
}

// ---- wrong answers ----

TEST_F(SnapshotJoinTest, RefusesProofsOfEpochsThatDoNotLeadThere) {
  expect_refused(
      [&](Message& message) {
        if (auto* proofs = std::get_if<EpochProofsSent>(&message)) {
          if (!proofs->proofs.empty()) {
            proofs->proofs[0].next[0].vote = tests::key_named("epa/vote").public_key();
          }
        }
        return true;
      },
      kEpochProof);
}

TEST_F(SnapshotJoinTest, RefusesAHeadThatIsNotFinal) {
  expect_refused(
      with_head([&](SnapshotHead& head) { head.certificate = book.certify(book.header(35)); }),
      kSnapshotHead);
}

TEST_F(SnapshotJoinTest, RefusesAHeadThatIsNotarizedOnly) {
  expect_refused(with_head([&](SnapshotHead& head) {
                   head.certificate = book.certify(head.header, ledger::VoteKind::notarize);
                 }),
                 kSnapshotHead);
}

TEST_F(SnapshotJoinTest, RefusesSubtreesThatDoNotGiveTheStateRoot) {
  expect_refused(with_head([](SnapshotHead& head) { head.subtrees[77] = crypto::sha256("x"); }),
                 kSnapshotHead);
}

TEST_F(SnapshotJoinTest, RefusesAnEdgeThatIsNotTheTrees) {
  expect_refused(with_head([](SnapshotHead& head) { head.tree_edge[3] = crypto::sha256("x"); }),
                 kSnapshotHead);
}

TEST_F(SnapshotJoinTest, RefusesAnEdgeOfAnotherLength) {
  expect_refused(with_head([](SnapshotHead& head) { head.tree_edge.pop_back(); }), kSnapshotHead);
}

TEST_F(SnapshotJoinTest, RefusesAChangedLeaf) {
  expect_refused(with_leaves([](SnapshotPart& part) {
                   if (!part.leaves.empty()) part.leaves[0].value.back() ^= 1;
                 }),
                 kSnapshotLeaves);
}

TEST_F(SnapshotJoinTest, RefusesAMissingLeaf) {
  expect_refused(with_leaves([](SnapshotPart& part) {
                   if (!part.leaves.empty()) part.leaves.erase(part.leaves.begin());
                 }),
                 kSnapshotLeaves);
}

TEST_F(SnapshotJoinTest, RefusesALeafTooMany) {
  expect_refused(with_leaves([](SnapshotPart& part) {
                   // One that belongs where the others do.
                   SnapshotLeaf more{"", "value"};
                   for (int i = 0; more.key.empty(); ++i) {
                     const Hash path = crypto::sha256("more" + std::to_string(i));
                     const Hash& after = *part.after_path;
                     const bool near = after < path && path.bytes[0] - after.bytes[0] <= 1;
                     if (near) more.key = "more" + std::to_string(i);
                   }
                   part.leaves.push_back(more);
                   std::sort(part.leaves.begin(), part.leaves.end(), [](auto& a, auto& b) {
                     return crypto::sha256(a.key) < crypto::sha256(b.key);
                   });
                 }),
                 kSnapshotLeaves);
}

TEST_F(SnapshotJoinTest, RefusesLeavesOutOfOrder) {
  expect_refused(
      with_leaves([](SnapshotPart& part) { std::reverse(part.leaves.begin(), part.leaves.end()); }),
      kSnapshotLeaves);
}

TEST_F(SnapshotJoinTest, RefusesAnEndThatIsNone) {
  expect_refused(with_leaves([](SnapshotPart& part) {
                   part.leaves.clear();
                   part.last = true;
                 }),
                 kSnapshotLeaves);
}

TEST_F(SnapshotJoinTest, AClaimOfALaterEpochHasToBeProved) {
  LedgerBook later;
  later.add(1);
  later.close_epoch();
  later.close_epoch();
  later.close_epoch();
  later.add(1);
  const SnapshotPart ahead = read_snapshot(later.reader(), {0, std::nullopt, 0});
  expect_refused(with_head([&](SnapshotHead& head) { head = *ahead.head; }), kEpochProof);
}

// ---- a state whose subtrees take several parts ----

class LargeJoinTest : public SnapshotJoinTest {
 protected:
  LargeJoinTest() {
    std::map<Bytes, Bytes> values;
    for (int i = 0; values.size() < 150; ++i) {
      const Bytes key = "large/" + std::to_string(i);
      if (ledger::subtree_of(crypto::sha256(key), kSubtreeNibbles) != kSubtree) continue;
      values[key] = Bytes(20'000, static_cast<char>(i));
    }
    book.add_state(values);  // 37: 3 MB in one subtree
  }

  static constexpr std::size_t kSubtree = 0x7ab;
};

TEST_F(LargeJoinTest, ProvesASubtreeThatComesInSeveralParts) {
  connect(1);
  connect(2);
  run();
  expect_joined(37);
  EXPECT_EQ(noted<JoinRefused>().size(), 0u);
}

TEST_F(LargeJoinTest, KeepsNothingOfASubtreeWhoseSecondPartIsWrong) {
  bool lied = false;
  connect(1);
  connect(2, with_leaves([&](SnapshotPart& part) {
            const std::size_t subtree = ledger::subtree_of(*part.after_path, kSubtreeNibbles);
            if (subtree != kSubtree || part.leaves.empty()) return;
            part.leaves[0].value.back() ^= 1;
            lied = true;
          }));
  run();
  expect_joined(37);
  EXPECT_TRUE(lied);
  ASSERT_EQ(noted<JoinRefused>().size(), 1u);
  EXPECT_EQ(noted<JoinRefused>()[0].organisation, "org2");
}

TEST_F(LargeJoinTest, LeavesAPeerThatDripsLeaves) {
  const auto drip = with_leaves([&](SnapshotPart& part) {
    const auto is_large = [](const SnapshotLeaf& leaf) { return leaf.key.starts_with("large/"); };
    const auto first = std::find_if(part.leaves.begin(), part.leaves.end(), is_large);
    if (first == part.leaves.end()) return;
    part.last = false;
    part.leaves.erase(first + 1, part.leaves.end());
  });
  connect(1, drip);
  connect(2, drip);
  connect(3, drip);
  run(30 * kSecond);
  EXPECT_FALSE(join->done());
  EXPECT_GE(noted<JoinStalled>().size(), 1u);
  connect(4);
  run(10 * kSecond);
  expect_joined(37);
}

// ---- no answers ----

TEST_F(SnapshotJoinTest, LeavesAPeerThatDoesNotAnswer) {
  connect(1, [](Message&) { return false; });
  connect(2);
  run();
  expect_joined(36);
  EXPECT_LE(now.monotonic_us, 1'000'000'000 + 15 * kSecond);
}

TEST_F(SnapshotJoinTest, LeavesAPeerThatDoesNotServeTheState) {
  connect(1, with_leaves([](SnapshotPart& part) {
            part.leaves.clear();
            part.last = false;
          }));
  connect(2);
  run();
  expect_joined(36);
  EXPECT_EQ(noted<JoinRefused>().size(), 0u);
}

TEST_F(SnapshotJoinTest, TakesTheHighestOfSeveralHeads) {
  for (PeerId peer = 1; peer <= 3; ++peer) {
    connect(peer, [this, peer](Message& message) {
      auto* part = std::get_if<SnapshotPart>(&message);
      if (part != nullptr && part->head) {
        *part = read_snapshot(book.reader(), {30 + peer, std::nullopt, 0});
      }
      return true;
    });
  }
  run();
  expect_joined(33);
}

TEST_F(SnapshotJoinTest, SaysWhenNobodyAnswersAndGoesOnWhenSomebodyComes) {
  connect(1, [](Message&) { return false; });
  run(20 * kSecond);
  EXPECT_GE(noted<JoinStalled>().size(), 2u);
  EXPECT_LE(noted<JoinStalled>().size(), 5u);
  connect(2);
  run(2 * kSecond);
  expect_joined(36);
}

TEST_F(SnapshotJoinTest, GoesOnWhenAPeerIsGone) {
  connect(1);
  connect(2);
  round();
  round();
  round();
  join->on_gone(1);
  peers.erase(1);
  run();
  expect_joined(36);
}

TEST_F(SnapshotJoinTest, IgnoresWhatNobodyAskedFor) {
  connect(1);
  give(1, read_epoch_proofs(book.reader(), 0));
  give(1, read_snapshot(book.reader(), {0, std::nullopt, 0}));
  give(1, read_snapshot(book.reader(), {36, Hash{}, kSnapshotBytesMax}));
  EXPECT_TRUE(notes.empty());
  EXPECT_FALSE(find_join_head(*store.snapshot()));
}

}  // namespace
}  // namespace node

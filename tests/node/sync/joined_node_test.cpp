// A node that joined with a snapshot, and goes on as any other does.
#include "ledger/chain/open.h"
#include "node/replica.h"
#include "node/sync/history_fill.h"
#include "node/sync/serve.h"
#include "node/sync/snapshot_join.h"
#include "node/sync/snapshot_read.h"
#include "tests/node/sync/ledger_book.h"

namespace node {
namespace {

class JoinedNodeTest : public testing::Test {
 protected:
  JoinedNodeTest() {
    book.add(5);
    book.close_epoch();
    book.add(30);
    EXPECT_TRUE(ledger::open_chain(store, book.genesis(), {}));
  }

  // What a peer that holds the book answers; `dice` may make it lie or fall silent.
  std::optional<Message> answer(const Message& message) const {
    if (const auto* epochs = std::get_if<GetEpochProofs>(&message)) {
      return read_epoch_proofs(book.reader(), epochs->from_epoch);
    }
    if (const auto* snapshot = std::get_if<GetSnapshot>(&message)) {
      return read_snapshot(book.reader(), *snapshot);
    }
    if (const auto* range = std::get_if<GetRange>(&message)) {
      return read_range(book.reader(), *range);
    }
    if (const auto* block = std::get_if<GetBlock>(&message)) {
      const auto found = find_final_block(book.reader(), block->hash);
      if (found) return *found;
    }
    return std::nullopt;
  }

  // All peers but the last lie, each message by the throw of a die.
  void join(std::uint64_t seed, PeerId peers) {
    std::uint64_t state = seed;
    const auto dice = [&](std::uint64_t sides) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      return (state >> 33) % sides;
    };
    SnapshotJoin joining(store.snapshot());
    for (PeerId peer = 1; peer <= peers; ++peer) joining.on_peer(peer, std::to_string(peer));
    for (int round = 0; round < 3000 && !joining.done(); ++round) {
      now.monotonic_us += 100'000;
      std::vector<Send> asked;
      joining.on_tick(now, asked);
      write(joining.take_writes());
      for (const Send& send : asked) {
        const PeerId peer = send.to.at(0);
        Message reply = *answer(send.message);
        const std::uint64_t act = peer == peers ? 99 : dice(8);
        if (act == 0) continue;
        spoil(reply, act, dice(1000));
        if (const auto* proofs = std::get_if<EpochProofsSent>(&reply)) {
          joining.on(peer, *proofs, now);
        } else {
          joining.on(peer, std::get<SnapshotPart>(std::move(reply)), now);
        }
        write(joining.take_writes());
      }
    }
    EXPECT_TRUE(joining.done()) << seed;
  }
  static void spoil(Message& reply, std::uint64_t act, std::uint64_t which) {
    if (auto* proofs = std::get_if<EpochProofsSent>(&reply)) {
      if (act == 1) proofs->proofs.clear();
      if (act == 2 && !proofs->proofs.empty()) proofs->proofs[0].closing.seal.time_ms += 1;
      return;
    }
    auto& part = std::get<SnapshotPart>(reply);
    if (act == 1) part.leaves.clear();
    if (act == 2) part.last = !part.last;
    if (act == 3 && part.head) part.head->subtrees[which] = crypto::sha256("x");
    if (act == 4 && part.head) part.head->header.seal.height += which;
    if (part.leaves.empty()) return;
    SnapshotLeaf& leaf = part.leaves[which % part.leaves.size()];
    if (act == 3) leaf.value += "x";
    if (act == 4) leaf.key += "x";
    if (act == 5) part.leaves.resize(which % part.leaves.size());
  }

  void start_node() {
    auto opened = ledger::open_chain(store, book.genesis(), {});
    ASSERT_TRUE(opened) << opened.error().message;
    ReplicaStart start;
    start.tip = opened->tip;
    start.tree = std::move(opened->tree);
    start.trie_root = opened->trie_root;
    start.journal = *ledger::read_journal_head(*store.snapshot());
    ValidatorKeys keys{tests::key_named("shop/vote"), tests::key_named("shop/log"),
                       tests::key_named("shop/cosigner"), "shop"};
    node.emplace(ReplicaOptions{}, book.genesis(), std::move(keys), std::move(start), store);
    perform(node->start(now));
  }
  void perform(Actions actions) {
    write(std::move(actions.writes));
    for (const TimerRequest& timer : actions.timers) timers.emplace(timer.at_us, timer);
    for (Send& send : actions.sends) sends.push_back(std::move(send));
  }
  // Its timers for so long, and the answers of a peer to what it asks.
  void pass(std::uint64_t us) {
    for (const std::uint64_t end = now.monotonic_us + us; !timers.empty();) {
      const auto next = timers.begin();
      if (next->first > end) break;
      now.monotonic_us = std::max(now.monotonic_us, next->first);
      const TimerRequest request = next->second;
      timers.erase(next);
      perform(node->step(now, TimerFired{request}));
      while (!sends.empty()) {
        const Send send = std::move(sends.back());
        sends.pop_back();
        if (auto reply = answer(send.message)) perform(node->step(now, MessageFrom{1, *reply}));
      }
    }
  }
  void write(ledger::WriteBatch batch) {
    if (!batch.empty()) store.write(std::move(batch));
  }

  LedgerBook book;
  ledger::MemoryStore store;
  std::optional<Replica> node;
  std::multimap<std::uint64_t, TimerRequest> timers;
  std::vector<Send> sends;
  Moment now{1'000'000'000, tests::kGenesisTimeMs + 3'600'000};
};

TEST_F(JoinedNodeTest, FollowsTheLedgerFromThereAcrossEpochs) {
  join(0, 1);
  book.add(10);
  book.close_epoch();
  book.add(10);
  start_node();
  perform(node->step(now, PeerConnected{1, "acme"}));
  PeerStatus status;
  status.epoch = 2;
  status.head = book.height();
  perform(node->step(now, MessageFrom{1, status}));
  pass(3'000'000);
  EXPECT_EQ(node->head().hash(), book.header(book.height()).hash());

  // And whoever opens its store finds it in order.
  const auto opened = ledger::open_chain(store, book.genesis(), {});
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->tip.hash(), book.header(book.height()).hash());
}

TEST_F(JoinedNodeTest, JoinsWhateverAllPeersButOneAnswer) {
  const ledger::MemoryStore empty = store;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    store = empty;
    join(seed, 4);
    const auto opened = ledger::open_chain(store, book.genesis(), {});
    ASSERT_TRUE(opened) << seed << " " << opened.error().message;
    EXPECT_EQ(opened->trie_root.hash(), book.header(opened->tip.seal.height).seal.state_root);
    EXPECT_EQ(opened->tip.hash(), book.header(book.height()).hash()) << seed;
  }
}

}  // namespace
}  // namespace node

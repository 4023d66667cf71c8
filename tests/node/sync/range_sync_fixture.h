// One RangeSync among peers whose answers the test gives, on a book of blocks. What is handed over
// is taken for executed unless the test says otherwise.
#pragma once

#include "node/sync/codes.h"
#include "node/sync/range_sync.h"
#include "tests/node/sync/ledger_book.h"

namespace node {

inline constexpr std::uint64_t kMs = 1000;
inline constexpr std::uint64_t kSecond = 1000 * kMs;

struct Ask {
  PeerId peer = 0;
  std::uint64_t from = 0;

  friend bool operator==(const Ask&, const Ask&) = default;
};
using Asks = std::vector<Ask>;

class RangeSyncTest : public testing::Test {
 protected:
  explicit RangeSyncTest(std::size_t blocks = 20) { book.add(blocks); }

  void open(std::uint64_t height = 0) {
    const ChainEnd end = book.end(height);
    const std::uint64_t epoch = book.epoch_after(height);
    head = height;
    handed = height;
    sync.emplace(end.header, end.tree, book.scope(epoch), book.validators(epoch));
  }
  void connect(PeerId peer, std::uint64_t claimed, std::uint64_t epoch = 0) {
    sync->on_peer(peer, "org" + std::to_string(peer));
    claim(peer, claimed, epoch);
  }
  void claim(PeerId peer, std::uint64_t claimed, std::uint64_t epoch = 0) {
    PeerStatus status;
    status.epoch = epoch;
    status.head = claimed;
    sync->on(peer, status);
  }
  void tick() {
    sync->on_tick(now, sends);
    for (SyncNote& note : sync->take_notes()) notes.push_back(std::move(note));
  }
  void pass(std::uint64_t us) {
    for (std::uint64_t end = now.monotonic_us + us; now.monotonic_us < end;) {
      now.monotonic_us += 100 * kMs;
      tick();
    }
  }
  // What was asked since the last call, in order of height.
  Asks asks() {
    Asks asked;
    for (const Send& send : sends) {
      EXPECT_EQ(send.to.size(), 1u);
      asked.push_back({send.to.at(0), std::get<GetRange>(send.message).from_height});
      bytes_asked = std::get<GetRange>(send.message).bytes_max;
    }
    sends.clear();
    std::sort(asked.begin(), asked.end(), [](auto& a, auto& b) { return a.from < b.from; });
    return asked;
  }
  // Of one request that is expected.
  PeerId asked_for(std::uint64_t from) {
    const Asks asked = asks();
    EXPECT_EQ(asked.size(), 1u);
    if (asked.empty()) return 0;
    EXPECT_EQ(asked[0].from, from);
    return asked[0].peer;
  }
  // What is handed over is the book's, in order, and ends with a certificate of its last block.
  void receive(PeerId peer, RangeSent range) {
    for (const VerifiedRange& verified : sync->on(peer, std::move(range), now)) {
      for (const BlockSent& block : verified.blocks) {
        ++handed;
        ASSERT_EQ(block.header.hash(), book.header(handed).hash());
        ASSERT_EQ(block.body, book.block(handed).body);
      }
      EXPECT_EQ(verified.certificate->vote.candidate.block_hash, book.header(handed).hash());
      EXPECT_EQ(verified.certificate->vote.kind, ledger::VoteKind::finalize);
    }
    if (executes && handed > head) execute();
    tick();
  }
  void execute() {
    head = handed;
    const std::uint64_t epoch = book.epoch_after(head);
    const ChainEnd end = book.end(head);
    sync->set_head(end.header, end.tree, book.scope(epoch), book.validators(epoch));
  }
  static RangeSent nothing(std::uint64_t from) {
    RangeSent range;
    range.from_height = from;
    return range;
  }
  template <class Note>
  std::vector<Note> noted() const {
    std::vector<Note> found;
    for (const SyncNote& note : notes) {
      if (const auto* one = std::get_if<Note>(&note)) found.push_back(*one);
    }
    return found;
  }
  // Peer 1 gives a bad reply where the second is there, who is asked at once.
  void expect_refused(RangeSent bad, const crypto::RejectCode& code) {
    open();
    notes.clear();
    connect(1, 20);
    tick();
    EXPECT_EQ(asked_for(1), 1u);
    connect(2, 20);
    receive(1, std::move(bad));
    EXPECT_EQ(handed, 0u);
    EXPECT_EQ(asks().at(0), (Ask{2, 1}));
    ASSERT_EQ(noted<RangeRefused>().size(), 1u);
    EXPECT_EQ(noted<RangeRefused>()[0].reject.code, code);
    EXPECT_EQ(noted<RangeRefused>()[0].organisation, "org1");
    receive(2, book.range(1, 20));
    EXPECT_EQ(handed, 20u);
  }

  LedgerBook book;
  std::optional<RangeSync> sync;
  Moment now{1'000'000'000, 0};
  std::vector<Send> sends;
  std::vector<SyncNote> notes;
  std::uint64_t head = 0;    // executed
  std::uint64_t handed = 0;  // handed over
  std::uint64_t bytes_asked = 0;
  bool executes = true;
};

}  // namespace node

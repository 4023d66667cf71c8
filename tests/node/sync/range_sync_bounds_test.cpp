// How much RangeSync asks for and keeps, and that it arrives whatever others answer.
#include "node/sync/serve.h"
#include "tests/node/sync/range_sync_fixture.h"

namespace node {
namespace {

class LongRangeSyncTest : public RangeSyncTest {
 protected:
  LongRangeSyncTest() : RangeSyncTest(300) {}
};

TEST_F(LongRangeSyncTest, AsksNoFurtherThanTheWindowBeyondWhatIsExecuted) {
  open();
  executes = false;
  connect(1, 300);
  tick();
  asks();
  receive(1, book.range(1, 250));
  EXPECT_EQ(asks(), (Asks{{1, 251}}));
  receive(1, book.range(251, 260));
  EXPECT_EQ(handed, 260u);
  EXPECT_EQ(asks(), Asks{});
  execute();
  tick();
  EXPECT_EQ(asks().at(0).from, 261u);
}

TEST_F(LongRangeSyncTest, AsksNoPeerForMoreThanEightRangesAtATime) {
  open();
  connect(1, 300);
  tick();
  asks();
  receive(1, book.range(1, 1));
  EXPECT_EQ(asks().size(), 8u);
  connect(2, 300);
  tick();
  EXPECT_EQ(asks().size(), 8u);
}

TEST_F(LongRangeSyncTest, WaitsForABusyPeerRatherThanAskOneBehindIt) {
  open();
  connect(1, 300);
  tick();
  asks();
  receive(1, nothing(1));  // comes behind the others for a minute
  connect(2, 300);
  claim(1, 300);
  tick();
  asks();
  receive(2, book.range(1, 1));
  EXPECT_EQ(asks().size(), 8u);
  handed = 100;  // by consensus: nothing that was asked is of use, and all of it is on its way
  execute();
  tick();
  EXPECT_EQ(asks(), Asks{});
}

TEST_F(LongRangeSyncTest, KeepsNoMoreBytesInReserveThanTheWindow) {
  open();
  for (PeerId peer = 1; peer <= 8; ++peer) connect(peer, 300);
  tick();
  asks();
  receive(1, book.range(1, 1));
  // Each may bring 2 MiB, and what was handed over is executed.
  EXPECT_EQ(asks().size(), RangeSync::kWindowBytes / kRangeBytesMax);
}

// Whatever all but one of the peers answer: the ledger arrives whole, in bounded time.
TEST_F(RangeSyncTest, ArrivesWhateverAllPeersButOneAnswer) {
  book.close_epoch();
  book.add(4);
  book.add(5, false);
  book.add(6);
  book.close_epoch();
  book.add(10);
  const std::uint64_t top = book.height();
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    std::uint64_t state = seed;
    const auto dice = [&](std::uint64_t sides) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      return (state >> 33) % sides;
    };
    open();
    sends.clear();
    for (PeerId peer = 1; peer <= 4; ++peer) connect(peer, peer == 4 ? top : dice(100), 2);
    const std::uint64_t began = now.monotonic_us;
    tick();
    while (handed < top && now.monotonic_us < began + 600 * kSecond) {
      std::vector<Send> asked;
      asked.swap(sends);
      for (const Send& send : asked) {
        const PeerId peer = send.to.at(0);
        const GetRange request = std::get<GetRange>(send.message);
        RangeSent range = read_range(book.reader(), {request.from_height, 1 + dice(6000)});
        const std::uint64_t act = peer == 4 ? 9 : dice(10);
        if (act == 0) continue;
        if (act == 1) range = nothing(request.from_height);
        if (!range.blocks.empty()) {
          BlockSent& some = range.blocks[dice(range.blocks.size())];
          if (act == 2) some.body = {};
          if (act == 3) some = book.block(dice(top));
          if (act == 4) range.certificate = book.certify(book.header(dice(top)));
          if (act == 5) range.links.push_back(book.header(dice(top)));
          if (act == 6) range.blocks.pop_back();
          if (act == 7) range.certificate->signatures.clear();
        }
        receive(peer, std::move(range));
        if (act == 8) connect(peer, ~std::uint64_t{0}, 7);
      }
      pass(100 * kMs);
    }
    EXPECT_EQ(handed, top) << seed;
    // Three peers, each good for a time-out before it comes behind the others.
    EXPECT_LE(now.monotonic_us - began, 20 * kSecond) << seed;
  }
}

}  // namespace
}  // namespace node

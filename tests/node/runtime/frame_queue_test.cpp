#include "node/runtime/frame_queue.h"

#include <gtest/gtest.h>

#include "node/wire/write.h"

namespace node {
namespace {

// Of a size, and of the kind whose number its first byte says: 6, an announcement.
crypto::Bytes usual(std::size_t size) { return crypto::Bytes(size, '\x32'); }

class FrameQueueTest : public testing::Test {
 protected:
  // Takes one and is done with it at once.
  PeerId next() {
    const auto taken = queue.take();
    if (!taken) return 0;
    queue.done(*taken);
    return taken->peer;
  }
  FrameQueue queue;
};

TEST_F(FrameQueueTest, KnowsWhatPassesOthers) {
  EXPECT_TRUE(FrameQueue::is_urgent(write_message(PeerStatus{})));
  EXPECT_TRUE(FrameQueue::is_urgent(write_message(Probe{})));  // a number of two bytes
  EXPECT_FALSE(FrameQueue::is_urgent(write_message(Announce{{crypto::Hash{}}})));
  EXPECT_FALSE(FrameQueue::is_urgent(write_message(GetSnapshot{})));
  EXPECT_FALSE(FrameQueue::is_urgent(""));
}

TEST_F(FrameQueueTest, KeepsTheOrderOfAPeerAndLetsUrgentOnesPass) {
  queue.add(1, usual(10));
  queue.add(1, usual(20));
  queue.add(1, write_message(PeerStatus{}));
  const auto first = queue.take();
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->urgent);
  const auto second = queue.take();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->frame.size(), 10u);
  EXPECT_FALSE(queue.take()) << "one of a line at a time";
  queue.done(*second);
  const auto third = queue.take();
  ASSERT_TRUE(third);
  EXPECT_EQ(third->frame.size(), 20u);
}

// A frame of 120 KiB costs 128 KiB, two turns; one of 24 KiB costs 32 KiB, half a turn.
TEST_F(FrameQueueTest, SharesByCostAndNotByNumber) {
  for (int i = 0; i < 100; ++i) {
    queue.add(1, usual(120 << 10));
    queue.add(2, usual(24 << 10));
  }
  std::map<PeerId, int> taken;
  for (int i = 0; i < 50; ++i) ++taken[next()];
  EXPECT_EQ(taken[1], 10);
  EXPECT_EQ(taken[2], 40);
}

TEST_F(FrameQueueTest, GivesAllToWhoeverIsAlone) {
  for (int i = 0; i < 3; ++i) queue.add(7, usual(1 << 20));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(next(), 7u);
  EXPECT_EQ(next(), 0u);
}

TEST_F(FrameQueueTest, SavesNoCreditWhileNothingWaits) {
  queue.add(2, usual(10));
  for (int i = 0; i < 64; ++i) queue.add(1, usual(56 << 10));
  for (int i = 0; i < 33; ++i) next();
  for (int i = 0; i < 64; ++i) queue.add(2, usual(56 << 10));
  std::map<PeerId, int> taken;
  for (int i = 0; i < 20; ++i) ++taken[next()];
  EXPECT_EQ(taken[1], 10);
  EXPECT_EQ(taken[2], 10);
}

TEST_F(FrameQueueTest, ForgetsWhatIsGone) {
  queue.add(1, usual(10));
  const auto out = queue.take();
  queue.add(1, usual(10));
  queue.forget(1);
  EXPECT_EQ(next(), 0u);
  queue.done(*out);
  queue.add(2, usual(10));
  EXPECT_EQ(next(), 2u);
}

}  // namespace
}  // namespace node

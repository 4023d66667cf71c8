#include "node/runtime/frame_pool.h"

#include <gtest/gtest.h>

#include <future>

#include "ledger/chain/epoch.h"
#include "node/wire/write.h"
#include "tests/support/test_network.h"

namespace node {
namespace {

struct Read {
  PeerId peer = 0;
  bool good = false;
  std::size_t bytes = 0;
};

// A pool over a ledger with genesis alone; what it read comes in the order in which it did.
class FramePoolTest : public testing::Test {
 protected:
  std::shared_ptr<const Keyring> keyring() {
    return keyring_of(ledger::epoch_after(chain_.reader(), chain_.tip()), std::nullopt,
                      ledger::log_origin(chain_.genesis()));
  }
  // The next `count` that were read.
  std::vector<Read> wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return read_.size() >= count; });
    return std::exchange(read_, {});
  }

  tests::TestChain chain_{tests::make_genesis()};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Read> read_;
  FramePool pool_{1, [this] { return chain_.store().snapshot(); },
                  [this](PeerId peer, crypto::Checked<Message> message, std::size_t bytes) {
                    const std::lock_guard lock(mutex_);
                    read_.push_back({peer, message.has_value(), bytes});
                    changed_.notify_all();
                  }};
};

TEST_F(FramePoolTest, ReadsNothingBeforeItHasKeysAndThenByTurns) {
  const crypto::Bytes frame = write_message(Announce{{crypto::Hash{}}});
  pool_.add(1, frame);
  pool_.add(1, frame);
  pool_.add(2, frame);
  EXPECT_TRUE(read_.empty());
  pool_.set_keyring(keyring());
  const std::vector<Read> all = wait(3);
  ASSERT_EQ(all.size(), 3u);
  for (const Read& one : all) {
    EXPECT_TRUE(one.good);
    EXPECT_EQ(one.bytes, frame.size());
  }
}

// Keys are looked for in the newest state; what is signed wrongly is told of its sender.
TEST_F(FramePoolTest, ChecksTheSignaturesOfSubmissions) {
  pool_.set_keyring(keyring());
  const auto good =
      tests::submission(chain_.genesis(), "shop", {tests::purchase("d", "1", "A", "B")});
  crypto::Bytes frame = write_message(SubmissionsSent{{good}});
  pool_.add(7, frame);
  auto read = wait(1);
  ASSERT_EQ(read.size(), 1u);
  EXPECT_TRUE(read[0].good);

  const auto place = frame.find(good->signature.view().substr(0, 8));
  ASSERT_NE(place, crypto::Bytes::npos);
  frame[place] = static_cast<char>(frame[place] ^ 1);
  pool_.add(7, frame);
  read = wait(1);
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].peer, 7u);
  EXPECT_FALSE(read[0].good);
}

}  // namespace
}  // namespace node

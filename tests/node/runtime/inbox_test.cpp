#include "node/runtime/inbox.h"

#include <gtest/gtest.h>

namespace node {
namespace {

// The replica's thread: what is posted waits here until the test runs it.
class InboxTest : public testing::Test {
 protected:
  void run_posted() {
    std::vector<std::function<void()>> posted;
    posted.swap(posted_);
    for (const auto& function : posted) function();
  }

  static Event event(Timer timer) { return TimerFired{{timer, 0, {}, 0}}; }

  std::vector<std::function<void()>> posted_;
  std::vector<std::vector<Timer>> handled_;
  Inbox inbox_{3,
               [this](std::function<void()> function) { posted_.push_back(std::move(function)); },
               [this](std::vector<Arrival> arrivals) {
                 handled_.emplace_back();
                 for (const Arrival& one : arrivals) {
                   handled_.back().push_back(std::get<TimerFired>(one.event).request.timer);
                 }
               }};
};

TEST_F(InboxTest, HandsOverTogetherAndInOrderWhatCameMeanwhile) {
  EXPECT_TRUE(inbox_.push(event(Timer::tick)));
  EXPECT_TRUE(inbox_.push(event(Timer::checkpoint)));
  EXPECT_EQ(posted_.size(), 1u);
  run_posted();
  EXPECT_TRUE(inbox_.push(event(Timer::tick)));
  EXPECT_EQ(posted_.size(), 1u);
  run_posted();

  const std::vector<std::vector<Timer>> expected = {{Timer::tick, Timer::checkpoint},
                                                    {Timer::tick}};
  EXPECT_EQ(handled_, expected);
}

TEST_F(InboxTest, RefusesWhatItHasNoRoomForAndHasRoomAgain) {
  for (int i = 0; i < 9; ++i) inbox_.push_always({event(Timer::resume), 1});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(inbox_.push(event(Timer::tick)));
  EXPECT_FALSE(inbox_.push(event(Timer::tick)));
  run_posted();
  EXPECT_TRUE(inbox_.push(event(Timer::tick)));
  run_posted();
  ASSERT_EQ(handled_.size(), 2u);
  EXPECT_EQ(handled_[0].size(), 12u);
}

}  // namespace
}  // namespace node

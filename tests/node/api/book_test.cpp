#include "node/api/book.h"

#include <gtest/gtest.h>

namespace node::api {
namespace {

using std::chrono::seconds;

const crypto::Hash kId = crypto::sha256("one");

struct Told {
  std::vector<Progress> heard;
  SubmissionBook::Told hear() {
    return [this](const Outcome& outcome) { heard.push_back(outcome.progress); };
  }
};

Outcome outcome(Progress progress) { return {progress, 7, 70, {}}; }

TEST(SubmissionBook, TellsEachWaiterOnceWhenItsPointIsReached) {
  SubmissionBook book;
  const SubmissionBook::Time now{};
  Told received, accepted, final;
  book.add(kId, 100);
  book.wait(kId, Progress::received, now + seconds(1), received.hear());
  book.wait(kId, Progress::accepted, now + seconds(1), accepted.hear());
  book.wait(kId, Progress::final, now + seconds(1), final.hear());
  EXPECT_EQ(received.heard, std::vector{Progress::received});
  EXPECT_TRUE(accepted.heard.empty());
  book.update(kId, outcome(Progress::accepted));
  EXPECT_EQ(accepted.heard, std::vector{Progress::accepted});
  EXPECT_TRUE(final.heard.empty());
  book.update(kId, outcome(Progress::final));
  EXPECT_EQ(final.heard, std::vector{Progress::final});
  EXPECT_EQ(accepted.heard.size(), 1u);
  EXPECT_FALSE(book.expire(now + seconds(9)).has_value());
  EXPECT_EQ(final.heard.size(), 1u);
}

TEST(SubmissionBook, TellsAllWaitersWhenItComesToNothing) {
  for (const Progress end : {Progress::rejected, Progress::recorded}) {
    SubmissionBook book;
    Told accepted, final;
    book.add(kId, 100);
    book.wait(kId, Progress::accepted, {}, accepted.hear());
    book.wait(kId, Progress::final, {}, final.hear());
    book.update(kId, outcome(end));
    EXPECT_EQ(accepted.heard, std::vector{end});
    EXPECT_EQ(final.heard, std::vector{end});
  }
}

TEST(SubmissionBook, TellsAtTheDeadlineHowFarItIs) {
  SubmissionBook book;
  const SubmissionBook::Time now{};
  Told early, late;
  book.add(kId, 100);
  book.wait(kId, Progress::final, now + seconds(1), early.hear());
  book.wait(kId, Progress::final, now + seconds(2), late.hear());
  book.update(kId, outcome(Progress::accepted));
  EXPECT_EQ(book.next_deadline(), now + seconds(1));
  EXPECT_EQ(book.expire(now + seconds(1)), now + seconds(2));
  EXPECT_EQ(early.heard, std::vector{Progress::accepted});
  EXPECT_TRUE(late.heard.empty());
  EXPECT_FALSE(book.expire(now + seconds(2)).has_value());
  EXPECT_EQ(late.heard.size(), 1u);
  EXPECT_EQ(book.find(kId)->progress, Progress::accepted);
}

TEST(SubmissionBook, CountsTheBytesThatTheReplicaHasNotLookedAt) {
  SubmissionBook book;
  const crypto::Hash two = crypto::sha256("two");
  book.add(kId, 100);
  book.add(two, 11);
  EXPECT_EQ(book.arriving_bytes(), 111u);
  book.update(kId, outcome(Progress::accepted));
  EXPECT_EQ(book.arriving_bytes(), 11u);
  book.update(kId, outcome(Progress::accepted));
  book.update(kId, outcome(Progress::final));
  EXPECT_EQ(book.arriving_bytes(), 11u);
  book.update(two, outcome(Progress::rejected));
  EXPECT_EQ(book.arriving_bytes(), 0u);
  book.add(two, 11);  // sent again
  EXPECT_EQ(book.arriving_bytes(), 11u);
  book.remove(two);
  EXPECT_EQ(book.arriving_bytes(), 0u);
}

TEST(SubmissionBook, CountsWhatIsOnItsWay) {
  SubmissionBook book;
  book.add(kId, 100);
  book.add(kId, 100);
  book.add(crypto::sha256("two"), 11);
  EXPECT_EQ(book.pending(), 2u);
  EXPECT_EQ(book.pending_bytes(), 111u);
  book.update(kId, outcome(Progress::final));
  EXPECT_EQ(book.pending(), 1u);
  EXPECT_EQ(book.pending_bytes(), 11u);
  EXPECT_FALSE(book.find(kId).has_value());
  book.remove(crypto::sha256("two"));
  EXPECT_EQ(book.pending(), 0u);
  EXPECT_EQ(book.pending_bytes(), 0u);
}

TEST(SubmissionBook, RemembersRejectionsAndLetsThemTryAgain) {
  SubmissionBook book;
  book.add(kId, 100);
  book.update(kId, outcome(Progress::rejected));
  EXPECT_EQ(book.find(kId)->progress, Progress::rejected);
  book.update(kId, outcome(Progress::final));
  EXPECT_EQ(book.find(kId)->progress, Progress::rejected);
  book.add(kId, 100);
  EXPECT_EQ(book.find(kId)->progress, Progress::received);
  EXPECT_EQ(book.pending(), 1u);
}

TEST(SubmissionBook, ForgetsTheOldestOutcomesBeyondItsBound) {
  SubmissionBook book;
  const auto id = [](std::size_t i) { return crypto::sha256(std::to_string(i)); };
  for (std::size_t i = 0; i <= kSettledMax; ++i) {
    book.add(id(i), 1);
    book.update(id(i), outcome(Progress::rejected));
  }
  EXPECT_FALSE(book.find(id(0)).has_value());
  EXPECT_TRUE(book.find(id(1)).has_value());
  EXPECT_TRUE(book.find(id(kSettledMax)).has_value());
  EXPECT_EQ(book.pending(), 0u);
}

TEST(SubmissionBook, IgnoresWhatItDoesNotKnow) {
  SubmissionBook book;
  book.update(kId, outcome(Progress::final));
  EXPECT_FALSE(book.find(kId).has_value());
}

}  // namespace
}  // namespace node::api

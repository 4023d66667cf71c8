#include "node/mempool.h"

#include <gtest/gtest.h>

#include "tests/support/test_network.h"

namespace node {
namespace {

using ledger::VerifiedSubmission;
using Fate = Mempool::Fate;

// One purchase by an organisation, all of one size.
VerifiedSubmission purchase_of(const std::string& organisation, int number) {
  static const ledger::Genesis genesis = tests::make_genesis();
  proto::Record record = tests::purchase("D", std::to_string(1000 + number), "Acura", "ILX");
  record.set_subject("purchase/" + organisation + "/till/D/" + std::to_string(1000 + number));
  return tests::submission(genesis, organisation, {record});
}

Mempool with_room_for(std::size_t submissions) {
  MempoolOptions options;
  options.bytes_max = submissions * purchase_of("shop", 0)->entry_bytes();
  options.organisation_bytes_max = options.bytes_max;
  return Mempool(options);
}

std::vector<crypto::Hash> gone;  // what had to give way in the test at hand

Mempool::Admission add(Mempool& pool, const VerifiedSubmission& submission,
                       std::uint64_t height = 0) {
  return pool.add(submission, height, gone);
}

// Whose submissions a block with room for so many takes; they leave the pool.
std::vector<std::string> offer_order(Mempool& pool, std::size_t room) {
  std::vector<std::string> order;
  pool.offer([&](const VerifiedSubmission& submission) -> Fate {
    if (order.size() == room) return Mempool::Stop{};
    order.push_back(submission->header.organisation);
    return Mempool::Drop{};
  });
  return order;
}

std::size_t count_offered(Mempool& pool, const Fate& fate) {
  std::size_t count = 0;
  pool.offer([&](const VerifiedSubmission&) {
    ++count;
    return fate;
  });
  return count;
}

TEST(Mempool, KnowsASubmissionItHolds) {
  Mempool pool = with_room_for(10);
  gone.clear();

  EXPECT_EQ(add(pool, purchase_of("shop", 1)), Mempool::Admission::added);
  EXPECT_EQ(add(pool, purchase_of("shop", 1)), Mempool::Admission::known);
  EXPECT_EQ(pool.size(), 1u);
}

TEST(Mempool, ShowsWhatItHoldsByItsId) {
  Mempool pool = with_room_for(10);
  gone.clear();
  const VerifiedSubmission one = purchase_of("shop", 1);
  EXPECT_EQ(pool.find(one->id), nullptr);
  add(pool, one);
  add(pool, purchase_of("bulk", 2));

  ASSERT_NE(pool.find(one->id), nullptr);
  EXPECT_EQ((*pool.find(one->id))->header_bytes, one->header_bytes);
  EXPECT_EQ(pool.ids().size(), 2u);
  const std::vector<crypto::Hash> ids = pool.ids();
  EXPECT_EQ(std::count(ids.begin(), ids.end(), one->id), 1);
}

// What is in a block under way, or waits for another record, is nobody's turn to wait for.
TEST(Mempool, IsCrowdedByWhatIsReadyAlone) {
  MempoolOptions options;
  options.intake.submissions = 2;
  Mempool pool(options);
  gone.clear();
  const VerifiedSubmission first = purchase_of("bulk", 1);
  add(pool, first);
  EXPECT_EQ(pool.intake(), nullptr);
  add(pool, purchase_of("bulk", 2));
  ASSERT_NE(pool.intake(), nullptr);
  EXPECT_FALSE(pool.intake()->takes_from("bulk"));
  EXPECT_TRUE(pool.intake()->takes_from("shop"));

  pool.set_taken(std::vector{first->id});
  EXPECT_EQ(pool.intake(), nullptr);
  pool.set_taken({});
  ASSERT_NE(pool.intake(), nullptr);
  pool.settle(first->id, Mempool::HoldForCommit{});
  EXPECT_EQ(pool.intake(), nullptr);

  for (int number = 3; number < 7; ++number) add(pool, purchase_of("bulk", number));
  ASSERT_NE(pool.intake(), nullptr);  // five are ready: more than twice two
  EXPECT_FALSE(pool.intake()->takes());
  EXPECT_FALSE(pool.takes_any());
}

TEST(Mempool, ListsItsIdsPieceByPieceAndBeginsAgain) {
  Mempool pool = with_room_for(10);
  gone.clear();
  std::set<crypto::Hash> all;
  for (int i = 0; i < 5; ++i) {
    add(pool, purchase_of("shop", i));
    all.insert(purchase_of("shop", i)->id);
  }
  const std::vector<crypto::Hash> ordered(all.begin(), all.end());
  EXPECT_EQ(pool.ids_behind({}, 3),
            (std::vector<crypto::Hash>(ordered.begin(), ordered.begin() + 3)));
  EXPECT_EQ(pool.ids_behind(ordered[3], 3),
            (std::vector<crypto::Hash>{ordered[4], ordered[0], ordered[1]}));
  EXPECT_EQ(pool.ids_behind(ordered[2], 99).size(), 5u) << "each once";
}

TEST(Mempool, OffersOrganisationsInTurn) {
  Mempool pool = with_room_for(10);
  gone.clear();
  for (int i = 0; i < 3; ++i) add(pool, purchase_of("bulk", i));
  add(pool, purchase_of("shop", 1));

  EXPECT_EQ(offer_order(pool, 10), (std::vector<std::string>{"bulk", "shop", "bulk", "bulk"}));
  EXPECT_EQ(pool.size(), 0u);
  EXPECT_EQ(pool.bytes(), 0u);
}

TEST(Mempool, GoesOnBehindTheOneServedLastInTheNextBlock) {
  Mempool pool = with_room_for(10);
  gone.clear();
  for (int i = 0; i < 2; ++i) {
    add(pool, purchase_of("bulk", i));
    add(pool, purchase_of("shop", i));
  }

  EXPECT_EQ(offer_order(pool, 1), (std::vector<std::string>{"bulk"}));
  EXPECT_EQ(offer_order(pool, 3), (std::vector<std::string>{"shop", "bulk", "shop"}));
}

TEST(Mempool, UnderPressureTheNewestOfTheLargestGivesWay) {
  Mempool pool = with_room_for(4);
  gone.clear();
  for (int i = 0; i < 4; ++i) add(pool, purchase_of("bulk", i));
  const VerifiedSubmission newest = purchase_of("bulk", 3);

  EXPECT_EQ(add(pool, purchase_of("shop", 1)), Mempool::Admission::added);
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0], newest->id);
  EXPECT_EQ(pool.size(), 4u);
  EXPECT_EQ(add(pool, purchase_of("bulk", 9)), Mempool::Admission::full);
}

TEST(Mempool, HoldsWhatIsAheadUntilItsSubjectMoves) {
  Mempool pool = with_room_for(4);
  gone.clear();
  add(pool, purchase_of("shop", 1));

  EXPECT_EQ(count_offered(pool, Mempool::HoldForSubject{"cert/a"}), 1u);
  EXPECT_EQ(pool.ready(), 0u);
  EXPECT_EQ(pool.ready_bytes(), 0u);
  pool.commit({}, {"cert/b", "cert/aa"});
  EXPECT_EQ(count_offered(pool, Mempool::Keep{}), 0u);
  pool.commit({}, {"cert/b", "cert/a"});
  EXPECT_EQ(pool.ready(), 1u);
  EXPECT_EQ(offer_order(pool, 1).size(), 1u);
}

TEST(Mempool, HoldsWhatAnUnfinishedBlockContradictsUntilTheNextCommit) {
  Mempool pool = with_room_for(4);
  gone.clear();
  add(pool, purchase_of("shop", 1));

  EXPECT_EQ(count_offered(pool, Mempool::HoldForCommit{}), 1u);
  EXPECT_EQ(count_offered(pool, Mempool::Keep{}), 0u);
  pool.commit({}, {});
  EXPECT_EQ(count_offered(pool, Mempool::Keep{}), 1u);
}

TEST(Mempool, KeepsWhatIsInABlockUntilTheBlockIsFinal) {
  Mempool pool = with_room_for(4);
  gone.clear();
  const VerifiedSubmission first = purchase_of("shop", 1);
  add(pool, first);
  add(pool, purchase_of("shop", 2));
  const std::vector<crypto::Hash> block{first->id};

  pool.set_taken(block);
  EXPECT_EQ(pool.size(), 2u);
  EXPECT_EQ(pool.ready(), 1u);
  EXPECT_EQ(pool.ready_records(), 1u);
  EXPECT_EQ(count_offered(pool, Mempool::Keep{}), 1u) << "the other one";
  pool.set_taken({});  // the block came to nothing
  EXPECT_EQ(count_offered(pool, Mempool::Keep{}), 2u);
  pool.set_taken(block);
  pool.commit(block, {});
  EXPECT_EQ(pool.size(), 1u);
  EXPECT_FALSE(pool.contains(first->id));
  EXPECT_EQ(add(pool, first), Mempool::Admission::added) << "a block's tip is not its memory";
  EXPECT_EQ(pool.ready(), 2u);
}

TEST(Mempool, ReviewsWhatWasPassedByOnce) {
  Mempool pool = with_room_for(4);
  gone.clear();
  add(pool, purchase_of("shop", 1), 5);
  add(pool, purchase_of("shop", 2), 7);
  std::size_t seen = 0;
  const auto keep = [&](const VerifiedSubmission&) -> Fate {
    ++seen;
    return Mempool::Keep{};
  };

  pool.review(4, 10, keep);
  EXPECT_EQ(seen, 0u);
  pool.review(6, 10, keep);
  EXPECT_EQ(seen, 1u);
  pool.review(6, 10, keep);
  EXPECT_EQ(seen, 1u) << "not again at the same height";
  pool.review(7, 1, keep);
  EXPECT_EQ(seen, 2u) << "no more than the limit";
  pool.review(20, 10, [&](const VerifiedSubmission&) -> Fate { return Mempool::Drop{}; });
  EXPECT_EQ(pool.size(), 0u);
}

TEST(Mempool, GivesTheNewestOfTheLargestUpAlsoWhileItIsHeld) {
  Mempool pool = with_room_for(2);
  gone.clear();
  add(pool, purchase_of("bulk", 1));
  add(pool, purchase_of("bulk", 2));
  count_offered(pool, Mempool::HoldForSubject{"x"});

  EXPECT_EQ(add(pool, purchase_of("shop", 1)), Mempool::Admission::added);
  EXPECT_EQ(gone.size(), 1u);
  pool.commit({}, {"x"});
  EXPECT_EQ(pool.ready(), 2u);
}

TEST(Mempool, ForgetsWhatRanOutOfTime) {
  Mempool pool = with_room_for(4);
  gone.clear();
  add(pool, purchase_of("shop", 1));
  const std::uint64_t not_after = purchase_of("shop", 1)->header.not_after_ms;

  EXPECT_TRUE(pool.expire(not_after).empty());
  EXPECT_EQ(pool.expire(not_after + 1).size(), 1u);
  EXPECT_EQ(pool.ready(), 0u);
  EXPECT_EQ(pool.bytes(), 0u);
}

}  // namespace
}  // namespace node

#include "node/mempool.h"

#include <gtest/gtest.h>

#include "tests/support/test_network.h"

namespace node {
namespace {

using ledger::Added;
using ledger::Outcome;
using ledger::VerifiedSubmission;

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

std::vector<std::string> offer_order(Mempool& pool, std::size_t room) {
  std::vector<std::string> order;
  pool.offer([&](const VerifiedSubmission& submission) {
    if (order.size() == room) return Added{Outcome::full, {}};
    order.push_back(submission->header.organisation);
    return Added{};
  });
  return order;
}

TEST(Mempool, KnowsASubmissionItHolds) {
  Mempool pool = with_room_for(10);
  std::vector<crypto::Hash> gone;

  EXPECT_EQ(pool.add(purchase_of("shop", 1), gone), Mempool::Admission::added);
  EXPECT_EQ(pool.add(purchase_of("shop", 1), gone), Mempool::Admission::known);
  EXPECT_EQ(pool.size(), 1u);
}

TEST(Mempool, ShowsWhatItHoldsByItsId) {
  Mempool pool = with_room_for(10);
  std::vector<crypto::Hash> gone;
  const VerifiedSubmission one = purchase_of("shop", 1);
  EXPECT_FALSE(pool.find(one->id).has_value());
  pool.add(one, gone);
  pool.add(purchase_of("bulk", 2), gone);

  ASSERT_TRUE(pool.find(one->id).has_value());
  EXPECT_EQ((*pool.find(one->id))->header_bytes, one->header_bytes);
  EXPECT_EQ(pool.ids().size(), 2u);
  const std::vector<crypto::Hash> ids = pool.ids();
  EXPECT_EQ(std::count(ids.begin(), ids.end(), one->id), 1);
}

TEST(Mempool, OffersOrganisationsInTurn) {
  Mempool pool = with_room_for(10);
  std::vector<crypto::Hash> gone;
  for (int i = 0; i < 3; ++i) pool.add(purchase_of("bulk", i), gone);
  pool.add(purchase_of("shop", 1), gone);

  EXPECT_EQ(offer_order(pool, 10), (std::vector<std::string>{"bulk", "shop", "bulk", "bulk"}));
  EXPECT_EQ(pool.size(), 0u);
  EXPECT_EQ(pool.bytes(), 0u);
}

TEST(Mempool, GoesOnBehindTheOneServedLastInTheNextBlock) {
  Mempool pool = with_room_for(10);
  std::vector<crypto::Hash> gone;
  for (int i = 0; i < 2; ++i) {
    pool.add(purchase_of("bulk", i), gone);
    pool.add(purchase_of("shop", i), gone);
  }

  EXPECT_EQ(offer_order(pool, 1), (std::vector<std::string>{"bulk"}));
  EXPECT_EQ(offer_order(pool, 3), (std::vector<std::string>{"shop", "bulk", "shop"}));
}

TEST(Mempool, UnderPressureTheNewestOfTheLargestGivesWay) {
  Mempool pool = with_room_for(4);
  std::vector<crypto::Hash> gone;
  for (int i = 0; i < 4; ++i) pool.add(purchase_of("bulk", i), gone);
  const VerifiedSubmission newest = purchase_of("bulk", 3);

  EXPECT_EQ(pool.add(purchase_of("shop", 1), gone), Mempool::Admission::added);
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0], newest->id);
  EXPECT_EQ(pool.size(), 4u);
  EXPECT_EQ(pool.add(purchase_of("bulk", 9), gone), Mempool::Admission::full);
}

TEST(Mempool, HoldsWhatIsAheadUntilABlockWasCommitted) {
  Mempool pool = with_room_for(4);
  std::vector<crypto::Hash> gone;
  pool.add(purchase_of("shop", 1), gone);
  const auto ahead = [](const VerifiedSubmission&) { return Added{Outcome::ahead, {}}; };

  EXPECT_EQ(pool.offer(ahead).size(), 1u);
  EXPECT_FALSE(pool.has_ready());
  EXPECT_EQ(pool.offer(ahead).size(), 0u);
  pool.release();
  EXPECT_TRUE(pool.has_ready());
  EXPECT_EQ(offer_order(pool, 1).size(), 1u);
}

TEST(Mempool, ForgetsWhatRanOutOfTime) {
  Mempool pool = with_room_for(4);
  std::vector<crypto::Hash> gone;
  pool.add(purchase_of("shop", 1), gone);
  const std::uint64_t not_after = purchase_of("shop", 1)->header.not_after_ms;

  EXPECT_TRUE(pool.expire(not_after).empty());
  EXPECT_EQ(pool.expire(not_after + 1).size(), 1u);
  EXPECT_FALSE(pool.has_ready());
  EXPECT_EQ(pool.bytes(), 0u);
}

}  // namespace
}  // namespace node

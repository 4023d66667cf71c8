#include "ledger/chain/body.h"

#include <gtest/gtest.h>

#include "ledger/chain/codes.h"
#include "ledger/chain/execute_block.h"
#include "tests/support/test_network.h"

namespace ledger {
namespace {

// A block with two submissions on a chain that it is not part of yet.
struct MadeBlock {
  tests::TestChain chain{tests::make_genesis()};
  ledger::Appender parent_tree = *Appender::open(*chain.store().snapshot(), chain.tip().tree_size);
  ExecutedBlock block;

  MadeBlock() {
    const Genesis& genesis = chain.genesis();
    block = chain
                .execute({tests::submission(genesis, "epa", {tests::certification("1", "A", "B")}),
                          tests::submission(genesis, "shop",
                                            {tests::purchase("d", "1", "A", "B"),
                                             tests::purchase("d", "2", "A", "B")})})
                .block;
  }
  // Without its seal.
  Body body() const { return body_of(block); }
};

TEST(Body, IsTheEntriesWithTheirLengths) {
  const std::vector<Bytes> entries{
      "\x05"
      "mn",
      Bytes(300, 'x')};
  const Body body = Body::of(entries);
  EXPECT_EQ(body.bytes(), Bytes("\x00\x03\x05"
                                "mn\x01\x2c",
                                7) +
                              Bytes(300, 'x'));
  const auto again = Body::decode(Bytes(body.bytes()));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, body);
  ASSERT_EQ(again->entries().size(), 2u);
  EXPECT_EQ(again->entries()[1], entries[1]);
}

TEST(Body, RefusesEveryTruncation) {
  const Bytes whole(MadeBlock().body().bytes());
  const std::vector<ByteView> entries = Body::decode(whole)->entries();
  std::set<std::size_t> ends{0};
  for (const ByteView entry : entries) ends.insert(*ends.rbegin() + 2 + entry.size());
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const auto body = Body::decode(whole.substr(0, size));
    EXPECT_EQ(body.has_value(), ends.contains(size)) << size;
    if (!body) {
      EXPECT_EQ(body.error().code, kBodyForm);
    }
  }
  EXPECT_FALSE(Body::decode(Bytes(2, '\0'))) << "an entry has a kind at least";
}

TEST(Body, GivesItsSubmissionsAsTheyWere) {
  const MadeBlock made;
  const auto content = read_body_content(made.body());
  ASSERT_TRUE(content);
  EXPECT_FALSE(content->opening);
  ASSERT_EQ(content->submissions.size(), 2u);
  EXPECT_EQ(content->submissions[0].id, made.block.submissions[0].id);
  EXPECT_EQ(content->submissions[1].id, made.block.submissions[1].id);
  EXPECT_EQ(content->submissions[1].record_bytes.size(), 2u);
}

TEST(Body, HoldsSubmissionsAndNothingElse) {
  const MadeBlock made;
  std::vector<Bytes> entries = made.block.entries;
  const Bytes seal = entries.back();
  EXPECT_EQ(read_body_content(Body::of(entries)).error().code, kBodyForm) << "a seal";
  entries.pop_back();
  ASSERT_TRUE(read_body_content(Body::of(entries)));
  std::vector<Bytes> headless(entries.begin() + 1, entries.end());
  EXPECT_EQ(read_body_content(Body::of(headless)).error().code, kBodyForm) << "a stray record";
  entries.pop_back();
  EXPECT_EQ(read_body_content(Body::of(entries)).error().code, kBodyForm) << "a record missing";
  entries.push_back(Bytes("\x04\x01zz", 4));
  EXPECT_EQ(read_body_content(Body::of(entries)).error().code, kBodyForm) << "04 not at the front";
}

TEST(Body, RefusesARecordThatItsSubmissionDoesNotCover) {
  const MadeBlock made;
  std::vector<Bytes> entries(made.block.entries.begin(), made.block.entries.end() - 1);
  std::swap(entries[3], entries[4]);  // two records of one submission
  EXPECT_EQ(read_body_content(Body::of(entries)).error().code, kBodySubmission);
}

TEST(Body, BelongsToTheHeaderThatItsEntriesGive) {
  MadeBlock made;
  const Body body = made.body();
  EXPECT_TRUE(is_body_of(body, made.block.header, made.parent_tree));
  Header other = made.block.header;
  other.seal.time_ms += 1;
  EXPECT_FALSE(is_body_of(body, other, made.parent_tree)) << "another seal";
  EXPECT_FALSE(is_body_of(body, made.block.header, made.block.tree)) << "another parent";
  for (std::size_t at = 2; at < body.bytes().size(); at += 97) {
    Bytes bytes(body.bytes());
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    const auto changed = Body::decode(bytes);
    EXPECT_FALSE(changed && is_body_of(*changed, made.block.header, made.parent_tree)) << at;
  }
  std::vector<Bytes> fewer(made.block.entries.begin(), made.block.entries.end() - 2);
  EXPECT_FALSE(is_body_of(Body::of(fewer), made.block.header, made.parent_tree));
}

}  // namespace
}  // namespace ledger

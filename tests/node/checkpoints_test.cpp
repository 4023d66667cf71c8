#include "node/checkpoints.h"

#include <gtest/gtest.h>

#include "tests/support/test_network.h"

namespace node {
namespace {

const std::string kOrigin = "example.org/test/00000000";

Checkpoints of(const std::string& name, ledger::TreeHead newest = {}) {
  return {kOrigin, name, tests::key_named(name + "/log"), tests::key_named(name + "/cosigner"),
          newest};
}

ledger::TreeHead head(std::uint64_t size, const std::string& root = "root") {
  return {size, crypto::sha256(root + std::to_string(size))};
}

TEST(Checkpoints, SignNoSmallerHeadAndNoOtherRoot) {
  Checkpoints mine = of("acme", head(10));
  EXPECT_FALSE(mine.sign(0, head(9), 1));
  EXPECT_FALSE(mine.sign(0, head(10, "fork"), 1));
  EXPECT_TRUE(mine.sign(0, head(10), 1)) << "again, with a later time";
  EXPECT_TRUE(mine.sign(0, head(12), 1));
  EXPECT_FALSE(mine.sign(0, head(11), 1));
  EXPECT_EQ(mine.newest().size, 12u);
}

TEST(Checkpoints, GatherLinesUntilAQuorumHasSigned) {
  Checkpoints mine = of("a");
  EXPECT_FALSE(mine.add(*mine.sign(0, head(10), 7), 3));
  EXPECT_FALSE(mine.add(*of("b").sign(0, head(10), 8), 3));
  EXPECT_FALSE(mine.add(*of("b").sign(0, head(10), 8), 3)) << "one validator counts once";
  EXPECT_FALSE(mine.add(*of("c").sign(0, head(10, "fork"), 8), 3)) << "of another tree";
  const auto note = mine.add(*of("d").sign(0, head(10), 9), 3);
  ASSERT_TRUE(note);
  EXPECT_EQ(note->lines.size(), 6u);
  const auto more = mine.add(*of("e").sign(0, head(10), 9), 3);
  ASSERT_TRUE(more) << "whoever comes later is in it too";
  EXPECT_EQ(more->lines.size(), 8u);
  EXPECT_FALSE(mine.add(*of("e").sign(0, head(10), 9), 3)) << "nothing new";
}

TEST(Checkpoints, KeepOthersLinesWhateverOneSigns) {
  Checkpoints mine = of("a");
  mine.add(*of("b").sign(0, head(10), 1), 3);
  for (std::uint64_t size = 100; size < 200; ++size) mine.add(*of("c").sign(0, head(size), 1), 3);
  mine.add(*mine.sign(0, head(10), 1), 3);
  EXPECT_TRUE(mine.add(*of("d").sign(0, head(10), 1), 3));
}

// Every verifier reads sixteen lines: up to 22 validators they are enough.
TEST(Checkpoints, BeginWithALogLineAndTheCosignatures) {
  Checkpoints mine = of("a");
  std::optional<ledger::Note> note;
  for (int i = 0; i < 22; ++i) {
    if (auto more = mine.add(*of("v" + std::to_string(i)).sign(0, head(10), 1), 15)) note = more;
  }
  ASSERT_TRUE(note);
  ASSERT_EQ(note->lines.size(), 44u);
  EXPECT_EQ(note->lines[0].name, kOrigin);
  for (std::size_t i = 1; i <= 22; ++i) {
    EXPECT_TRUE(note->lines[i].name.starts_with(kOrigin + "/v/")) << i;
  }
  EXPECT_EQ(note->lines[23].name, kOrigin);
  EXPECT_EQ(note->lines[43].name, kOrigin);
}

// C2SP lets a verifier stop reading after so many lines.
TEST(Checkpoints, OfManyValidatorsStayReadable) {
  Checkpoints mine = of("a");
  std::optional<ledger::Note> note;
  for (int i = 0; i < 100; ++i) {
    if (auto more = mine.add(*of("v" + std::to_string(i)).sign(0, head(10), 1), 67)) note = more;
  }
  ASSERT_TRUE(note);
  EXPECT_EQ(note->lines.size(), 68u) << "one line of a log key, cosignatures of a quorum";
  EXPECT_TRUE(ledger::parse_note(ledger::format_note(*note)));
}

}  // namespace
}  // namespace node

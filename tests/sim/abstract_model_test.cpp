// The second judge by hand: n = 4, one faulty validator, so two honest votes make a certificate.
#include "tests/sim/abstract_model.h"

#include <gtest/gtest.h>

namespace sim {
namespace {

using Kind = AbstractModel::Kind;

struct Game {
  AbstractModel model{4, 1, {"base", "", 0, 9, false}};

  Game() {
    model.publish({"a", "base", 1, 10, false});
    model.publish({"other a", "base", 1, 10, false});
    model.publish({"b", "a", 2, 11, false});
    model.publish({"b over the base", "base", 2, 10, false});
    model.publish({"the last", "a", 2, 11, true});
    model.publish({"after the last", "the last", 3, 12, false});
  }
  void nullify(std::size_t signer, std::uint64_t view) {
    model.vote(signer, {Kind::nullify, view, 0, 0, ""});
  }
  void notarize(std::size_t signer, std::uint64_t view, std::uint64_t parent_view,
                std::uint64_t height, const std::string& block) {
    model.vote(signer, {Kind::notarize, view, parent_view, height, block});
  }
  void finalize(std::size_t signer, std::uint64_t view, std::uint64_t parent_view,
                std::uint64_t height, const std::string& block) {
    model.vote(signer, {Kind::finalize, view, parent_view, height, block});
  }
  void notarize_a() {
    for (const std::size_t signer : {0u, 1u}) notarize(signer, 1, 0, 10, "a");
  }
  std::string rule() const { return model.violation().substr(0, 2); }
};

TEST(AbstractModel, TakesAViewAndItsSuccessor) {
  Game game;
  game.notarize_a();
  for (const std::size_t signer : {0u, 1u}) game.finalize(signer, 1, 0, 10, "a");
  for (const std::size_t signer : {0u, 1u}) game.notarize(signer, 2, 1, 11, "b");
  game.notarize(1, 2, 1, 11, "b");  // a repeat
  game.nullify(2, 2);
  game.notarize(2, 2, 1, 11, "b");  // late
  EXPECT_EQ(game.model.violation(), "");
  EXPECT_EQ(game.model.steps(), 8u);
}

TEST(AbstractModel, NotarizesOnceAView) {
  Game game;
  game.notarize(0, 1, 0, 10, "a");
  game.notarize(0, 1, 0, 10, "other a");
  EXPECT_EQ(game.rule(), "M1");
}

TEST(AbstractModel, NotarizesOnANotarization) {
  Game game;
  game.notarize(0, 1, 0, 10, "a");
  game.notarize(0, 2, 1, 11, "b");
  EXPECT_EQ(game.rule(), "M1");
}

TEST(AbstractModel, NotarizesOverNullifiedViewsOnly) {
  for (const std::size_t nullified : {1u, 2u}) {
    Game game;
    for (std::size_t signer = 0; signer < nullified; ++signer) game.nullify(signer, 1);
    game.notarize(2, 2, 0, 10, "b over the base");
    EXPECT_EQ(game.rule(), nullified == 2 ? "" : "M1");
  }
}

TEST(AbstractModel, NotarizesWhatFollows) {
  const std::pair<std::uint64_t, const char*> bad[] = {
      {11, "b over the base"}, {12, "b"}, {11, "nobody's"}, {11, "a"}};
  for (const auto& [height, block] : bad) {
    Game game;
    game.notarize_a();
    game.notarize(0, 2, 1, height, block);
    EXPECT_EQ(game.rule(), "M1") << block;
  }
}

TEST(AbstractModel, CarriesAClosingBlockAndNothingElse) {
  for (const bool carries : {true, false}) {
    Game game;
    game.notarize_a();
    for (const std::size_t signer : {0u, 1u}) game.notarize(signer, 2, 1, 11, "the last");
    game.notarize(0, 3, 2, carries ? 11 : 12, carries ? "the last" : "after the last");
    EXPECT_EQ(game.rule(), carries ? "" : "M1");
  }
}

TEST(AbstractModel, FinalizesWhatIsNotarizedAndNotNullifiedByItself) {
  Game unnotarized;
  unnotarized.notarize(0, 1, 0, 10, "a");
  unnotarized.finalize(0, 1, 0, 10, "a");
  EXPECT_EQ(unnotarized.rule(), "M2");
  Game nullified;
  nullified.notarize_a();
  nullified.nullify(2, 1);
  nullified.finalize(1, 1, 0, 10, "a");
  EXPECT_EQ(nullified.rule(), "");
  nullified.finalize(2, 1, 0, 10, "a");
  EXPECT_EQ(nullified.rule(), "M2");
}

TEST(AbstractModel, NullifiesNothingThatItFinalized) {
  Game game;
  game.notarize_a();
  game.finalize(0, 1, 0, 10, "a");
  game.nullify(0, 1);
  EXPECT_EQ(game.rule(), "M3");
}

// With two faulty ones of four, one honest vote is a certificate, and the model does not agree.
TEST(AbstractModel, DoesNotAgreeWithMoreThanFFaulty) {
  AbstractModel notarized(4, 2, {"base", "", 0, 9, false});
  notarized.publish({"a", "base", 1, 10, false});
  notarized.publish({"other a", "base", 1, 10, false});
  notarized.publish({"b", "base", 2, 10, false});
  AbstractModel finalized = notarized;
  AbstractModel skipped = notarized;
  notarized.vote(0, {Kind::notarize, 1, 0, 10, "a"});
  notarized.vote(1, {Kind::notarize, 1, 0, 10, "other a"});
  EXPECT_EQ(notarized.violation().substr(0, 2), "M4");
  finalized.vote(0, {Kind::notarize, 1, 0, 10, "a"});
  finalized.vote(0, {Kind::finalize, 1, 0, 10, "a"});
  finalized.vote(1, {Kind::nullify, 1, 0, 0, ""});
  EXPECT_EQ(finalized.violation().substr(0, 2), "M6");
  skipped.vote(0, {Kind::notarize, 1, 0, 10, "a"});
  skipped.vote(1, {Kind::nullify, 1, 0, 0, ""});
  skipped.vote(1, {Kind::notarize, 2, 0, 10, "b"});
  skipped.vote(1, {Kind::finalize, 2, 0, 10, "b"});
  skipped.vote(0, {Kind::finalize, 1, 0, 10, "a"});
  EXPECT_EQ(skipped.violation().substr(0, 2), "M6");
}

}  // namespace
}  // namespace sim

#include "node/runtime/note_text.h"

#include <gtest/gtest.h>

namespace node {
namespace {

TEST(NoteText, IsSilentWhileAllIsAsItShouldBe) {
  EXPECT_FALSE(note_line(BlockCommitted{}));
  EXPECT_FALSE(note_line(CheckpointSigned{10}));
  EXPECT_FALSE(note_line(CoreNote{ViewEntered{2, ledger::VoteKind::notarize}}));
  EXPECT_FALSE(note_line(CoreNote{VoteCast{{ledger::VoteKind::notarize, {}}, std::nullopt}}));
}

TEST(NoteText, SaysWhyAViewIsGivenUp) {
  const auto line =
      note_line(CoreNote{VoteCast{ledger::nullify_vote(7), NullifyReason::no_proposal}});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->severity, NoteSeverity::warning);
  EXPECT_EQ(line->text, "gives view 7 up: its leader proposed nothing in time");
  EXPECT_FALSE(note_line(CoreNote{VoteCast{ledger::nullify_vote(7), NullifyReason::declined}}))
      << "an ordinary end of a turn";
}

TEST(NoteText, SaysWhoseClockDiffersAndHowFar) {
  EXPECT_EQ(note_line(CoreNote{TimeDiffers{7, 2, 3'611'000, 11'000}})->text,
            "the block of validator 2 in view 7 is dated 3600 s ahead of this machine's clock and "
            "gets no vote for now: one of the two clocks is off");
  const auto behind = note_line(CoreNote{TimeDiffers{7, 2, 11'000, 3'611'000}});
  EXPECT_NE(behind->text.find("3600 s behind this"), std::string::npos) << behind->text;
  EXPECT_EQ(behind->severity, NoteSeverity::warning);
}

TEST(NoteText, AlarmsWhenThisNodeSignsNothingMore) {
  for (const CoreNote& note :
       {CoreNote{GateRefused{ledger::nullify_vote(7)}}, CoreNote{FinalBlockRefused{}}}) {
    const auto line = note_line(note);
    ASSERT_TRUE(line);
    EXPECT_EQ(line->severity, NoteSeverity::alarm);
  }
}

TEST(NoteText, TellsOfEpochsAndOfCatchingUp) {
  EXPECT_EQ(note_line(EpochEntered{3, 7, true})->text,
            "epoch 3 begins with 7 validators; this node votes");
  EXPECT_EQ(note_line(EpochEntered{3, 7, false})->text,
            "epoch 3 begins with 7 validators; this node observes");
  EXPECT_EQ(note_line(SyncNote{SyncBegan{10, 500}})->text,
            "catches up from height 10; others claim 500");
  EXPECT_EQ(note_line(SyncNote{SyncStalled{11, 2'000'000}})->text,
            "nobody delivers block 11; asks again in 2 s");
  EXPECT_EQ(note_line(SyncNote{SyncStalled{11, 2'000'000}})->severity, NoteSeverity::warning);
}

TEST(NoteText, TellsWhetherThisNodeVotes) {
  EXPECT_EQ(note_line(StandingChanged{Standing::voting})->text, "votes");
  EXPECT_EQ(note_line(StandingChanged{Standing::lapsed})->severity, NoteSeverity::warning);
  EXPECT_EQ(note_line(StandingChanged{Standing::twin})->severity, NoteSeverity::alarm);
  EXPECT_EQ(note_line(TwinFound{std::nullopt, 7})->severity, NoteSeverity::alarm);
}

}  // namespace
}  // namespace node

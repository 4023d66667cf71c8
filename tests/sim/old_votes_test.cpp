// Votes of one history say nothing in another: everything that a run of one epoch signed is brought
// to a network that differs in its epoch, its anchor or its id alone, under the other's name.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace sim {
namespace {

struct Signed {
  ledger::VoteScope scope;
  ledger::ValidatorSet set;
  std::vector<ledger::SignedVote> votes;
  std::vector<ledger::Certificate> certificates;
};

Signed play() {
  World world({});
  Signed all{world.stage().scope(), world.stage().set(), {}, {}};
  world.stage().set_filter([&](std::size_t, std::size_t, const Wire& wire) {
    const auto* message = std::get_if<node::CoreMessage>(&wire.content);
    if (message == nullptr) return false;
    if (const auto* vote = std::get_if<node::VerifiedVote>(message)) all.votes.push_back(**vote);
    if (const auto* one = std::get_if<node::VerifiedCertificate>(message)) {
      all.certificates.push_back(**one);
    }
    return false;
  });
  for (std::size_t record = 0; record < 9; ++record) world.submit(record);
  // One validator is away for a while, so that certificates travel too.
  world.stage().partition({0, 0, 0, 1});
  world.run_for(5'000'000);
  world.stage().heal();
  EXPECT_TRUE(world.run_for(10'000'000, [&] { return world.is_done(); }));
  return all;
}

class OldVotes : public testing::Test {
 protected:
  // How many of them count under this scope.
  std::size_t counted(const ledger::VoteScope& scope) const {
    const ledger::ValidatorSet set = set_of(scope.epoch);
    std::size_t count = 0;
    for (ledger::SignedVote vote : old.votes) {
      vote.epoch = scope.epoch;
      count += ledger::verify_vote(vote, scope, set).has_value() ? 1 : 0;
    }
    for (ledger::Certificate certificate : old.certificates) {
      certificate.epoch = scope.epoch;
      count += ledger::verify_certificate(certificate, scope, set).has_value() ? 1 : 0;
    }
    return count;
  }

  // The same validators in another epoch.
  ledger::ValidatorSet set_of(std::uint64_t epoch) const {
    proto::ValidatorSet record;
    for (std::size_t i = 0; i < old.set.size(); ++i) {
      const ledger::ValidatorKeySet& member = old.set.member(i);
      proto::Validator* validator = record.add_validators();
      validator->set_organisation(member.organisation);
      validator->set_vote_key(std::string(member.vote.view()));
      validator->set_log_key(std::string(member.log.view()));
      validator->set_cosigner_key(std::string(member.cosigner.view()));
    }
    return ledger::ValidatorSet::from_record(epoch, record);
  }

  Signed old = play();
};

TEST_F(OldVotes, CountWhereTheyWereGiven) {
  EXPECT_GE(old.votes.size(), 30u);
  EXPECT_GE(old.certificates.size(), 3u);
  EXPECT_EQ(counted(old.scope), old.votes.size() + old.certificates.size());
}

TEST_F(OldVotes, OfAnotherEpochDoNotCount) {
  ledger::VoteScope next = old.scope;
  ++next.epoch;
  EXPECT_EQ(counted(next), 0u);
}

TEST_F(OldVotes, OfAnotherAnchorDoNotCount) {
  ledger::VoteScope recovered = old.scope;
  recovered.anchor = crypto::sha256("another history");
  EXPECT_EQ(counted(recovered), 0u);
}

TEST_F(OldVotes, OfAnotherNetworkDoNotCount) {
  ledger::VoteScope other = old.scope;
  other.network_id = crypto::sha256("another network");
  EXPECT_EQ(counted(other), 0u);
}

}  // namespace
}  // namespace sim

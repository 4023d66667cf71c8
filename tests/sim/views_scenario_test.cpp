// Named situations in which views, clocks and links are at their worst moment (SCENARIOS.md).
#include <map>

#include "tests/sim/scenario.h"

namespace sim {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

// What a message says of a view, if it is a vote, a certificate or a proposal.
const Vote* vote_in(const Wire& wire) {
  const auto* message = std::get_if<node::CoreMessage>(&wire.content);
  if (message == nullptr) return nullptr;
  if (const auto* vote = std::get_if<node::VerifiedVote>(message)) return &(*vote)->vote;
  if (const auto* one = std::get_if<node::VerifiedCertificate>(message)) return &(*one)->vote;
  const auto* proposal = std::get_if<node::Proposal>(message);
  return proposal == nullptr ? nullptr : &proposal->vote->vote;
}

template <class Kind>
bool is_a(const Wire& wire) {
  const auto* message = std::get_if<node::CoreMessage>(&wire.content);
  return message != nullptr && std::holds_alternative<Kind>(*message);
}

class Timing : public Scenario {
 protected:
  static constexpr std::uint64_t kDelayUs = 20 * kMs;

  World& open_even() {
    StageOptions options = calm();
    options.network = {kDelayUs, 0, 0, 0};
    return open(options);
  }
  // When each of the others gives view 1 up, whose proposal never comes.
  std::map<std::size_t, std::uint64_t> leader_timers() {
    std::map<std::size_t, std::uint64_t> times;
    open_even().stage().set_filter([&](std::size_t from, std::size_t, const Wire& wire) {
      const Vote* vote = vote_in(wire);
      if (vote == nullptr || vote->candidate.view != 1) return false;
      if (vote->kind == VoteKind::nullify) times.try_emplace(from, world->stage().now_us());
      return is_a<node::Proposal>(wire);
    });
    world->submit(1);
    world->run_for(400 * kMs);
    times.erase(world->stage().place_of(world->stage().leader(1)));
    return times;
  }
  // The proposal of view 1 comes to each place at its time, and at no other.
  void time_proposals(const std::map<std::size_t, std::uint64_t>& times) {
    world->stage().set_filter([this, times, passes = std::make_shared<bool>(false),
                               sent = std::make_shared<std::set<std::size_t>>()](
                                  std::size_t from, std::size_t to, const Wire& wire) {
      if (*passes || !is_a<node::Proposal>(wire) || vote_in(wire)->candidate.view != 1) {
        return false;
      }
      if (sent->insert(to).second) {
        world->stage().at(times.at(to) - kDelayUs, [this, passes, from, to, wire] {
          *passes = true;
          world->stage().send_to_place(from, to, wire);
          *passes = false;
        });
      }
      return true;
    });
  }
};

// 13: a microsecond before, at and after the leader timer, for each of the three others. Its record
// is in one block in any case, and in that of view 1 when two came in time: those and the leader
// are a quorum, and who gave the view up votes for it too.
TEST_F(Timing, AProposalAroundTheLeaderTimer) {
  const auto timers = leader_timers();
  ASSERT_EQ(timers.size(), 3u);
  std::size_t gave_up = 0;
  for (int pattern = 0; pattern < 27; ++pattern) {
    open_even();
    std::map<std::size_t, std::uint64_t> times = timers;
    int rest = pattern;
    int in_time = 0;
    for (auto& [place, time] : times) {
      in_time += rest % 3 == 0 ? 1 : 0;
      time = time + static_cast<std::uint64_t>(rest % 3) - 1;
      rest /= 3;
    }
    time_proposals(times);
    world->submit(1);
    expect_done(2 * kSecond);
    const auto& chain = world->stage().checker().chain();
    ASSERT_EQ(chain.size(), 1u) << pattern;
    const std::uint64_t view = world->stage().book().at(chain[0]).header.seal.view;
    EXPECT_LE(view, in_time >= 2 ? 1u : 2u) << pattern;
    for (const std::string& line : world->stage().trace().lines()) {
      gave_up += line.find("NULLIFY 1") != std::string::npos ? 1 : 0;
    }
  }
  EXPECT_GE(gave_up, 27u) << "a third of 81 comes too late";
}

// 21, commonware 2149: three views, each notarized for a few and nullified for the others; then the
// few and the others meet.
TEST_F(Scenario, ThreeSplitViewsJoinAgain) {
  for (const std::size_t validators : {4u, 10u}) {
    open(calm(validators, 21));
    Stage& stage = world->stage();
    std::map<std::size_t, std::uint64_t> held;  // place -> the view that is notarized there
    const std::size_t faulty = (validators - 1) / 3;
    std::uint64_t next = 4;
    for (std::uint64_t view = 1; view <= 3; ++view) {
      held[stage.place_of(stage.leader(view))] = view;
      for (std::size_t i = 1; i < faulty; ++i) held[stage.place_of(stage.leader(next++))] = view;
    }
    stage.set_filter([held](std::size_t, std::size_t to, const Wire& wire) {
      const Vote* vote = vote_in(wire);
      if (vote == nullptr || vote->candidate.view > 3 || is_a<node::Proposal>(wire)) return false;
      const auto found = held.find(to);
      const bool holds = found != held.end() && found->second == vote->candidate.view;
      switch (vote->kind) {
        case VoteKind::notarize:
          return !holds || is_a<node::VerifiedCertificate>(wire);
        case VoteKind::nullify:
          return holds;
        case VoteKind::finalize:
          break;
      }
      return true;
    });
    for (std::size_t record = 0; record < 6; ++record) world->submit(record);
    ASSERT_TRUE(world->run_for(10 * kSecond, [&] {
      return std::all_of(world->honest_places().begin(), world->honest_places().end(),
                         [&](std::size_t place) { return world->node(place).core().view() >= 4; });
    })) << validators;
    for (const std::size_t place : world->honest_places()) {
      const auto found = held.find(place);
      EXPECT_EQ(world->node(place).core().tip().view, found == held.end() ? 0 : found->second);
    }
    stage.set_filter({});
    expect_done(5 * kSecond);
  }
}

// 28: votes of view 1 never come to one validator, and full queues drop the certificate that it
// needs instead, again and again. `silent`: view 1 has no leader, so nobody can go on without it.
TEST_F(Scenario, TheCertificateThatIsNeededIsDroppedAgainAndAgain) {
  for (const bool silent : {false, true}) {
    for (std::size_t victim = 0; victim < 4; ++victim) {
      StageOptions options = calm(4, 28 + victim);
      const std::uint16_t leader = World(options).stage().leader(1);
      if (silent) options.faults.push_back({leader, Fault::Kind::strategy, "silent"});
      open(options);
      if (silent && world->stage().place_of(leader) == victim) continue;
      auto dropped = std::make_shared<int>(0);
      world->stage().set_filter([victim, dropped](std::size_t, std::size_t to, const Wire& wire) {
        if (to != victim) return false;
        if (const auto* message = std::get_if<node::CoreMessage>(&wire.content)) {
          if (const auto* proposal = std::get_if<node::Proposal>(message)) {
            // It may bring the certificate along.
            return proposal->vote->vote.candidate.view == 2 && *dropped < 12;
          }
        }
        const Vote* vote = vote_in(wire);
        if (vote == nullptr || vote->candidate.view != 1) return false;
        return is_a<node::VerifiedVote>(wire) || ++*dropped <= 12;
      });
      for (std::size_t record = 0; record < 6; ++record) world->submit(record);
      expect_done(40 * kSecond);
      EXPECT_GE(*dropped, silent ? 12 : 1);
    }
  }
}

// 66: links stop one after the other and come back in another order, one direction at a time.
TEST_F(Scenario, SwizzledLinks) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const std::size_t validators = seed % 3 == 0 ? 7 : 4;
    open(calm(validators, 660 + seed));
    Stage& stage = world->stage();
    for (std::size_t round = 0; round < 6; ++round) {
      std::vector<std::pair<std::size_t, std::size_t>> links;
      for (std::size_t from = 0; from < validators; ++from) {
        for (std::size_t to = 0; to < validators; ++to) {
          if (from != to && stage.dice().chance(600)) links.emplace_back(from, to);
        }
      }
      const auto one_by_one = [&](const auto& act) {
        for (std::size_t left = links.size(); left > 0; --left) {
          std::swap(links[stage.dice().below(left)], links[left - 1]);
          act(links[left - 1].first, links[left - 1].second);
          world->run_for(stage.dice().between(10, 150) * kMs);
        }
      };
      world->submit(round, {stage.dice().below(validators)});
      one_by_one([&](std::size_t from, std::size_t to) { stage.cut(from, to); });
      world->submit(10 + round);
      one_by_one([&](std::size_t from, std::size_t to) { stage.mend(from, to); });
    }
    world->gossip_records();
    expect_done(20 * kSecond);
  }
}

// ---- clocks ----

class Clocks : public Scenario {
 protected:
  void submit(std::size_t from, std::size_t count) {
    for (std::size_t record = from; record < from + count; ++record) world->submit(record);
  }
  std::size_t notes() const {
    const auto& lines = world->stage().trace().lines();
    return static_cast<std::size_t>(std::count_if(
        lines.begin(), lines.end(),
        [](const std::string& line) { return line.find("clock differs") != std::string::npos; }));
  }
  std::uint64_t tip_time_ms() const {
    return world->stage().book().at(world->stage().checker().chain().back()).header.seal.time_ms;
  }
};

// 55.
TEST_F(Clocks, FThatAreOffStopNobody) {
  open(calm(7));
  world->stage().set_clock_error(0, kHourMs);
  world->stage().set_clock_error(1, -kHourMs);
  submit(0, 30);
  expect_done(20 * kSecond);
  EXPECT_GE(notes(), 1u);
}

// 56: no block finds enough clocks that agree with it. It is said, and ends when they are set.
TEST_F(Clocks, MoreThanFThatAreOffStopTheChainUntilTheyAreSet) {
  for (const std::int64_t error_ms : {kHourMs, -kHourMs}) {
    open(calm());
    submit(0, 3);
    expect_done(5 * kSecond);
    // Else a proposer that is behind could date a few blocks right behind the last one.
    world->run_for(120 * kSecond);
    for (const std::size_t place : {0u, 1u}) world->stage().set_clock_error(place, error_ms);
    submit(3, 9);
    world->run_for(60 * kSecond);
    EXPECT_EQ(world->stage().checker().chain().size(), 1u);
    EXPECT_GE(notes(), 4u);
    for (const std::size_t place : {0u, 1u}) world->stage().set_clock_error(place, 0);
    expect_done(60 * kSecond);
  }
}

// 57: after half a minute of silence a block in order would be dated behind what others vote for.
TEST_F(Clocks, OneThatStepsBackAtTheProposer) {
  for (std::size_t place = 0; place < 4; ++place) {
    open(calm());
    submit(0, 3);
    expect_done(5 * kSecond);
    world->run_for(30 * kSecond);
    world->stage().set_clock_error(place, -kHourMs);
    submit(3, 12);
    expect_done(20 * kSecond);
    world->stage().set_clock_error(place, 0);
    submit(15, 12);
    expect_done(20 * kSecond);
    EXPECT_LE(tip_time_ms(), world->stage().moment(place).wall_ms);
  }
}

// 58: a leader that is always ahead by all that others bear. Its blocks are good, and the chain's
// time never runs further away.
TEST_F(Clocks, ALeaderThatIsAheadByAllThatOthersBear) {
  StageOptions options = calm();
  options.network = {5 * kMs, 0, 0, 0};
  const std::uint64_t drift_ms = options.core.drift_ms;
  open(options);
  world->stage().set_clock_error(2, static_cast<std::int64_t>(drift_ms));
  submit(0, 60);
  expect_done(20 * kSecond);
  EXPECT_LE(tip_time_ms(), world->stage().moment(0).wall_ms + drift_ms);
  EXPECT_GE(tip_time_ms(), world->stage().moment(0).wall_ms) << "it has led";
}

}  // namespace
}  // namespace sim

#include "tests/sim/twins.h"

#include <algorithm>

#include "tests/sim/world.h"

namespace sim {
namespace {

constexpr std::uint64_t kHoldUs = 500'000;

// The view that a message is about; 0: none.
std::uint64_t view_of(const Wire& wire, const Book& book) {
  if (const auto* body = std::get_if<BodySent>(&wire.content)) {
    return book.at(body->hash).header.seal.view;
  }
  const auto* message = std::get_if<node::CoreMessage>(&wire.content);
  if (message == nullptr) return 0;
  if (const auto* vote = std::get_if<node::VerifiedVote>(message)) {
    return (*vote)->vote.candidate.view;
  }
  if (const auto* certificate = std::get_if<node::VerifiedCertificate>(message)) {
    return (*certificate)->vote.candidate.view;
  }
  const auto* proposal = std::get_if<node::Proposal>(message);
  return proposal == nullptr ? 0 : proposal->vote->vote.candidate.view;
}

// Partition number `code` of the places into two groups; place 0 is always in group 0.
std::vector<int> split(std::size_t places, std::uint64_t code) {
  std::vector<int> groups(places, 0);
  for (std::size_t place = 1; place < places; ++place) {
    groups[place] = static_cast<int>(code >> (place - 1) & 1);
  }
  return groups;
}

// The same with the copies in places `first` and `second` swapped.
std::uint64_t swapped(std::uint64_t code, std::size_t places, std::size_t first,
                      std::size_t second) {
  std::vector<int> groups = split(places, code);
  std::swap(groups[first], groups[second]);
  std::uint64_t result = 0;
  for (std::size_t place = 1; place < places; ++place) {
    if (groups[place] != groups[0]) result |= std::uint64_t{1} << (place - 1);
  }
  return result;
}

// Who has twins, by whose turn it is.
std::vector<Fault> faults_of(const TwinsScenario& scenario) {
  StageOptions plain;
  plain.validators = scenario.validators;
  const Stage stage(plain);
  std::vector<Fault> faults;
  for (const std::size_t turn : scenario.turns) {
    faults.push_back({stage.leader(turn), Fault::Kind::twin, ""});
  }
  return faults;
}

// Loses messages between groups, by the view that they are about.
class ByView {
 public:
  explicit ByView(const TwinsScenario& scenario) : groups_(scenario.groups) {
    first_.resize(groups_.size());
  }
  bool drops(const Stage& stage, std::size_t from, std::size_t to, const Wire& wire) {
    const std::uint64_t view = view_of(wire, stage.book());
    if (view == 0 || view > groups_.size()) return false;
    std::uint64_t& first = first_[view - 1];
    if (first == 0) first = stage.now_us();
    return stage.now_us() < first + kHoldUs && groups_[view - 1][from] != groups_[view - 1][to];
  }

 private:
  std::vector<std::vector<int>> groups_;
  std::vector<std::uint64_t> first_;  // when the first message about the view left
};

}  // namespace

std::string TwinsScenario::text() const {
  std::string text =
      "n = " + std::to_string(validators) + ", seed " + std::to_string(seed) + ", twins lead";
  for (const std::size_t turn : turns) text += " " + std::to_string(turn);
  for (const std::vector<int>& view : groups) {
    text += " ";
    for (const int group : view) text += std::to_string(group);
  }
  return text;
}

std::vector<TwinsScenario> twins_of_three_views() {
  constexpr std::size_t kPlaces = 5;
  std::vector<TwinsScenario> all;
  for (std::size_t turn = 0; turn < 4; ++turn) {
    StageOptions plain;
    const std::uint16_t twin = Stage(plain).leader(turn);
    for (std::uint64_t code = 0; code < 4096; ++code) {
      const std::uint64_t views[3] = {code % 16, code / 16 % 16, code / 256};
      std::uint64_t other = 0;
      for (int view = 2; view >= 0; --view) {
        other = 16 * other + swapped(views[view], kPlaces, twin, kPlaces - 1);
      }
      if (other < code) continue;
      TwinsScenario one;
      one.turns = {turn};
      for (const std::uint64_t view : views) one.groups.push_back(split(kPlaces, view));
      one.seed = code;
      all.push_back(one);
    }
  }
  return all;
}

TwinsScenario sampled_twins(std::uint64_t seed) {
  Dice dice(seed * 31 + 7);
  TwinsScenario one;
  one.seed = seed;
  const bool large = seed % 10 == 0;
  one.validators = large ? 7 : 4;
  one.turns = {dice.below(one.validators)};
  if (large) one.turns.push_back((one.turns[0] + 1 + dice.below(6)) % 7);
  for (std::uint64_t views = dice.between(3, 5); views > 0; --views) {
    const std::uint64_t groups = dice.chance(300) ? 3 : 2;
    std::vector<int> view(one.validators + one.turns.size());
    for (int& group : view) group = static_cast<int>(dice.below(groups));
    one.groups.push_back(view);
  }
  return one;
}

std::string play(const TwinsScenario& scenario) {
  StageOptions options;
  options.validators = scenario.validators;
  options.seed = scenario.seed;
  options.network = {5'000, 2'000, 0, 0};
  options.faults = faults_of(scenario);
  World world(options);
  ByView by_view(scenario);
  world.stage().set_filter([&](std::size_t from, std::size_t to, const Wire& wire) {
    return by_view.drops(world.stage(), from, to, wire);
  });
  world.run_for(2'000);
  // A block holds three records: work until the partitions have been met.
  for (std::size_t record = 0; record < 2 * scenario.groups.size() + 2; ++record) {
    world.submit(record);
  }
  const bool done = world.run_for(60'000'000, [&] { return world.is_done(); });
  if (!world.violation().empty()) return world.violation();
  return done ? "" : "STUCK";
}

}  // namespace sim

#include "tests/sim/campaign.h"

namespace sim {
namespace {

// f faulty validators: strategies and twins, drawn.
std::vector<Fault> draw_faults(std::size_t validators, Dice& dice) {
  std::vector<std::uint16_t> all(validators);
  for (std::size_t i = 0; i < validators; ++i) all[i] = static_cast<std::uint16_t>(i);
  std::vector<Fault> faults;
  for (std::size_t f = 0; 3 * (f + 1) < validators; ++f) {
    const std::size_t at = dice.below(all.size());
    Fault fault;
    fault.validator = all[at];
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(at));
    if (dice.chance(150)) {
      fault.kind = Fault::Kind::twin;
    } else {
      fault.strategy = dice.chance(250) ? "fork" : dice.pick(strategy_names());
    }
    faults.push_back(fault);
  }
  return faults;
}

StageOptions draw_options(const RunOptions& run, Dice& dice) {
  StageOptions options;
  options.validators = run.validators;
  options.seed = run.seed;
  options.faults = run.faults ? *run.faults : draw_faults(run.validators, dice);
  options.keeps_lines = run.keeps_lines;
  options.loses_journal = run.loses_journal;
  options.network.delay_mean_us = dice.chance(500) ? 20'000 : dice.between(1'000, 150'000);
  options.network.loss = dice.chance(700) ? dice.below(300) : 0;
  options.network.duplicates = dice.chance(500) ? dice.below(300) : 0;
  options.clock_error_ms = dice.chance(300) ? dice.below(4'000) : 0;
  if (dice.chance(700)) {
    options.crashes.before_sync = dice.below(8);
    options.crashes.after_sync = dice.below(8);
    options.crashes.mid_sends = dice.below(4);
  }
  if (dice.chance(500)) options.sync_us = dice.between(100, 10'000);
  return options;
}

void plan_partitions(World& world, Dice& dice, std::uint64_t end_us) {
  const std::uint64_t rate = dice.below(800);
  for (std::uint64_t time = 0; time < end_us; time += 2'000'000) {
    std::vector<int> groups;
    std::vector<std::pair<std::size_t, std::size_t>> cuts;
    if (dice.chance(rate)) {
      const std::uint64_t count = dice.chance(700) ? 2 : 3;
      for (std::size_t place = 0; place < world.stage().places(); ++place) {
        groups.push_back(static_cast<int>(dice.below(count)));
      }
    }
    for (std::uint64_t i = dice.chance(200) ? dice.below(4) : 0; i > 0; --i) {
      const std::size_t from = dice.below(world.stage().places());
      const std::size_t to = dice.below(world.stage().places());
      cuts.emplace_back(from, to);
    }
    world.stage().at(time, [&world, groups, cuts] {
      world.stage().heal();
      world.stage().partition(groups);
      for (const auto& [from, to] : cuts) world.stage().cut(from, to);
    });
  }
}

void plan_work(World& world, Dice& dice, const RunOptions& run) {
  const std::uint64_t count = dice.between(3, 24);
  for (std::size_t record = 0; record < count; ++record) {
    std::vector<std::size_t> places;
    for (std::size_t place = 0; place < world.stage().places(); ++place) {
      if (dice.chance(700)) places.push_back(place);
    }
    world.stage().at(dice.below(run.chaos_us),
                     [&world, record, places] { world.submit(record, places); });
  }
  if (run.closes_epoch) {
    world.stage().at(dice.between(run.chaos_us / 4, run.chaos_us),
                     [&world] { world.submit(kClosingRecord); });
  }
  for (std::uint64_t i = dice.chance(300) ? 2 : 0; i > 0; --i) {
    world.stage().at(dice.between(run.chaos_us / 3, run.chaos_us),
                     [&world] { world.crash_everyone(1'000'000); });
  }
}

// Everything is good but the faulty validators.
void calm(World& world) {
  Stage& stage = world.stage();
  stage.heal();
  stage.network() = {1'000, 15'000, 0, 0};
  stage.crashes() = {};
  world.restart_everyone();
  world.gossip_records();
}

}  // namespace

RunResult run(const RunOptions& options) {
  Dice dice(options.seed * 77 + options.validators);
  World world(draw_options(options, dice));
  Stage& stage = world.stage();
  plan_partitions(world, dice, options.chaos_us);
  plan_work(world, dice, options);
  RunResult result;
  world.run_for(options.chaos_us);
  if (world.violation().empty()) {
    calm(world);
    const bool done = world.run_for(options.patience_us, [&] { return world.is_done(); });
    result.recovery_us = stage.now_us() - options.chaos_us;
    result.stuck = !done && world.violation().empty();
    // Faulty leaders may go on writing blocks in their turns; without them there is silence (L3).
    if (done && stage.faulty().empty()) {
      world.run_for(5'000'000);
      const std::uint64_t votes = stage.votes();
      world.run_for(60'000'000);
      result.noisy = stage.votes() != votes;
    }
  }
  result.violation = world.violation();
  result.trace_hash = stage.trace().hash();
  result.height = stage.checker().chain().size();
  result.steps = stage.steps();
  result.messages = stage.messages();
  result.lines = stage.trace().lines();
  if (result.stuck && options.keeps_lines) {
    for (const std::size_t place : world.honest_places()) {
      const node::Core& core = world.node(place).core();
      result.lines.push_back("#" + std::to_string(place) + " view " + std::to_string(core.view()) +
                             " final " + std::to_string(core.final_candidate().view) + " height " +
                             std::to_string(core.head().seal.height) +
                             (core.armed() ? " armed" : "") + (core.halted() ? " halted" : ""));
    }
  }
  return result;
}

std::string RunResult::text(const RunOptions& options) const {
  std::string text = "simulate --validators " + std::to_string(options.validators) + " --seed " +
                     std::to_string(options.seed);
  if (options.faults && options.faults->empty()) text += " --no-faults";
  if (options.closes_epoch) text += " --closes-epoch";
  if (options.loses_journal) text += " --loses-journal";
  return text + ": " +
         (!violation.empty() ? violation
          : stuck            ? "STUCK"
          : noisy            ? "NOISY"
                             : "good");
}

}  // namespace sim

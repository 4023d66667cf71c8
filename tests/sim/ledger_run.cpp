#include "tests/sim/ledger_run.h"

#include <algorithm>

#include "tests/sim/ledger_work.h"
#include "tests/sim/replica_node.h"

namespace sim {
namespace {

std::vector<LedgerFault> draw_faults(std::size_t validators, Dice& dice) {
  std::vector<std::size_t> all(validators);
  for (std::size_t i = 0; i < validators; ++i) all[i] = i;
  std::vector<LedgerFault> faults;
  for (std::size_t f = 0; 3 * (f + 1) < validators; ++f) {
    const std::size_t at = dice.below(all.size());
    faults.push_back({all[at], dice.chance(250) ? "" : dice.pick(liar_names())});
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return faults;
}

LedgerOptions draw_options(const LedgerRunOptions& run, Dice& dice) {
  LedgerOptions options;
  options.validators = run.validators;
  options.observers = run.changes_set ? 2 : dice.below(2);
  options.seed = run.seed;
  options.faults = run.faults ? *run.faults : draw_faults(run.validators, dice);
  options.keeps_lines = run.keeps_lines;
  options.network.delay_mean_us = dice.chance(500) ? 20'000 : dice.between(1'000, 100'000);
  options.in_order = dice.chance(700);
  options.network.loss = dice.chance(400) ? dice.below(200) : 0;
  options.network.duplicates = dice.chance(500) ? dice.below(200) : 0;
  options.resets = dice.chance(500) ? dice.below(10) : 0;
  options.clock_error_ms = dice.chance(300) ? dice.below(4'000) : 0;
  if (dice.chance(700)) {
    options.crashes.before_sync = dice.below(8);
    options.crashes.after_sync = dice.below(8);
    options.crashes.mid_sends = dice.below(4);
  }
  if (dice.chance(500)) options.sync_us = dice.between(100, 10'000);
  return options;
}

class LedgerRun {
 public:
  explicit LedgerRun(const LedgerRunOptions& options)
      : options_(options),
        dice_(options.seed * 91 + options.validators),
        world_(draw_options(options, dice_)) {}

  LedgerRunResult play() {
    plan_network();
    plan_work();
    LedgerRunResult result;
    world_.run_for(options_.chaos_us);
    if (world_.violation().empty()) {
      world_.calm();
      const bool done = finish();
      result.recovery_us = world_.now_us() - options_.chaos_us;
      result.stuck = !done && world_.violation().empty();
      if (done) check_end();
    }
    result.violation = world_.violation();
    result.trace_hash = world_.trace().hash();
    result.height = world_.judge().chain().size() - 1;
    result.epochs = world_.judge().epochs();
    result.messages = world_.messages();
    for (std::size_t place = 0; place < world_.places(); ++place) {
      result.steps += world_.node(place).steps();
    }
    result.lines = world_.trace().lines();
    if (result.stuck && options_.keeps_lines) explain(result.lines);
    return result;
  }

 private:
  void plan_network() {
    const std::uint64_t rate = dice_.below(700);
    for (std::uint64_t time = 0; time < options_.chaos_us; time += 1'000'000) {
      std::vector<int> groups;
      std::vector<std::pair<std::size_t, std::size_t>> cuts;
      if (dice_.chance(rate)) {
        for (std::size_t place = 0; place < world_.places(); ++place) {
          groups.push_back(static_cast<int>(dice_.below(2)));
        }
      }
      for (std::uint64_t i = dice_.chance(200) ? dice_.below(4) : 0; i > 0; --i) {
        const std::size_t from = dice_.below(world_.places());
        cuts.emplace_back(from, dice_.below(world_.places()));
      }
      world_.at(time, [this, groups, cuts] {
        world_.links().heal();
        world_.links().partition(groups);
        for (const auto& [from, to] : cuts) world_.links().cut(from, to);
      });
    }
    if (dice_.chance(300)) {
      world_.at(dice_.between(options_.chaos_us / 3, options_.chaos_us),
                [this] { world_.crash_everyone(1'000'000); });
    }
  }

  void plan_work() {
    work_ = draw_work(world_.genesis(), dice_.between(3, 16), dice_);
    if (options_.changes_set) plan_changes();
    for (const Work& one : work_) {
      std::vector<std::size_t> places;
      for (std::size_t place = 0; place < world_.places(); ++place) {
        if (dice_.chance(400)) places.push_back(place);
      }
      world_.at(dice_.below(options_.chaos_us),
                [this, submission = one.submission, places] { world_.submit(submission, places); });
    }
  }

  // One joins, the rules change, another one joins, and the first leaves again: never fewer than
  // there were, so that the faulty ones stay f at most.
  void plan_changes() {
    const std::size_t n = options_.validators;
    std::vector<std::size_t> set(n);
    for (std::size_t i = 0; i < n; ++i) set[i] = i;
    std::uint64_t change = 0;
    const auto add = [&] {
      work_.push_back(change_validators(world_.genesis(), n, set, ++change));
    };
    set.push_back(n);
    add();
    work_.push_back(change_parameters(world_.genesis(), n, 1));
    if (dice_.chance(500)) {
      set.push_back(n + 1);
      add();
    }
    set.erase(set.begin() + static_cast<std::ptrdiff_t>(n));
    add();
  }

  // Clients ask again until their submissions are decided.
  bool finish() {
    std::vector<crypto::Hash> wanted;
    for (const Work& one : work_) {
      if (one.fate == Work::Fate::final) wanted.push_back(one.submission->id);
    }
    const std::uint64_t end = world_.now_us() + options_.patience_us;
    while (world_.now_us() < end && world_.violation().empty()) {
      for (const Work& one : work_) world_.submit(one.submission);
      const bool done = world_.run_for(
          5'000'000, [&] { return world_.is_settled(wanted) && rivals_are_decided(); });
      if (done) return true;
    }
    return false;
  }

  std::map<std::size_t, std::size_t> winners() const {
    std::map<std::size_t, std::size_t> found;
    const std::size_t place = world_.honest_places().front();
    for (const Work& one : work_) {
      if (one.fate != Work::Fate::rivals) continue;
      found[one.group] += world_.has_final(place, one.submission->id) ? 1 : 0;
    }
    return found;
  }

  bool rivals_are_decided() const {
    const auto found = winners();
    return std::all_of(found.begin(), found.end(), [](const auto& one) { return one.second > 0; });
  }

  // Exactly once, or never, and the same everywhere. What clients were told is true.
  void check_end() {
    LedgerJudge& judge = world_.judge();
    for (const auto& [group, count] : winners()) {
      if (count != 1) judge.fail("T1: " + std::to_string(count) + " of rivals are final");
    }
    for (const std::size_t place : world_.honest_places()) {
      for (const Work& one : work_) {
        const bool final = world_.has_final(place, one.submission->id);
        if (final && one.fate == Work::Fate::rejected) judge.fail("T2: a bad record is final");
        const auto& told = world_.node(place).told();
        const auto found = told.find(one.submission->id);
        if (found == told.end()) continue;
        const bool says_final = found->second == node::SubmissionState::final;
        const bool says_rejected = found->second == node::SubmissionState::rejected;
        if ((says_final && !final) || (says_rejected && final)) {
          judge.fail("T3: #" + std::to_string(place) + " told a client what is not so");
        }
      }
    }
    world_.check_stores();
  }

  void explain(std::vector<std::string>& lines) const {
    for (const std::size_t place : world_.honest_places()) {
      const ReplicaNode& node = world_.node(place);
      if (!node.is_up()) {
        lines.push_back("#" + std::to_string(place) +
                        " is down: " + (node.verdict() ? node.verdict()->reason : ""));
        continue;
      }
      const node::Core& core = node.replica().core();
      std::size_t missing = 0;
      for (const Work& one : work_) {
        missing += one.fate == Work::Fate::final && !world_.has_final(place, one.submission->id);
      }
      lines.push_back(
          "#" + std::to_string(place) + " epoch " +
          std::to_string(node.replica().keyring()->scope.epoch) + " view " +
          std::to_string(core.view()) + " final " + std::to_string(core.final_candidate().view) +
          " height " + std::to_string(node.replica().head().seal.height) + " tip view " +
          std::to_string(core.tip().view) + " lacks " + std::to_string(missing) + " waiting " +
          std::to_string(node.replica().mempool_size()) + (core.armed() ? " armed" : "") +
          (core.halted() ? " halted" : "") + (core.ended() ? " ended" : ""));
    }
  }

  LedgerRunOptions options_;
  Dice dice_;
  LedgerWorld world_;
  std::vector<Work> work_;
};

}  // namespace

LedgerRunResult run(const LedgerRunOptions& options) { return LedgerRun(options).play(); }

std::string LedgerRunResult::text(const LedgerRunOptions& options) const {
  std::string text = "simulate --ledger --validators " + std::to_string(options.validators) +
                     " --seed " + std::to_string(options.seed);
  if (options.changes_set) text += " --changes-set";
  if (options.faults && options.faults->size() == 1)
    text += " --liar " + options.faults->front().liar;
  return text + ": " + (!violation.empty() ? violation : stuck ? "STUCK" : "good");
}

}  // namespace sim

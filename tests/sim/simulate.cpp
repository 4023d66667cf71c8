// The simulator from the command line.
//   simulate --validators N --seed S              one run by seed, line by line
//   simulate --validators N --seeds FROM TO       many; prints those that are not good
//     further: --closes-epoch, --loses-journal, --no-faults, --quiet
//   simulate --ledger --validators N --seed S     the same of whole replicas; or --seeds FROM TO
//     further: --changes-set, --no-faults, --liar NAME (of liars.cpp: validator 1 is one),
//     --chaos-ms N, --quiet
//   simulate --twins FROM TO                      sampled scenarios of twins, by seed
//   simulate --crash-points FROM TO               every crash point of thirty blocks, by seed
//   simulate --hashes COUNT                       trace hashes of runs of several kinds
// Exit code 0: all good; 1: a run is not; 2: wrong use.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/sim/campaign.h"
#include "tests/sim/crash_points.h"
#include "tests/sim/ledger_run.h"
#include "tests/sim/twins.h"

namespace {

enum class What { seeds, ledger, twins, crash_points, hashes };

struct Arguments {
  What what = What::seeds;
  sim::RunOptions run;
  bool changes_set = false;
  std::string liar;
  std::uint64_t chaos_ms = 8'000;
  std::uint64_t from = 1;
  std::uint64_t to = 1;
  bool quiet = false;
};

bool read(int count, char** words, Arguments& out) {
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    const auto number = [&] {
      return i + 1 < count ? std::strtoull(words[++i], nullptr, 10) : std::uint64_t{0};
    };
    const auto range = [&](What what) {
      out.what = what;
      out.from = number();
      out.to = number();
    };
    if (word == "--validators") {
      out.run.validators = number();
    } else if (word == "--seed") {
      out.from = out.to = number();
    } else if (word == "--seeds") {
      range(out.what);
    } else if (word == "--twins") {
      range(What::twins);
    } else if (word == "--crash-points") {
      range(What::crash_points);
    } else if (word == "--hashes") {
      out.what = What::hashes;
      out.to = number();
    } else if (word == "--ledger") {
      out.what = What::ledger;
    } else if (word == "--changes-set") {
      out.changes_set = true;
    } else if (word == "--chaos-ms") {
      out.chaos_ms = number();
    } else if (word == "--liar") {
      if (++i == count) return false;
      out.liar = words[i];
    } else if (word == "--closes-epoch") {
      out.run.closes_epoch = true;
    } else if (word == "--loses-journal") {
      out.run.loses_journal = true;
    } else if (word == "--no-faults") {
      out.run.faults.emplace();
    } else if (word == "--quiet") {
      out.quiet = true;
    } else {
      return false;
    }
  }
  return out.run.validators > 0 && out.from > 0 && out.from <= out.to;
}

using Count = unsigned long long;

int run_seeds(const Arguments& arguments) {
  sim::RunOptions options = arguments.run;
  options.keeps_lines = arguments.from == arguments.to && !arguments.quiet;
  Count violations = 0, stuck = 0, noisy = 0, steps = 0, heights = 0, messages = 0;
  std::vector<std::uint64_t> recoveries;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t seed = arguments.from; seed <= arguments.to; ++seed) {
    options.seed = seed;
    const sim::RunResult result = sim::run(options);
    for (const std::string& line : result.lines) std::printf("%s\n", line.c_str());
    violations += result.violation.empty() ? 0 : 1;
    stuck += result.stuck ? 1 : 0;
    noisy += result.noisy ? 1 : 0;
    steps += result.steps;
    heights += result.height;
    messages += result.messages;
    recoveries.push_back(result.recovery_us);
    if (options.keeps_lines) std::printf("trace %llu\n", Count{result.trace_hash});
    if (!result.good() && !arguments.quiet) std::printf("%s\n", result.text(options).c_str());
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::sort(recoveries.begin(), recoveries.end());
  std::printf(
      "%llu runs in %.1f s: %llu violations, %llu stuck, %llu noisy; %llu heights, %llu "
      "steps, %llu messages; recovery %.2f s median, %.2f s at most\n",
      Count{recoveries.size()}, took.count(), violations, stuck, noisy, heights, steps, messages,
      static_cast<double>(recoveries[recoveries.size() / 2]) / 1e6,
      static_cast<double>(recoveries.back()) / 1e6);
  return violations + stuck + noisy == 0 ? 0 : 1;
}

int run_ledger(const Arguments& arguments) {
  sim::LedgerRunOptions options;
  options.validators = arguments.run.validators;
  options.changes_set = arguments.changes_set;
  if (arguments.run.faults) options.faults.emplace();
  options.chaos_us = arguments.chaos_ms * 1'000;
  if (!arguments.liar.empty()) options.faults = std::vector<sim::LedgerFault>{{1, arguments.liar}};
  options.keeps_lines = arguments.from == arguments.to && !arguments.quiet;
  Count runs = 0, violations = 0, stuck = 0, heights = 0, epochs = 0, steps = 0, messages = 0;
  std::uint64_t recovery = 0;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t seed = arguments.from; seed <= arguments.to; ++seed) {
    options.seed = seed;
    const sim::LedgerRunResult result = sim::run(options);
    for (const std::string& line : result.lines) std::printf("%s\n", line.c_str());
    ++runs;
    violations += result.violation.empty() ? 0 : 1;
    stuck += result.stuck ? 1 : 0;
    heights += result.height;
    epochs += result.epochs;
    steps += result.steps;
    messages += result.messages;
    recovery = std::max(recovery, result.recovery_us);
    if (options.keeps_lines) std::printf("trace %llu\n", Count{result.trace_hash});
    if (!result.good() && !arguments.quiet) std::printf("%s\n", result.text(options).c_str());
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf(
      "%llu ledger runs in %.1f s: %llu violations, %llu stuck; %llu heights, %llu epochs, %llu "
      "steps, %llu messages; recovery %.2f s at most\n",
      runs, took.count(), violations, stuck, heights, epochs, steps, messages,
      static_cast<double>(recovery) / 1e6);
  return violations + stuck == 0 ? 0 : 1;
}

int run_twins(const Arguments& arguments) {
  Count bad = 0;
  for (std::uint64_t seed = arguments.from; seed <= arguments.to; ++seed) {
    const sim::TwinsScenario scenario = sim::sampled_twins(seed);
    const std::string failure = sim::play(scenario);
    bad += failure.empty() ? 0 : 1;
    if (!failure.empty()) std::printf("%s: %s\n", scenario.text().c_str(), failure.c_str());
  }
  std::printf("%llu twins: %llu violations\n", Count{arguments.to - arguments.from + 1}, bad);
  return bad == 0 ? 0 : 1;
}

int run_crash_points(const Arguments& arguments) {
  Count points = 0, bad = 0;
  for (std::uint64_t seed = arguments.from; seed <= arguments.to; ++seed) {
    const std::uint64_t writes = sim::play(seed, {}).writes;
    for (std::uint64_t write = 1; write <= writes; ++write) {
      for (const sim::KillOptions& kill : sim::kills_at(write)) {
        const std::string failure = sim::play(seed, kill).failure;
        ++points;
        bad += failure.empty() ? 0 : 1;
        if (failure.empty()) continue;
        std::printf("crash points of seed %llu, write %llu, cut %d, unsynced %d: %s\n", Count{seed},
                    Count{write}, static_cast<int>(kill.cut), static_cast<int>(kill.policy),
                    failure.c_str());
      }
    }
  }
  std::printf("%llu crash points: %llu violations\n", points, bad);
  return bad == 0 ? 0 : 1;
}

int print_hashes(const Arguments& arguments) {
  constexpr std::size_t kSizes[] = {4, 5, 4, 7};
  for (std::uint64_t seed = arguments.from; seed <= arguments.to; ++seed) {
    sim::RunOptions options;
    options.seed = seed;
    options.validators = kSizes[seed % 4];
    options.closes_epoch = seed % 8 == 0;
    const sim::RunResult result = sim::run(options);
    std::printf("%s: trace %llu\n", result.text(options).c_str(), Count{result.trace_hash});
    if (seed % 4 != 0) continue;
    sim::LedgerRunOptions ledger;
    ledger.seed = seed;
    ledger.changes_set = seed % 8 == 0;
    const sim::LedgerRunResult whole = sim::run(ledger);
    std::printf("%s: trace %llu\n", whole.text(ledger).c_str(), Count{whole.trace_hash});
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments;
  if (!read(count, words, arguments)) {
    std::fputs(
        "usage: simulate [--validators N] (--seed S | --seeds FROM TO) [--closes-epoch]\n"
        "                [--loses-journal] [--no-faults] [--quiet]\n"
        "       simulate --ledger [--validators N] (--seed S | --seeds FROM TO) [--changes-set]\n"
        "                [--no-faults | --liar NAME] [--chaos-ms N] [--quiet]\n"
        "       simulate --twins FROM TO | --crash-points FROM TO | --hashes COUNT\n",
        stderr);
    return 2;
  }
  switch (arguments.what) {
    case What::seeds:
      return run_seeds(arguments);
    case What::ledger:
      return run_ledger(arguments);
    case What::twins:
      return run_twins(arguments);
    case What::crash_points:
      return run_crash_points(arguments);
    case What::hashes:
      return print_hashes(arguments);
  }
  return 2;
}

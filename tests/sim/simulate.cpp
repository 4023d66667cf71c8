// Runs seeds from the command line, and shows one in full.
//   simulate --validators N --seed S              the trace of one run
//   simulate --validators N --seeds FROM TO       many; prints those that are not good
//   further: --closes-epoch, --loses-journal, --no-faults, --quiet
// Exit code 0: all good; 1: a run is not; 2: wrong use.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/sim/campaign.h"

namespace {

struct Arguments {
  sim::RunOptions run;
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
    if (word == "--validators") {
      out.run.validators = number();
    } else if (word == "--seed") {
      out.from = out.to = number();
    } else if (word == "--seeds") {
      out.from = number();
      out.to = number();
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
  return out.run.validators > 0 && out.from <= out.to;
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments;
  if (!read(count, words, arguments)) {
    std::fputs(
        "usage: simulate [--validators N] (--seed S | --seeds FROM TO) [--closes-epoch]\n"
        "                [--loses-journal] [--no-faults] [--quiet]\n",
        stderr);
    return 2;
  }
  sim::RunOptions options = arguments.run;
  options.keeps_lines = arguments.from == arguments.to && !arguments.quiet;
  std::uint64_t violations = 0, stuck = 0, noisy = 0, steps = 0, heights = 0, messages = 0;
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
    if (options.keeps_lines) {
      std::printf("trace %llu\n", static_cast<unsigned long long>(result.trace_hash));
    }
    if (!result.good() && !arguments.quiet) std::printf("%s\n", result.text(options).c_str());
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::sort(recoveries.begin(), recoveries.end());
  const std::uint64_t runs = arguments.to - arguments.from + 1;
  std::printf(
      "%llu runs in %.1f s: %llu violations, %llu stuck, %llu noisy; %llu heights, %llu "
      "steps, %llu messages; recovery %.2f s median, %.2f s at most\n",
      static_cast<unsigned long long>(runs), took.count(),
      static_cast<unsigned long long>(violations), static_cast<unsigned long long>(stuck),
      static_cast<unsigned long long>(noisy), static_cast<unsigned long long>(heights),
      static_cast<unsigned long long>(steps), static_cast<unsigned long long>(messages),
      static_cast<double>(recoveries[runs / 2]) / 1e6,
      static_cast<double>(recoveries.back()) / 1e6);
  return violations + stuck + noisy == 0 ? 0 : 1;
}

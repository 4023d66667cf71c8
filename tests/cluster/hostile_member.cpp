// hostile_member HOME ORGANISATION PLAN AMOUNT NODE...: plays the node of a member that means harm,
// with the keys of HOME, against the nodes at these addresses. AMOUNT: seconds, or for "malformed"
// and "hellos" frames for each node. Prints one JSON object of what it counted.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "tests/cluster/hostile_plans.h"

int main(int count, char** words) {
  const std::vector<std::string> all(words + 1, words + count);
  const tests::Plan plan = all.size() > 4 ? tests::find_plan(all[2]) : nullptr;
  if (plan == nullptr) {
    std::fprintf(stderr, "hostile_member HOME ORGANISATION PLAN AMOUNT NODE...; PLAN:");
    for (const std::string& name : tests::plan_names()) std::fprintf(stderr, " %s", name.c_str());
    std::fprintf(stderr, "\n");
    return 2;
  }
  tests::Hostile hostile(all[0], all[1], {all.begin() + 4, all.end()});
  std::vector<tests::Counts> counts(hostile.nodes().size());
  std::vector<std::thread> threads;
  for (std::size_t node = 0; node < counts.size(); ++node) {
    threads.emplace_back([&, node] {
      hostile.learn_from(hostile.nodes()[node]);
      counts[node] = plan({hostile, node, std::strtoull(all[3].c_str(), nullptr, 10), node + 1});
    });
  }
  for (std::thread& thread : threads) thread.join();
  tests::Counts total;
  for (const tests::Counts& one : counts) {
    for (const auto& [name, value] : one) total[name] += value;
  }
  std::string text = "{\"plan\": \"" + all[2] + "\"";
  for (const auto& [name, value] : total) {
    text += ", \"" + name + "\": " + std::to_string(value);
  }
  std::printf("%s}\n", text.c_str());
  return 0;
}

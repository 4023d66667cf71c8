// End to end: starts a network of greenledgerd on fresh homes and records purchases through the
// HTTP APIs of its nodes by turns with the client's own code, every submission signed, every block
// synced. What it says of the nodes is of the time of the load alone.
//
//   node_load DAEMON [--validators V] [--records N] [--batch B] [--connections C] [--rate R]
//             [--seconds S] [--wait final|accepted|none] [--down D] [--settle S] [--delay MS]
//             [--away N]
//             [--home DIR]
//
// Without --rate each connection sends its next submission when the last one is final (closed
// loop): the top rate. With --rate R, records a second are offered on a clock of their own (open
// loop), and latency counts from the moment at which a submission was due; with --wait
// accepted or none they are not waited for until they are final: overload.
//
// --seconds S  nothing new is offered after so many, however many records are left
// --down D   the last D of the validators are not started
// --settle S seconds between start and load; a leader counts as dead after ten
// --delay MS between any two nodes, each way
// --away N   the last validator ends, N records are written without it, and it catches up
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <thread>

#include "tests/bench/delay_relay.h"
#include "tests/bench/network_load.h"
#include "tests/bench/network_nodes.h"
#include "tests/support/test_network.h"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// Ports that hardly anybody has: nodes must know each other's beforehand.
constexpr std::uint16_t kFirstPort = 23400;

struct Plan {
  std::string daemon;
  std::size_t validators = 1;
  std::size_t down = 0;
  unsigned settle_s = 0;
  unsigned delay_ms = 0;
  std::uint64_t away = 0;
  bench::Load load;
  fs::path home;
};

std::optional<Plan> read_plan(int argc, char** argv) {
  Plan plan;
  plan.home = fs::temp_directory_path() / ("greenledger load " + std::to_string(::getpid()));
  if (argc < 2 || argc % 2 != 0) return std::nullopt;
  plan.daemon = argv[1];
  for (int i = 2; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const std::string value = argv[i + 1];
    const auto number = static_cast<unsigned>(std::strtoul(value.c_str(), nullptr, 10));
    if (name == "--validators") {
      plan.validators = number;
    } else if (name == "--down") {
      plan.down = number;
    } else if (name == "--settle") {
      plan.settle_s = number;
    } else if (name == "--delay") {
      plan.delay_ms = number;
    } else if (name == "--away") {
      plan.away = number;
    } else if (name == "--records") {
      plan.load.records = number;
    } else if (name == "--batch") {
      plan.load.batch = number;
    } else if (name == "--connections") {
      plan.load.connections = number;
    } else if (name == "--rate") {
      plan.load.rate = number;
    } else if (name == "--seconds") {
      plan.load.seconds = number;
    } else if (name == "--wait") {
      if (value == "none") plan.load.wait = tools::WaitFor::none;
      if (value == "accepted") plan.load.wait = tools::WaitFor::accepted;
    } else if (name == "--home") {
      plan.home = value;
    } else {
      return std::nullopt;
    }
  }
  const bool whole = plan.validators > plan.down && plan.load.records > 0 && plan.load.batch > 0;
  return whole ? std::optional(plan) : std::nullopt;
}

// The nodes, and what lies between them.
class Network {
 public:
  explicit Network(const Plan& plan)
      : plan_(plan), genesis_(bench::make_homes(plan.home, plan.validators)) {
    for (std::size_t i = 0; i < plan.validators; ++i) {
      std::uint16_t port = port_of(i);
      if (plan.delay_ms > 0) {
        relays_.push_back(
            std::make_unique<bench::DelayRelay>(port, std::chrono::milliseconds(plan.delay_ms)));
        port = relays_.back()->port();
      }
      seeds_.push_back("127.0.0.1:" + std::to_string(port));
    }
    for (std::size_t i = 0; i + plan.down < plan.validators; ++i) start(i);
  }

  void start(std::size_t i) {
    nodes_.emplace(i, bench::NodeProcess(plan_.daemon, home(i),
                                         "127.0.0.1:" + std::to_string(port_of(i)), seeds_));
  }
  void end(std::size_t i) { nodes_.erase(i); }

  const ledger::Genesis& genesis() const { return genesis_; }
  const bench::NodeProcess& node(std::size_t i) const { return nodes_.at(i); }
  fs::path home(std::size_t i) const { return plan_.home / tests::validator_name(i); }
  std::size_t size() const { return nodes_.size(); }

  std::vector<std::string> urls() const {
    std::vector<std::string> urls;
    for (const auto& [i, node] : nodes_) urls.push_back(node.url());
    return urls;
  }
  bench::CpuByPart cpu() const {
    bench::CpuByPart all;
    for (const auto& [i, node] : nodes_) {
      for (const auto& [part, seconds] : node.cpu()) all[part] += seconds;
    }
    return all;
  }
  double metric(const std::string& name) const {
    double sum = 0;
    for (const auto& [i, node] : nodes_) sum += node.metric(name);
    return sum;
  }
  double resident_mib() const {
    double most = 0;
    for (const auto& [i, node] : nodes_) most = std::max(most, node.resident_mib());
    return most;
  }

 private:
  static std::uint16_t port_of(std::size_t i) { return static_cast<std::uint16_t>(kFirstPort + i); }

  const Plan& plan_;
  ledger::Genesis genesis_;
  std::vector<std::unique_ptr<bench::DelayRelay>> relays_;
  std::vector<std::string> seeds_;
  std::map<std::size_t, bench::NodeProcess> nodes_;
};

// Looks at the nodes once a second while the load lasts.
class Watch {
 public:
  explicit Watch(const Network& network) : thread_([this, &network] { look(network); }) {}
  void end() {
    stopped_ = true;
    thread_.join();
  }
  double most_mib() const { return most_mib_; }
  double early_mib() const { return early_mib_ > 0 ? early_mib_ : most_mib_; }

 private:
  void look(const Network& network) {
    for (int tenths = 0; !stopped_; ++tenths) {
      if (tenths % 10 == 0) most_mib_ = std::max(most_mib_, network.resident_mib());
      if (tenths == kEarlyTenths) early_mib_ = most_mib_;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }

  static constexpr int kEarlyTenths = 300;

  double most_mib_ = 0;
  double early_mib_ = 0;  // within the first half minute
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

void print_parts(const bench::CpuByPart& before, const bench::CpuByPart& after, double records) {
  double all = 0;
  for (const auto& [part, seconds] : after) {
    const auto was = before.find(part);
    const double spent = seconds - (was == before.end() ? 0 : was->second);
    all += spent;
    if (spent * 1e6 / records < 0.05) continue;
    std::printf("  %-16s %8.1f us CPU a record\n", part.c_str(), spent * 1e6 / records);
  }
  std::printf("  %-16s %8.1f us CPU a record, all nodes together\n", "all", all * 1e6 / records);
}

void run_load(const Plan& plan, const Network& network, const bench::Load& load) {
  const bench::CpuByPart cpu = network.cpu();
  const double own = bench::own_cpu();
  const double sent = network.metric("peer_sent_bytes_total");
  const double blocks = network.node(0).metric("height");
  const double records_before = network.node(0).metric("records");
  Watch watch(network);
  const bench::Measured measured = bench::offer(load, network.genesis(), network.urls());
  const double final = network.node(0).metric("records") - records_before;
  watch.end();
  const auto records = static_cast<double>(measured.offered);
  std::printf(
      "records            %.0f in submissions of %llu over %u connections, %zu of %zu nodes\n",
      records, static_cast<unsigned long long>(load.batch), load.connections, network.size(),
      plan.validators);
  std::printf("not recorded       %llu\n", static_cast<unsigned long long>(measured.not_recorded));
  std::printf("told to wait       %llu times\n",
              static_cast<unsigned long long>(measured.told_to_wait));
  std::printf("rate               %.0f records/s final\n", final / measured.seconds);
  std::printf("%-18s mean %.1f ms, p10 %.1f ms, p50 %.1f ms, p99 %.1f ms, max %.1f ms\n",
              load.wait == tools::WaitFor::final ? "submit to final" : "submit to taken",
              measured.mean_latency(), measured.latency(0.1), measured.latency(0.5),
              measured.latency(0.99), measured.latency(1));
  std::printf("blocks             %.0f records a block\n",
              final / std::max(1.0, network.node(0).metric("height") - blocks));
  print_parts(cpu, network.cpu(), final);
  std::printf("  %-16s %8.1f us CPU a record\n", "load itself",
              (bench::own_cpu() - own) * 1e6 / final);
  std::printf("resident           %.0f MiB at most in a node, %.0f in the first half minute\n",
              watch.most_mib(), watch.early_mib());
  std::printf("wire               %.0f bytes a record sent by all nodes to peers\n",
              (network.metric("peer_sent_bytes_total") - sent) / final);
  std::fflush(stdout);
}

// What the last validator has missed, and how fast it fetches and executes it.
void run_catch_up(const Plan& plan, Network& network) {
  const std::size_t last = plan.validators - 1;
  network.end(last);
  const double height_before = network.node(0).metric("height");
  bench::Load load = plan.load;
  load.first = plan.load.records;
  load.records = plan.away;
  run_load(plan, network, load);
  const double missed = network.node(0).metric("records");
  const double height = network.node(0).metric("height");
  const auto begin = Clock::now();
  network.start(last);
  const double had = network.node(last).metric("records");
  const auto started = Clock::now();
  while (network.node(last).metric("records") < missed) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const auto end = Clock::now();
  const auto seconds = [&](Clock::time_point from) {
    return std::chrono::duration<double>(end - from).count();
  };
  std::printf(
      "catch-up           %.0f records in %.0f blocks within %.2f s of its start, %.2f s of "
      "them after it was ready: %.0f records/s\n",
      missed - had, height - height_before, seconds(begin), seconds(started),
      (missed - had) / seconds(started));
}

}  // namespace

int main(int argc, char** argv) {
  const std::optional<Plan> plan = read_plan(argc, argv);
  if (!plan) {
    std::fprintf(stderr,
                 "usage: node_load DAEMON [--validators V] [--records N] [--batch B] "
                 "[--connections C] [--rate R] [--seconds S] [--wait final|accepted|none] [--down "
                 "D] [--settle S] "
                 "[--delay MS] [--away N] [--home DIR]\n");
    return 2;
  }
  {
    Network network(*plan);
    std::this_thread::sleep_for(std::chrono::seconds(plan->settle_s));
    run_load(*plan, network, plan->load);
    if (plan->away > 0) run_catch_up(*plan, network);
    std::printf("disk               %.0f bytes a record\n",
                static_cast<double>(bench::folder_bytes(network.home(0) / "db")) /
                    network.node(0).metric("records"));
  }
  fs::remove_all(plan->home);
  return 0;
}

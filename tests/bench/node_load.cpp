// End to end: starts a network of greenledgerd on fresh homes and records purchases through the
// HTTP APIs of its nodes by turns with the client's own code, every submission signed, every block
// synced.
//
//   node_load DAEMON [--validators V] [--down D] [--records N] [--batch B] [--connections C]
//             [--rate R] [--home DIR]
//
// With --down D the last D of the validators are not started.
//
// Without --rate each connection sends its next submission when the last one is final (closed
// loop): the top rate. With --rate R, records a second are offered on a clock of their own (open
// loop), and latency counts from the moment at which a submission was due.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "crypto/keystore.h"
#include "node/runtime/home.h"
#include "proto/canonical.h"
#include "tests/support/test_network.h"
#include "tools/cli/submitter.h"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct Plan {
  std::string daemon;
  std::size_t validators = 1;
  std::size_t down = 0;
  std::uint64_t records = 100'000;
  std::uint64_t batch = 100;
  unsigned connections = 16;
  double rate = 0;
  fs::path home;
};

Plan read_plan(int argc, char** argv) {
  Plan plan;
  plan.daemon = argc > 1 ? argv[1] : "";
  plan.home = fs::temp_directory_path() / ("greenledger load " + std::to_string(::getpid()));
  for (int i = 2; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const std::string value = argv[i + 1];
    if (name == "--validators") plan.validators = std::stoull(value);
    if (name == "--down") plan.down = std::stoull(value);
    if (name == "--records") plan.records = std::stoull(value);
    if (name == "--batch") plan.batch = std::stoull(value);
    if (name == "--connections") plan.connections = static_cast<unsigned>(std::stoul(value));
    if (name == "--rate") plan.rate = std::stod(value);
    if (name == "--home") plan.home = value;
  }
  return plan;
}

// A child process that ends with its owner.
class Daemon {
 public:
  Daemon(const std::string& program, const fs::path& home, const std::string& peers,
         const std::string& seeds) {
    int pipe_ends[2];
    CHECK(::pipe(pipe_ends) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(pipe_ends[1], STDOUT_FILENO);
      ::close(pipe_ends[0]);
      ::execl(program.c_str(), program.c_str(), "start", "--home", home.c_str(), "--listen",
              "127.0.0.1:0", "--operations", "127.0.0.1:0", "--peers", peers.c_str(), "--seeds",
              seeds.c_str(), "--allow-unencrypted-keys", nullptr);
      ::_exit(127);
    }
    ::close(pipe_ends[1]);
    std::string line;
    for (char c = 0; ::read(pipe_ends[0], &c, 1) == 1 && c != '\n';) line.push_back(c);
    const std::size_t api = line.find(" api ");
    CHECK(api != std::string::npos);
    url_ = line.substr(api + 5, line.find(' ', api + 5) - api - 5);
  }
  Daemon(Daemon&& other) noexcept
      : pid_(std::exchange(other.pid_, 0)), url_(std::move(other.url_)) {}
  ~Daemon() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  const std::string& url() const { return url_; }
  // Resident memory in MiB.
  double memory() const {
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
    }
    return 0;
  }
  // CPU seconds of the process so far.
  double cpu() const {
    std::ifstream stat("/proc/" + std::to_string(pid_) + "/stat");
    std::string text((std::istreambuf_iterator<char>(stat)), {});
    std::istringstream fields(text.substr(text.rfind(')') + 2));
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    double user = 0;
    double system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  }

 private:
  pid_t pid_ = 0;
  std::string url_;
};

ledger::Genesis make_homes(const Plan& plan) {
  const auto change = [](std::vector<proto::Record>& founding) {
    founding[0].mutable_parameters()->set_organisation_bytes_per_day(1ull << 50);
  };
  const ledger::Genesis genesis = tests::make_validators_genesis(plan.validators, change);
  fs::remove_all(plan.home);
  fs::create_directories(plan.home);
  std::ofstream(plan.home / "genesis.json", std::ios::binary) << genesis.file;
  for (std::size_t i = 0; i < plan.validators; ++i) {
    const std::string name = tests::validator_name(i);
    fs::create_directories(plan.home / "keys" / name);
    for (const std::string role : {"node", "vote", "log", "cosigner"}) {
      CHECK(crypto::write_unencrypted_keystore(plan.home / "keys" / name / (role + ".pem"),
                                               tests::key_named(name + "/" + role))
                .has_value());
    }
    CHECK(node::make_home({plan.home / name}, plan.home / "genesis.json", plan.home / "keys" / name)
              .has_value());
  }
  return genesis;
}

// On loopback, at ports that hardly anybody has: the nodes must know each other's beforehand.
std::vector<Daemon> start_all(const Plan& plan) {
  const auto address = [](std::size_t i) { return "127.0.0.1:" + std::to_string(23400 + i); };
  std::string seeds;
  for (std::size_t i = 0; i < plan.validators; ++i) seeds += (i == 0 ? "" : ",") + address(i);
  std::vector<Daemon> daemons;
  for (std::size_t i = 0; i + plan.down < plan.validators; ++i) {
    daemons.emplace_back(plan.daemon, plan.home / tests::validator_name(i), address(i), seeds);
  }
  return daemons;
}

// Lines as a shop's file gives them: about 250 bytes an entry.
std::vector<crypto::Bytes> batch_of(std::uint64_t first, std::uint64_t count) {
  std::vector<crypto::Bytes> records;
  for (std::uint64_t i = first; i < first + count; ++i) {
    proto::Record record = tests::purchase("INV-2019-" + std::to_string(i / 20),
                                           std::to_string(i % 20), "Acura", "ILX Hybrid");
    proto::Purchase* purchase = record.mutable_purchase();
    purchase->mutable_seller()->set_name("Example Motors of the Northern District");
    purchase->mutable_product()->set_description("Compact car, petrol-electric, automatic");
    proto::Amount* amount = purchase->add_amounts();
    amount->set_kind(proto::PRICE);
    amount->set_value(std::to_string(20000 + i % 9000) + ".5");
    amount->set_currency("USD");
    purchase->set_document_type("invoice");
    records.push_back(proto::encode_record(record));
  }
  return records;
}

struct Measured {
  std::vector<double> latencies_ms;
  double seconds = 0;
  std::uint64_t rejected = 0;
};

Measured offer(const Plan& plan, const std::deque<tools::Submitter>& submitters) {
  const std::uint64_t submissions = (plan.records + plan.batch - 1) / plan.batch;
  std::vector<double> latencies(submissions);
  std::atomic<std::uint64_t> next = 0;
  std::atomic<std::uint64_t> rejected = 0;
  const auto start = Clock::now();
  const auto work = [&](const tools::Submitter& submitter) {
    const tools::Post post = submitter.connect();
    for (std::uint64_t i = next++; i < submissions; i = next++) {
      std::vector<crypto::Bytes> records = batch_of(i * plan.batch, plan.batch);
      auto due = Clock::now();
      if (plan.rate > 0) {
        due = start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(
                          static_cast<double>(i * plan.batch) / plan.rate));
        std::this_thread::sleep_until(due);
      }
      const auto result = submitter.submit(post, std::move(records));
      latencies[i] = std::chrono::duration<double, std::milli>(Clock::now() - due).count();
      if (!result) {
        std::fprintf(stderr, "%s\n", result.error().message.c_str());
        ++rejected;
        continue;
      }
      for (const auto& record : result->records) {
        if (record.state != tools::RecordResult::State::recorded) ++rejected;
      }
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < plan.connections; ++i) {
    threads.emplace_back(work, std::cref(submitters[i % submitters.size()]));
  }
  for (std::thread& thread : threads) thread.join();
  Measured measured;
  measured.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  measured.latencies_ms = std::move(latencies);
  std::sort(measured.latencies_ms.begin(), measured.latencies_ms.end());
  measured.rejected = rejected;
  return measured;
}

std::uint64_t folder_bytes(const fs::path& folder) {
  std::uint64_t total = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) total += entry.file_size();
  }
  return total;
}

double part(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

int main(int argc, char** argv) {
  const Plan plan = read_plan(argc, argv);
  if (plan.daemon.empty()) {
    std::fprintf(stderr,
                 "usage: node_load DAEMON [--validators V] [--down D] [--records N] [--batch B] "
                 "[--connections C] [--rate R] [--home DIR]\n");
    return 2;
  }
  const ledger::Genesis genesis = make_homes(plan);
  {
    const std::vector<Daemon> daemons = start_all(plan);
    std::deque<tools::Submitter> submitters;
    for (const Daemon& daemon : daemons) {
      submitters.emplace_back(
          tools::Signer{genesis.network_id, "shop", tests::key_named("shop/operation")},
          tools::submit_options(daemon.url()));
    }
    const Measured measured = offer(plan, submitters);
    const double records = static_cast<double>(plan.records);
    double cpu = 0;
    double memory = 0;
    for (const Daemon& daemon : daemons) {
      cpu += daemon.cpu();
      memory = std::max(memory, daemon.memory());
    }
    std::printf("records            %.0f in submissions of %llu over %u connections\n", records,
                static_cast<unsigned long long>(plan.batch), plan.connections);
    std::printf("not recorded       %llu\n", static_cast<unsigned long long>(measured.rejected));
    std::printf("rate               %.0f records/s final\n", records / measured.seconds);
    std::printf("submit to final    p50 %.1f ms, p99 %.1f ms, max %.1f ms\n",
                part(measured.latencies_ms, 0.5), part(measured.latencies_ms, 0.99),
                measured.latencies_ms.back());
    std::printf(
        "nodes              %zu, together %.1f us CPU a record, %.0f MiB resident at most\n",
        daemons.size(), cpu * 1e6 / records, memory);
  }
  std::printf("disk               %.0f bytes a record\n",
              static_cast<double>(folder_bytes(plan.home / tests::validator_name(0) / "db")) /
                  static_cast<double>(plan.records));
  fs::remove_all(plan.home);
  return 0;
}

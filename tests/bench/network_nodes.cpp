#include "tests/bench/network_nodes.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <utility>

#include "crypto/check.h"
#include "crypto/keystore.h"
#include "node/runtime/home.h"
#include "tests/support/test_network.h"
#include "tools/cli/http_client.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

std::string word_after(const std::string& line, const std::string& name) {
  const std::size_t at = line.find(name);
  CHECK(at != std::string::npos);
  const std::size_t begin = at + name.size();
  return line.substr(begin, line.find(' ', begin) - begin);
}

std::string first_line(const fs::path& file) {
  std::string line;
  std::getline(std::ifstream(file) >> std::ws, line);
  return line;
}

// RocksDB numbers its threads.
std::string part_of(std::string name) { return name.starts_with("rocksdb") ? "rocksdb" : name; }

}  // namespace

ledger::Genesis make_homes(const fs::path& folder, std::size_t validators) {
  const auto change = [](std::vector<proto::Record>& founding) {
    founding[0].mutable_parameters()->set_organisation_bytes_per_day(1ull << 50);
  };
  const ledger::Genesis genesis = tests::make_validators_genesis(validators, change);
  fs::remove_all(folder);
  fs::create_directories(folder);
  std::ofstream(folder / "genesis.json", std::ios::binary) << genesis.file;
  for (std::size_t i = 0; i < validators; ++i) {
    const std::string name = tests::validator_name(i);
    fs::create_directories(folder / "keys" / name);
    for (const std::string role : {"node", "vote", "log", "cosigner"}) {
      CHECK(crypto::write_unencrypted_keystore(folder / "keys" / name / (role + ".pem"),
                                               tests::key_named(name + "/" + role))
                .has_value());
    }
    CHECK(node::make_home({folder / name}, folder / "genesis.json", folder / "keys" / name)
              .has_value());
  }
  return genesis;
}

NodeProcess::NodeProcess(const std::string& program, const fs::path& home, const std::string& peers,
                         const std::vector<std::string>& seeds) {
  std::string all_seeds;
  for (const std::string& seed : seeds) all_seeds += (all_seeds.empty() ? "" : ",") + seed;
  int pipe_ends[2];
  CHECK(::pipe2(pipe_ends, O_CLOEXEC) == 0);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(pipe_ends[1], STDOUT_FILENO);
    ::execl(program.c_str(), program.c_str(), "start", "--home", home.c_str(), "--listen",
            "127.0.0.1:0", "--operations", "127.0.0.1:0", "--peers", peers.c_str(), "--seeds",
            all_seeds.c_str(), "--allow-unencrypted-keys", nullptr);
    ::_exit(127);
  }
  ::close(pipe_ends[1]);
  std::string line;
  for (char c = 0; ::read(pipe_ends[0], &c, 1) == 1 && c != '\n';) line.push_back(c);
  ::close(pipe_ends[0]);
  url_ = word_after(line, " api ");
  operations_ = word_after(line, " operations ");
}

NodeProcess::NodeProcess(NodeProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      url_(std::move(other.url_)),
      operations_(std::move(other.operations_)) {}

NodeProcess::~NodeProcess() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

CpuByPart NodeProcess::cpu() const {
  CpuByPart parts;
  for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(pid_) + "/task")) {
    std::istringstream spent(first_line(task.path() / "schedstat"));
    double nanoseconds = 0;
    spent >> nanoseconds;
    const bool is_first = task.path().filename() == std::to_string(pid_);
    const std::string name = is_first ? "replica" : part_of(first_line(task.path() / "comm"));
    parts[name] += nanoseconds / 1e9;
  }
  return parts;
}

double NodeProcess::resident_mib() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

double NodeProcess::metric(const std::string& name) const {
  tools::HttpClient client({.node = operations_});
  const auto answer = client.get("/metrics");
  if (!answer) return 0;
  std::istringstream lines(answer->body);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("greenledger_" + name + " "))
      return std::stod(line.substr(name.size() + 13));
  }
  return 0;
}

double own_cpu() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

std::uint64_t folder_bytes(const fs::path& folder) {
  std::uint64_t total = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) total += entry.file_size();
  }
  return total;
}

}  // namespace bench

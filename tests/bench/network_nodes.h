// Nodes of a network on this machine for the benchmark: homes with keys, processes, and what can be
// read of them from outside.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "ledger/chain/genesis.h"

namespace bench {

// A network whose recorder "shop" has no daily limit; the homes are below `folder`, named as
// tests::validator_name() says.
ledger::Genesis make_homes(const std::filesystem::path& folder, std::size_t validators);

// CPU seconds by the name of the thread.
using CpuByPart = std::map<std::string, double>;

// A greenledgerd that ends with its owner.
class NodeProcess {
 public:
  // It listens for peers at `peers` and looks for others at `seeds`, host:port each.
  NodeProcess(const std::string& program, const std::filesystem::path& home,
              const std::string& peers, const std::vector<std::string>& seeds);
  NodeProcess(NodeProcess&& other) noexcept;
  NodeProcess& operator=(NodeProcess&&) = delete;
  ~NodeProcess();

  const std::string& url() const { return url_; }
  CpuByPart cpu() const;
  double resident_mib() const;
  // A line of /metrics; 0 when it has none of that name.
  double metric(const std::string& name) const;

 private:
  int pid_ = 0;
  std::string url_;
  std::string operations_;
};

// CPU seconds of this process so far.
double own_cpu();
std::uint64_t folder_bytes(const std::filesystem::path& folder);

}  // namespace bench

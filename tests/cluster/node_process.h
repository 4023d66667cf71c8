// A node of the test network as its operator has it: a home on disk and the program greenledgerd.
// The network is that of tests/support/test_network.h, whose only validator is acme.
#pragma once

#include "ledger/chain/genesis.h"
#include "tests/cluster/process.h"

namespace tests {

// The genesis file and the four keystores of a validator, without a passphrase, as `init` takes
// them: <folder>/genesis.json and <folder>/keys/.
void write_network(const std::filesystem::path& folder, const ledger::Genesis& genesis,
                   const std::string& validator = "acme");

// `greenledgerd init` and the rest of an operator's commands. CHECK: it succeeds.
void init_home(const std::filesystem::path& folder, const std::filesystem::path& home);

// The words that start a node on any free ports.
std::vector<std::string> start_command(const std::filesystem::path& home);

// A node that runs, with the addresses it told.
class NodeProcess {
 public:
  // Starts it; returns at once.
  NodeProcess(const std::filesystem::path& folder, const std::filesystem::path& home)
      : process_(folder, start_command(home)) {}

  // Waits for the line "ready: …". False: it ended, or it takes longer than any node does.
  bool wait_until_ready();
  const std::string& url() const { return url_; }                // of the API, once it is ready
  const std::string& operations() const { return operations_; }  // its address:port
  Process& process() { return process_; }

 private:
  Process process_;
  std::string url_;
  std::string operations_;
};

}  // namespace tests

#include "tests/cluster/node_process.h"

#include <fstream>

#include "crypto/check.h"
#include "crypto/keystore.h"
#include "tests/support/test_network.h"

namespace tests {
namespace {

namespace fs = std::filesystem;

// Sanitizers and a machine with other work make a start ten times slower than it is.
constexpr std::chrono::minutes kReadyPatience{2};

}  // namespace

void write_network(const fs::path& folder, const ledger::Genesis& genesis,
                   const std::string& validator) {
  fs::create_directories(folder / "keys");
  fs::permissions(folder / "keys", fs::perms::owner_all);
  for (const std::string role : {"node", "vote", "log", "cosigner"}) {
    CHECK(crypto::write_unencrypted_keystore(folder / "keys" / (role + ".pem"),
                                             key_named(validator + "/" + role))
              .has_value());
  }
  std::ofstream(folder / "genesis.json", std::ios::binary) << genesis.file;
}

void init_home(const fs::path& folder, const fs::path& home) {
  const Ended ended = run(folder, {GREENLEDGERD, "init", "--home", home, "--genesis",
                                   folder / "genesis.json", "--keys", folder / "keys"});
  if (ended.code != 0) crypto::fatal(ended.errors.c_str());
}

std::vector<std::string> start_command(const fs::path& home) {
  return {GREENLEDGERD,   "start",       "--home",
          home,           "--listen",    "127.0.0.1:0",
          "--operations", "127.0.0.1:0", "--allow-unencrypted-keys"};
}

bool NodeProcess::wait_until_ready() {
  const auto line = process_.read_line(kReadyPatience);
  if (!line || !line->starts_with("ready: ")) return false;
  const auto word_behind = [&](const std::string& mark) {
    const std::size_t start = line->find(mark);
    if (start == std::string::npos) return std::string();
    const std::size_t word = start + mark.size();
    return line->substr(word, line->find(' ', word) - word);
  };
  url_ = word_behind(" api ");
  operations_ = word_behind(" operations http://");
  return !url_.empty();
}

}  // namespace tests

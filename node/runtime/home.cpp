#include "node/runtime/home.h"

#include <algorithm>

#include "crypto/private_file.h"
#include "ledger/chain/file_bytes.h"
#include "node/config.h"

namespace node {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRoles[] = {"node", "vote", "log", "cosigner"};
constexpr unsigned kPublicFile = 0644;
constexpr unsigned kSecretFile = 0600;
constexpr std::size_t kKeyFileBytesMax = 64 * 1024;
constexpr std::size_t kGenesisBytesMax = 16 * 1024 * 1024;

crypto::Unexpected<crypto::Error> failed(std::string code, std::string message, std::string hint) {
  return {{std::move(code), std::move(message), std::move(hint)}};
}

bool is_validator(const proto::ValidatorSet& set, const crypto::PublicKey& vote_key) {
  return std::any_of(set.validators().begin(), set.validators().end(),
                     [&](const auto& each) { return each.vote_key() == vote_key.view(); });
}

proto::ValidatorSet first_validators(const ledger::Genesis& genesis) {
  for (const proto::Record& record : genesis.records) {
    if (record.has_validator_set()) return record.validator_set();
  }
  return {};
}

}  // namespace

fs::path Home::key(std::string_view role) const {
  return root / "keys" / (std::string(role) + ".pem");
}

// Everything that goes into the home's keys/, and the certainty that they are a validator's.
crypto::Result<std::vector<KeyFile>> read_key_files(const fs::path& folder,
                                                    const proto::ValidatorSet& validators) {
  std::error_code error;
  const bool votes =
      fs::exists(folder / "vote.pub", error) || fs::exists(folder / "vote.pem", error);
  if (votes) {
    auto vote = crypto::read_public_key(folder / "vote.pub");
    if (!vote) return crypto::Unexpected{vote.error()};
    if (!is_validator(validators, *vote)) {
      return failed("E-HOME-KEYS",
                    "The vote key in " + folder.string() + " is no validator's of this network.",
                    "Name the folder with the keys that the network lists for this node; an "
                    "observer's holds node.pem and node.pub alone.");
    }
  }
  std::vector<KeyFile> files;
  for (std::string_view role : kRoles) {
    if (!votes && role != "node") continue;
    for (const char* ending : {".pem", ".pub"}) {
      const std::string name = std::string(role) + ending;
      const bool secret = std::string_view(ending) == ".pem";
      auto contents = crypto::read_private_file(
          folder / name, kKeyFileBytesMax,
          secret ? crypto::FileChecks::owner_only : crypto::FileChecks::none);
      if (!contents) return crypto::Unexpected{contents.error()};
      files.push_back({name, *std::move(contents), secret ? kSecretFile : kPublicFile});
    }
  }
  return files;
}

crypto::Result<void> write_key_files(const fs::path& folder, const std::vector<KeyFile>& files) {
  if (files.empty()) return {};
  std::error_code error;
  fs::create_directory(folder, error);
  fs::permissions(folder, fs::perms::owner_all, error);
  for (const KeyFile& file : files) {
    auto written = crypto::create_file(folder / file.name, file.contents.view(), file.mode);
    if (!written) return written;
  }
  return {};
}

crypto::Result<void> make_home(const Home& home, const fs::path& genesis_path,
                               const fs::path& keys) {
  std::error_code error;
  if (fs::exists(home.root, error) && !fs::is_empty(home.root, error)) {
    return failed("E-HOME-EXISTS", home.root.string() + " is not empty.",
                  "Name a folder that does not exist yet.");
  }
  const auto file = ledger::read_small_file(genesis_path, kGenesisBytesMax);
  if (!file) {
    return failed("E-HOME-FILE", genesis_path.string() + " cannot be read.",
                  "Name the genesis file that the network gave you.");
  }
  const crypto::Result<ledger::Genesis> genesis = ledger::parse_genesis(*file);
  if (!genesis) return crypto::Unexpected{genesis.error()};
  std::vector<KeyFile> key_files;
  if (!keys.empty()) {
    auto read = read_key_files(keys, first_validators(*genesis));
    if (!read) return crypto::Unexpected{read.error()};
    key_files = *std::move(read);
  }
  fs::create_directories(home.root, error);
  if (error) {
    return failed("E-HOME-FILE", home.root.string() + " cannot be made: " + error.message(),
                  "Name a folder in which you may write.");
  }
  fs::permissions(home.root, fs::perms::owner_all, error);
  if (auto written = write_key_files(home.root / "keys", key_files); !written) return written;
  if (auto written = crypto::create_file(home.config(), commented_config(), kPublicFile);
      !written) {
    return written;
  }
  return crypto::create_file(home.genesis(), *file, kPublicFile);
}

crypto::Result<void> mark_recovery(const Home& home) {
  if (auto genesis = read_genesis(home); !genesis) return crypto::Unexpected{genesis.error()};
  std::error_code error;
  if (fs::exists(home.recover(), error)) return {};
  return crypto::create_file(home.recover(),
                             "The next start asks the peers what this node may have signed.\n",
                             kPublicFile);
}

crypto::Result<ledger::Genesis> read_genesis(const Home& home) {
  const auto file = ledger::read_small_file(home.genesis(), kGenesisBytesMax);
  if (!file) {
    return failed("E-HOME-MISSING", home.root.string() + " is not a node's home.",
                  "Make one with: greenledgerd init --home " + home.root.string() +
                      " --genesis FILE --keys FOLDER");
  }
  return ledger::parse_genesis(*file);
}

}  // namespace node

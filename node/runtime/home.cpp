#include "node/runtime/home.h"

#include "crypto/private_file.h"
#include "ledger/chain/file_bytes.h"
#include "node/config.h"

namespace node {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRoles[] = {"node", "vote", "log", "cosigner"};
constexpr unsigned kPublicFile = 0644;
constexpr std::size_t kGenesisBytesMax = 16 * 1024 * 1024;

crypto::Unexpected<crypto::Error> failed(std::string code, std::string message, std::string hint) {
  return {{std::move(code), std::move(message), std::move(hint)}};
}

bool is_validator(const ledger::Genesis& genesis, const crypto::PublicKey& vote_key) {
  for (const proto::Record& record : genesis.records) {
    for (const proto::Validator& validator : record.validator_set().validators()) {
      if (validator.vote_key() == vote_key.view()) return true;
    }
  }
  return false;
}

crypto::Result<void> copy_keys(const Home& home, const ledger::Genesis& genesis,
                               const fs::path& keys) {
  auto vote = crypto::read_public_key(keys / "vote.pub");
  if (!vote) return crypto::Unexpected{vote.error()};
  if (!is_validator(genesis, *vote)) {
    return failed("E-HOME-KEYS",
                  "The vote key in " + keys.string() + " is no validator's of this genesis file.",
                  "Name the folder with the keys that were sent in for the genesis file.");
  }
  std::error_code error;
  fs::create_directory(home.root / "keys", error);
  fs::permissions(home.root / "keys", fs::perms::owner_all, error);
  for (std::string_view role : kRoles) {
    for (const char* ending : {".pem", ".pub"}) {
      const fs::path from = keys / (std::string(role) + ending);
      const bool secret = std::string_view(ending) == ".pem";
      auto bytes = crypto::read_private_file(
          from, 64 * 1024, secret ? crypto::FileChecks::owner_only : crypto::FileChecks::none);
      if (!bytes) return crypto::Unexpected{bytes.error()};
      auto written = crypto::create_file(home.root / "keys" / from.filename(), bytes->view(),
                                         secret ? 0600 : kPublicFile);
      if (!written) return written;
    }
  }
  return {};
}

}  // namespace

fs::path Home::key(std::string_view role) const {
  return root / "keys" / (std::string(role) + ".pem");
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
  fs::create_directories(home.root, error);
  if (error) {
    return failed("E-HOME-FILE", home.root.string() + " cannot be made: " + error.message(),
                  "Name a folder in which you may write.");
  }
  fs::permissions(home.root, fs::perms::owner_all, error);
  if (!keys.empty()) {
    if (auto copied = copy_keys(home, *genesis, keys); !copied) return copied;
  }
  if (auto written = crypto::create_file(home.config(), commented_config(), kPublicFile);
      !written) {
    return written;
  }
  return crypto::create_file(home.genesis(), *file, kPublicFile);
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

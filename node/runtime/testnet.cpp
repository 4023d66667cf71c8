#include "node/runtime/testnet.h"

#include "crypto/private_file.h"
#include "ledger/chain/file_bytes.h"
#include "ledger/founding/development.h"

namespace node {
namespace {

namespace fs = std::filesystem;
using crypto::Unexpected;

constexpr unsigned kPublicFile = 0644;
constexpr std::size_t kLastPort = 65'535;
// A node takes no more; through these it learns of the others.
constexpr std::size_t kSeedsMax = 16;

Unexpected<crypto::Error> failed(std::string code, std::string message, std::string hint) {
  return {{std::move(code), std::move(message), std::move(hint)}};
}

std::string validator_name(std::size_t number) { return "v" + std::to_string(number); }

// Those of the README's first purchase.
std::vector<ledger::DevelopmentMember> make_members(std::size_t validators) {
  std::vector<ledger::DevelopmentMember> members;
  for (std::size_t i = 0; i < validators; ++i) {
    members.push_back(ledger::make_member(validator_name(i), {proto::VALIDATOR}, {}));
  }
  members.push_back(
      ledger::make_member("label-office", {proto::CERTIFIER, proto::SCHEME_OWNER}, {}));
  members.push_back(ledger::make_member("shop", {proto::RECORDER}, {"*"}));
  return members;
}

proto::Record eco_label() {
  proto::Record record;
  record.set_subject("scheme/label-office/eco");
  record.set_place(1);
  proto::Scheme& scheme = *record.mutable_scheme();
  scheme.set_name("Eco Label");
  scheme.set_iso_type(proto::TYPE_I);
  scheme.set_basis(proto::PUBLIC_AUTHORITY);
  proto::Category& category = *scheme.add_categories();
  category.set_list("CPV");
  category.set_code("39");
  scheme.set_recognised_by("testnet");
  return record;
}

crypto::Result<void> make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (!error) return {};
  return failed("E-HOME-FILE", folder.string() + " cannot be made: " + error.message(),
                "Name a folder in which you may write.");
}

crypto::Result<void> write_keys(const fs::path& client, const ledger::DevelopmentMember& member) {
  for (const auto& [role, key] : member.keys) {
    const fs::path folder =
        client / (ledger::is_of_member(role) ? "keys" : "validators") / member.organisation;
    if (auto made = make_folder(folder); !made) return made;
    const fs::path path = folder / (std::string(ledger::name_of(role)) + ".pem");
    if (auto written = crypto::write_unencrypted_keystore(path, key); !written) return written;
  }
  return {};
}

std::string address(const TestnetOptions& options, std::size_t node, std::size_t port) {
  return "127.0.0.1:" + std::to_string(options.base_port + kTestnetPorts * node + port);
}

std::string config_text(const TestnetOptions& options, std::size_t node) {
  std::string seeds;
  for (std::size_t i = 1; i < options.validators && i <= kSeedsMax; ++i) {
    const std::size_t other = (node + i) % options.validators;
    seeds += (seeds.empty() ? "" : ", ") + address(options, other, 2);
  }
  std::string text = "# Made by greenledgerd testnet. For development: no key has a passphrase.\n";
  text += "[keys]\nallow_unencrypted = true\n";
  text += "[api]\nlisten = \"" + address(options, node, 0) + "\"\n";
  text += "[operations]\nlisten = \"" + address(options, node, 1) + "\"\n";
  text += "[peers]\nlisten = \"" + address(options, node, 2) + "\"\n";
  if (!seeds.empty()) text += "seeds = \"" + seeds + "\"\n";
  return text;
}

Home home_of(const fs::path& folder, std::size_t node) {
  return {folder / ("node" + std::to_string(node))};
}

crypto::Result<void> check(const TestnetOptions& options) {
  const std::size_t last_port = options.base_port + kTestnetPorts * options.validators - 1;
  if (options.validators < 1 || options.validators > kTestnetValidatorsMax ||
      options.base_port == 0 || last_port > kLastPort) {
    return failed("E-TESTNET-SIZE",
                  std::to_string(options.validators) + " nodes with three ports each from " +
                      std::to_string(options.base_port) + " on can't be had.",
                  "Ask for 1 to " + std::to_string(kTestnetValidatorsMax) +
                      " validators, and ports up to 65,535.");
  }
  std::error_code error;
  if (fs::exists(options.folder, error) && !fs::is_empty(options.folder, error)) {
    return failed("E-HOME-EXISTS", options.folder.string() + " is not empty.",
                  "Name a folder that does not exist yet; a testnet that is there is started "
                  "with --run alone.");
  }
  return {};
}

}  // namespace

crypto::Result<std::vector<Home>> make_testnet(const TestnetOptions& options) {
  if (auto checked = check(options); !checked) return Unexpected{checked.error()};
  const std::vector<ledger::DevelopmentMember> members = make_members(options.validators);
  ledger::GenesisDraft draft = ledger::development_draft("testnet", members);
  draft.schemes.push_back(eco_label());
  const auto genesis = ledger::draft_genesis(draft, options.time_ms);
  if (!genesis) return Unexpected{genesis.error()};

  const fs::path client = options.folder / "client";
  if (auto made = make_folder(client); !made) return Unexpected{made.error()};
  const fs::path genesis_path = client / "genesis.json";
  if (auto written = crypto::create_file(genesis_path, genesis->file, kPublicFile); !written) {
    return Unexpected{written.error()};
  }
  std::vector<Home> homes;
  for (const ledger::DevelopmentMember& member : members) {
    if (auto written = write_keys(client, member); !written) return Unexpected{written.error()};
  }
  for (std::size_t i = 0; i < options.validators; ++i) {
    const Home home = home_of(options.folder, i);
    auto made = make_home(home, genesis_path, client / "validators" / validator_name(i));
    if (!made) return Unexpected{made.error()};
    auto written = ledger::replace_file(home.config().string(), config_text(options, i));
    if (!written) {
      return failed("E-HOME-FILE", written.error() + ".", "Check the disk's free space.");
    }
    homes.push_back(home);
  }
  return homes;
}

std::vector<Home> find_testnet(const fs::path& folder) {
  std::vector<Home> homes;
  std::error_code error;
  while (homes.size() < kTestnetValidatorsMax &&
         fs::exists(home_of(folder, homes.size()).genesis(), error)) {
    homes.push_back(home_of(folder, homes.size()));
  }
  return homes;
}

}  // namespace node

// The configuration of this machine's node, node.toml. Three places have one meaning each: limits
// in the code are the protocol, the genesis file is the network's, and this file is the machine's.
//
// One table (config_settings.cpp) names every key with its kind, its bounds, what it is for and the
// option it sets; reading, checking, the commented file of `init` and `config show --origin` all
// come from it. Precedence: flag, environment GREENLEDGER_<SECTION>_<KEY>, file, default. What is
// unknown is an error with a suggestion. No key holds a secret: passphrases come from files.
//
// Pure: the caller brings the text of the file, the environment and the flags.
#pragma once

#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "crypto/expected.h"
#include "ledger/chain/rocks_store.h"
#include "node/api/http_options.h"
#include "node/net/peer_options.h"
#include "node/replica.h"
#include "node/witness/witness_options.h"

namespace node {

// Every field has the default that its component wrote beside it.
struct Config {
  std::string passphrase_file;  // empty: a systemd credential, else the terminal
  bool allow_unencrypted_keys = false;
  api::HttpOptions api;
  api::HttpOptions operations;
  PeerNetworkOptions peers;
  WitnessesOptions witnesses;
  std::string organisation;  // whose keys these are; empty: as the ledger says
  bool joins_by_state = true;
  ReplicaOptions replica;
  ledger::RocksOptions store;
  ledger::SpaceMarks space;

  Config();
};

enum class SettingKind : std::uint8_t {
  flag,          // true, false
  count,         // an integer
  bytes,         // an integer, or text such as "64 MiB"
  address,       // "127.0.0.1:8600", "[::1]:8600"
  addresses,     // any number of them up to `max`, with commas; none: ""
  organisation,  // its id, or ""
  witnesses,     // any number of them up to `max`: "<vkey> <url>, …"; none: ""
  path,          // relative to the folder of node.toml when it stands there
};

using SettingValue = std::variant<bool, std::uint64_t, std::string>;

struct Setting {
  std::string_view key;  // "api.listen"
  SettingKind kind;
  std::uint64_t min;  // of counts and bytes
  std::uint64_t max;
  std::string_view about;  // one line, for the commented file
  void (*set)(Config& config, const SettingValue& value);
  SettingValue (*get)(const Config& config);
};

// In the order of the file.
std::span<const Setting> settings();

struct ConfigSources {
  std::string file_name;  // for messages
  std::string file_text;  // empty: there is no file
  std::string folder;     // that holds the file
  std::map<std::string, std::string> environment;
  std::vector<std::pair<std::string, std::string>> flags;  // key, value: "api.listen", "[::1]:80"
};

enum class Origin : std::uint8_t { standard, file, environment, flag };

// One line of `config show --origin`.
struct ShownSetting {
  std::string key;
  std::string value;
  Origin origin = Origin::standard;
  std::string place;  // "node.toml:12", "GREENLEDGER_API_LISTEN", "--api.listen"; empty: standard
};

struct LoadedConfig {
  Config config;
  std::vector<ShownSetting> shown;  // every key, in the order of the file
};

// E-CONFIG-SYNTAX: not TOML; line and column. E-CONFIG-KEY: an unknown key or variable.
// E-CONFIG-VALUE: of the wrong kind, out of bounds, or not fitting another value.
crypto::Result<LoadedConfig> load_config(const ConfigSources& sources);

// The sources of a home: its node.toml, if there is one, and this process's environment.
// E-CONFIG-FILE: the file is there and cannot be read.
crypto::Result<ConfigSources> read_sources(const std::string& home);

// node.toml with every key at its default, commented out.
std::string commented_config();

// What a setting of several addresses means.
std::vector<std::string> split_addresses(std::string_view text);

// "api.listen" -> "GREENLEDGER_API_LISTEN".
std::string environment_name(std::string_view key);

// The value as it would stand in the file: 8600, true, "64 MiB", "127.0.0.1:8600".
std::string setting_text(const Setting& setting, const SettingValue& value);

}  // namespace node

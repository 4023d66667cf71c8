// The settings of the client and where each came from. What is nearer to the user wins: flag,
// environment (GREENLEDGER_*), the user's file, the system's file, the default.
//
// Files are TOML with one key a setting (`node = "https://…"`); an unknown key is an error with a
// suggestion. No setting holds a secret: the passphrase is named by its file.
#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/expected.h"

namespace tools {

struct SettingRule {
  std::string_view name;         // in files; "--<name>" is the flag
  std::string_view environment;  // variable
  std::string_view fallback;     // "~" at its start is the user's home folder
  std::string_view placeholder;
  std::string_view help;
};

inline constexpr std::array<SettingRule, 9> kSettings = {{
    {"home", "GREENLEDGER_HOME", "~/.greenledger", "FOLDER", "keys and what is remembered"},
    {"node", "GREENLEDGER_NODE", "http://127.0.0.1:8600", "URL", "the node to ask"},
    {"genesis", "GREENLEDGER_GENESIS", "", "FILE", "genesis file; else <home>/genesis.json"},
    {"org", "GREENLEDGER_ORG", "", "ID", "the organisation that acts"},
    {"key", "GREENLEDGER_KEY", "operation", "KEY", "signs: a name in <home>/keys, or a path"},
    {"passphrase-file", "GREENLEDGER_PASSPHRASE_FILE", "", "FILE", "holds the passphrase"},
    {"passphrase-credential", "GREENLEDGER_PASSPHRASE_CREDENTIAL", "", "NAME",
     "systemd credential that holds the passphrase"},
    {"output", "GREENLEDGER_OUTPUT", "table", "FORMAT", "table, json, jsonl or csv"},
    {"color", "GREENLEDGER_COLOR", "auto", "WHEN", "auto, always or never"},
}};

// A variable of the environment; nullopt: not set.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

class Settings {
 public:
  struct Setting {
    std::string value;
    std::string origin;  // "flag", "environment GREENLEDGER_NODE", the path of a file, "default"
  };

  // `flags` holds what the command line says, by name. E-CONFIG: a file that is not TOML, or holds
  // an unknown key or a value that is no text.
  static crypto::Result<Settings> load(const std::map<std::string, std::string>& flags,
                                       const Environment& environment);

  // CHECK: a name of kSettings.
  const Setting& get(std::string_view name) const;
  const std::string& value(std::string_view name) const { return get(name).value; }

  std::filesystem::path home() const { return value("home"); }
  std::filesystem::path genesis_path() const;
  // A key by name ("operation" -> <home>/keys/operation.pem; "acme/operation" of the organisations
  // in a home for development) or by path (it has a "/" or ".pem").
  std::filesystem::path key_path(const std::string& name_or_path) const;
  // The names of the keys in <home>/keys, ascending.
  std::vector<std::string> key_names() const;

 private:
  std::map<std::string, Setting, std::less<>> settings_;
};

// The files that are read if they are there: the system's, then the user's.
std::array<std::filesystem::path, 2> config_paths(const Environment& environment);

}  // namespace tools

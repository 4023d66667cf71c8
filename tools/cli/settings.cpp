#include "tools/cli/settings.h"

#include <toml++/toml.h>

#include <algorithm>
#include <fstream>

#include "crypto/check.h"
#include "tools/cli/error_codes.h"
#include "tools/cli/text_cells.h"

namespace tools {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

using SettingsByName = std::map<std::string, Settings::Setting, std::less<>>;

Unexpected<Error> config_error(const std::filesystem::path& path, std::string message,
                               std::string hint) {
  return Unexpected{Error{std::string(error_code::kConfig), path.string() + ": " + message, hint}};
}

std::string known_settings() {
  std::string names;
  for (const SettingRule& rule : kSettings) {
    if (!names.empty()) names += ", ";
    names += rule.name;
  }
  return "Settings are: " + names + ".";
}

std::string hint_for(std::string_view unknown) {
  for (const SettingRule& rule : kSettings) {
    if (edit_distance(unknown, rule.name) <= 2) {
      return "Did you mean \"" + std::string(rule.name) + "\"?";
    }
  }
  return known_settings();
}

bool is_setting(std::string_view name) {
  for (const SettingRule& rule : kSettings) {
    if (rule.name == name) return true;
  }
  return false;
}

Result<void> read_file(const std::filesystem::path& path, SettingsByName& values) {
  std::ifstream file(path);
  if (!file.is_open()) return {};
  const toml::parse_result parsed = toml::parse(file, path.string());
  if (!parsed) {
    const toml::parse_error& fault = parsed.error();
    return config_error(path,
                        "line " + std::to_string(fault.source().begin.line) + ": " +
                            std::string(fault.description()) + ".",
                        "Write each setting as: name = \"value\".");
  }
  for (const auto& [key, node] : parsed.table()) {
    if (!is_setting(key.str())) {
      return config_error(path, "there is no setting \"" + std::string(key.str()) + "\".",
                          hint_for(key.str()));
    }
    const std::optional<std::string> value = node.value_exact<std::string>();
    if (!value) {
      return config_error(path, "the setting \"" + std::string(key.str()) + "\" is no text.",
                          "Write it in quotation marks.");
    }
    values[std::string(key.str())] = {*value, path.string()};
  }
  return {};
}

std::string home_folder(const Environment& environment) {
  return environment("HOME").value_or(".");
}

}  // namespace

std::array<std::filesystem::path, 2> config_paths(const Environment& environment) {
  const std::filesystem::path user =
      environment("XDG_CONFIG_HOME").value_or(home_folder(environment) + "/.config");
  return {"/etc/greenledger/config.toml", user / "greenledger/config.toml"};
}

Result<Settings> Settings::load(const std::map<std::string, std::string>& flags,
                                const Environment& environment) {
  Settings settings;
  SettingsByName& values = settings.settings_;
  for (const SettingRule& rule : kSettings) {
    std::string fallback(rule.fallback);
    if (fallback.starts_with('~')) fallback = home_folder(environment) + fallback.substr(1);
    values[std::string(rule.name)] = {fallback, "default"};
  }
  for (const std::filesystem::path& path : config_paths(environment)) {
    if (const Result<void> read = read_file(path, values); !read) return Unexpected{read.error()};
  }
  for (const SettingRule& rule : kSettings) {
    const std::string variable(rule.environment);
    if (const std::optional<std::string> value = environment(variable); value && !value->empty()) {
      values[std::string(rule.name)] = {*value, "environment " + variable};
    }
  }
  for (const auto& [name, value] : flags) {
    CHECK(is_setting(name));
    values[name] = {value, "flag"};
  }
  return settings;
}

const Settings::Setting& Settings::get(std::string_view name) const {
  const auto found = settings_.find(name);
  CHECK(found != settings_.end());
  return found->second;
}

std::filesystem::path Settings::genesis_path() const {
  const std::string& path = value("genesis");
  return path.empty() ? home() / "genesis.json" : std::filesystem::path(path);
}

std::vector<std::string> Settings::key_names() const {
  std::vector<std::string> names;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(home() / "keys", failure)) {
    const std::filesystem::path& path = entry.path();
    if (path.extension() == ".pem") names.push_back(path.stem().string());
    std::error_code no_folder;
    for (const auto& inside : std::filesystem::directory_iterator(path, no_folder)) {
      if (inside.path().extension() != ".pem") continue;
      names.push_back(path.filename().string() + "/" + inside.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::filesystem::path Settings::key_path(const std::string& name_or_path) const {
  if (name_or_path.ends_with(".pem")) return name_or_path;
  const std::filesystem::path in_home = home() / "keys" / (name_or_path + ".pem");
  std::error_code failure;
  const bool is_name = name_or_path.find('/') == std::string::npos;
  return is_name || std::filesystem::exists(in_home, failure) ? in_home
                                                              : std::filesystem::path(name_or_path);
}

}  // namespace tools

#include "tools/cli/candidates.h"

#include "tools/cli/help.h"
#include "tools/cli/words.h"

namespace tools {
namespace {

void add_candidate(std::string& text, const std::string& partial, const std::string& candidate,
                   const std::string& description) {
  if (!candidate.starts_with(partial)) return;
  text += candidate;
  if (!description.empty()) text += "\t" + description;
  text += "\n";
}

const CLI::Option* positional_of(const CLI::App& app, std::size_t index) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional() && index-- == 0) return option;
  }
  return nullptr;
}

// What the flags before the last word set: --home decides whose keys are offered.
std::map<std::string, std::string> flags_of(const std::vector<std::string>& words) {
  std::map<std::string, std::string> flags;
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (const SettingRule& rule : kSettings) {
      const std::string flag = "--" + std::string(rule.name);
      if (words[i] == flag && i + 1 < words.size()) flags[std::string(rule.name)] = words[i + 1];
      if (words[i].starts_with(flag + "=")) {
        flags[std::string(rule.name)] = words[i].substr(flag.size() + 1);
      }
    }
  }
  return flags;
}

}  // namespace

std::string complete_words(const CLI::App& root, const std::vector<std::string>& words,
                           const Environment& environment, const ValuesOf& values_of) {
  const std::string partial = words.empty() ? "" : words.back();
  const std::vector<std::string> before(words.begin(), words.end() - (words.empty() ? 0 : 1));
  const Place place = find_place(root, before);
  std::string text;
  const CLI::Option* option = place.awaits;
  if (option == nullptr && partial.starts_with("-")) {
    for (const CLI::App* from = place.app; from != nullptr; from = from->get_parent()) {
      for (const CLI::Option* each : from->get_options()) {
        for (const std::string& name : each->get_lnames()) {
          if (name == "help" && from != place.app) continue;
          add_candidate(text, partial, "--" + name, each->get_description());
        }
      }
    }
    return text;
  }
  if (option == nullptr) {
    for (const CLI::App* command : commands_of(*place.app)) {
      add_candidate(text, partial, command->get_name(), command->get_description());
    }
    if (commands_of(*place.app).empty()) option = positional_of(*place.app, place.arguments);
  }
  if (option == nullptr) return text;
  const crypto::Result<Settings> settings = Settings::load(flags_of(before), environment);
  if (!settings) return text;
  for (const std::string& value : values_of(*option, *settings)) {
    add_candidate(text, partial, value, "");
  }
  return text;
}

}  // namespace tools

#include "tools/cli/words.h"

#include "tools/cli/help.h"

namespace tools {
namespace {

const CLI::App* find_command(const CLI::App& app, const std::string& word) {
  for (const CLI::App* command : commands_of(app)) {
    if (command->get_name() == word) return command;
  }
  return nullptr;
}

bool value_is_next_word(const CLI::Option& option, const std::string& word) {
  const bool holds_it =
      word.starts_with("--") ? word.find('=') != std::string::npos : word.size() > 2;
  return option.get_items_expected_max() > 0 && !holds_it;
}

}  // namespace

bool is_flag(const std::string& word) { return word.size() > 1 && word[0] == '-'; }

const CLI::Option* find_flag(const CLI::App& app, const std::string& word) {
  const std::string name =
      word.starts_with("--") ? word.substr(0, word.find('=')) : word.substr(0, 2);
  for (const CLI::App* from = &app; from != nullptr; from = from->get_parent()) {
    if (const CLI::Option* option = from->get_option_no_throw(name)) return option;
  }
  return nullptr;
}

Place find_place(const CLI::App& root, const std::vector<std::string>& words) {
  Place place;
  place.app = &root;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (place.awaits != nullptr) {
      place.awaits = nullptr;
    } else if (is_flag(word)) {
      const CLI::Option* option = find_flag(*place.app, word);
      if (option != nullptr && value_is_next_word(*option, word)) place.awaits = option;
      if (option == nullptr && !place.unknown) place.unknown = i;
    } else if (const CLI::App* command = find_command(*place.app, word)) {
      place.app = command;
    } else {
      ++place.arguments;
      if (!commands_of(*place.app).empty() && !place.unknown) place.unknown = i;
    }
  }
  return place;
}

}  // namespace tools

#include "tools/cli/help.h"

#include <algorithm>

#include "tools/cli/exit_code.h"
#include "tools/cli/text_cells.h"

namespace tools {
namespace {

constexpr std::size_t kSuggestionDistanceMax = 2;
constexpr std::size_t kNameColumn = 32;
constexpr std::size_t kWidth = 80;

std::string row(std::string name, std::string_view description) {
  name.insert(0, "  ");
  const std::size_t width = display_width(name);
  if (width + 2 <= kNameColumn) {
    name.append(kNameColumn - width, ' ');
  } else {
    name.append("\n").append(kNameColumn, ' ');
  }
  std::string indent;
  for (const std::string& line : wrapped(description, kWidth - kNameColumn)) {
    name.append(indent).append(line).append("\n");
    indent.assign(kNameColumn, ' ');
  }
  return name;
}

// A command line that a shell takes as it stands, folded before flags.
std::string example_rows(std::string_view example) {
  std::string text;
  std::string line = " ";
  while (!example.empty()) {
    const std::size_t end = std::min(example.find(" --", 1), example.size());
    std::string_view part = example.substr(0, end);
    if (part.front() == ' ') part.remove_prefix(1);
    example.remove_prefix(end);
    if (display_width(line) + display_width(part) + 3 > kWidth) {
      text += line + " \\\n";
      line.assign(5, ' ');
    }
    line += " " + std::string(part);
  }
  return text + line + "\n";
}

// What stands for the value of a flag: its type, which CLI11 follows with what is checked, or
// VALUE.
std::string placeholder_of(const CLI::Option& option) {
  if (option.get_positional() || option.get_items_expected_max() == 0) return "";
  if (option.get_items_expected_min() == 0) return "[=VALUE]";
  const std::string type = option.get_type_name().substr(0, option.get_type_name().find(':'));
  return " " + (type.empty() || type == "TEXT" ? "VALUE" : type);
}

std::string option_row(const CLI::Option& option) {
  std::string name;
  for (const std::string& letter : option.get_snames()) name += "-" + letter + ", ";
  for (const std::string& word : option.get_lnames()) name += "--" + word;
  if (option.get_lnames().empty()) name = option.get_name(true);
  name += placeholder_of(option);
  std::string description = option.get_description();
  if (!option.get_default_str().empty()) {
    const bool may_be_alone = option.get_items_expected_min() == 0;
    description += (may_be_alone ? " (alone: " : " (default ") + option.get_default_str() + ")";
  }
  if (option.get_required() && !option.get_positional()) description += " (required)";
  return row(std::move(name), description);
}

std::string options_of(const CLI::App& app, const std::string& group) {
  std::string text;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group() == group) text += option_row(*option);
  }
  return text.empty() ? "" : "\n" + group + ":\n" + text;
}

std::string usage_of(const CLI::App& app) {
  std::string usage = "Usage: " + path_of(app);
  if (app.get_parent() == nullptr) return usage + " NOUN VERB [flags]\n";
  if (!commands_of(app).empty()) return usage + " VERB [flags]\n";
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) usage += " " + option->get_name(true);
  }
  return usage + " [flags]\n";
}

std::string command_rows(const CLI::App& app) {
  std::string text;
  for (const CLI::App* command : commands_of(app)) {
    text += row(command->get_name(), command->get_description());
  }
  return text;
}

}  // namespace

std::string path_of(const CLI::App& app) {
  if (app.get_parent() == nullptr) return app.get_name();
  return path_of(*app.get_parent()) + " " + app.get_name();
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string help_text(const CLI::App& app, const std::vector<std::string>& examples) {
  std::string text = app.get_description() + ".\n\n" + usage_of(app);
  if (const std::string rows = command_rows(app); !rows.empty()) text += "\nCommands:\n" + rows;
  for (const std::string& group : app.get_groups()) {
    if (!group.empty()) text += options_of(app, group);
  }
  if (!examples.empty()) text += "\nExamples:\n";
  for (const std::string& example : examples) text += example_rows(example);
  if (app.get_parent() != nullptr) {
    text += "\nSettings that every command takes: greenledger --help\n";
  }
  return text;
}

std::string short_help_text(const CLI::App& root) {
  return "Usage: greenledger NOUN VERB [flags]\n\n" + command_rows(root) +
         "\nExamples:\n"
         "  greenledger cert show us-epa/smartway/JTYXV01.8P35~4156fe74 --at 2018-07-03\n"
         "  greenledger report share --by month\n"
         "\nMore: greenledger --help, greenledger help NOUN, greenledger help exit-codes\n";
}

std::string exit_code_text() {
  std::string text = "code  meaning\n";
  for (const ExitCodeMeaning& each : kExitCodes) {
    std::string code = std::to_string(static_cast<int>(each.code));
    code.resize(6, ' ');
    text += code + std::string(each.meaning);
    if (!each.retry.empty()) text += " (retry: " + std::string(each.retry) + ")";
    text += '\n';
  }
  return text;
}

std::string suggestion_for(const CLI::App& app, const std::string& word) {
  std::string best;
  std::size_t best_distance = kSuggestionDistanceMax + 1;
  const auto consider = [&](const std::string& candidate) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance && distance < candidate.size()) {
      best = candidate;
      best_distance = distance;
    }
  };
  if (word.starts_with("-")) {
    for (const CLI::App* from = &app; from != nullptr; from = from->get_parent()) {
      for (const CLI::Option* option : from->get_options()) {
        for (const std::string& name : option->get_lnames()) consider("--" + name);
      }
    }
  } else {
    for (const CLI::App* command : commands_of(app)) consider(command->get_name());
  }
  return best.empty() ? "" : "Did you mean `" + best + "`?";
}

}  // namespace tools

#include "tools/cli/cli.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "crypto/check.h"
#include "tools/cli/candidates.h"
#include "tools/cli/error_codes.h"
#include "tools/cli/help.h"
#include "tools/cli/words.h"

namespace tools {
namespace {

constexpr std::string_view kProgram = "greenledger";

bool asks_for_help(const std::vector<std::string>& arguments) {
  for (const std::string& word : arguments) {
    if (word == "--") return false;
    if (word == "-h" || word == "--help") return true;
  }
  return false;
}

std::string joined_path(const std::vector<std::string>& words) {
  std::string path(kProgram);
  for (const std::string& word : words) path += " " + word;
  return path;
}

// The format as far as it can be known before the command line is understood: errors in it must be
// JSON already.
Format early_format(const std::vector<std::string>& arguments, const Environment& environment) {
  std::string name = environment("GREENLEDGER_OUTPUT").value_or("table");
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--json") name = "json";
    if ((word == "-o" || word == "--output") && i + 1 < arguments.size()) name = arguments[i + 1];
    if (word.starts_with("--output=")) name = word.substr(9);
    if (word.starts_with("-o") && word.size() > 2) name = word.substr(2);
  }
  return format_of(name).value_or(Format::table);
}

bool wants_colour(const std::string& setting, bool is_terminal, const Environment& environment) {
  if (setting == "always") return true;
  if (setting == "never") return false;
  if (environment("CLICOLOR_FORCE").value_or("0") != "0") return true;
  return is_terminal && environment("NO_COLOR").value_or("").empty() &&
         environment("TERM") != "dumb";
}

}  // namespace

Cli::Cli() : root_("The client of Greenledger: certifications, purchases, proofs", "") {
  root_.name(std::string(kProgram));
  root_.require_subcommand(1);
  root_.set_help_flag("-h,--help", "show help and stop");
  add_global_flags();
}

void Cli::add_global_flags() {
  for (const SettingRule& rule : kSettings) {
    const std::string name(rule.name);
    const std::string flag = (name == "output" ? "-o,--" : "--") + name;
    CLI::Option* option = root_.add_option_function<std::string>(
        flag, [this, name](const std::string& value) { settings_[name] = value; },
        std::string(rule.help));
    option->type_name(std::string(rule.placeholder))->group("Settings");
    if (name == "output") allow_only(*option, {"table", "json", "jsonl", "csv"});
    if (name == "color") allow_only(*option, {"auto", "always", "never"});
    if (name == "key") {
      complete_with(*option, [](const Settings& settings) { return settings.key_names(); });
    }
  }
  root_.add_flag("--json", json_, "the same as -o json")->group("Settings");
  root_.add_option("--passphrase-fd", passphrase_descriptor_, "read the passphrase from it")
      ->type_name("NUMBER")
      ->group("Settings");
  root_
      .add_flag("--insecure-unencrypted", allow_unencrypted_,
                "take and make keys without a passphrase")
      ->group("Settings");
  root_.add_flag("-y,--yes", assume_yes_, "do not ask before a dangerous act")->group("Settings");
  root_.add_flag("--no-input", no_input_, "never ask; fail instead")->group("Settings");
}

void Cli::allow_only(CLI::Option& option, const std::vector<std::string>& values) {
  option.check(CLI::IsMember(values));
  complete_with(option, [values](const Settings&) { return values; });
}

CLI::App& Cli::add(CLI::App& parent, const Command& command) {
  CLI::App* app = parent.add_subcommand(command.name, command.description);
  app->fallthrough();
  app->set_help_flag("-h,--help", "show help and stop");
  examples_[app] = command.examples;
  return *app;
}

CLI::App& Cli::add_noun(const Command& command) {
  CLI::App& noun = add(root_, command);
  noun.require_subcommand(1);
  return noun;
}

CLI::App& Cli::add_verb(CLI::App& noun, const Command& command, Action action) {
  CLI::App& verb = add(noun, command);
  actions_[&verb] = std::move(action);
  return verb;
}

CLI::App& Cli::add_lone_verb(const Command& command, Action action) {
  return add_verb(root_, command, std::move(action));
}

void Cli::complete_with(const CLI::Option& option, Values values) {
  values_[&option] = std::move(values);
}

std::vector<std::string> Cli::values_for(const CLI::Option& option,
                                         const Settings& settings) const {
  const auto found = values_.find(&option);
  return found == values_.end() ? std::vector<std::string>{} : found->second(settings);
}

std::string Cli::help_of(const CLI::App& app) const {
  const auto examples = examples_.find(&app);
  return help_text(app,
                   examples == examples_.end() ? std::vector<std::string>{} : examples->second);
}

crypto::Error Cli::explain(const std::vector<std::string>& arguments, std::string fault) const {
  const Place place = find_place(root_, arguments);
  const CLI::App* app = place.app;
  std::string hint;
  if (place.unknown) {
    const std::string& word = arguments[*place.unknown];
    const std::string name = is_flag(word) ? word.substr(0, word.find('=')) : word;
    // The command as far as it was known when the word came.
    const std::vector<std::string> before(arguments.begin(),
                                          arguments.begin() + static_cast<long>(*place.unknown));
    app = find_place(root_, before).app;
    fault = is_flag(word) ? "There is no flag " + name + " here."
                          : "`" + path_of(*app) + "` has no command `" + word + "`.";
    hint = suggestion_for(*app, name);
  }
  if (!fault.ends_with('.')) fault += '.';
  if (!hint.empty()) hint += ' ';
  return {std::string(error_code::kUsage), fault, hint + "See `" + path_of(*app) + " --help`."};
}

ExitCode Cli::run(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  Output early(
      surroundings.out, surroundings.err,
      {.format = early_format(arguments, surroundings.environment),
       .colour_err = wants_colour("auto", surroundings.err_is_terminal, surroundings.environment)});
  if (arguments.empty()) {
    early.text(short_help_text(root_));
    return ExitCode::done;
  }
  if (arguments[0] == "--version") {  // what nearly every program answers to
    std::vector<std::string> words = arguments;
    words[0] = "version";
    return run(words, surroundings);
  }
  if (arguments[0] == "__complete") {
    early.text(complete_words(root_, {arguments.begin() + 1, arguments.end()},
                              surroundings.environment,
                              [this](const CLI::Option& option, const Settings& settings) {
                                return values_for(option, settings);
                              }));
    return ExitCode::done;
  }
  if (arguments[0] == "help") {
    if (arguments.size() > 1 && arguments[1] == "exit-codes") {
      early.text(exit_code_text());
    } else {
      early.text(help_of(*find_place(root_, {arguments.begin() + 1, arguments.end()}).app));
    }
    return ExitCode::done;
  }
  if (asks_for_help(arguments)) {
    early.text(help_of(*find_place(root_, arguments).app));
    return ExitCode::done;
  }
  // A noun alone asks what it can do.
  const CLI::App& named = *find_place(root_, arguments).app;
  if (!commands_of(named).empty() && path_of(named) == joined_path(arguments)) {
    early.text(help_of(named));
    return ExitCode::done;
  }
  // CLI11 reports by exceptions and has no other form.
  try {
    root_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& fault) {
    return early.fail(explain(arguments, fault.what()));
  }
  return perform(surroundings, early);
}

ExitCode Cli::perform(const Surroundings& surroundings, Output& early) {
  if (json_) settings_["output"] = "json";
  crypto::Result<Settings> settings = Settings::load(settings_, surroundings.environment);
  if (!settings) return early.fail(settings.error());
  const std::optional<Format> format = format_of(settings->value("output"));
  if (!format) {
    return early.fail(crypto::Error{std::string(error_code::kConfig),
                                    "\"" + settings->value("output") + "\" (" +
                                        settings->get("output").origin + ") is no output format.",
                                    "Use table, json, jsonl or csv."});
  }
  const std::string& colour = settings->value("color");
  const Output output(
      surroundings.out, surroundings.err,
      {.format = *format,
       .colour_out = wants_colour(colour, surroundings.out_is_terminal, surroundings.environment),
       .colour_err = wants_colour(colour, surroundings.err_is_terminal, surroundings.environment),
       .err_is_terminal = surroundings.err_is_terminal,
       .width = surroundings.width});
  Session session{
      .settings = *std::move(settings),
      .output = output,
      .environment = surroundings.environment,
      .assume_yes = assume_yes_,
      .may_ask = !no_input_ && surroundings.in_is_terminal && surroundings.in != nullptr,
      .in = surroundings.in,
      .passphrase_descriptor = passphrase_descriptor_,
      .allow_unencrypted = allow_unencrypted_,
      .node_access = surroundings.node_access};
  const CLI::App* app = &root_;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  const auto action = actions_.find(app);
  CHECK(action != actions_.end());
  return action->second(session);
}

}  // namespace tools

// The command tree: `greenledger NOUN VERB`. A noun is one file that adds its verbs here; what is
// common to all (help, global flags, settings, errors, suggestions, exit codes) is done here once.
//
// To add a noun, write <noun>.cpp with `void add_<noun>(Cli&)`, declare it in nouns.h, call it in
// nouns.cpp. A verb's options live in a struct that its action shares:
//
//   auto options = std::make_shared<NewOptions>();
//   CLI::App& verb = cli.add_verb(noun, {"new", "Make keys", {"greenledger keys new --org cec"}},
//                                 [options](Session& session) { return make(session, *options); });
//   verb.add_option("--role", options->roles, "…");
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "tools/cli/exit_code.h"
#include "tools/cli/session.h"

namespace tools {

using Action = std::function<ExitCode(Session&)>;

// Values that a flag or an argument may take, for completion only.
using Values = std::function<std::vector<std::string>(const Settings&)>;

struct Command {
  std::string name;
  std::string description;            // one line, no full stop
  std::vector<std::string> examples;  // whole command lines
};

// What a run meets of the world outside; tests give their own.
struct Surroundings {
  std::ostream& out;
  std::ostream& err;
  Environment environment;
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  std::size_t width = 0;  // columns of the terminal that stdout is; 0: it is none
  NodeAccess node_access = real_node_access();
  std::istream* in = nullptr;  // stdin; not null when it is a terminal
};

class Cli {
 public:
  Cli();
  Cli(const Cli&) = delete;
  Cli& operator=(const Cli&) = delete;

  CLI::App& add_noun(const Command& command);
  CLI::App& add_verb(CLI::App& noun, const Command& command, Action action);
  // A noun that is its own verb: `greenledger version`.
  CLI::App& add_lone_verb(const Command& command, Action action);

  // The option takes one of these values and no other.
  void allow_only(CLI::Option& option, const std::vector<std::string>& values);
  // Lets completion offer these values; it is quick, and asks no node.
  void complete_with(const CLI::Option& option, Values values);

  // `arguments` without the program's name.
  ExitCode run(const std::vector<std::string>& arguments, const Surroundings& surroundings);

  // For completion and for tests that walk the tree.
  const CLI::App& root() const { return root_; }

 private:
  CLI::App& add(CLI::App& parent, const Command& command);
  void add_global_flags();
  std::vector<std::string> values_for(const CLI::Option& option, const Settings& settings) const;
  std::string help_of(const CLI::App& app) const;
  // What is wrong with the command line, told better than CLI11 does where that is possible.
  crypto::Error explain(const std::vector<std::string>& arguments, std::string fault) const;
  ExitCode perform(const Surroundings& surroundings, Output& early);

  CLI::App root_;
  std::map<const CLI::App*, Action> actions_;
  std::map<const CLI::App*, std::vector<std::string>> examples_;
  std::map<const CLI::Option*, Values> values_;
  std::map<std::string, std::string> settings_;  // as given by flags
  bool json_ = false;
  bool assume_yes_ = false;
  bool no_input_ = false;
  bool allow_unencrypted_ = false;
  int passphrase_descriptor_ = -1;
};

}  // namespace tools

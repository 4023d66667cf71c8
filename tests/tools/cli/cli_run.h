// Runs a command line in the test's own process, with an environment and terminals of its choice.
#pragma once

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tools/cli/nouns.h"

namespace tools {

struct Ran {
  int exit = 0;
  std::string out;
  std::string err;
};

inline Ran run_cli(const std::vector<std::string>& arguments,
                   const std::map<std::string, std::string>& environment = {},
                   bool on_terminal = false, const NodeAccess& node_access = real_node_access()) {
  std::ostringstream out;
  std::ostringstream err;
  const Environment lookup = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    if (found == environment.end()) return std::nullopt;
    return found->second;
  };
  Cli cli;
  add_all_nouns(cli);
  const ExitCode code = cli.run(arguments, Surroundings{.out = out,
                                                        .err = err,
                                                        .environment = lookup,
                                                        .in_is_terminal = false,
                                                        .out_is_terminal = on_terminal,
                                                        .err_is_terminal = on_terminal,
                                                        .node_access = node_access});
  return {static_cast<int>(code), out.str(), err.str()};
}

}  // namespace tools

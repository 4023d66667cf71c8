// greenledger: the client. Everything is in the nouns; this is where the process begins and ends.
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "tools/cli/nouns.h"

namespace {

// Columns of the terminal that stdout is; 0: it is none, or does not say.
std::size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace

int main(int argument_count, char** arguments) {
  const tools::Environment environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
  tools::Cli cli;
  tools::add_all_nouns(cli);
  const tools::ExitCode code =
      cli.run({arguments + 1, arguments + argument_count},
              tools::Surroundings{.out = std::cout,
                                  .err = std::cerr,
                                  .environment = environment,
                                  .in_is_terminal = ::isatty(STDIN_FILENO) == 1,
                                  .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
                                  .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
                                  .width = terminal_width(),
                                  .in = &std::cin});
  std::cout.flush();
  // A full disk or a closed pipe: what was to be shown was not shown.
  if (!std::cout.good() && code == tools::ExitCode::done) return 1;
  return static_cast<int>(code);
}

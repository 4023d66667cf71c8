// greenledger completion: scripts for the shells.
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/cli/error_codes.h"
#include "tools/cli/nouns.h"

namespace tools {
namespace {

// COMP_WORDS holds "--output=json" as three words; the "=" is dropped.
constexpr std::string_view kBash = R"script(# bash completion of greenledger
_greenledger() {
  local word line
  local -a words=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
    [[ $word == "=" ]] || words+=("$word")
  done
  [[ ${COMP_WORDS[COMP_CWORD]} == "=" ]] && words+=("")
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("${line%%$'\t'*}")
  done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null)
}
complete -o default -F _greenledger greenledger
)script";

constexpr std::string_view kZsh = R"script(#compdef greenledger
_greenledger() {
  local line
  local -a candidates
  for line in "${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] && candidates+=("${${line//:/\\:}/$'\t'/:}")
  done
  if (( $#candidates )); then
    _describe greenledger candidates
  else
    _files
  fi
}
compdef _greenledger greenledger
)script";

constexpr std::string_view kFish = R"script(# fish completion of greenledger
function __greenledger_complete
    set -l words (commandline -opc) (commandline -ct)
    $words[1] __complete $words[2..-1] 2>/dev/null
end
complete -c greenledger -a '(__greenledger_complete)'
)script";

ExitCode print_script(Session& session, const std::string& shell) {
  if (shell == "bash") {
    session.output.text(kBash);
  } else if (shell == "zsh") {
    session.output.text(kZsh);
  } else if (shell == "fish") {
    session.output.text(kFish);
  } else {
    return session.output.fail(crypto::Error{std::string(error_code::kUsage),
                                             "There is no script for \"" + shell + "\".",
                                             "Shells are bash, zsh and fish."});
  }
  return ExitCode::done;
}

}  // namespace

void add_completion(Cli& cli) {
  const auto shell = std::make_shared<std::string>();
  CLI::App& verb = cli.add_lone_verb(
      {"completion",
       "Script that completes command lines, for bash, zsh or fish",
       {"source <(greenledger completion bash)",
        "greenledger completion fish >~/.config/fish/completions/greenledger.fish"}},
      [shell](Session& session) { return print_script(session, *shell); });
  CLI::Option* option = verb.add_option("SHELL", *shell, "bash, zsh or fish")->required();
  cli.complete_with(
      *option, [](const Settings&) { return std::vector<std::string>{"bash", "fish", "zsh"}; });
}

}  // namespace tools

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/temporary_folder.h"
#include "tests/tools/cli/cli_run.h"
#include "tools/cli/help.h"

namespace tools {
namespace {

using support::TemporaryFolder;

// The candidates without their descriptions, one a line.
std::string candidates(std::vector<std::string> words) {
  words.insert(words.begin(), "__complete");
  std::string names;
  std::istringstream lines(run_cli(words).out);
  for (std::string line; std::getline(lines, line);) {
    names += line.substr(0, line.find('\t')) + "\n";
  }
  return names;
}

TEST(Completion, OffersCommandsThatBeginSo) {
  EXPECT_EQ(candidates({"keys", ""}), "new\nlist\nshow\n");
  EXPECT_EQ(candidates({"keys", "s"}), "show\n");
  EXPECT_EQ(candidates({"rep"}), "report\n");
  EXPECT_EQ(candidates({"report", ""}), "share\ncompare\n");
  EXPECT_EQ(candidates({"report", "share", "--by", ""}), "month\nbuyer\ncategory\n");
  EXPECT_EQ(candidates({"-o", "json", "keys", "l"}), "list\n");
  EXPECT_EQ(candidates({"nonsense"}), "");
}

TEST(Completion, OffersFlagsOfTheCommandAndOfAll) {
  EXPECT_EQ(candidates({"keys", "new", "--country"}), "--country\n");
  EXPECT_EQ(candidates({"keys", "list", "--country"}), "");
  EXPECT_EQ(candidates({"keys", "list", "--ou"}), "--output\n");
}

TEST(Completion, OffersTheValuesOfAFlag) {
  EXPECT_EQ(candidates({"keys", "list", "-o", "j"}), "json\njsonl\n");
  EXPECT_EQ(candidates({"keys", "list", "--color", ""}), "auto\nalways\nnever\n");
  EXPECT_EQ(candidates({"keys", "list", "--home", ""}), "");  // files, which the shell knows
}

TEST(Completion, OffersTheKeysThatAreThere) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "keys");
  folder.write("keys/root.pem", "");
  folder.write("keys/operation.pem", "");
  folder.write("keys/operation.pub", "");

  EXPECT_EQ(candidates({"keys", "show", "--home", folder.path().string(), ""}),
            "operation\nroot\n");
  EXPECT_EQ(candidates({"keys", "show", "--home", folder.path().string(), "root", ""}), "");
  // A home of several organisations has a folder for each.
  std::filesystem::create_directory(folder / "keys" / "acme");
  folder.write("keys/acme/root.pem", "");
  EXPECT_EQ(candidates({"keys", "show", "--home", folder.path().string(), "a"}), "acme/root\n");
}

TEST(Completion, NamesEveryCommandOfTheTree) {
  Cli cli;
  add_all_nouns(cli);
  for (const CLI::App* noun : commands_of(cli.root())) {
    EXPECT_NE(candidates({""}).find(noun->get_name() + "\n"), std::string::npos);
    for (const CLI::App* verb : commands_of(*noun)) {
      EXPECT_NE(candidates({noun->get_name(), ""}).find(verb->get_name() + "\n"),
                std::string::npos);
    }
  }
}

TEST(Completion, RefusesOtherShells) { EXPECT_EQ(run_cli({"completion", "csh"}).exit, 2); }

// Runs `script` in a shell in which `greenledger` is the program that was built; its output.
std::string run_in(const std::string& shell, const std::string& script) {
  if (std::system(("command -v " + shell + " >/dev/null").c_str()) != 0) return "no shell";
  const TemporaryFolder folder;
  std::filesystem::create_symlink(GREENLEDGER, folder / "greenledger");
  folder.write("script", script);
  const std::string command =
      "cd '" + folder.path().string() + "' && PATH=$PWD:$PATH " + shell + " script >out 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0) << folder.read("out");
  return folder.read("out");
}

TEST(CompletionScript, WorksInBash) {
  const std::string out = run_in("bash", R"script(
source <(greenledger completion bash)
complete -p greenledger
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _greenledger; echo "${COMPREPLY[*]}"; }
try greenledger keys ''
try greenledger keys list --output = j
try greenledger keys list --output =
)script");
  if (out == "no shell") GTEST_SKIP() << "bash is not installed";
  EXPECT_EQ(out,
            "complete -o default -F _greenledger greenledger\n"
            "new list show\njson jsonl\ntable json jsonl csv\n");
}

TEST(CompletionScript, WorksInZsh) {
  const std::string out = run_in("zsh", R"script(
autoload -Uz compinit
compinit -u -d compdump
_describe() { print -l -- "${(@P)2}" }
_files() { print files }
source <(greenledger completion zsh)
try() { words=("$@"); CURRENT=$#; _greenledger }
try greenledger keys l
try greenledger keys list --home ''
)script");
  if (out == "no shell") GTEST_SKIP() << "zsh is not installed";
  EXPECT_EQ(out, "list:List the keys in <home>/keys\nfiles\n");
}

TEST(CompletionScript, WorksInFish) {
  const std::string out = run_in("fish", R"script(
greenledger completion fish | source
complete -C 'greenledger keys l'
)script");
  if (out == "no shell") GTEST_SKIP() << "fish is not installed";
  EXPECT_EQ(out, "list\tList the keys in <home>/keys\n");
}

}  // namespace
}  // namespace tools

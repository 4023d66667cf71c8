#include "tools/cli/cli.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/tools/cli/cli_run.h"
#include "tools/cli/help.h"

namespace tools {
namespace {

// Every command of the tree, the root first.
std::vector<const CLI::App*> all_commands(const CLI::App& root) {
  std::vector<const CLI::App*> found = {&root};
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const CLI::App* child : commands_of(*found[i])) found.push_back(child);
  }
  return found;
}

TEST(CommandTree, GivesAFlagOneMeaningEverywhere) {
  Cli cli;
  add_all_nouns(cli);
  std::map<std::string, std::string> meanings;
  for (const CLI::App* command : all_commands(cli.root())) {
    for (const CLI::Option* option : command->get_options()) {
      if (option->get_positional()) continue;
      std::vector<std::string> names = option->get_lnames();
      names.insert(names.end(), option->get_snames().begin(), option->get_snames().end());
      for (const std::string& name : names) {
        const auto [known, is_new] = meanings.emplace(name, option->get_description());
        EXPECT_EQ(known->second, option->get_description()) << path_of(*command) << " " << name;
      }
    }
  }
  EXPECT_GT(meanings.size(), 15u);
}

TEST(CommandTree, DescribesEveryCommandAndFlag) {
  Cli cli;
  add_all_nouns(cli);
  for (const CLI::App* command : all_commands(cli.root())) {
    EXPECT_NE(command->get_description(), "") << path_of(*command);
    EXPECT_FALSE(command->get_description().ends_with('.')) << path_of(*command);
    for (const CLI::Option* option : command->get_options()) {
      EXPECT_NE(option->get_description(), "") << path_of(*command) << option->get_name();
    }
  }
}

TEST(CommandTree, ShowsAnExampleOfEveryVerb) {
  Cli cli;
  add_all_nouns(cli);
  for (const CLI::App* command : all_commands(cli.root())) {
    if (!commands_of(*command).empty()) continue;
    std::string path = path_of(*command);
    const std::string help = run_cli({"help",
                                      command->get_parent()->get_name() == "greenledger"
                                          ? command->get_name()
                                          : command->get_parent()->get_name(),
                                      command->get_name()})
                                 .out;
    const std::size_t examples = help.find("\nExamples:\n");
    ASSERT_NE(examples, std::string::npos) << path;
    EXPECT_NE(help.find(path, examples), std::string::npos) << path;
  }
}

TEST(Help, IsShortWithoutArgumentsAndShowsTwoExamples) {
  const Ran ran = run_cli({});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_TRUE(ran.out.starts_with("Usage: greenledger NOUN VERB [flags]\n"));
  const std::size_t first = ran.out.find("\n  greenledger ");
  ASSERT_NE(first, std::string::npos);
  EXPECT_NE(ran.out.find("\n  greenledger ", first + 1), std::string::npos);
  EXPECT_EQ(ran.err, "");
}

TEST(Help, IsTheSameInEveryFormAndIgnoresOtherFlags) {
  const std::string help = run_cli({"help", "keys", "new"}).out;
  EXPECT_TRUE(help.starts_with("Make keys"));
  EXPECT_EQ(run_cli({"keys", "new", "--help"}).out, help);
  EXPECT_EQ(run_cli({"keys", "new", "-h"}).out, help);
  EXPECT_EQ(run_cli({"keys", "new", "--bogus", "-o", "nonsense", "--help"}).out, help);
  EXPECT_EQ(run_cli({"keys", "new", "--help"}).exit, 0);
}

TEST(Help, OfANounAloneListsItsVerbs) {
  const Ran ran = run_cli({"keys"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, run_cli({"help", "keys"}).out);
  EXPECT_NE(ran.out.find("\n  new "), std::string::npos);
}

TEST(Help, ListsTheExitCodes) {
  const Ran ran = run_cli({"help", "exit-codes"});
  EXPECT_NE(ran.out.find("\n2     wrong usage or configuration (retry: no)\n"), std::string::npos);
  EXPECT_NE(ran.out.find("\n130   "), std::string::npos);
}

TEST(Usage, FaultsEndWithExitCodeTwo) {
  EXPECT_EQ(run_cli({"nonsense"}).exit, 2);
  EXPECT_EQ(run_cli({"keys", "nonsense"}).exit, 2);
  EXPECT_EQ(run_cli({"keys", "list", "--nonsense"}).exit, 2);
  EXPECT_EQ(run_cli({"keys", "list", "nonsense"}).exit, 2);
  EXPECT_EQ(run_cli({"keys", "list", "-o", "nonsense"}).exit, 2);
  EXPECT_EQ(run_cli({"keys", "show"}).exit, 2);
  EXPECT_EQ(run_cli({"keys", "list", "--passphrase-fd", "x"}).exit, 2);
  EXPECT_EQ(run_cli({"-o"}).exit, 2);
  EXPECT_EQ(run_cli({"--json"}).exit, 2);
}

TEST(Usage, SuggestsWhatIsNear) {
  EXPECT_NE(run_cli({"kyes"}).err.find("Did you mean `keys`?"), std::string::npos);
  EXPECT_NE(run_cli({"keys", "lst"}).err.find("Did you mean `list`?"), std::string::npos);
  EXPECT_NE(run_cli({"keys", "list", "--jsn"}).err.find("Did you mean `--json`?"),
            std::string::npos);
  EXPECT_NE(run_cli({"keys", "new", "--contry=CN"}).err.find("Did you mean `--country`?"),
            std::string::npos);
  EXPECT_EQ(run_cli({"certainly"}).err.find("Did you mean"), std::string::npos);
}

TEST(Usage, KnowsAValueFromACommand) {
  const Ran ran = run_cli({"-o", "json", "kyes"});
  EXPECT_EQ(Json::parse(ran.err)["message"], "`greenledger` has no command `kyes`.");
}

TEST(Usage, IsToldInJsonInTheJsonFormats) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"keys", "lst", "-o", "json"},
                                             {"keys", "lst", "-ojson"},
                                             {"keys", "lst", "--output=jsonl"},
                                             {"keys", "lst", "--json"}}) {
    const Json error = Json::parse(run_cli(arguments).err);
    EXPECT_EQ(error["schema"], "greenledger.error/1");
    EXPECT_EQ(error["code"], "E-USAGE");
  }
  EXPECT_EQ(Json::parse(run_cli({"kyes"}, {{"GREENLEDGER_OUTPUT", "json"}}).err)["code"],
            "E-USAGE");
}

TEST(GlobalFlags, MayStandBeforeAndBehindTheCommand) {
  EXPECT_EQ(run_cli({"-o", "json", "config", "show"}).out,
            run_cli({"config", "show", "-o", "json"}).out);
  EXPECT_EQ(run_cli({"config", "--json", "show"}).out,
            run_cli({"config", "show", "-o", "json"}).out);
}

TEST(ConfigShow, SaysWhereEachValueComesFrom) {
  const Ran ran = run_cli({"config", "show", "--json", "--node", "https://n.example"},
                          {{"GREENLEDGER_ORG", "cec"}, {"HOME", "/h"}});
  const Json items = Json::parse(ran.out)["items"];
  std::map<std::string, std::string> origins;
  for (const Json& item : items) origins[item["name"]] = item["origin"];
  EXPECT_EQ(origins["node"], "flag");
  EXPECT_EQ(origins["org"], "environment GREENLEDGER_ORG");
  EXPECT_EQ(origins["home"], "default");
  EXPECT_EQ(origins["output"], "flag");
}

TEST(ConfigShow, RefusesAFormatOfTheEnvironmentThatIsNone) {
  const Ran ran = run_cli({"config", "show"}, {{"GREENLEDGER_OUTPUT", "xml"}});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_NE(ran.err.find("[E-CONFIG]"), std::string::npos);
}

TEST(Colour, IsOnATerminalOnlyUnlessForced) {
  const std::string bold = "\x1b[1m";
  EXPECT_NE(run_cli({"config", "show"}, {}, true).out.find(bold), std::string::npos);
  EXPECT_EQ(run_cli({"config", "show"}, {}, false).out.find(bold), std::string::npos);
  EXPECT_EQ(run_cli({"config", "show"}, {{"NO_COLOR", "1"}}, true).out.find(bold),
            std::string::npos);
  EXPECT_NE(run_cli({"config", "show"}, {{"CLICOLOR_FORCE", "1"}}, false).out.find(bold),
            std::string::npos);
  EXPECT_EQ(run_cli({"config", "show", "--color", "never"}, {}, true).out.find(bold),
            std::string::npos);
  EXPECT_NE(run_cli({"config", "show", "--color", "always"}, {{"NO_COLOR", "1"}}).out.find(bold),
            std::string::npos);
}

TEST(Version, NamesItsParts) {
  const Json version = Json::parse(run_cli({"version", "--json"}).out);
  EXPECT_EQ(version["schema"], "greenledger.version/1");
  for (const char* part : {"version", "commit", "build_type", "openssl", "libsodium", "protobuf"}) {
    EXPECT_NE(version[part].get<std::string>(), "") << part;
  }
  EXPECT_EQ(version["rules_version"], 1);
  EXPECT_EQ(run_cli({"--version", "--json"}).out, run_cli({"version", "--json"}).out);
}

}  // namespace
}  // namespace tools

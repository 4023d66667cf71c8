// greenledger config: which settings hold, and where each came from.
#include "tools/cli/nouns.h"

namespace tools {
namespace {

ExitCode show_config(Session& session) {
  std::vector<Json> rows;
  for (const SettingRule& rule : kSettings) {
    const Settings::Setting& setting = session.settings.get(rule.name);
    rows.push_back({{"name", rule.name}, {"value", setting.value}, {"origin", setting.origin}});
  }
  session.output.list("config", {{"name", "SETTING"}, {"value", "VALUE"}, {"origin", "ORIGIN"}},
                      rows);
  return ExitCode::done;
}

}  // namespace

void add_config(Cli& cli) {
  CLI::App& noun = cli.add_noun({"config", "Settings of this client", {}});
  cli.add_verb(noun,
               {"show",
                "Show each setting and where it comes from",
                {"greenledger config show",
                 "GREENLEDGER_NODE=https://n1.example greenledger config "
                 "show -o json"}},
               show_config);
}

}  // namespace tools

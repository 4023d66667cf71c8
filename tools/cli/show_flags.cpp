#include "tools/cli/show_flags.h"

namespace tools {

void add_list_flags(CLI::App& verb, ListFlags& flags) {
  verb.add_option("--limit", flags.limit, "rows at most; 0: all")->type_name("");
  add_height_flag(verb, flags.height);
}

void add_height_flag(CLI::App& verb, std::string& height) {
  verb.add_option("--as-of-height", height, "answer as the ledger stood after this block")
      ->type_name("")
      ->check(CLI::TypeValidator<std::uint64_t>());
}

void add_day_flag(CLI::App& verb, std::string& day) {
  verb.add_option("--at", day, "day for which the status is asked, as 2018-01-13; today by default")
      ->type_name("");
}

NodePath add_height(NodePath path, const std::string& height) {
  path.add("as_of_height", height);
  return path;
}

void say_if_more(Session& session, const NodeReader::List& list) {
  if (!list.more) return;
  session.output.say("There are more; these are the first " + std::to_string(list.items.size()) +
                     ". Give --limit 0 for all.");
}

}  // namespace tools

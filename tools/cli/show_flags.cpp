#include "tools/cli/show_flags.h"

#include <charconv>

#include "ledger/records/date.h"

namespace tools {

void add_list_flags(CLI::App& verb, ListFlags& flags) {
  verb.add_option("--limit", flags.limit, "rows at most; 0: all")->type_name("");
  add_height_flag(verb, flags.height);
}

void add_height_flag(CLI::App& verb, std::string& height) {
  verb.add_option("--as-of-height", height, "answer as the ledger stood after this block")
      ->type_name("")
      ->check(height_fault);
}

void add_day_flag(CLI::App& verb, std::string& day) {
  verb.add_option("--at", day, "day for which the status is asked, as 2018-01-13; today by default")
      ->type_name("")
      ->check(day_fault);
}

void add_period_flags(CLI::App& verb, std::string& since, std::string& until) {
  verb.add_option("--since", since, "first day of purchase, as 2018-01-13")
      ->type_name("")
      ->check(day_fault);
  verb.add_option("--until", until, "last day of purchase")->type_name("")->check(day_fault);
}

std::string day_fault(const std::string& word) {
  const std::optional<ledger::Date> date = ledger::Date::parse(word);
  if (date && date->precision() == ledger::Precision::day) return "";
  return "\"" + word + "\" is no day of the calendar such as 2018-01-13";
}

std::string height_fault(const std::string& word) {
  std::uint64_t height = 0;
  const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), height);
  if (failure == std::errc() && end == word.data() + word.size()) return "";
  return "\"" + word + "\" is no height of a block; heights are numbers from 0";
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

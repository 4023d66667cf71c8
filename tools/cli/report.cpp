// greenledger report: the green procurement share, and what became of it between two heights. The
// node computes; any node gives the same bytes for the same height.
#include <cstdio>

#include "tools/cli/nouns.h"
#include "tools/cli/record_json.h"
#include "tools/cli/show_flags.h"

namespace tools {
namespace {

using crypto::Result;

struct ReportOptions {
  std::string from;
  std::string to;
  std::string buyer;
  std::string height;
  std::string before;  // compare only
  std::string html;    // file; share only
  std::string group = "month";
};

NodePath path_of(const std::string& report, const ReportOptions& options, std::string_view format) {
  NodePath path("/v1/reports/" + report);
  path.add("from", options.from).add("to", options.to).add("buyer", options.buyer);
  path.add("before", options.before).add("format", format);
  return add_height(path, options.height);
}

std::string percent(const Json& share) {
  if (!share.is_string()) return "not stated";
  // "0.123456" -> "12.3 %": the report has six digits, a line on a screen needs three.
  const double value = std::stod(share.get<std::string>()) * 100;
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", value);
  return text;
}

// "41.2 % [41.2 % – 60.0 %]  2,061 of 5,000"
std::string tally_text(const Json& tally) {
  return percent(tally["share"]) + " [" + percent(tally["bounds"][0]) + " – " +
         percent(tally["bounds"][1]) + "]  " + tally["eligible"].get<std::string>() + " of " +
         tally["all"].get<std::string>();
}

std::string spend_text(const Json& spend) {
  if (spend.empty()) return "spend not stated";
  std::string text;
  for (const Json& currency : spend) {
    if (!text.empty()) text += "; ";
    text += currency["currency"].get<std::string>() + " " + tally_text(currency);
  }
  return text;
}

Json summary_of(const Json& report) {
  const Json& total = report["total"];
  Json outcomes = Json::array();
  for (const auto& [name, lines] : total["outcomes"].items()) {
    outcomes.push_back(name + " " + std::to_string(lines.get<std::uint64_t>()));
  }
  std::string list;
  for (const Json& outcome : outcomes) {
    list += (list.empty() ? "" : ", ") + outcome.get<std::string>();
  }
  return {{"height", report["as_of"]["height"]},
          {"lines", tally_text(total["lines"])},
          {"spend", spend_text(total["spend"])},
          {"category_lines", tally_text(total["lines_in_label_categories"])},
          {"category_spend", spend_text(total["spend_in_label_categories"])},
          {"outcomes", list},
          {"input", report["input"]["root"]}};
}

void print_groups(Session& session, const Json& groups) {
  std::vector<Json> rows;
  for (const Json& group : groups) {
    rows.push_back({{"label", group["label"]},
                    {"share", percent(group["lines"]["share"])},
                    {"upper", percent(group["lines"]["bounds"][1])},
                    {"eligible", group["lines"]["eligible"]},
                    {"all", group["lines"]["all"]},
                    {"spend", spend_text(group["spend"])}});
  }
  session.output.list("report-share-groups",
                      {{"label", "group"},
                       {"share", "share", true},
                       {"upper", "at most", true},
                       {"eligible", "green", true},
                       {"all", "lines", true},
                       {"spend", "spend"}},
                      rows);
}

ExitCode print_share(Session& session, const ReportOptions& options, const crypto::Bytes& bytes) {
  const Json report = Json::parse(bytes, nullptr, false);
  if (report.is_discarded() || !report.contains("total")) {
    return session.output.fail(crypto::Error{std::string(error_code::kNodeAnswer),
                                             "The node's report cannot be read.",
                                             "Use a client and a node of the same version."});
  }
  session.output.show("report-share",
                      {{"height", "as of height"},
                       {"lines", "by count"},
                       {"spend", "by spend"},
                       {"category_lines", "count, label categories"},
                       {"category_spend", "spend, label categories"},
                       {"outcomes", "outcomes"},
                       {"input", "lines' root"}},
                      summary_of(report));
  session.output.text("\n");
  print_groups(session, report["by_" + options.group]);
  for (const Json& flag : report["flags"]) {
    session.output.say(std::to_string(flag["lines"].get<std::uint64_t>()) +
                       " lines: " + flag["meaning"].get<std::string>());
  }
  session.output.next("greenledger report share --html report.html");
  return ExitCode::done;
}

// The bytes as the node made them: two nodes' reports can be compared with cmp.
ExitCode print_bytes(Session& session, const NodePath& path) {
  const Result<crypto::Bytes> bytes = NodeReader(session).find_bytes(path);
  if (!bytes) return session.output.fail(bytes.error());
  session.output.text(*bytes);
  return ExitCode::done;
}

ExitCode share(Session& session, const ReportOptions& options) {
  const NodeReader node(session);
  if (!options.html.empty()) {
    const Result<crypto::Bytes> page = node.find_bytes(path_of("share", options, "html"));
    if (!page) return session.output.fail(page.error());
    if (auto written = write_file(options.html, *page, Existing::replaced); !written) {
      return session.output.fail(written.error());
    }
    session.output.say("Wrote " + options.html + ".");
    return ExitCode::done;
  }
  switch (session.output.format()) {
    case Format::csv:
      return print_bytes(session, path_of("share", options, "csv"));
    case Format::json:
    case Format::jsonl:
      return print_bytes(session, path_of("share", options, "json"));
    case Format::table:
      break;
  }
  const Result<crypto::Bytes> bytes = node.find_bytes(path_of("share", options, "json"));
  if (!bytes) return session.output.fail(bytes.error());
  return print_share(session, options, *bytes);
}

ExitCode compare(Session& session, const ReportOptions& options) {
  const bool csv = session.output.format() == Format::csv;
  if (session.output.format() != Format::table) {
    return print_bytes(session, path_of("compare", options, csv ? "csv" : "json"));
  }
  const Result<Json> found = NodeReader(session).find(path_of("compare", options, "json"));
  if (!found) return session.output.fail(found.error());
  const auto row = [&](const char* title, const Json& measures) {
    return Json{{"what", title},
                {"lines", measures["lines"]["all"]},
                {"green", measures["lines"]["eligible"]},
                {"share", percent(measures["lines"]["share"])}};
  };
  session.output.list(
      "report-compare",
      {{"what", ""}, {"lines", "lines", true}, {"green", "green", true}, {"share", "share", true}},
      {row("before", (*found)["older"]["total"]), row("came", (*found)["came"]),
       row("went", (*found)["went"]), row("restated, before", (*found)["restated"]["before"]),
       row("restated, after", (*found)["restated"]["after"]),
       row("now", (*found)["newer"]["total"])});
  return ExitCode::done;
}

void add_scope_flags(CLI::App& verb, ReportOptions& options) {
  verb.add_option("--since", options.from, "first day")->type_name("");
  verb.add_option("--until", options.to, "last day")->type_name("");
  verb.add_option("--buyer", options.buyer, "buyer: a name, or LEI:…, USCC:…, GLN:…, DUNS:…")
      ->type_name("");
  add_height_flag(verb, options.height);
}

}  // namespace

void add_report(Cli& cli) {
  CLI::App& noun =
      cli.add_noun({"report", "Reports", {"greenledger report share --since 2019-01-01"}});
  auto share_options = std::make_shared<ReportOptions>();
  CLI::App& share_verb =
      cli.add_verb(noun,
                   {"share",
                    "Green procurement share, with bounds and coverage",
                    {"greenledger report share --since 2019-01-01 --until 2019-12-31",
                     "greenledger report share --html report.html"}},
                   [share_options](Session& session) { return share(session, *share_options); });
  add_scope_flags(share_verb, *share_options);
  share_verb.add_option("--html", share_options->html, "write the page with charts to this file");
  CLI::Option* group = share_verb.add_option("--by", share_options->group, "groups of the table")
                           ->default_str("month");
  cli.allow_only(*group, {"month", "buyer", "category"});

  auto compare_options = std::make_shared<ReportOptions>();
  CLI::App& compare_verb = cli.add_verb(
      noun,
      {"compare",
       "What became of the share between two heights",
       {"greenledger report compare --before 120"}},
      [compare_options](Session& session) { return compare(session, *compare_options); });
  add_scope_flags(compare_verb, *compare_options);
  compare_verb.add_option("--before", compare_options->before, "the earlier height")->required();
}

}  // namespace tools

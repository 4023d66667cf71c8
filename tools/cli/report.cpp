// greenledger report: the green procurement share, and what became of it between two heights. The
// node computes; any node gives the same bytes for the same height.
#include <algorithm>

#include "tools/cli/error_codes.h"
#include "tools/cli/nouns.h"
#include "tools/cli/progress.h"
#include "tools/cli/record_json.h"
#include "tools/cli/record_texts.h"
#include "tools/cli/report_view.h"
#include "tools/cli/show_flags.h"
#include "tools/cli/text_cells.h"

namespace tools {
namespace {

using crypto::Result;

// Of text that goes to no terminal.
constexpr std::size_t kPlainWidth = 80;

struct ReportOptions {
  std::string from;
  std::string to;
  std::string buyer;
  std::string height;
  std::string before;  // compare only
  std::string html;    // file; share only
  std::string group;
};

NodePath path_of(const std::string& report, const ReportOptions& options, std::string_view format) {
  NodePath path("/v1/reports/" + report);
  path.add("from", options.from).add("to", options.to).add("buyer", options.buyer);
  path.add("before", options.before).add("format", format);
  return add_height(path, options.height);
}

crypto::Error unreadable() {
  return {std::string(error_code::kNodeAnswer), "The node's report cannot be read.",
          "Use a client and a node of the same version."};
}

// Each line of text behind a number, folded so that it stays in its column.
void print_notes(Session& session, const Json& flags) {
  if (flags.empty()) return;
  constexpr std::size_t kNumberWidth = 9;
  const std::size_t width = session.output.width_or(kPlainWidth) - kNumberWidth;
  session.output.text("\n" + session.output.styled(Style::bold, "To be read with care") + "\n");
  for (const Json& flag : flags) {
    std::string number = grouped(flag.value("lines", std::uint64_t{0}));
    for (const std::string& line : wrapped(flag.value("meaning", ""), width)) {
      number.insert(0, kNumberWidth - 2 - std::min(kNumberWidth - 2, number.size()), ' ');
      session.output.text(number + "  " + printable(line) + "\n");
      number.clear();
    }
  }
}

ExitCode print_share(Session& session, const ReportOptions& options, const crypto::Bytes& bytes) {
  const Json report = Json::parse(bytes, nullptr, false);
  if (report.is_discarded() || !report.contains("total")) {
    return session.output.fail(unreadable());
  }
  Output& output = session.output;
  output.text(output.styled(Style::bold, "Green share") + " of " + printable(scope_text(report)) +
              "\n\n");
  output.list("report-share", kShareColumns, share_rows(report["total"]));
  output.text("\n");
  output.list("report-outcomes", kRegisterColumns, outcome_rows(report["total"]));
  if (!options.group.empty()) {
    output.text("\n");
    output.list("report-groups", group_columns(options.group, report),
                group_rows(report["by_" + options.group], report));
  }
  print_notes(session, report.value("flags", Json::array()));
  output.say("At most: if every line that nobody can identify were green.");
  output.next(options.group.empty() ? "greenledger report share --by month"
                                    : "greenledger report share --html report.html");
  return ExitCode::done;
}

// The bytes as the node made them: two nodes' reports can be compared with cmp.
ExitCode print_bytes(Session& session, const NodePath& path) {
  const Result<crypto::Bytes> bytes = NodeReader(session).find_bytes(path);
  if (!bytes) return session.output.fail(bytes.error());
  session.output.text(*bytes);
  return ExitCode::done;
}

// What programs read; nullopt: a table is wanted.
std::optional<ExitCode> print_document(Session& session, const std::string& report,
                                       const ReportOptions& options) {
  switch (session.output.format()) {
    case Format::csv:
      return print_bytes(session, path_of(report, options, "csv"));
    case Format::json:
      return print_bytes(session, path_of(report, options, "json"));
    case Format::jsonl: {
      const Result<Json> found = NodeReader(session).find(path_of(report, options, "json"));
      if (!found) return session.output.fail(found.error());
      session.output.text(found->dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
      return ExitCode::done;
    }
    case Format::table:
      break;
  }
  return std::nullopt;
}

ExitCode share(Session& session, const ReportOptions& options) {
  const NodeReader node(session);
  if (!options.html.empty()) {
    const Result<crypto::Bytes> page = node.find_bytes(path_of("share", options, "html"));
    if (!page) return session.output.fail(page.error());
    if (auto written = write_file(options.html, *page, Existing::replaced); !written) {
      return session.output.fail(crypto::Error{std::string(error_code::kWrite),
                                               options.html + " cannot be written.",
                                               written.error().hint});
    }
    session.output.say("Wrote " + options.html + ".");
    return ExitCode::done;
  }
  if (const auto exit = print_document(session, "share", options)) return *exit;
  const Result<crypto::Bytes> bytes = node.find_bytes(path_of("share", options, "json"));
  if (!bytes) return session.output.fail(bytes.error());
  return print_share(session, options, *bytes);
}

ExitCode compare(Session& session, const ReportOptions& options) {
  if (const auto exit = print_document(session, "compare", options)) return *exit;
  const Result<Json> found = NodeReader(session).find(path_of("compare", options, "json"));
  if (!found) return session.output.fail(found.error());
  std::vector<Column> columns = kCompareColumns;
  columns[0].title = "LINES";
  session.output.list("report-compare", columns, compare_rows(*found, ""));
  for (const std::string& currency : compared_currencies(*found)) {
    session.output.text("\n");
    columns[0].title = "SPEND, " + currency;
    session.output.list("report-compare", columns, compare_rows(*found, currency));
  }
  session.output.next("greenledger report compare --before " + options.before +
                      " -o csv >restated.csv");
  return ExitCode::done;
}

void add_scope_flags(CLI::App& verb, ReportOptions& options) {
  add_period_flags(verb, options.from, options.to);
  add_party_flag(verb, "--buyer", options.buyer);
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
                    "Report the green procurement share, with its bounds",
                    {"greenledger report share --since 2019-01-01 --until 2019-12-31",
                     "greenledger report share --html report.html"}},
                   [share_options](Session& session) { return share(session, *share_options); });
  add_scope_flags(share_verb, *share_options);
  share_verb
      .add_option("--html", share_options->html, "write a page with charts to this file instead")
      ->type_name("");
  CLI::Option* group =
      share_verb
          .add_option("--by", share_options->group, "also a table by month, buyer or category")
          ->type_name("");
  cli.allow_only(*group, {"month", "buyer", "category"});

  auto compare_options = std::make_shared<ReportOptions>();
  CLI::App& compare_verb = cli.add_verb(
      noun,
      {"compare",
       "Show what became of the share between two heights",
       {"greenledger report compare --before 120"}},
      [compare_options](Session& session) { return compare(session, *compare_options); });
  add_scope_flags(compare_verb, *compare_options);
  compare_verb.add_option("--before", compare_options->before, "the earlier height")
      ->required()
      ->type_name("")
      ->check(height_fault);
}

}  // namespace tools

// The share as one page for people and printers.
#include <algorithm>

#include "ledger/reports/chart.h"

namespace ledger {
namespace {

constexpr std::size_t kRowsShown = 20;

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --page: #fbfaf7; --card: #ffffff; --text: #1d2521;
  --quiet: #55605a; --line: #d9ddd6; --green: #1f7a4d; --open: #c98a12; --rest: #cfd6d1; }
@media (prefers-color-scheme: dark) { :root { --page: #131815; --card: #1c231f; --text: #e9eeea;
  --quiet: #a8b3ac; --line: #343d38; --green: #4cb782; --open: #e0a83a; --rest: #47524c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 0 0 .5rem; }
p { margin: .25rem 0 .75rem; }
.quiet, caption, figcaption { color: var(--quiet); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 1rem;
  margin: 1.5rem 0; padding: 0; list-style: none; }
.cards .figure.none { font-size: 1.3rem; line-height: 1.85; color: var(--quiet); }
.cards li, section { background: var(--card); border: 1px solid var(--line); border-radius: .75rem;
  padding: 1rem 1.25rem; }
section { margin: 1.25rem 0; }
.figure { display: block; font-size: 2rem; font-weight: 650; line-height: 1.2;
  font-variant-numeric: tabular-nums; }
figure { margin: 0; overflow-x: auto; }
figure svg { width: 100%; min-width: 34rem; height: auto; display: block; }
svg text { fill: var(--text); font-size: 13px; }
svg .name { text-anchor: end; } svg .tick { text-anchor: middle; font-size: 12px; }
svg .green, .key.green { fill: var(--green); background: var(--green); }
svg .rest, .key.rest { fill: var(--rest); background: var(--rest); }
svg .open { fill: url(#hatch); } svg .axis { fill: var(--quiet); }
svg .grid { fill: var(--line); }
.hatch1 { fill: var(--card); } .hatch2 { stroke: var(--open); stroke-width: 3; }
.key { display: inline-block; width: .9rem; height: .9rem; border-radius: .2rem;
  vertical-align: -.1rem; margin: 0 .35rem 0 .9rem; }
.key.open { background: repeating-linear-gradient(45deg, var(--open) 0 2px, var(--card) 2px 5px);
  border: 1px solid var(--open); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin-top: .75rem; font-size: .92rem; }
caption { text-align: left; padding-bottom: .25rem; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: right;
  font-variant-numeric: tabular-nums; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
.words th:first-child { white-space: normal; }
tbody th { font-weight: 500; }
code { font-size: .85em; overflow-wrap: anywhere; }
@media (max-width: 30rem) { main { padding: 1.25rem .75rem 3rem; } h1 { font-size: 1.5rem; }
  .cards { gap: .6rem; } .cards li, section { padding: .8rem .9rem; } }
@media print { :root { color-scheme: light; --page: #fff; --card: #fff; --text: #000; --quiet: #444;
    --line: #ccc; --green: #1f7a4d; --open: #c98a12; --rest: #cfd6d1; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 11px; } table { font-size: 10px; } h1 { font-size: 18px; }
  h2 { font-size: 14px; }
  main { max-width: none; padding: 0; } .figure { font-size: 1.5rem; }
  figure svg { min-width: 0; } h2, caption { break-after: avoid; }
  tr, figure, .cards li { break-inside: avoid; } }
)";

constexpr std::string_view kHatch =
    "<svg width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\"><defs>"
    "<pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
    "patternTransform=\"rotate(45)\"><rect class=\"hatch1\" width=\"6\" height=\"6\"/>"
    "<line class=\"hatch2\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\"/></pattern></defs></svg>\n";

constexpr std::string_view kLegend =
    "<p class=\"quiet\"><span class=\"key green\" style=\"margin-left:0\"></span>green"
    "<span class=\"key open\"></span>unidentified"
    "<span class=\"key rest\"></span>not green</p>\n";

// What the charts of groups measure: converted spend, or the spend of the one currency there is,
// where at least half of the lines state a price; otherwise lines, because a chart of what few
// lines cost would hide the others.
struct BasisOfCharts {
  std::string name;
  std::string currency;  // empty: lines
  bool is_converted = false;
};

BasisOfCharts basis_of(const ShareReport& report) {
  const std::optional<RateTable>& rates = report.parameters().rates;
  const std::map<std::string, Tally>& spend = report.total().spend;
  const Coverage& coverage = report.coverage();
  if (coverage.with_spend * 2 < coverage.lines) return {"Lines", "", false};
  if (!spend.empty() && converted(spend, rates)) {
    return {"Spend in " + rates->target + ", converted", rates->target, true};
  }
  if (spend.size() == 1) {
    return {"Spend in " + spend.begin()->first, spend.begin()->first, false};
  }
  return {"Lines", "", false};
}

Tally tally_on(const BasisOfCharts& basis, const Measures& measures,
               const std::optional<RateTable>& rates) {
  if (basis.currency.empty()) return measures.lines;
  if (basis.is_converted) return converted(measures.spend, rates).value_or(Tally());
  const auto found = measures.spend.find(basis.currency);
  return found == measures.spend.end() ? Tally() : found->second;
}

// Every denominator there is a figure for: spend, spend in label categories, lines, and lines in
// label categories.
std::vector<ChartRow> headline_rows(const ShareReport& report) {
  const Measures& total = report.total();
  const std::optional<RateTable>& rates = report.parameters().rates;
  std::vector<ChartRow> rows;
  for (const auto& [currency, tally] : total.spend) {
    rows.push_back({"Spend, " + currency, tally});
  }
  if (const auto sum = converted(total.spend, rates); sum && !total.spend.empty()) {
    rows.push_back({"Spend, all in " + rates->target, *sum});
  }
  for (const auto& [currency, tally] : total.category_spend) {
    rows.push_back({"Spend in label categories, " + currency, tally});
  }
  if (const auto sum = converted(total.category_spend, rates);
      sum && !total.category_spend.empty()) {
    rows.push_back({"Spend in label categories, all in " + rates->target, *sum});
  }
  rows.push_back({"Lines", total.lines});
  if (!total.category_lines.all.is_zero()) {
    rows.push_back({"Lines in label categories", total.category_lines});
  }
  return rows;
}

std::vector<ChartRow> group_rows(const ShareReport& report, const ShareReport::Groups& groups,
                                 const BasisOfCharts& basis) {
  std::vector<ChartRow> rows;
  for (const auto& [key, group] : groups) {
    rows.push_back({group.label, tally_on(basis, group.measures, report.parameters().rates)});
  }
  return rows;
}

void keep_largest(std::vector<ChartRow>& rows) {
  std::sort(rows.begin(), rows.end(), [](const ChartRow& a, const ChartRow& b) {
    return a.tally.all != b.tally.all ? a.tally.all > b.tally.all : a.label < b.label;
  });
  if (rows.size() > kRowsShown) rows.resize(kRowsShown);
}

std::string cell(const std::string& text) { return "<td>" + text + "</td>"; }

std::string table(std::string_view caption, std::string_view first,
                  const std::vector<ChartRow>& rows) {
  std::string out = "<div class=\"scroll\"><table><caption>" + escaped(caption) +
                    "</caption><thead><tr><th scope=\"col\">" + escaped(first) +
                    "</th><th scope=\"col\">Share</th><th scope=\"col\">At most</th>"
                    "<th scope=\"col\">Green</th><th scope=\"col\">Unidentified</th>"
                    "<th scope=\"col\">All</th></tr></thead><tbody>\n";
  for (const ChartRow& row : rows) {
    const Tally& tally = row.tally;
    out += "<tr><th scope=\"row\">" + escaped(row.label) + "</th>" +
           cell(percent_text(tally.eligible, tally.all)) +
           cell(percent_text(tally.eligible + tally.unidentified, tally.all)) +
           cell(grouped(tally.eligible)) + cell(grouped(tally.unidentified)) +
           cell(grouped(tally.all)) + "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string spend_text(const Coverage& coverage) {
  const auto text = [](std::uint64_t lines) {
    return grouped(Decimal::from_integer(static_cast<std::int64_t>(lines)));
  };
  return text(coverage.with_spend) + " of " + text(coverage.lines) + " lines state a price.";
}

std::string section(std::string_view heading, std::string_view text, const std::string& chart,
                    const std::string& rows) {
  return "<section><h2>" + escaped(heading) + "</h2>\n<p class=\"quiet\">" + escaped(text) +
         "</p>\n<figure>" + chart + std::string(kLegend) + "</figure>\n" + rows + "</section>\n";
}

std::string card(const ChartRow& row) {
  return "<li><span class=\"quiet\">" + escaped(row.label) + "</span><span class=\"figure\">" +
         percent_text(row.tally.eligible, row.tally.all) + "</span><span class=\"quiet\">at most " +
         percent_text(row.tally.eligible + row.tally.unidentified, row.tally.all) + "<br>" +
         grouped(row.tally.eligible) + " of " + grouped(row.tally.all) + "</span></li>\n";
}

// A denominator of which nothing is known is named, never left out.
std::string empty_card(std::string_view label, std::string_view why) {
  return "<li><span class=\"quiet\">" + escaped(label) +
         "</span><span class=\"figure none\">not stated</span><span class=\"quiet\">" +
         escaped(why) + "</span></li>\n";
}

std::string cards(const ShareReport& report, const std::vector<ChartRow>& headline) {
  const Measures& total = report.total();
  std::string out = "<ul class=\"cards\">\n";
  if (total.spend.empty()) out += empty_card("Spend", "no line states a price");
  if (total.category_lines.all.is_zero() && total.category_spend.empty()) {
    out += empty_card("In label categories", "no line states such a category");
  }
  for (const ChartRow& row : headline) out += card(row);
  return out + "</ul>\n";
}

std::string counted_table(std::string_view caption, std::uint64_t all,
                          const std::vector<std::pair<std::string, std::uint64_t>>& rows) {
  std::string out = "<div class=\"scroll\"><table class=\"words\"><caption>" + escaped(caption) +
                    "</caption><thead><tr><th scope=\"col\">What</th><th scope=\"col\">Lines</th>"
                    "<th scope=\"col\">Of all</th></tr></thead><tbody>\n";
  for (const auto& [text, count] : rows) {
    const Decimal lines = Decimal::from_integer(static_cast<std::int64_t>(count));
    out += "<tr><th scope=\"row\">" + escaped(text) + "</th>" + cell(grouped(lines)) +
           cell(percent_text(lines, Decimal::from_integer(static_cast<std::int64_t>(all)))) +
           "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string outcome_section(const ShareReport& report) {
  constexpr std::array<std::string_view, kLineOutcomeCount> kNames = {
      "Certified", "Assessed and not certified", "Ambiguous", "Not in the register",
      "Out of validity"};
  const Measures& total = report.total();
  std::vector<ChartRow> rows;
  std::vector<std::pair<std::string, std::uint64_t>> counts;
  for (std::size_t i = 0; i < kLineOutcomeCount; ++i) {
    Tally tally;
    tally.all = Decimal::from_integer(static_cast<std::int64_t>(total.outcomes[i]));
    const auto outcome = static_cast<LineOutcome>(i);
    if (outcome == LineOutcome::certified) tally.eligible = total.lines.eligible;
    if (outcome == LineOutcome::ambiguous) tally.unidentified = tally.all;
    rows.push_back({std::string(kNames[i]), tally, percent_text(tally.all, total.lines.all)});
    counts.emplace_back(kNames[i], total.outcomes[i]);
  }
  const std::uint64_t all = report.coverage().lines;
  std::vector<std::pair<std::string, std::uint64_t>> reasons;
  for (const auto& [reason, lines] : report.reasons()) {
    reasons.emplace_back(reason_sentence(reason), lines);
  }
  return section(
      "What the register says",
      "Each line is looked up among the certifications and assessments that held on the "
      "day of the purchase.",
      bar_chart("Lines by outcome", rows, false),
      counted_table("Lines by outcome", all, counts) + counted_table("Why", all, reasons));
}

std::string coverage_section(const ShareReport& report) {
  const Coverage& coverage = report.coverage();
  std::vector<std::pair<std::string, std::uint64_t>> flags;
  for (const auto& [flag, lines] : report.flags()) flags.emplace_back(flag_sentence(flag), lines);
  for (const auto& [flag, lines] : report.join_flags()) {
    flags.emplace_back(flag_sentence(flag), lines);
  }
  return "<section><h2>What the figures rest on</h2>\n" +
         counted_table("Coverage", coverage.lines,
                       {{"All lines", coverage.lines},
                        {"With a GTIN", coverage.with_gtin},
                        {"With a model", coverage.with_model},
                        {"With a category", coverage.with_category},
                        {"With the day of purchase", coverage.with_day},
                        {"With a price", coverage.with_spend},
                        {"With a checked id of the buyer", coverage.with_checked_buyer}}) +
         (flags.empty() ? std::string()
                        : counted_table("To be read with care", coverage.lines, flags)) +
         "</section>\n";
}

// The flags that make the same report again.
std::string scope_flags(const ShareParameters& parameters) {
  std::string flags = "--as-of-height " + std::to_string(parameters.as_of_height) + " ";
  if (!parameters.from.empty()) flags += "--since " + parameters.from + " ";
  if (!parameters.to.empty()) flags += "--until " + parameters.to + " ";
  if (!parameters.buyer.empty()) flags += "--buyer \"" + parameters.buyer + "\" ";
  return flags;
}

std::string method_section(const ShareReport& report) {
  const ShareParameters& parameters = report.parameters();
  std::string types;
  for (proto::IsoType type : parameters.policy.iso_types) {
    types += (types.empty() ? "" : ", ") + proto::IsoType_Name(type);
  }
  std::string out =
      "<section><h2>How to recompute this report</h2>\n<p>A line is green when a certification "
      "of a recognised scheme (types counted: " +
      escaped(types) +
      ") covers its product and held on the day of the purchase, as known at the height above. A "
      "line is unidentified when several answers are possible or the line names no product. "
      "Rebates "
      "are never spend; returns reduce what was bought; shares are rounded half to even, "
      "once.</p>\n"
      "<p>Lines: " +
      std::to_string(report.digest().size) + ", Merkle root <code>" + report.digest().root.hex() +
      "</code></p>\n";
  if (parameters.rates) {
    out += "<p>Rates to " + escaped(parameters.rates->target) + " of " +
           escaped(parameters.rates->date) + ", stated by " + escaped(parameters.rates->source) +
           ":";
    for (const auto& [currency, rate] : parameters.rates->rates) {
      out += " " + escaped(currency) + " " + rate.text() + ";";
    }
    out.back() = '.';
    out += "</p>\n";
  }
  return out + "<p>To compare this page with one of your own: <code>greenledger report share " +
         escaped(scope_flags(parameters)) + "--html page.html</code></p>\n" +
         "<p class=\"quiet\">Made by Greenledger " + escaped(parameters.software) +
         ".</p></section>\n";
}

std::string period_text(const ShareParameters& parameters) {
  if (parameters.from.empty() && parameters.to.empty()) return "all purchases";
  if (parameters.to.empty()) return "purchases from " + parameters.from;
  if (parameters.from.empty()) return "purchases to " + parameters.to;
  return "purchases from " + parameters.from + " to " + parameters.to;
}

std::string head(const ShareParameters& parameters) {
  const std::string title =
      "Green procurement share" +
      (parameters.network.empty() ? std::string() : ", " + parameters.network);
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         escaped(title) + "</title>\n<style>" + std::string(kStyle) +
         "</style></head>\n<body><main>\n" + std::string(kHatch) + "<h1>" + escaped(title) +
         "</h1>\n<p class=\"quiet\">" + escaped(period_text(parameters)) +
         (parameters.buyer.empty() ? "" : ", buyer " + escaped(parameters.buyer)) +
         ", as known at height " + std::to_string(parameters.as_of_height) +
         (parameters.as_of_block.empty()
              ? std::string()
              : " (block <code>" + escaped(parameters.as_of_block) + "</code>)") +
         "</p>\n";
}

}  // namespace

std::string share_html(const ShareReport& report) {
  const BasisOfCharts basis = basis_of(report);
  const std::vector<ChartRow> headline = headline_rows(report);
  std::vector<ChartRow> buyers = group_rows(report, report.by_buyer(), basis);
  std::vector<ChartRow> categories = group_rows(report, report.by_category(), basis);
  const std::vector<ChartRow> months = group_rows(report, report.by_month(), basis);
  keep_largest(buyers);
  keep_largest(categories);
  const std::string measure = basis.name + "; lengths compare sizes, numbers are shares. ";
  const std::string largest =
      measure + "The " + std::to_string(kRowsShown) + " largest at most; the CSV lists all.";

  std::string out = head(report.parameters()) + cards(report, headline);
  out += section("The share, out of what",
                 "Three denominators: all spend, spend in categories for which labels exist, and "
                 "lines. Currencies stay apart unless a rate table is given. The share counts "
                 "what is known to be green; at most, every unidentified line is green, too. " +
                     spend_text(report.coverage()),
                 bar_chart("Share by denominator", headline, true),
                 table("Share by denominator", "Out of", headline));
  out += outcome_section(report);
  out += section("By month", measure + "Month of purchase.", column_chart("By month", months),
                 table("By month", "Month", months));
  out += section("By buyer", largest, bar_chart("By buyer", buyers, false),
                 table("By buyer", "Buyer", buyers));
  out += section("By category", largest, bar_chart("By category", categories, false),
                 table("By category", "Category", categories));
  out += coverage_section(report) + method_section(report);
  return out + "</main></body></html>\n";
}

}  // namespace ledger

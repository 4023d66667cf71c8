#include "ledger/reports/share.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ledger/reports/chart.h"
#include "tests/ledger/reports/report_builders.h"

namespace ledger {
namespace {

Decimal decimal(std::string_view text) { return Decimal::parse(text).value(); }

Join outcome(LineOutcome outcome) {
  Join join;
  join.outcome = outcome;
  join.reason =
      outcome == LineOutcome::certified ? JoinReason::all_certified : JoinReason::no_candidate;
  return join;
}

const Join kGreen = outcome(LineOutcome::certified);
const Join kGrey = outcome(LineOutcome::not_in_register);
const Join kOpen = outcome(LineOutcome::ambiguous);

struct LineSpec {
  std::string price = "";
  std::string currency = "EUR";
  std::string date = "2018-03-04";
  std::string buyer = "City";
  std::string category = "";
  std::string quantity = "1";
};

ReportLine line(const Join& join, const LineSpec& spec) {
  ReportLine line;
  line.subject = "purchase/city/erp/1/1";
  line.purchase = purchase(product("Acme", "Kettle 5"), spec.date);
  line.purchase.set_quantity(spec.quantity);
  line.purchase.mutable_buyer()->set_name(spec.buyer);
  if (!spec.category.empty()) {
    line.purchase.mutable_category()->set_list("CPV");
    line.purchase.mutable_category()->set_code(spec.category);
  }
  if (!spec.price.empty()) {
    proto::Amount& amount = *line.purchase.add_amounts();
    amount.set_kind(proto::PRICE);
    amount.set_value(spec.price);
    amount.set_currency(spec.currency);
  }
  line.join = join;
  return line;
}

ReportLine returned(ReportLine line, const std::string& quantity, const std::string& price = "") {
  proto::PurchaseReturn back;
  back.set_quantity(quantity);
  if (!price.empty()) {
    proto::Amount& amount = *back.add_amounts();
    amount.set_kind(proto::PRICE);
    amount.set_value(price);
    amount.set_currency("EUR");
  }
  line.returns.push_back(std::move(back));
  return line;
}

ShareReport report_of(const std::vector<ReportLine>& lines, ShareParameters parameters = {}) {
  ShareReport report(std::move(parameters));
  for (const ReportLine& each : lines) report.add(each);
  return report;
}

void expect_tally(const Tally& tally, const char* eligible, const char* unidentified,
                  const char* all) {
  EXPECT_EQ(tally.eligible.text(), eligible);
  EXPECT_EQ(tally.unidentified.text(), unidentified);
  EXPECT_EQ(tally.all.text(), all);
}

TEST(Share, HasThreeDenominatorsWithBounds) {
  ShareParameters parameters;
  proto::Category labelled;
  labelled.set_list("CPV");
  labelled.set_code("397");
  parameters.label_categories.push_back(labelled);
  const ShareReport report =
      report_of({line(kGreen, {.price = "100", .category = "39711"}),
                 line(kGrey, {.price = "150", .category = "39712"}),
                 line(kOpen, {.price = "50.5", .category = "39799"}),
                 line(kGrey, {.price = "700", .category = "451"}), line(kGreen, {.price = "0.5"})},
                parameters);

  expect_tally(report.total().spend.at("EUR"), "100.5", "50.5", "1001");
  expect_tally(report.total().category_spend.at("EUR"), "100", "50.5", "300.5");
  expect_tally(report.total().lines, "2", "1", "5");
  expect_tally(report.total().category_lines, "1", "1", "3");
  // 100.5 / 1001 = 0.10039960…, 151 / 1001 = 0.15084915…
  const nlohmann::json total = nlohmann::json::parse(share_json(report))["total"];
  EXPECT_EQ(total["spend"][0]["share"], "0.1004");
  EXPECT_EQ(total["spend"][0]["bounds"], nlohmann::json::parse(R"(["0.1004", "0.150849"])"));
  EXPECT_EQ(total["lines"]["bounds"], nlohmann::json::parse(R"(["0.4", "0.6"])"));
  EXPECT_EQ(total["spend_in_label_categories"][0]["share"], "0.332779");  // 0.33277870…
}

TEST(Share, KeepsCurrenciesApart) {
  const ShareReport report =
      report_of({line(kGreen, {.price = "10"}), line(kGrey, {.price = "30", .currency = "USD"}),
                 line(kGrey, {.price = "10"})});

  expect_tally(report.total().spend.at("EUR"), "10", "0", "20");
  expect_tally(report.total().spend.at("USD"), "0", "0", "30");
  EXPECT_EQ(nlohmann::json::parse(share_json(report))["total"].count("spend_converted"), 0u);
}

TEST(Share, ConvertsByAStatedTableOnly) {
  ShareParameters parameters;
  parameters.rates =
      RateTable{"EUR", "European Central Bank", "2018-12-31", {{"USD", decimal("0.8734")}}};
  const std::vector<ReportLine> lines = {line(kGreen, {.price = "10"}),
                                         line(kGrey, {.price = "30", .currency = "USD"})};

  const ShareReport report = report_of(lines, parameters);
  std::vector<ReportLine> with_unknown = lines;
  with_unknown.push_back(line(kGrey, {.price = "1", .currency = "JPY"}));

  // 10 + 30 * 0.8734 = 36.202
  expect_tally(converted(report.total().spend, parameters.rates).value(), "10", "0", "36.202");
  const nlohmann::json total = nlohmann::json::parse(share_json(report))["total"];
  EXPECT_EQ(total["spend_converted"]["all"], "36.202");
  EXPECT_EQ(nlohmann::json::parse(
                share_json(report_of(with_unknown, parameters)))["total"]["spend_converted"],
            nullptr);
}

TEST(Share, NeverTakesARebateForSpend) {
  ReportLine rebate = line(kGreen, {});
  proto::Amount& amount = *rebate.purchase.add_amounts();
  amount.set_kind(proto::REBATE);
  amount.set_value("2000");
  amount.set_currency("USD");

  const ShareReport report = report_of({rebate, line(kGrey, {})});

  EXPECT_TRUE(report.total().spend.empty());
  expect_tally(report.total().lines, "1", "0", "2");
  EXPECT_EQ(report.flags().at(ShareFlag::spend_not_stated), 2u);
  EXPECT_EQ(report.flags().at(ShareFlag::rebate_only), 1u);
}

TEST(Share, LetsReturnsReduceBothSides) {
  const ReportLine stated = returned(line(kGreen, {.price = "100", .quantity = "4"}), "1", "20");
  const ReportLine silent = returned(line(kGreen, {.price = "100", .quantity = "3"}), "1");
  const ReportLine whole = returned(line(kGreen, {.price = "7", .quantity = "2"}), "2", "7");

  const ShareReport report = report_of({stated, silent, whole, line(kGrey, {.price = "10"})});

  // 100 - 20, 100 - 33.333333, 7 - 7, and the grey line.
  expect_tally(report.total().spend.at("EUR"), "146.666667", "0", "156.666667");
  expect_tally(report.total().lines, "2", "0", "3");
  EXPECT_EQ(report.flags().at(ShareFlag::wholly_returned), 1u);
  EXPECT_EQ(report.flags().at(ShareFlag::return_estimated), 1u);
}

TEST(Share, LetsACreditNoteReduceSpendAndBeNoLine) {
  const ShareReport report =
      report_of({line(kGreen, {.price = "100"}), line(kGreen, {.price = "-40", .quantity = "-1"})});

  expect_tally(report.total().spend.at("EUR"), "60", "0", "60");
  expect_tally(report.total().lines, "1", "0", "1");
}

TEST(Share, CountsWhatIsCertifiedAndDoesNotCount) {
  Join listed = kGreen;
  listed.uncounted = Uncounted::scheme_not_recognised;
  Join grade = kGreen;
  grade.uncounted = Uncounted::iso_type_not_in_policy;

  const ShareReport report = report_of({line(listed, {.price = "1"}), line(grade, {.price = "1"})});

  expect_tally(report.total().lines, "0", "0", "2");
  EXPECT_EQ(report.total().outcomes[static_cast<std::size_t>(LineOutcome::certified)], 2u);
  EXPECT_EQ(report.flags().at(ShareFlag::scheme_not_recognised), 1u);
  EXPECT_EQ(report.flags().at(ShareFlag::iso_type_not_in_policy), 1u);
}

TEST(Share, GroupsByBuyerCategoryAndMonth) {
  const ShareReport report = report_of(
      {line(kGreen, {.price = "1", .date = "2018-03-04", .buyer = "City", .category = "1"}),
       line(kGrey, {.price = "2", .date = "2018-03", .buyer = "County", .category = "2"}),
       line(kGrey, {.price = "4", .date = "2018", .buyer = "City", .category = "1"}),
       line(kGrey, {.price = "8", .date = "", .buyer = "City"})});

  const auto spend = [](const ShareReport::Groups& groups, const std::string& key) {
    return groups.at(key).measures.spend.at("EUR").all.text();
  };
  EXPECT_EQ(spend(report.by_buyer(), "City"), "13");
  EXPECT_EQ(spend(report.by_buyer(), "County"), "2");
  EXPECT_EQ(spend(report.by_category(), "CPV: 1"), "5");
  EXPECT_EQ(spend(report.by_category(), "(not stated)"), "8");
  EXPECT_EQ(spend(report.by_month(), "2018-03"), "3");
  EXPECT_EQ(spend(report.by_month(), "2018"), "4");
  EXPECT_EQ(spend(report.by_month(), "(not stated)"), "8");
}

TEST(Share, PoolsSmallGroupsWhenAsked) {
  ShareParameters parameters;
  parameters.pool_below = 2;
  const std::vector<ReportLine> lines = {
      line(kGreen, {.price = "1", .buyer = "A"}), line(kGrey, {.price = "2", .buyer = "B"}),
      line(kGrey, {.price = "4", .buyer = "C"}), line(kGrey, {.price = "8", .buyer = "C"})};

  const ShareReport::Groups groups = report_of(lines, parameters).by_buyer();

  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups.at("(small groups)").measures.spend.at("EUR").all.text(), "3");
  EXPECT_EQ(groups.at("C").measures.spend.at("EUR").all.text(), "12");
  EXPECT_EQ(report_of(lines).by_buyer().size(), 3u);
}

TEST(Share, BoundsItsGroups) {
  std::vector<ReportLine> lines;
  for (std::size_t i = 0; i < ShareReport::kGroupsMax + 5; ++i) {
    lines.push_back(line(kGrey, {.price = "1", .buyer = "Buyer " + std::to_string(i)}));
  }

  const ShareReport report = report_of(lines);

  EXPECT_EQ(report.by_buyer().size(), ShareReport::kGroupsMax + 1);
  EXPECT_EQ(report.by_buyer().at("(further groups)").measures.lines.all.text(), "5");
  EXPECT_EQ(report.flags().at(ShareFlag::groups_pooled), 5u);
}

TEST(Share, HasNoShareOfNothing) {
  const nlohmann::json empty = nlohmann::json::parse(share_json(report_of({})));

  EXPECT_EQ(empty["schema"], "greenledger.report-share/1");
  EXPECT_EQ(empty["total"]["lines"]["share"], nullptr);
  EXPECT_EQ(empty["total"]["spend"], nlohmann::json::array());
  EXPECT_EQ(share_of(decimal("1"), decimal("-2")), std::nullopt);
}

TEST(Share, RoundsHalfToEvenOnce) {
  EXPECT_EQ(share_of(decimal("1"), decimal("3"))->text(), "0.333333");
  EXPECT_EQ(percent_of(decimal("1"), decimal("3")), "33.3");
  EXPECT_EQ(percent_of(decimal("0.0125"), decimal("1")), "1.2");
  EXPECT_EQ(percent_of(decimal("0.0135"), decimal("1")), "1.4");
  EXPECT_EQ(percent_of(decimal("0.013499"), decimal("1")), "1.3");
  EXPECT_EQ(percent_of(decimal("1"), decimal("1")), "100.0");
}

TEST(Share, IsTheSameBytesForTheSameLinesAndOthersForOthers) {
  const std::vector<ReportLine> lines = {line(kGreen, {.price = "1"}), line(kGrey, {.price = "2"})};
  const std::vector<ReportLine> swapped = {lines[1], lines[0]};

  EXPECT_EQ(share_json(report_of(lines)), share_json(report_of(lines)));
  EXPECT_EQ(share_html(report_of(lines)), share_html(report_of(lines)));
  EXPECT_NE(report_of(lines).digest().root, report_of(swapped).digest().root);
}

TEST(ShareCsv, QuotesAndDisarmsText) {
  const ShareReport report = report_of({line(kGrey, {.price = "2", .buyer = "=SUM(A1), \"Ltd\""})});

  const std::string csv = share_csv(report);

  EXPECT_NE(csv.find("buyer,\"'=SUM(A1), \"\"Ltd\"\"\",\"'=SUM(A1), \"\"Ltd\"\"\",spend,EUR,0,0,2,"
                     "0,0,0\n"),
            std::string::npos)
      << csv;
  EXPECT_EQ(csv.substr(0, csv.find('\n')),
            "dimension,key,label,measure,currency,eligible,unidentified,all,share,lower,upper");
}

TEST(ShareCsv, RowsHaveTheColumnsOfTheirHeader) {
  const auto commas = [](const std::string& text) {
    return std::count(text.begin(), text.end(), ',');
  };
  const std::string row = line_row(line(kGreen, {.price = "12.5", .category = "39"}));

  EXPECT_EQ(commas(row), commas(line_header()));
  EXPECT_EQ(row,
            "purchase/city/erp/1/1,0,2018-03-04,City,,Acme,Kettle 5,CPV,39,1,C62,12.5,EUR,,"
            "certified,all_certified,none,yes,,,,0\n");
}

// Every tag is closed, in order; enough to see that no text broke out.
std::string first_unclosed(const std::string& html) {
  static const std::set<std::string> kVoid = {"meta", "rect", "line", "br", "!DOCTYPE"};
  std::vector<std::string> open;
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    const bool closing = html[at + 1] == '/';
    const std::size_t start = at + (closing ? 2 : 1);
    const std::string name = html.substr(start, html.find_first_of(" />\n", start) - start);
    if (closing) {
      if (open.empty() || open.back() != name) return name;
      open.pop_back();
    } else if (!kVoid.contains(name)) {
      open.push_back(name);
    }
  }
  return open.empty() ? "" : open.back();
}

TEST(ShareHtml, StandsAloneAndIsWellFormed) {
  ShareParameters parameters;
  parameters.network = "<b>Pilot</b> & friends";
  const std::string page = share_html(
      report_of({line(kGreen, {.price = "1", .buyer = "</title><script>alert(1)</script>"}),
                 line(kOpen, {.price = "2", .date = "2018-04-01"})},
                parameters));

  EXPECT_EQ(first_unclosed(page), "");
  EXPECT_EQ(page.find("<script"), std::string::npos);
  for (const char* outside : {"http:", "https:", "src=", "href=", "@import", "url(h"}) {
    EXPECT_EQ(page.find(outside), std::string::npos) << outside;
  }
  EXPECT_NE(page.find("&lt;/title&gt;&lt;script&gt;"), std::string::npos);
  EXPECT_NE(page.find("Green procurement share, &lt;b&gt;Pilot&lt;/b&gt; &amp; friends"),
            std::string::npos);
}

// A page that leaves out what nobody stated would read as if there were nothing to state.
TEST(ShareHtml, NamesEachDenominatorAlsoWhenItIsNotStated) {
  const auto card = [](const char* label) {
    return "<li><span class=\"quiet\">" + std::string(label) +
           "</span><span class=\"figure none\">not stated</span>";
  };
  const std::string rebates = share_html(report_of({line(kGreen, {.price = ""})}));
  const std::string prices =
      share_html(report_of({line(kGreen, {.price = "3", .category = "39"})}));

  EXPECT_NE(rebates.find(card("Spend")), std::string::npos);
  EXPECT_NE(rebates.find(card("In label categories")), std::string::npos);
  EXPECT_NE(rebates.find("0 of 1 lines state a price."), std::string::npos);
  EXPECT_EQ(prices.find(card("Spend")), std::string::npos);
  EXPECT_NE(prices.find("<span class=\"quiet\">Spend, EUR</span>"), std::string::npos);
}

// One price among three lines: a chart of spend would show a third of what was bought.
TEST(ShareHtml, ChartsLinesWhereFewStateAPrice) {
  const auto page = [](const char* second) {
    return share_html(report_of({line(kGreen, {.price = "3"}), line(kGrey, {.price = second}),
                                 line(kGrey, {.price = ""})}));
  };

  EXPECT_NE(page("").find("Lines; lengths compare sizes"), std::string::npos);
  EXPECT_NE(page("2").find("Spend in EUR; lengths compare sizes"), std::string::npos);
}

TEST(ShareHtml, GivesEachChartATitleAndATable) {
  const std::string page = share_html(report_of({line(kGreen, {.price = "1"})}));

  std::size_t charts = 0;
  std::size_t at = page.find("role=\"img\"");
  for (; at != std::string::npos; at = page.find("role=\"img\"", at + 1)) {
    ++charts;
    const std::size_t end = page.find("</section>", at);
    EXPECT_LT(page.find("<title>", at), page.find("</svg>", at));
    EXPECT_LT(page.find("<table", at), end);
  }
  EXPECT_EQ(charts, 5u);
}

TEST(Chart, WritesNumbersForPeople) {
  EXPECT_EQ(grouped(decimal("1234567.5")), "1,234,567.5");
  EXPECT_EQ(grouped(decimal("-1234")), "-1,234");
  EXPECT_EQ(grouped(decimal("999")), "999");
  EXPECT_EQ(percent_text(decimal("1"), decimal("4")), "25.0 %");
  EXPECT_EQ(percent_text(decimal("1"), Decimal()), "–");
}

// 420 pixels are 100 %: a quarter is 105, and half of the rest is hatched.
TEST(Chart, DrawsBarsToScale) {
  const std::string chart =
      bar_chart("Title", {{"Row", {decimal("8"), decimal("2"), decimal("3")}}}, true);

  EXPECT_NE(chart.find("<rect class=\"rest\" x=\"230.0\" y=\"9\" width=\"420.0\""),
            std::string::npos)
      << chart;
  EXPECT_NE(chart.find("<rect class=\"green\" x=\"230.0\" y=\"9\" width=\"105.0\""),
            std::string::npos);
  EXPECT_NE(chart.find("<rect class=\"open\" x=\"335.0\" y=\"9\" width=\"157.5\""),
            std::string::npos);
}

}  // namespace
}  // namespace ledger

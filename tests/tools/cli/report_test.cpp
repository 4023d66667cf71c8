#include "tests/tools/cli/noun_fixture.h"
#include "tools/cli/record_json.h"
#include "tools/cli/text_cells.h"

namespace tools {
namespace {

// Four purchases by hand: a certified car for 100, a lorry that is in no register for 250,
// something in words for 150, all in EUR; and a second certified car without a price.
//   lines 2 of 4 green, 3 of 4 at most; spend 100 of 500 green, 250 of 500 at most
//   in label categories (SmartWay): lines 1 of 2, spend 100 of 350
class Report : public NounTest {
 protected:
  Report() {
    proto::Record open_ended = tests::certification("n2", "Acme", "B2");
    open_ended.mutable_certification()->clear_valid_to();
    node_.chain().add({tests::submission(genesis_, "epa",
                                         {tests::certification("n1", "Acme", "A1"), open_ended})});
    node_.chain().add({tests::submission(
        genesis_, "shop",
        {bought("1", "A1", "2018-05-01", "100", "SmartWay"),
         bought("2", "X9", "2018-05-02", "250", "SmartWay"),
         bought("3", "", "2018-06-01", "150", ""), bought("4", "B2", "2018-06-02", "", "CPV")})});
  }

  static proto::Record bought(const std::string& line, const std::string& model,
                              const std::string& date, const std::string& price,
                              const std::string& category_list) {
    proto::Record record = tests::purchase("r1", line, "Acme", model, date);
    proto::Purchase& purchase = *record.mutable_purchase();
    if (model.empty()) {
      purchase.mutable_product()->Clear();
      purchase.mutable_product()->set_description("a bicycle");
    }
    purchase.clear_amounts();
    if (!price.empty()) {
      proto::Amount& amount = *purchase.add_amounts();
      amount.set_kind(proto::PRICE);
      amount.set_value(price);
      amount.set_currency("EUR");
    }
    purchase.clear_category();
    if (!category_list.empty()) {
      purchase.mutable_category()->set_list(category_list);
      purchase.mutable_category()->set_code(category_list == "CPV" ? "39000000" : "small car");
    }
    return record;
  }

  void withdraw() {
    node_.chain().add({tests::submission(
        genesis_, "epa", {tests::status_change("n1", 2, proto::WITHDRAWN, "2018-02-01")})});
  }

  static std::size_t widest_line(const std::string& text) {
    std::istringstream lines(text);
    std::size_t widest = 0;
    for (std::string line; std::getline(lines, line);) {
      widest = std::max(widest, display_width(line));
    }
    return widest;
  }
};

TEST_F(Report, ShareNamesEveryDenominatorWithItsBound) {
  const Ran ran = run({"report", "share"});

  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out,
            "Green share of 4 purchases, as known at height 2\n"
            "\n"
            "OUT OF                 GREEN  ALL   SHARE  AT MOST\n"
            "lines                      2    4  50.0 %   75.0 %\n"
            "  in label categories      1    2  50.0 %   50.0 %\n"
            "spend, EUR               100  500  20.0 %   50.0 %\n"
            "  in label categories    100  350  28.6 %   28.6 %\n"
            "\n"
            "THE REGISTER SAYS  LINES\n"
            "certified              2\n"
            "not certified          0\n"
            "ambiguous              0\n"
            "not in register        2\n"
            "out of validity        0\n"
            "\n"
            "To be read with care\n"
            "      1  Spend not stated: the line names no price.\n"
            "      1  No category stated: the line is in no share of label categories.\n"
            "      4  The buyer is known by name alone, without a checked identifier.\n"
            "      1  The register states no end of validity; it is read as open-ended.\n");
}

TEST_F(Report, ShareOfNoPricesSaysThatSpendIsNotStated) {
  const Ran ran = run({"report", "share", "--since", "2018-06-02"});

  EXPECT_NE(ran.out.find("Green share of 1 purchase from 2018-06-02, as known at height 2\n"),
            std::string::npos)
      << ran.out;
  EXPECT_NE(ran.out.find("\nspend: not stated\n"), std::string::npos) << ran.out;
}

TEST_F(Report, ShareByMonthHasARowForEachMonth) {
  const Ran ran = run({"report", "share", "--by", "month"});

  EXPECT_NE(ran.out.find("MONTH    GREEN  LINES   SHARE  AT MOST  EUR   SHARE\n"
                         "2018-05      1      2  50.0 %   50.0 %  350  28.6 %\n"
                         "2018-06      1      2  50.0 %  100.0 %  150   0.0 %\n"),
            std::string::npos)
      << ran.out;
  EXPECT_EQ(run({"report", "share", "--by", "week"}).exit, 2);
}

TEST_F(Report, TablesFitATerminalOf80Columns) {
  withdraw();
  for (const char* group : {"month", "buyer", "category"}) {
    EXPECT_LE(widest_line(run({"report", "share", "--by", group}).out), 80u) << group;
  }
  EXPECT_LE(widest_line(run({"report", "compare", "--before", "2"}).out), 80u);
}

TEST_F(Report, OtherFormatsAreTheNodesOwnBytes) {
  const std::string json = run({"report", "share", "-o", "json"}).out;
  const std::string line = run({"report", "share", "-o", "jsonl"}).out;
  const std::string csv = run({"report", "share", "-o", "csv"}).out;

  EXPECT_EQ(Json::parse(json)["schema"], "greenledger.report-share/1");
  EXPECT_EQ(Json::parse(line), Json::parse(json));
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_EQ(csv.substr(0, csv.find('\n', csv.find('\n') + 1)),
            "dimension,key,label,measure,currency,eligible,unidentified,all,share,lower,upper\n"
            "total,,all lines,lines,,2,1,4,0.5,0.5,0.75");
  EXPECT_EQ(run({"report", "share", "-o", "json"}).out, json);
}

TEST_F(Report, ThePageIsTheSameBytesOnEveryRun) {
  const auto page = [&](const char* name) {
    const std::string file = (folder_ / name).string();
    EXPECT_EQ(run({"report", "share", "--html", file}).exit, 0);
    return *read_input(file);
  };

  const std::string first = page("a.html");

  EXPECT_EQ(first.rfind("<!DOCTYPE html>", 0), 0u);
  EXPECT_EQ(page("b.html"), first);
  const std::string nowhere = (folder_ / "genesis.json" / "a.html").string();
  EXPECT_EQ(run({"report", "share", "--html", nowhere}).exit, 2);
}

TEST_F(Report, TheSameHeightGivesTheSameReportAfterAWithdrawal) {
  const std::string before = run({"report", "share", "-o", "json"}).out;
  withdraw();

  EXPECT_NE(run({"report", "share", "-o", "json"}).out, before);
  EXPECT_EQ(run({"report", "share", "-o", "json", "--as-of-height", "2"}).out, before);
}

TEST_F(Report, CompareSaysWhatBecameOfTheShare) {
  withdraw();

  const Ran ran = run({"report", "compare", "--before", "2"});

  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out,
            "LINES               ALL  GREEN    SHARE  AT MOST\n"
            "at height 2           4      2   50.0 %   75.0 %\n"
            "  added since         0      0        –        –\n"
            "  left the scope      0      0        –        –\n"
            "  restated: before    1      1  100.0 %  100.0 %\n"
            "  restated: after     1      0    0.0 %    0.0 %\n"
            "at height 3           4      1   25.0 %   50.0 %\n"
            "\n"
            "SPEND, EUR          ALL  GREEN    SHARE  AT MOST\n"
            "at height 2         500    100   20.0 %   50.0 %\n"
            "  added since         0      0        –        –\n"
            "  left the scope      0      0        –        –\n"
            "  restated: before  100    100  100.0 %  100.0 %\n"
            "  restated: after   100      0    0.0 %    0.0 %\n"
            "at height 3         500      0    0.0 %   30.0 %\n");
  const Json json = run_json({"report", "compare", "--before", "2"});
  EXPECT_EQ(json["schema"], "greenledger.report-compare/1");
  EXPECT_EQ(json["restated"]["listed"][0]["subject"], "purchase/shop/till/r1/1");
  const std::string csv = run({"report", "compare", "--before", "2", "-o", "csv"}).out;
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 2);
}

TEST_F(Report, FlagsAreCheckedBeforeTheNodeIsAsked) {
  EXPECT_EQ(run_offline({"report", "share", "--since", "2018-13-01"}).exit, 2);
  EXPECT_EQ(run_offline({"report", "share", "--until", "2018"}).exit, 2);
  EXPECT_EQ(run_offline({"report", "share", "--as-of-height", "-1"}).exit, 2);
  EXPECT_EQ(run_offline({"report", "compare"}).exit, 2);
  EXPECT_EQ(run_offline({"report", "compare", "--before", "x"}).exit, 2);
  EXPECT_EQ(fail({"report", "compare", "--before", "9"}), std::pair(std::string("E-QUERY"), 2));
}

}  // namespace
}  // namespace tools

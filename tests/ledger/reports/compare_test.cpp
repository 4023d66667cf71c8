#include "ledger/reports/compare.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/test_network.h"

namespace ledger {
namespace {

using tests::TestChain;

proto::Record corrected(const proto::Record& purchase, const std::string& date) {
  proto::Record record;
  record.set_subject(purchase.subject());
  record.set_place(2);
  *record.mutable_purchase_correction()->mutable_purchase() = purchase.purchase();
  record.mutable_purchase_correction()->mutable_purchase()->set_date(date);
  return record;
}

// Height 1: ILX is certified, lines 1 to 3. Height 2: withdrawn from 15 January, line 1 moved out
// of the scope, line 4 recorded.
TestChain chain_with_a_withdrawal() {
  const Genesis genesis = tests::make_genesis();
  TestChain chain(genesis);
  const proto::Record moved = tests::purchase("1", "1", "Acura", "ILX", "2019-01-20");
  chain.add({tests::submission(genesis, "epa", {tests::certification("A1", "Acura", "ILX")}),
             tests::submission(genesis, "shop",
                               {moved, tests::purchase("1", "2", "Acura", "ILX", "2019-01-20"),
                                tests::purchase("1", "3", "Acura", "ILX", "2019-01-10")})});
  chain.add({tests::submission(genesis, "epa",
                               {tests::status_change("A1", 2, proto::WITHDRAWN, "2019-01-15")}),
             tests::submission(genesis, "shop",
                               {corrected(moved, "2018-12-20"),
                                tests::purchase("1", "4", "Acura", "ILX", "2019-01-11")})});
  return chain;
}

ShareComparison january(const TestChain& chain) {
  ShareParameters parameters;
  parameters.as_of_height = 2;
  parameters.from = "2019-01-01";
  parameters.to = "2019-01-31";
  return compare_shares(chain.reader(), parameters, 1);
}

std::string counts(const Tally& tally) { return tally.eligible.text() + "/" + tally.all.text(); }

TEST(ShareComparison, ExplainsEveryDifference) {
  const TestChain chain = chain_with_a_withdrawal();

  const ShareComparison comparison = january(chain);

  EXPECT_EQ(counts(comparison.older.total().lines), "3/3");
  EXPECT_EQ(counts(comparison.newer.total().lines), "2/3");
  EXPECT_EQ(counts(comparison.went.lines), "1/1");
  EXPECT_EQ(counts(comparison.came.lines), "1/1");
  EXPECT_EQ(counts(comparison.restated_before.lines), "1/1");
  EXPECT_EQ(counts(comparison.restated_after.lines), "0/1");
  ASSERT_EQ(comparison.restated.size(), 1u);
  EXPECT_EQ(comparison.restated[0].after.subject, "purchase/shop/till/1/2");
  EXPECT_EQ(comparison.restated[0].before.join.outcome, LineOutcome::certified);
  EXPECT_EQ(comparison.restated[0].after.join.outcome, LineOutcome::out_of_validity);
}

TEST(ShareComparison, IsWrittenAsJsonAndCsv) {
  const TestChain chain = chain_with_a_withdrawal();
  const ShareComparison comparison = january(chain);

  const nlohmann::json document = nlohmann::json::parse(comparison_json(comparison));
  const std::string csv = comparison_csv(comparison);

  EXPECT_EQ(document["schema"], "greenledger.report-compare/1");
  EXPECT_EQ(document["restated"]["lines"], 1);
  EXPECT_EQ(document["restated"]["listed"][0]["before"]["outcome"], "certified");
  EXPECT_EQ(document["restated"]["listed"][0]["after"]["outcome"], "out_of_validity");
  EXPECT_EQ(document["newer"]["as_of"]["block"], chain.tip().hash().hex());
  EXPECT_EQ(csv.substr(0, csv.find(',')), "before_subject");
  const auto commas = [](const std::string& text) {
    return std::count(text.begin(), text.end(), ',');
  };
  EXPECT_EQ(commas(csv), 2 * (2 * commas(line_header()) + 1));
}

TEST(ShareComparison, FindsNothingBetweenAHeightAndItself) {
  const TestChain chain = chain_with_a_withdrawal();
  ShareParameters parameters;
  parameters.as_of_height = 2;

  const ShareComparison comparison = compare_shares(chain.reader(), parameters, 2);

  EXPECT_EQ(comparison.restated_total, 0u);
  EXPECT_TRUE(comparison.came.lines.all.is_zero());
  EXPECT_TRUE(comparison.went.lines.all.is_zero());
  EXPECT_EQ(share_json(comparison.older), share_json(comparison.newer));
}

}  // namespace
}  // namespace ledger

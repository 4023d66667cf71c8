#include "ledger/reports/ledger_lines.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/test_network.h"

namespace ledger {
namespace {

using tests::TestChain;

std::uint64_t outcomes(const ShareReport& report, LineOutcome outcome) {
  return report.total().outcomes[static_cast<std::size_t>(outcome)];
}

ShareReport report_at(const TestChain& chain, std::uint64_t height) {
  ShareParameters parameters;
  parameters.as_of_height = height;
  return make_share_report(chain.reader(), parameters);
}

proto::Record priced(proto::Record record, const std::string& price) {
  proto::Amount& amount = *record.mutable_purchase()->add_amounts();
  amount.set_kind(proto::PRICE);
  amount.set_value(price);
  amount.set_currency("USD");
  return record;
}

TEST(LedgerLines, JoinPurchasesWithWhatTheLedgerHolds) {
  const Genesis genesis = tests::make_genesis();
  TestChain chain(genesis);
  proto::Record washer = tests::certification("A3", "GE", "GTW500A*N***");
  chain.add({tests::submission(genesis, "epa",
                               {tests::certification("A1", "Acura", "ILX"),
                                tests::certification("A2", "Acura", "MDX Hybrid"), washer})});
  chain.add({tests::submission(genesis, "shop",
                               {priced(tests::purchase("1", "1", "ACURA", "ilx"), "100"),
                                priced(tests::purchase("1", "2", "Acura", "MDX"), "50"),
                                priced(tests::purchase("1", "3", "GE", "GTW500ASNWS0"), "25"),
                                priced(tests::purchase("1", "4", "Acura", "NSX"), "25")})});

  const ShareReport report = report_at(chain, 2);

  EXPECT_EQ(outcomes(report, LineOutcome::certified), 2u);
  EXPECT_EQ(outcomes(report, LineOutcome::ambiguous), 1u);
  EXPECT_EQ(outcomes(report, LineOutcome::not_in_register), 1u);
  const Tally spend = report.total().spend.at("USD");
  EXPECT_EQ(spend.eligible.text(), "125");
  EXPECT_EQ(spend.unidentified.text(), "50");
  EXPECT_EQ(spend.all.text(), "200");
  EXPECT_EQ(report.parameters().as_of_block, chain.tip().hash().hex());
  ASSERT_EQ(report.parameters().label_categories.size(), 1u);
  EXPECT_EQ(report.parameters().label_categories[0].list(), "SmartWay");
}

// The same day's purchase before and after the ledger learns of the withdrawal.
TEST(LedgerLines, SayWhatWasKnownAtTheHeight) {
  const Genesis genesis = tests::make_genesis();
  TestChain chain(genesis);
  chain.add({tests::submission(genesis, "epa", {tests::certification("A1", "Acura", "ILX")}),
             tests::submission(genesis, "shop",
                               {tests::purchase("1", "1", "Acura", "ILX", "2019-02-01")})});
  chain.add({tests::submission(genesis, "epa",
                               {tests::status_change("A1", 2, proto::WITHDRAWN, "2019-01-15")})});

  EXPECT_EQ(outcomes(report_at(chain, 1), LineOutcome::certified), 1u);
  EXPECT_EQ(outcomes(report_at(chain, 2), LineOutcome::out_of_validity), 1u);
  EXPECT_EQ(report_at(chain, 0).coverage().lines, 0u);
}

TEST(LedgerLines, ReadReturnsAndCorrections) {
  const Genesis genesis = tests::make_genesis();
  TestChain chain(genesis);
  proto::Record bought = priced(tests::purchase("1", "1", "Acura", "ILX"), "100");
  bought.mutable_purchase()->set_quantity("4");
  proto::Record corrected;
  corrected.set_subject(bought.subject());
  corrected.set_place(2);
  *corrected.mutable_purchase_correction()->mutable_purchase() = bought.purchase();
  corrected.mutable_purchase_correction()->mutable_purchase()->mutable_amounts(0)->set_value("80");
  proto::Record returned;
  returned.set_subject(bought.subject());
  returned.set_place(3);
  returned.mutable_purchase_return()->set_quantity("1");
  chain.add({tests::submission(genesis, "epa", {tests::certification("A1", "Acura", "ILX")})});
  chain.add({tests::submission(genesis, "shop", {bought})});
  chain.add({tests::submission(genesis, "shop", {corrected})});
  chain.add({tests::submission(genesis, "shop", {returned})});

  EXPECT_EQ(report_at(chain, 2).total().spend.at("USD").eligible.text(), "100");
  EXPECT_EQ(report_at(chain, 3).total().spend.at("USD").eligible.text(), "80");
  EXPECT_EQ(report_at(chain, 4).total().spend.at("USD").eligible.text(), "60");
  EXPECT_EQ(report_at(chain, 4).coverage().lines, 1u);
}

TEST(LedgerLines, KeepToTheScope) {
  const Genesis genesis = tests::make_genesis();
  TestChain chain(genesis);
  chain.add({tests::submission(genesis, "shop",
                               {tests::purchase("1", "1", "Acura", "ILX", "2019-01-31"),
                                tests::purchase("1", "2", "Acura", "ILX", "2019-02-01"),
                                tests::purchase("1", "3", "Acura", "ILX", "2019-02-28")})});
  ShareParameters parameters;
  parameters.as_of_height = 1;
  parameters.from = "2019-02-01";
  parameters.to = "2019-02-28";

  EXPECT_EQ(make_share_report(chain.reader(), parameters).coverage().lines, 2u);
  parameters.buyer = "nobody";
  EXPECT_EQ(make_share_report(chain.reader(), parameters).coverage().lines, 0u);
}

}  // namespace
}  // namespace ledger

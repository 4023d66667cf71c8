// Samples: the draw that a second program makes too, the bound by hand, and what each proof shows.
#include "tools/audit/sample.h"

#include <set>

#include "ledger/proofs/prove.h"
#include "tests/tools/audit/audited_chain.h"
#include "tools/audit/codes.h"

namespace tools {
namespace {

using ledger::Verdict;

// By a calculator: 1 - 0.05^(1/n); about 3/n.
TEST(SampleBound, IsThatOfTheRuleOfThree) {
  EXPECT_EQ(bad_share_bound_ppm(0), 1'000'000u);
  EXPECT_EQ(bad_share_bound_ppm(1), 950'000u);
  EXPECT_EQ(bad_share_bound_ppm(59), 49'508u);
  EXPECT_EQ(bad_share_bound_ppm(300), 9'937u);
  EXPECT_EQ(bad_share_bound_ppm(1000), 2'992u);
}

// With Python's hashlib, from the text in sample.h.
TEST(SampleDraw, IsTheOneThatItsSeedGives) {
  EXPECT_EQ(drawn_entry("2026", 0, 1000), 857u);
  EXPECT_EQ(drawn_entry("2026", 1, 1000), 181u);
  EXPECT_EQ(drawn_entry("2026", 2, 1000), 730u);
}

class Sample : public AuditedChain {};

TEST_F(Sample, ShowsEachPurchaseThatItDrew) {
  const auto report = audit_sample(source(), chain_.genesis(), 20, "2026");
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->verdict, Verdict::valid);
  EXPECT_EQ(report->good, 20u);
  EXPECT_EQ(report->bound_ppm, bad_share_bound_ppm(20));
  std::set<std::uint64_t> drawn;
  for (const SampledPurchase& one : report->purchases) {
    EXPECT_TRUE(drawn.insert(one.index).second);
    EXPECT_TRUE(one.subject.starts_with("purchase/shop/till/"));
    EXPECT_EQ(chain_.reader().record(one.index)->record.subject(), one.subject);
  }
  const auto again = audit_sample(source(), chain_.genesis(), 20, "2026");
  EXPECT_EQ(again->purchases.back().index, report->purchases.back().index);
}

TEST_F(Sample, EndsWhereThereAreNoMorePurchases) {
  const auto report = audit_sample(source(), chain_.genesis(), 500, "2026");
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->purchases.size(), 400u);
}

TEST_F(Sample, RefusesAProofOfAnotherRecordAndNone) {
  // The node's answers: for every record the proof of one and the same.
  ledger::Question question;
  question.subject = "purchase/shop/till/D0/100";
  question.place = 1;
  const auto file = ledger::prove_file(chain_.reader(), question);
  ASSERT_TRUE(file.has_value());
  LedgerSource lying = source();
  lying.snapshot = nullptr;
  lying.get = [&](const std::string&) -> crypto::Result<HttpResponse> {
    return HttpResponse{200, "", *file, 0};
  };
  const auto report = audit_sample(lying, chain_.genesis(), 5, "2026");
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->verdict, Verdict::invalid);
  EXPECT_EQ(report->good, 0u);

  lying.get = [&](const std::string&) -> crypto::Result<HttpResponse> {
    return HttpResponse{404, "", "", 0};
  };
  EXPECT_EQ(audit_sample(lying, chain_.genesis(), 5, "2026")->verdict, Verdict::undecided);

  lying.get = nullptr;
  const auto none = audit_sample(lying, chain_.genesis(), 5, "2026");
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code, error_code::kSource);
}

}  // namespace
}  // namespace tools

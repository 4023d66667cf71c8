#include "ledger/reports/join.h"

#include <gtest/gtest.h>

#include "tests/ledger/reports/report_builders.h"

namespace ledger {
namespace {

Join join(const proto::Purchase& purchase, const std::vector<JoinCandidate>& candidates) {
  return join_purchase(purchase, candidates, {});
}

const proto::Product kKettle = product("Acme", "Kettle 5");

TEST(Join, FindsTheCertificationByName) {
  const Join found =
      join(purchase(product("acme", " kettle  5"), "2018-06-01"),
           {certified("cert/a/l/1", kKettle), certified("cert/a/l/2", product("B", "X"))});

  EXPECT_EQ(found.outcome, LineOutcome::certified);
  EXPECT_EQ(found.match, Match::name);
  EXPECT_EQ(found.named, std::vector<std::string>{"cert/a/l/1"});
  EXPECT_TRUE(found.is_green());
}

TEST(Join, ComparesBrandAndModelTogether) {
  EXPECT_EQ(
      join(purchase(product("", "ACME KETTLE 5"), "2018-06-01"), {certified("cert/a/l/1", kKettle)})
          .outcome,
      LineOutcome::certified);
  EXPECT_EQ(
      join(purchase(product("Acme", ""), "2018-06-01"), {certified("cert/a/l/1", kKettle)}).reason,
      JoinReason::product_not_stated);
}

TEST(Join, TellsWhatIsNotThere) {
  const Join nothing =
      join(purchase(product("Acme", "Toaster"), "2018-06-01"), {certified("cert/a/l/1", kKettle)});
  const Join unnamed = join(purchase({}, "2018-06-01"), {certified("cert/a/l/1", kKettle)});

  EXPECT_EQ(nothing.outcome, LineOutcome::not_in_register);
  EXPECT_EQ(nothing.reason, JoinReason::no_candidate);
  EXPECT_FALSE(nothing.is_undecided());
  EXPECT_EQ(unnamed.outcome, LineOutcome::not_in_register);
  EXPECT_EQ(unnamed.reason, JoinReason::product_not_stated);
  EXPECT_TRUE(unnamed.is_undecided());
}

TEST(Join, TakesTheGtinBeforeTheName) {
  const std::string gtin = "04012345123456";
  const std::vector<JoinCandidate> candidates = {
      assessed("assessment/a/l/1", product("Acme", "Kettle 5", gtin)),
      certified("cert/a/l/2", kKettle)};

  const Join by_gtin = join(purchase(product("Acme", "Kettle 5", gtin), "2018-06-01"), candidates);
  const Join by_name = join(purchase(kKettle, "2018-06-01"), candidates);
  const Join other_gtin =
      join(purchase(product("Acme", "Kettle 5", "09506000134352"), "2018-06-01"),
           {certified("cert/a/l/3", product("Acme", "Kettle 5", gtin))});

  EXPECT_EQ(by_gtin.outcome, LineOutcome::not_certified);
  EXPECT_EQ(by_gtin.match, Match::gtin);
  EXPECT_EQ(by_name.outcome, LineOutcome::ambiguous);
  EXPECT_EQ(by_name.reason, JoinReason::mixed);
  EXPECT_EQ(other_gtin.outcome, LineOutcome::certified);
  EXPECT_TRUE(other_gtin.flags.contains(JoinFlag::gtin_differs));
}

TEST(Join, ReadsWildcardsAsOneCharacterEach) {
  const std::vector<JoinCandidate> register_row = {
      certified("cert/a/l/1", product("GE", "GTW500A*N***"))};

  const Join found = join(purchase(product("GE", "GTW500ASNWS0"), "2018-06-01"), register_row);
  EXPECT_EQ(found.outcome, LineOutcome::certified);
  EXPECT_TRUE(found.flags.contains(JoinFlag::wildcard));
  EXPECT_EQ(join(purchase(product("GE", "GTW500ASNWS"), "2018-06-01"), register_row).outcome,
            LineOutcome::not_in_register);
  EXPECT_EQ(join(purchase(product("GE", "GTW500ASMWS0"), "2018-06-01"), register_row).outcome,
            LineOutcome::not_in_register);
  EXPECT_TRUE(matches_name("A*C", "A\u00fcC")) << "one character, not one byte";
  EXPECT_FALSE(matches_name("A*", "A"));
  EXPECT_FALSE(matches_name("A", "A*"));
}

TEST(Join, NamesLongerNamesAndNeverCertifiesThem) {
  const Join found = join(purchase(product("Tesla", "Model 3"), "2018-06-01"),
                          {certified("cert/a/l/2", product("TESLA", "Model 3 Mid Range")),
                           certified("cert/a/l/1", product("TESLA", "Model 3 Long Range")),
                           certified("cert/a/l/3", product("TESLA", "Model 30"))});

  EXPECT_EQ(found.outcome, LineOutcome::ambiguous);
  EXPECT_EQ(found.reason, JoinReason::longer_names);
  EXPECT_EQ(found.named, (std::vector<std::string>{"cert/a/l/1", "cert/a/l/2"}));
  EXPECT_FALSE(found.is_green());
  EXPECT_EQ(join(purchase(product("Tesla", "Model 3"), "2017-06-01"),
                 {certified("cert/a/l/1", product("TESLA", "Model 3 Long Range"))})
                .outcome,
            LineOutcome::out_of_validity)
      << "none of them could be certified on that day";
}

// The petrol car bears the name, the plug-in one a longer name.
TEST(Join, SetsAsideWhatStatesAnotherProperty) {
  const proto::Purchase bought = purchase(
      with(product("Mitsubishi", "Outlander"), "powertrain", "plug-in-hybrid"), "2018-06-01");
  const JoinCandidate petrol = assessed(
      "assessment/a/l/1", with(product("MITSUBISHI", "Outlander"), "powertrain", "combustion"));
  const JoinCandidate plug_in = certified(
      "cert/a/l/2", with(product("MITSUBISHI", "Outlander PHEV"), "powertrain", "plug-in-hybrid"));
  const JoinCandidate sport =
      assessed("assessment/a/l/3",
               with(product("MITSUBISHI", "Outlander Sport"), "powertrain", "combustion"));

  const Join alone = join(bought, {petrol});
  const Join both = join(bought, {petrol, plug_in, sport});
  const Join silent = join(purchase(product("Mitsubishi", "Outlander"), "2018-06-01"), {petrol});

  EXPECT_EQ(alone.outcome, LineOutcome::not_in_register);
  EXPECT_EQ(alone.reason, JoinReason::other_properties);
  EXPECT_EQ(both.outcome, LineOutcome::ambiguous);
  EXPECT_EQ(both.named, std::vector<std::string>{"cert/a/l/2"});
  EXPECT_TRUE(both.flags.contains(JoinFlag::properties_excluded));
  EXPECT_EQ(silent.outcome, LineOutcome::not_certified)
      << "a property of one side excludes nothing";
}

TEST(Join, JudgesOnTheDayOfThePurchase) {
  const std::vector<JoinCandidate> candidates = {certified("cert/a/l/1", kKettle)};
  const std::vector<std::pair<const char*, LineOutcome>> days = {
      {"2017-12-31", LineOutcome::out_of_validity},
      {"2018-01-01", LineOutcome::certified},
      {"2018-12-31", LineOutcome::certified},
      {"2019-01-01", LineOutcome::out_of_validity},
      {"2018", LineOutcome::certified},
      {"2018-12", LineOutcome::certified},
      {"2019", LineOutcome::out_of_validity},
      {"", LineOutcome::ambiguous}};

  for (const auto& [date, outcome] : days) {
    EXPECT_EQ(join(purchase(kKettle, date), candidates).outcome, outcome) << date;
  }
  EXPECT_EQ(join(purchase(kKettle, ""), candidates).reason, JoinReason::date_not_stated);
}

TEST(Join, IsAmbiguousWhenTheDateStraddlesTheValidity) {
  const std::vector<JoinCandidate> candidates = {
      certified("cert/a/l/1", kKettle, "2018-03-15", "2018-09-15")};

  for (const char* date : {"2018-03", "2018-09", "2018"}) {
    const Join found = join(purchase(kKettle, date), candidates);
    EXPECT_EQ(found.outcome, LineOutcome::ambiguous) << date;
    EXPECT_EQ(found.reason, JoinReason::date_straddles) << date;
  }
  EXPECT_EQ(join(purchase(kKettle, "2018-04"), candidates).outcome, LineOutcome::certified);
  EXPECT_EQ(join(purchase(kKettle, "2018-02"), candidates).outcome, LineOutcome::out_of_validity);
}

TEST(Join, ReadsAnEndThatIsNotStatedAsOpen) {
  const Join open =
      join(purchase(kKettle, "2030-01-01"), {certified("cert/a/l/1", kKettle, "2018-01-01", "")});
  const Join begun =
      join(purchase(kKettle, "2001-01-01"), {certified("cert/a/l/1", kKettle, "", "2018-12-31")});

  EXPECT_EQ(open.outcome, LineOutcome::certified);
  EXPECT_TRUE(open.flags.contains(JoinFlag::valid_to_not_stated));
  EXPECT_EQ(begun.outcome, LineOutcome::certified);
  EXPECT_TRUE(begun.flags.contains(JoinFlag::valid_from_not_stated));
}

TEST(Join, FollowsStatusChangesOnTheirDays) {
  const JoinCandidate suspended =
      changed(changed(certified("cert/a/l/1", kKettle), proto::SUSPENDED, "2018-04-01"),
              proto::ACTIVE, "2018-06-01");
  // Recorded later, with effect from an earlier day: it restates the days since.
  const JoinCandidate withdrawn = changed(suspended, proto::WITHDRAWN, "2018-02-01");

  const std::vector<std::tuple<const char*, LineOutcome, LineOutcome>> days = {
      {"2018-01-31", LineOutcome::certified, LineOutcome::certified},
      {"2018-03-31", LineOutcome::certified, LineOutcome::out_of_validity},
      {"2018-04-01", LineOutcome::out_of_validity, LineOutcome::out_of_validity},
      {"2018-06-01", LineOutcome::certified, LineOutcome::out_of_validity},
      {"2018-05", LineOutcome::out_of_validity, LineOutcome::out_of_validity},
      {"2018", LineOutcome::ambiguous, LineOutcome::ambiguous}};
  for (const auto& [date, before, after] : days) {
    EXPECT_EQ(join(purchase(kKettle, date), {suspended}).outcome, before) << date;
    EXPECT_EQ(join(purchase(kKettle, date), {withdrawn}).outcome, after) << date;
  }
}

TEST(Join, LooksOnlyAtWhatHoldsOnTheDay) {
  const std::vector<JoinCandidate> candidates = {
      certified("cert/a/l/1", kKettle),
      assessed("assessment/a/l/2", kKettle, "2019-01-01", "2019-12-31")};

  EXPECT_EQ(join(purchase(kKettle, "2018-06-01"), candidates).outcome, LineOutcome::certified);
  EXPECT_EQ(join(purchase(kKettle, "2019-06-01"), candidates).outcome, LineOutcome::not_certified);
  EXPECT_EQ(join(purchase(kKettle, "2020-06-01"), candidates).outcome,
            LineOutcome::out_of_validity);
}

TEST(Join, IsAmbiguousWhenSomeAreCertifiedAndSomeAreNot) {
  const Join found = join(purchase(kKettle, "2018-06-01"), {certified("cert/a/l/1", kKettle),
                                                            assessed("assessment/a/l/2", kKettle)});

  EXPECT_EQ(found.outcome, LineOutcome::ambiguous);
  EXPECT_EQ(found.reason, JoinReason::mixed);
  EXPECT_EQ(found.named_total, 2u);
  EXPECT_TRUE(found.is_undecided());
}

TEST(Join, LetsAClaimDecide) {
  proto::Purchase claiming = purchase(kKettle, "2018-06-01");
  claiming.set_claimed_certification("cert/a/l/1");
  const JoinCandidate other = assessed("assessment/a/l/2", kKettle);

  const Join held = join(claiming, {certified("cert/a/l/1", kKettle), other});
  const Join absent = join(claiming, {other});
  const Join elsewhere = join(claiming, {certified("cert/a/l/1", product("Acme", "Kettle 6"))});
  const Join longer = join(claiming, {certified("cert/a/l/1", product("Acme", "Kettle 5 XL"))});
  const Join expired =
      join(claiming, {certified("cert/a/l/1", kKettle, "2016-01-01", "2017-01-01")});
  const Join straddling =
      join(claiming, {changed(certified("cert/a/l/1", kKettle), proto::WITHDRAWN, "2018-06-01")});

  EXPECT_EQ(held.outcome, LineOutcome::certified);
  EXPECT_EQ(held.match, Match::claim);
  EXPECT_FALSE(held.flags.contains(JoinFlag::claim_failed));
  EXPECT_EQ(absent.outcome, LineOutcome::not_in_register);
  EXPECT_EQ(absent.reason, JoinReason::claim_not_found);
  EXPECT_EQ(elsewhere.outcome, LineOutcome::not_in_register);
  EXPECT_EQ(elsewhere.reason, JoinReason::claim_covers_another_product);
  EXPECT_EQ(longer.reason, JoinReason::claim_covers_another_product);
  EXPECT_EQ(expired.outcome, LineOutcome::out_of_validity);
  EXPECT_EQ(straddling.outcome, LineOutcome::out_of_validity);
  for (const Join& failed : {absent, elsewhere, longer, expired, straddling}) {
    EXPECT_TRUE(failed.flags.contains(JoinFlag::claim_failed)) << reason_name(failed.reason);
  }
}

TEST(Join, CannotCompareAClaimWithoutAProduct) {
  proto::Purchase claiming = purchase({}, "2018-06-01");
  claiming.set_claimed_certification("cert/a/l/1");

  const Join found = join(claiming, {certified("cert/a/l/1", kKettle)});

  EXPECT_EQ(found.outcome, LineOutcome::ambiguous);
  EXPECT_EQ(found.reason, JoinReason::claim_cannot_be_compared);
  EXPECT_TRUE(found.flags.contains(JoinFlag::claim_failed));
}

TEST(Join, CountsOnlyRecognisedSchemesOfThePolicysTypes) {
  JoinCandidate listed = certified("cert/a/l/1", kKettle);
  listed.scheme_recognised = false;
  JoinCandidate grade = certified("cert/a/l/2", kKettle);
  grade.iso_type = proto::GRADE_LABEL;
  const JoinCandidate label = certified("cert/a/l/3", kKettle);
  const proto::Purchase bought = purchase(kKettle, "2018-06-01");

  EXPECT_EQ(join(bought, {listed}).outcome, LineOutcome::certified);
  EXPECT_EQ(join(bought, {listed}).uncounted, Uncounted::scheme_not_recognised);
  EXPECT_EQ(join(bought, {grade}).uncounted, Uncounted::iso_type_not_in_policy);
  EXPECT_EQ(join(bought, {listed, grade}).uncounted, Uncounted::iso_type_not_in_policy);
  EXPECT_FALSE(join(bought, {grade}).is_green());
  EXPECT_TRUE(join(bought, {listed, grade, label}).is_green());
  EXPECT_TRUE(join_purchase(bought, std::vector{grade}, {{proto::GRADE_LABEL}}).is_green());
}

TEST(Join, IsAmbiguousWhereItRestsOnCandidatesNotLookedAt) {
  const proto::Purchase bought = purchase(kKettle, "2018-06-01");
  const std::vector<JoinCandidate> same = {certified("cert/a/l/1", kKettle)};

  const Join cut = join_purchase(bought, same, {}, {.same = false, .longer = true});
  const Join nothing_seen = join_purchase(bought, {}, {}, {.same = true, .longer = false});

  EXPECT_EQ(cut.outcome, LineOutcome::ambiguous);
  EXPECT_EQ(cut.reason, JoinReason::too_many_candidates);
  EXPECT_EQ(nothing_seen.outcome, LineOutcome::ambiguous);
  EXPECT_EQ(nothing_seen.reason, JoinReason::too_many_candidates);
  EXPECT_EQ(join_purchase(bought, same, {}, {.same = true, .longer = false}).outcome,
            LineOutcome::certified)
      << "longer names change nothing where the name itself is there";
}

}  // namespace
}  // namespace ledger

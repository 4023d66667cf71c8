// Every invariant is fed with a state that violates it, beside the one that it allows.
#include "ledger/records/invariants.h"

#include <gtest/gtest.h>

#include "ledger/records/codes.h"
#include "ledger/records/rule_context.h"
#include "tests/support/faults.h"

namespace ledger {
namespace {

template <class Message>
SubjectValue value(std::uint64_t count, std::uint64_t last_index, const Message& body) {
  return {count, last_index, body.SerializeAsString()};
}

void expect_broken(ByteView subject, const std::optional<SubjectValue>& before,
                   const SubjectValue& after, std::string_view why) {
  const auto broken = broken_invariant(subject, before, after);
  ASSERT_TRUE(broken.has_value()) << why;
  support::expect_code(std::vector{*broken}, kInvariantBroken, "");
  EXPECT_NE(broken->message.find(why), std::string::npos) << broken->message;
}

void expect_whole(ByteView subject, const std::optional<SubjectValue>& before,
                  const SubjectValue& after) {
  const auto broken = broken_invariant(subject, before, after);
  EXPECT_FALSE(broken.has_value()) << broken->message;
}

// ---- purchases -----------------------------------------------------------------------------

constexpr std::string_view kPurchase = "purchase/shop/till/D1/1";

proto::PurchaseState purchase(const std::string& quantity, const std::string& returned = "") {
  proto::PurchaseState state;
  state.set_content_index(10);
  state.set_quantity(quantity);
  state.set_returned(returned);
  return state;
}

TEST(Invariants, OfHistories) {
  const SubjectValue first = value(1, 10, purchase("4"));
  expect_whole(kPurchase, std::nullopt, first);
  expect_whole(kPurchase, first, value(2, 11, purchase("4")));

  expect_broken(kPurchase, std::nullopt, value(2, 10, purchase("4")), "does not start");
  expect_broken(kPurchase, first, value(1, 11, purchase("4")), "did not grow by one");
  expect_broken(kPurchase, first, value(3, 11, purchase("4")), "did not grow by one");
  expect_broken(kPurchase, first, value(2, 10, purchase("4")), "went back");
  expect_broken("elsewhere/a", std::nullopt, first, "no kind");
}

TEST(Invariants, OfPurchases) {
  const SubjectValue before = value(1, 10, purchase("4", "1"));
  expect_whole(kPurchase, before, value(2, 11, purchase("4", "4")));
  expect_whole(kPurchase, std::nullopt, value(1, 10, purchase("-4")));

  expect_broken(kPurchase, before, value(2, 11, purchase("4", "4.000001")), "more came back");
  expect_broken(kPurchase, before, value(2, 11, purchase("4", "-1")), "more came back");
  expect_broken(kPurchase, before, value(2, 11, purchase("-4", "1")), "more came back");
  expect_broken(kPurchase, before, value(2, 11, purchase("4")), "a return was forgotten");
  expect_broken(kPurchase, std::nullopt, value(1, 10, purchase("0")), "no quantity");
  expect_broken(kPurchase, std::nullopt, value(1, 10, purchase("four")), "no quantity");
  expect_broken(kPurchase, std::nullopt, value(1, 9, purchase("4")), "outside the history");
  expect_broken(kPurchase, std::nullopt, {1, 10, "\xFF"}, "can't be read");
}

// ---- certifications ------------------------------------------------------------------------

constexpr std::string_view kCertification = "cert/epa/smartway/A1";

proto::CertificationState certification(
    std::initializer_list<std::pair<proto::Status, std::uint64_t>> changes) {
  proto::CertificationState state;
  state.set_content_index(10);
  state.set_scheme("scheme/epa/smartway");
  for (const auto& [status, index] : changes) {
    proto::StatusChange* const change = state.add_changes();
    change->set_status(status);
    change->set_index(index);
    change->set_effective_from("2018-05-01");
  }
  return state;
}

TEST(Invariants, OfStatusTransitions) {
  using enum proto::Status;
  const SubjectValue before = value(2, 11, certification({{SUSPENDED, 11}}));
  const auto after = [](const proto::CertificationState& state) { return value(3, 12, state); };
  expect_whole(kCertification, before, after(certification({{SUSPENDED, 11}, {ACTIVE, 12}})));
  expect_whole(kCertification, before, after(certification({{SUSPENDED, 11}, {WITHDRAWN, 12}})));

  expect_broken(kCertification, before, after(certification({{SUSPENDED, 11}, {SUSPENDED, 12}})),
                "not allowed");
  expect_broken(kCertification, before, after(certification({{WITHDRAWN, 11}, {ACTIVE, 12}})),
                "rewritten");
  expect_broken(kCertification, std::nullopt,
                value(1, 12, certification({{WITHDRAWN, 11}, {ACTIVE, 12}})), "not allowed");
  expect_broken(kCertification, before, after(certification({})), "forgotten");
  expect_broken(kCertification, before, after(certification({{SUSPENDED, 11}, {ACTIVE, 13}})),
                "outside the history");
  expect_broken(kCertification, before, after(certification({{SUSPENDED, 11}, {ACTIVE, 11}})),
                "outside the history");
}

TEST(Invariants, OfCertificationsAndAssessments) {
  const SubjectValue before = value(1, 10, certification({}));
  proto::CertificationState moved = certification({});
  moved.set_scheme("scheme/epa/other");
  proto::CertificationState assessment = certification({});
  assessment.set_assessment(true);
  proto::CertificationState later = certification({});
  later.set_content_index(12);
  proto::CertificationState suspended = certification({{proto::SUSPENDED, 10}});
  suspended.set_assessment(true);

  expect_whole("assessment/epa/smartway/B1", std::nullopt, value(1, 10, assessment));
  expect_broken(kCertification, before, value(2, 11, moved), "scheme changed");
  expect_broken(kCertification, std::nullopt, value(1, 10, assessment), "mixed up");
  expect_broken("assessment/epa/smartway/B1", std::nullopt, value(1, 10, certification({})),
                "mixed up");
  expect_broken("assessment/epa/smartway/B1", std::nullopt, value(1, 10, suspended),
                "has a status");
  expect_broken(kCertification, before, value(2, 11, later), "outside the history");
  expect_broken(kCertification, std::nullopt, {1, 10, "\xFF"}, "can't be read");
}

// ---- organisations -------------------------------------------------------------------------

proto::OrganisationState organisation(
    std::initializer_list<std::pair<std::string, std::uint64_t>> roots) {
  proto::OrganisationState state;
  for (const auto& [id, revoked] : roots) {
    proto::KeyState* const key = state.add_keys();
    key->mutable_key()->set_purpose(proto::ROOT);
    key->set_key_id(id);
    key->set_revoked_height(revoked);
  }
  return state;
}

TEST(Invariants, OfOrganisations) {
  const SubjectValue before = value(1, 10, organisation({{"a", 3}, {"b", 0}}));
  const auto after = [](const proto::OrganisationState& state) { return value(2, 11, state); };
  expect_whole("org/epa", before, after(organisation({{"a", 3}, {"b", 4}, {"c", 0}})));

  expect_broken("org/epa", before, after(organisation({{"a", 3}, {"b", 4}})), "no root key");
  expect_broken("org/epa", before, after(organisation({{"b", 0}})), "forgotten");
  expect_broken("org/epa", before, after(organisation({{"a", 3}, {"c", 0}})), "forgotten");
  expect_broken("org/epa", before, after(organisation({{"a", 0}, {"b", 0}})), "came back");
  expect_broken("org/epa", std::nullopt, {1, 10, "\xFF"}, "can't be read");
}

TEST(Invariants, OfSchemesAndTheNetwork) {
  expect_whole("scheme/epa/smartway", std::nullopt, {1, 10, "x"});
  expect_broken("scheme/epa/smartway", std::nullopt, {1, 10, ""}, "empty");
  expect_broken("network/validators", std::nullopt, {1, 10, ""}, "empty");
}

// ---- counters ------------------------------------------------------------------------------

TEST(Invariants, OfCounters) {
  EXPECT_FALSE(broken_counter("gtin/04006381333931", 1, -1).has_value());
  EXPECT_FALSE(broken_counter("gtin/04006381333931", 0, 1).has_value());
  EXPECT_FALSE(broken_counter(kOrganisationsKey, 4, 1).has_value());
  EXPECT_FALSE(broken_counter("node-key/00", 0, 1).has_value());
  for (const auto& broken :
       {broken_counter("gtin/04006381333931", 0, -1), broken_counter("model/X", 3, -4),
        broken_counter("model/X", ~std::uint64_t{0} >> 1, 1),
        broken_counter(kOrganisationsKey, 4, -1), broken_counter("node-key/00", 1, -1),
        broken_counter("node-key/00", 1, 1), broken_counter("node-key/00", 0, 2)}) {
    ASSERT_TRUE(broken.has_value());
    EXPECT_EQ(broken->code.name, kInvariantBroken.name);
  }
}

}  // namespace
}  // namespace ledger

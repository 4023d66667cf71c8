// The rules of certifications, their status and assessments against the state.
#include <gtest/gtest.h>

#include "ledger/records/certification_status.h"
#include "ledger/records/codes.h"
#include "ledger/records/product_keys.h"
#include "tests/ledger/records/world.h"
#include "tests/support/faults.h"

namespace ledger {
namespace {

using support::expect_code;
using world::World;

constexpr std::string_view kSubject = "cert/epa/smartway/A1";

proto::CertificationState state_of(const World& world, std::string_view subject = kSubject) {
  const auto state = find_certification(world.state(), subject);
  EXPECT_TRUE(state.has_value());
  return state.value_or(proto::CertificationState());
}

TEST(Certification, IsKeptWithItsDatesAndCountsItsProducts) {
  World world;

  ASSERT_TRUE(world.apply(world::certification()));

  const proto::CertificationState state = state_of(world);
  EXPECT_EQ(state.content_index(), world.index());
  EXPECT_EQ(state.valid_from(), "2018-01-01");
  EXPECT_EQ(state.valid_to(), "2018-12-31");
  EXPECT_FALSE(state.assessment());
  EXPECT_EQ(latest_status(state), proto::ACTIVE);
  EXPECT_EQ(world.counter("gtin/04006381333931"), 1u);
  EXPECT_EQ(world.counter("model/ACURA ILX"), 1u);
  EXPECT_EQ(world.counter("model/ACURA ILX SPORT"), 1u);
  EXPECT_EQ(world.counter("model/ACURA MDX"), 0u);
}

TEST(Certification, CountsAProductOnceHoweverOftenItNamesIt) {
  World world;
  proto::Record record = world::certification();
  *record.mutable_certification()->add_products() = record.certification().products(0);
  record.mutable_certification()->mutable_products(2)->set_model(" ilx ");

  ASSERT_TRUE(world.apply(record));

  EXPECT_EQ(world.counter("model/ACURA ILX"), 1u);
}

TEST(Certification, ByTwoSubjectsCountsTwo) {
  World world;
  proto::Record second = world::certification();
  second.set_subject("cert/epa/smartway/A2");
  ASSERT_TRUE(world.apply(world::certification()));
  ASSERT_TRUE(world.apply(second));

  EXPECT_EQ(world.counter("gtin/04006381333931"), 2u);
}

TEST(Amendment, CountsTheDifference) {
  World world;
  ASSERT_TRUE(world.apply(world::certification()));
  proto::Record amended = world::certification();
  amended.set_place(2);
  amended.mutable_certification()->mutable_products(0)->set_gtin("09506000134352");
  amended.mutable_certification()->set_valid_to("2019-06-30");

  ASSERT_TRUE(world.apply(amended));

  EXPECT_EQ(world.counter("gtin/04006381333931"), 0u);
  EXPECT_EQ(world.counter("gtin/09506000134352"), 1u);
  EXPECT_EQ(world.counter("model/ACURA ILX"), 1u);
  EXPECT_EQ(state_of(world).valid_to(), "2019-06-30");
  EXPECT_EQ(state_of(world).content_index(), world.index());
}

TEST(Amendment, KeepsTheSchemeAndTheStatus) {
  World world;
  proto::Record other = world::scheme();
  other.set_subject("scheme/lab/smartway");
  other.mutable_scheme()->clear_recognised_by();
  other.mutable_scheme()->mutable_accreditations(0)->set_certifier("epa");
  ASSERT_TRUE(world.apply(other));
  ASSERT_TRUE(world.apply(world::certification()));
  ASSERT_TRUE(world.apply(world::status(2, proto::SUSPENDED, "2018-05-01")));
  proto::Record amended = world::certification();
  amended.set_place(3);

  ASSERT_TRUE(world.apply(amended));
  EXPECT_EQ(latest_status(state_of(world)), proto::SUSPENDED);
  amended.set_place(4);
  amended.mutable_certification()->set_scheme("scheme/lab/smartway");
  expect_code(world.apply(amended), kStateInvalid, "certification.scheme");
}

TEST(Amendment, DoesNotFollowAWithdrawal) {
  World world;
  ASSERT_TRUE(world.apply(world::certification()));
  ASSERT_TRUE(world.apply(world::status(2, proto::WITHDRAWN, "2018-05-01")));
  proto::Record amended = world::certification();
  amended.set_place(3);

  expect_code(world.apply(amended), kStateInvalid, "subject");
}

TEST(Certification, CountsInSixtyFourKeysAtMost) {
  World world;
  proto::Record record = world::certification();
  proto::Certification* const content = record.mutable_certification();
  content->clear_products();
  for (int i = 0; i < 64; ++i) {
    proto::Product* const product = content->add_products();
    product->set_brand("Acura");
    product->set_model(std::to_string(i));
  }
  ASSERT_TRUE(world.apply(record));
  // Another 64 models: 64 counters fall and 64 rise.
  record.set_place(2);
  for (proto::Product& product : *content->mutable_products()) product.set_brand("Honda");
  expect_code(world.apply(record), kTooMany, "certification.products");
  record.set_subject("cert/epa/smartway/A9");
  record.set_place(1);
  content->mutable_products(0)->set_gtin("04006381333931");
  expect_code(world.apply(record), kTooMany, "certification.products");
}

TEST(Certification, NeedsACertifier) {
  World world;
  proto::Record record = world::certification();
  record.set_subject("cert/acme/smartway/A1");

  expect_code(world.apply(record), kRoleMissing, "subject");
}

// lab is accredited from 2018-01-01 to 2018-12-31; epa is the public authority that owns the
// scheme.
TEST(Certification, NeedsAnAccreditationOnTheDayItSpeaksFrom) {
  World world;
  proto::Record record = world::certification();
  record.set_subject("cert/lab/smartway/A1");
  const auto from = [&](const std::string& number, const std::string& day) {
    record.set_subject("cert/lab/smartway/" + number);
    record.mutable_certification()->set_valid_from(day);
    record.mutable_certification()->set_valid_to("2019-06-30");
    return world.apply(record);
  };

  EXPECT_TRUE(from("1", "2018-01-01"));
  EXPECT_TRUE(from("2", "2018-12-31"));
  EXPECT_TRUE(from("3", "2018"));
  expect_code(from("4", "2017-12-31"), kRoleMissing, "certification.scheme");
  expect_code(from("5", "2019-01-01"), kRoleMissing, "certification.scheme");
  expect_code(from("6", ""), kRoleMissing, "certification.scheme");  // today, 2019-03-01
  world.set_today("2018-07-01");
  EXPECT_TRUE(from("7", ""));
}

TEST(Certification, OfThirdPartiesIsNotGivenByTheOwnerUnaccredited) {
  World world;
  proto::Record third_party = world::scheme();
  third_party.set_place(2);
  third_party.mutable_scheme()->set_basis(proto::THIRD_PARTY_CERTIFICATION);
  ASSERT_TRUE(world.apply(third_party));

  expect_code(world.apply(world::certification()), kRoleMissing, "certification.scheme");
}

TEST(Certification, IsByWhatTheSchemeLists) {
  World world;
  const auto fault = [&](const std::function<void(proto::Certification&)>& change,
                         const RejectCode& code, std::string_view field) {
    proto::Record record = world::certification();
    change(*record.mutable_certification());
    expect_code(world.apply(record), code, field);
  };
  proto::Record unknown = world::certification();
  unknown.set_subject("cert/epa/other/A1");
  unknown.mutable_certification()->set_scheme("scheme/epa/other");

  expect_code(world.apply(unknown), kSchemeInvalid, "certification.scheme");
  fault([](auto& c) { c.set_criteria_version("T3B30"); }, kSchemeInvalid,
        "certification.criteria_version");
  fault([](auto& c) { c.set_level("Gold"); }, kSchemeInvalid, "certification.level");
  fault([](auto& c) { c.mutable_category()->set_code("midsize car"); }, kCategoryInvalid,
        "certification.category");
  fault([](auto& c) { c.mutable_category()->set_list("UNSPSC"); }, kCategoryInvalid,
        "certification.category.code");
  fault([](auto& c) { c.set_valid_to("2020-01-02"); }, kDateInvalid, "certification.valid_to");
}

TEST(Certification, MayLastAsLongAsTheSchemeSays) {
  World world;
  proto::Record record = world::certification();
  record.mutable_certification()->set_valid_to("2020-01-01");  // 24 months
  record.mutable_certification()->clear_criteria_version();    // not stated
  record.mutable_certification()->clear_level();

  EXPECT_TRUE(world.apply(record));
}

TEST(Renewal, FollowsACertificationOfTheSameCertifier) {
  World world;
  ASSERT_TRUE(world.apply(world::certification()));
  proto::Record next = world::certification();
  next.set_subject("cert/epa/smartway/A2");
  next.mutable_certification()->set_renews(std::string(kSubject));
  ASSERT_TRUE(world.apply(next));

  next.set_subject("cert/epa/smartway/A3");
  next.mutable_certification()->set_renews("cert/epa/smartway/A0");
  expect_code(world.apply(next), kReferenceInvalid, "certification.renews");
  next.set_subject("cert/lab/smartway/A3");
  next.mutable_certification()->set_renews(std::string(kSubject));
  expect_code(world.apply(next), kReferenceInvalid, "certification.renews");
}

// ---- status --------------------------------------------------------------------------------

using enum proto::Status;

TEST(Status, FollowsTheTableOfTransitions) {
  const std::vector<proto::Status> all = {ACTIVE, SUSPENDED, WITHDRAWN, CANCELLED};
  const std::vector<std::vector<bool>> allowed = {// to ACTIVE SUSPENDED WITHDRAWN CANCELLED
                                                  {false, true, true, true},      // from ACTIVE
                                                  {true, false, true, true},      // from SUSPENDED
                                                  {false, false, false, false},   // from WITHDRAWN
                                                  {false, false, false, false}};  // from CANCELLED
  for (std::size_t from = 0; from < all.size(); ++from) {
    for (std::size_t to = 0; to < all.size(); ++to) {
      World world;
      ASSERT_TRUE(world.apply(world::certification()));
      std::uint64_t place = 2;
      if (all[from] != ACTIVE) {
        ASSERT_TRUE(world.apply(world::status(place++, all[from], "2018-02-01")));
      }
      const auto result = world.apply(world::status(place, all[to], "2018-03-01"));
      if (allowed[from][to]) {
        EXPECT_TRUE(result) << from << to;
        EXPECT_EQ(latest_status(state_of(world)), all[to]);
      } else {
        expect_code(result, kStateInvalid, "certification_status.status");
      }
    }
  }
}

TEST(Status, KeepsEveryChangeWithItsDayAndEntry) {
  World world;
  ASSERT_TRUE(world.apply(world::certification()));
  ASSERT_TRUE(world.apply(world::status(2, SUSPENDED, "2018-05-01")));

  const proto::CertificationState state = state_of(world);
  ASSERT_EQ(state.changes_size(), 1);
  EXPECT_EQ(state.changes(0).status(), SUSPENDED);
  EXPECT_EQ(state.changes(0).effective_from(), "2018-05-01");
  EXPECT_EQ(state.changes(0).index(), world.index());
}

TEST(Status, IsOfTheLastChangeThatHasTakenEffect) {
  World world;
  ASSERT_TRUE(world.apply(world::certification()));
  ASSERT_TRUE(world.apply(world::status(2, SUSPENDED, "2018-05-01")));
  ASSERT_TRUE(world.apply(world::status(3, ACTIVE, "2018-06-01")));
  const auto on = [&](std::string_view day) {
    return status_on(state_of(world), Date::parse(day)->first());
  };

  EXPECT_EQ(on("2018-04-30"), ACTIVE);
  EXPECT_EQ(on("2018-05-01"), SUSPENDED);
  EXPECT_EQ(on("2018-05-31"), SUSPENDED);
  EXPECT_EQ(on("2018-06-01"), ACTIVE);
  // A withdrawal from an earlier day speaks about all days from then on.
  ASSERT_TRUE(world.apply(world::status(4, WITHDRAWN, "2018-04-01")));
  EXPECT_EQ(on("2018-03-31"), ACTIVE);
  EXPECT_EQ(on("2018-04-01"), WITHDRAWN);
  EXPECT_EQ(on("2018-07-01"), WITHDRAWN);
}

TEST(Status, ChangesSixtyFourTimesAndCanStillBeWithdrawn) {
  World world;
  ASSERT_TRUE(world.apply(world::certification()));
  std::uint64_t place = 2;
  for (int i = 0; i < 32; ++i) {
    ASSERT_TRUE(world.apply(world::status(place++, SUSPENDED, "2018-05-01")));
    ASSERT_TRUE(world.apply(world::status(place++, ACTIVE, "2018-05-02")));
  }

  expect_code(world.apply(world::status(place, SUSPENDED, "2018-06-01")), kTooMany,
              "certification_status.status");
  EXPECT_TRUE(world.apply(world::status(place, WITHDRAWN, "2018-06-01")));
}

TEST(Status, IsWithdrawnByACertifierThatLostItsRoleButNotReinstated) {
  World world;
  ASSERT_TRUE(world.apply(world::certification()));
  ASSERT_TRUE(world.apply(world::status(2, SUSPENDED, "2018-05-01")));
  proto::Record demoted = world::organisation("epa", "roles: OBSERVER");
  demoted.set_place(2);
  demoted.mutable_organisation()->clear_keys();
  ASSERT_TRUE(world.apply(world.countersigned(demoted, {"acme", "lab", "shop"}),
                          World::Signed::operation, "acme"));

  expect_code(world.apply(world::status(3, ACTIVE, "2018-06-01")), kRoleMissing, "subject");
  EXPECT_TRUE(world.apply(world::status(3, WITHDRAWN, "2018-06-01")));
}

// ---- assessments ---------------------------------------------------------------------------

TEST(Assessment, IsKeptAsSuchAndCountsItsProducts) {
  World world;

  ASSERT_TRUE(world.apply(world::assessment()));

  const auto state = state_of(world, "assessment/epa/smartway/B1");
  EXPECT_TRUE(state.assessment());
  EXPECT_EQ(state.valid_from(), "2018");
  EXPECT_EQ(world.counter("model/ACURA MDX"), 1u);
}

TEST(Assessment, KeepsToItsSchemeAndItsRules) {
  World world;
  ASSERT_TRUE(world.apply(world::assessment()));
  proto::Record later = world::assessment();
  later.set_place(2);
  later.mutable_assessment()->set_result("not any more");
  ASSERT_TRUE(world.apply(later));

  later.set_place(3);
  later.mutable_assessment()->set_scheme("scheme/lab/smartway");
  expect_code(world.apply(later), kStateInvalid, "assessment.scheme");
  proto::Record outside = world::assessment();
  outside.set_subject("assessment/epa/smartway/B2");
  outside.mutable_assessment()->mutable_category()->set_code("pickup");
  expect_code(world.apply(outside), kCategoryInvalid, "assessment.category");
}

TEST(ProductName, IsBrandAndModelTogether) {
  EXPECT_EQ(product_name("Mazda", "3"), "MAZDA 3");
  EXPECT_EQ(product_name("", "MAZDA  3"), "MAZDA 3");
  EXPECT_EQ(model_counter_key("Acura", "ILX"), "model/ACURA ILX");
  EXPECT_EQ(gtin_counter_key("04006381333931"), "gtin/04006381333931");
}

}  // namespace
}  // namespace ledger

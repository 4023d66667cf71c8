// The rules of purchases, corrections and returns against the state.
#include <gtest/gtest.h>

#include "ledger/records/codes.h"
#include "tests/ledger/records/world.h"
#include "tests/support/faults.h"

namespace ledger {
namespace {

using support::expect_code;
using world::World;

proto::PurchaseState state_of(const World& world) {
  proto::PurchaseState state;
  const auto value = world.state().find("purchase/shop/till/D1/1");
  EXPECT_TRUE(value && state.ParseFromString(decode_subject_value(*value).body));
  return state;
}

// The network admits `id` as a recorder for these parties only.
void admit_recorder(World& world, const std::string& id, const std::string& entry) {
  const proto::Record admission = world::organisation(id, "roles: RECORDER " + entry);
  ASSERT_TRUE(world.apply(world.countersigned(admission, {"acme", "epa", "lab"}),
                          World::Signed::operation, "acme"));
}

TEST(Purchase, IsKeptWithItsQuantityAndWhereItsContentLies) {
  World world;

  ASSERT_TRUE(world.apply(world::purchase()));

  EXPECT_EQ(state_of(world).quantity(), "4");
  EXPECT_EQ(state_of(world).content_index(), world.index());
  EXPECT_EQ(state_of(world).returned(), "");
}

TEST(Purchase, IsRecordedByARecorderOnly) {
  World world;
  proto::Record foreign = world::purchase();
  foreign.set_subject("purchase/epa/till/D1/1");

  expect_code(world.apply(foreign), kRoleMissing, "subject");
  foreign.set_subject("purchase/nobody/till/D1/1");
  expect_code(world.apply(foreign), kRoleMissing, "subject");
}

TEST(Purchase, IsRecordedForPartiesThatTheEntryListsOnly) {
  World world;
  admit_recorder(world, "county",
                 "records_for: 'Town A' records_for: 'LEI:0YPKKE5F0QW6RC51HE09' "
                 "identifiers { scheme: GLN value: '9506000134352' }");
  const auto buy = [&](const std::string& line, const std::string& buyer) {
    proto::Record record = world::purchase();
    record.set_subject("purchase/county/till/D1/" + line);
    record.mutable_purchase()->clear_buyer();
    record.MergeFrom(world::record("purchase { buyer {" + buyer + "} }"));
    return world.apply(record);
  };

  EXPECT_TRUE(buy("1", "name: 'Town A'"));
  EXPECT_TRUE(buy("2", "identifiers { scheme: LEI value: '0YPKKE5F0QW6RC51HE09' }"));
  EXPECT_TRUE(buy("3", "identifiers { scheme: GLN value: '9506000134352' }"));  // itself
  expect_code(buy("4", "name: 'Town B'"), kMandateMissing, "purchase.buyer");
  expect_code(buy("5", "identifiers { scheme: OTHER value: '0YPKKE5F0QW6RC51HE09' }"),
              kMandateMissing, "purchase.buyer");
  // A listed name does not lend its mandate to a party that is known by an identifier.
  expect_code(buy("6", "name: 'Town A' identifiers { scheme: DUNS value: '150483782' }"),
              kMandateMissing, "purchase.buyer");
}

TEST(Purchase, MayBeDatedTomorrowAndNoLater) {
  World world;
  const auto dated = [&](const std::string& line, const std::string& date) {
    proto::Record record = world::purchase();
    record.set_subject("purchase/shop/till/D2/" + line);
    record.mutable_purchase()->set_date(date);
    return world.apply(record);
  };

  EXPECT_TRUE(dated("1", "2019-03-02"));
  EXPECT_TRUE(dated("2", "2019-03"));
  EXPECT_TRUE(dated("3", "2019"));
  EXPECT_TRUE(dated("4", ""));
  expect_code(dated("5", "2019-03-03"), kDateInvalid, "purchase.date");
  expect_code(dated("6", "2019-04"), kDateInvalid, "purchase.date");
  expect_code(dated("7", "2020"), kDateInvalid, "purchase.date");
}

TEST(Correction, ReplacesTheContentUnderTheSameRules) {
  World world;
  ASSERT_TRUE(world.apply(world::purchase()));
  proto::Record correction = world::correction(2);
  proto::Purchase* const content = correction.mutable_purchase_correction()->mutable_purchase();
  content->set_quantity("2");
  content->clear_unit_price();

  ASSERT_TRUE(world.apply(correction));
  EXPECT_EQ(state_of(world).quantity(), "2");
  EXPECT_EQ(state_of(world).content_index(), world.index());

  correction.set_place(3);
  content->set_date("2019-03-05");
  expect_code(world.apply(correction), kDateInvalid, "purchase_correction.purchase.date");
}

TEST(Return, AddsUpToTheQuantityBoughtAndNoFurther) {
  World world;
  ASSERT_TRUE(world.apply(world::purchase()));
  const std::uint64_t bought_at = world.index();

  ASSERT_TRUE(world.apply(world::purchase_return(2, "1.5")));
  EXPECT_EQ(state_of(world).returned(), "1.5");
  expect_code(world.apply(world::purchase_return(3, "2.500001")), kReturnSum,
              "purchase_return.quantity");
  ASSERT_TRUE(world.apply(world::purchase_return(3, "2.5")));

  EXPECT_EQ(state_of(world).returned(), "4");
  EXPECT_EQ(state_of(world).content_index(), bought_at);
  expect_code(world.apply(world::purchase_return(4, "0.000001")), kReturnSum,
              "purchase_return.quantity");
}

TEST(Return, HoldsForCorrectionsToo) {
  World world;
  ASSERT_TRUE(world.apply(world::purchase()));
  ASSERT_TRUE(world.apply(world::purchase_return(2, "3")));
  proto::Record correction = world::correction(3);
  proto::Purchase* const content = correction.mutable_purchase_correction()->mutable_purchase();
  content->clear_unit_price();
  content->set_quantity("2.9");

  expect_code(world.apply(correction), kReturnSum, "purchase_correction.purchase.quantity");
  content->set_quantity("3");
  EXPECT_TRUE(world.apply(correction));
}

TEST(Return, IsNotOfACreditNote) {
  World world;
  proto::Record credit = world::purchase();
  credit.mutable_purchase()->set_document_type("credit-note");
  credit.mutable_purchase()->set_quantity("-4");
  credit.mutable_purchase()->clear_amounts();
  credit.mutable_purchase()->clear_unit_price();
  ASSERT_TRUE(world.apply(credit));

  expect_code(world.apply(world::purchase_return(2, "1")), kReturnSum, "purchase_return.quantity");
}

TEST(Return, IsDatedTomorrowAtTheLatest) {
  World world;
  ASSERT_TRUE(world.apply(world::purchase()));
  proto::Record returned = world::purchase_return(2, "1");
  returned.mutable_purchase_return()->set_date("2019-03-03");

  expect_code(world.apply(returned), kDateInvalid, "purchase_return.date");
  returned.mutable_purchase_return()->set_date("2019-03-02");
  EXPECT_TRUE(world.apply(returned));
}

}  // namespace
}  // namespace ledger

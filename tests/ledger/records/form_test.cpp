// What check() finds in each field, with the valid record beside it.
#include <gtest/gtest.h>

#include "ledger/records/codes.h"
#include "tests/ledger/records/world.h"
#include "tests/support/faults.h"

namespace ledger {
namespace {

using world::faults_of;
using Record = proto::Record;

void expect_fault(const Record& valid, const std::function<void(Record&)>& change,
                  const RejectCode& code, std::string_view field) {
  SCOPED_TRACE(field);
  support::expect_code(faults_of(valid, change), code, field);
}

TEST(Form, OfTheExamplesIsRight) {
  for (const Record& record :
       {world::organisation("epa", "roles: CERTIFIER"), world::scheme(), world::certification(),
        world::status(2, proto::SUSPENDED, "2018-05-01"), world::assessment(), world::purchase(),
        world::correction(2), world::purchase_return(2, "1.5"), world::validators({"a", "b"}),
        world::parameters()}) {
    EXPECT_EQ(check(record).size(), 0u) << record.ShortDebugString();
  }
}

TEST(Form, NamesEveryFaultInTheOrderOfTheFields) {
  const std::vector<Reject> faults = faults_of(world::purchase(), [](Record& r) {
    r.mutable_purchase()->mutable_buyer()->set_country("UK");
    r.mutable_purchase()->set_date("2019-02-30");
    r.mutable_purchase()->mutable_product()->set_gtin("04006381333932");
    r.mutable_purchase()->set_unit("PCS");
  });
  ASSERT_EQ(faults.size(), 4u);
  EXPECT_EQ(faults[0].field, "purchase.buyer.country");
  EXPECT_EQ(faults[1].field, "purchase.date");
  EXPECT_EQ(faults[2].field, "purchase.product.gtin");
  EXPECT_EQ(faults[3].field, "purchase.unit");
}

TEST(Head, NeedsASubjectAPlaceAndAKind) {
  const Record valid = world::purchase();
  expect_fault(
      valid, [](Record& r) { r.set_subject("purchase/shop"); }, kSubjectInvalid, "subject");
  expect_fault(valid, [](Record& r) { r.set_place(0); }, kPlaceInvalid, "place");
  expect_fault(valid, [](Record& r) { r.clear_kind(); }, kKindInvalid, "kind");
  expect_fault(valid, [](Record& r) { r.set_subject("org/shop"); }, kKindInvalid, "subject");
  expect_fault(
      world::parameters(), [](Record& r) { r.set_subject("network/validators"); }, kKindInvalid,
      "subject");
}

TEST(Head, PutsEachKindInItsPlaces) {
  expect_fault(world::purchase(), [](Record& r) { r.set_place(2); }, kPlaceInvalid, "place");
  expect_fault(world::correction(2), [](Record& r) { r.set_place(1); }, kPlaceInvalid, "place");
  expect_fault(
      world::purchase_return(2, "1"), [](Record& r) { r.set_place(1); }, kPlaceInvalid, "place");
  expect_fault(
      world::status(2, proto::ACTIVE, "2018-01-01"), [](Record& r) { r.set_place(1); },
      kPlaceInvalid, "place");
}

TEST(Head, TakesWellFormedCountersignaturesInOrder) {
  Record valid = world::parameters();
  for (const char* id : {"a", "b"}) {
    proto::Countersignature* entry = valid.add_countersignatures();
    entry->set_organisation(id);
    entry->set_key_id(Bytes(16, 'k'));
    entry->set_signature(Bytes(64, 's'));
  }
  EXPECT_TRUE(check(valid).empty());
  expect_fault(
      valid, [](Record& r) { r.mutable_countersignatures()->SwapElements(0, 1); }, kOrderInvalid,
      "countersignatures");
  expect_fault(
      valid, [](Record& r) { r.mutable_countersignatures(1)->set_organisation("a"); },
      kOrderInvalid, "countersignatures");
  expect_fault(
      valid, [](Record& r) { r.mutable_countersignatures(0)->set_key_id("short"); },
      kSignaturesMissing, "countersignatures");
  expect_fault(
      valid, [](Record& r) { r.mutable_countersignatures(0)->set_signature("short"); },
      kSignaturesMissing, "countersignatures");
}

TEST(PurchaseForm, ChecksItsProduct) {
  const Record valid = world::purchase();
  const auto product = [](Record& r) { return r.mutable_purchase()->mutable_product(); };
  expect_fault(
      valid, [&](Record& r) { product(r)->set_gtin("04006381333932"); }, kGtinCheck,
      "purchase.product.gtin");
  expect_fault(
      valid, [&](Record& r) { product(r)->set_gtin("1"); }, kGtinCheck, "purchase.product.gtin");
  expect_fault(
      valid, [&](Record& r) { product(r)->set_gtin("4006381333931"); }, kGtinCheck,
      "purchase.product.gtin");
  expect_fault(
      valid, [&](Record& r) { product(r)->clear_model(); }, kFieldMissing, "purchase.product");
  expect_fault(
      valid, [&](Record& r) { product(r)->set_brand("e\xCC\x81"); }, kTextInvalid,
      "purchase.product.brand");
  expect_fault(
      valid, [&](Record& r) { product(r)->set_description(std::string(257, 'a')); }, kTextInvalid,
      "purchase.product.description");
  expect_fault(
      valid, [&](Record& r) { product(r)->mutable_attributes(0)->clear_value(); }, kFieldMissing,
      "purchase.product.attributes[0].value");
  expect_fault(
      valid, [&](Record& r) { *product(r)->add_attributes() = product(r)->attributes(0); },
      kOrderInvalid, "purchase.product.attributes[1]");
  expect_fault(
      valid,
      [&](Record& r) {
        for (int i = 0; i < 16; ++i) product(r)->add_attributes();
      },
      kTooMany, "purchase.product.attributes");
}

TEST(PurchaseForm, SaysHowToWriteAGtinWithFourteenDigits) {
  const auto faults = faults_of(world::purchase(), [](Record& r) {
    r.mutable_purchase()->mutable_product()->set_gtin("4006381333931");
  });
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].hint, "Write it as 04006381333931.");
}

TEST(PurchaseForm, TakesAProductNamedInAnyOneWay) {
  for (const char* product : {"gtin: '04006381333931'", "brand: 'a' model: 'b'",
                              "seller_code: '17'", "description: 'school desks and chairs'"}) {
    Record record = world::purchase();
    *record.mutable_purchase()->mutable_product() =
        world::record("purchase { product {" + std::string(product) + "} }").purchase().product();
    EXPECT_TRUE(check(record).empty()) << product;
  }
}

TEST(PurchaseForm, ChecksPartiesByTheirIdentifiers) {
  const Record valid = world::purchase();
  const auto identify = [](proto::IdentifierScheme scheme, std::string value) {
    return [=](Record& r) {
      proto::Identifier* entry = r.mutable_purchase()->mutable_buyer()->add_identifiers();
      entry->set_scheme(scheme);
      entry->set_value(value);
    };
  };
  const std::string_view field = "purchase.buyer.identifiers[0].value";
  expect_fault(valid, identify(proto::LEI, "0YPKKE5F0QW6RC51HE08"), kLeiCheck, field);
  expect_fault(valid, identify(proto::LEI, "0ypkke5f0qw6rc51he09"), kLeiCheck, field);
  expect_fault(valid, identify(proto::USCC, "91350100M000100Y44"), kUsccCheck, field);
  expect_fault(valid, identify(proto::USCC, "91350100I000100Y43"), kUsccCheck, field);
  expect_fault(valid, identify(proto::GLN, "9506000134353"), kGlnCheck, field);
  expect_fault(valid, identify(proto::DUNS, "12345678"), kIdentifierInvalid, field);
  expect_fault(valid, identify(proto::OTHER, ""), kFieldMissing, field);
  expect_fault(valid, identify(proto::IDENTIFIER_SCHEME_UNSPECIFIED, "1"), kIdentifierInvalid,
               "purchase.buyer.identifiers[0].scheme");
  for (const auto& right :
       {identify(proto::LEI, "0YPKKE5F0QW6RC51HE09"), identify(proto::USCC, "91350100M000100Y43"),
        identify(proto::GLN, "9506000134352"), identify(proto::DUNS, "150483782"),
        identify(proto::OTHER, "HRB 7")}) {
    EXPECT_TRUE(faults_of(valid, right).empty());
  }
  expect_fault(
      valid, [](Record& r) { r.mutable_purchase()->clear_buyer(); }, kFieldMissing,
      "purchase.buyer");
  expect_fault(
      valid, [](Record& r) { r.mutable_purchase()->mutable_buyer()->clear_name(); }, kFieldMissing,
      "purchase.buyer.name");
  expect_fault(
      valid, [](Record& r) { r.mutable_purchase()->mutable_seller()->set_country("XX"); },
      kCountryInvalid, "purchase.seller.country");
}

TEST(PurchaseForm, ChecksItsDate) {
  const Record valid = world::purchase();
  for (const char* date : {"", "2019", "2019-02", "2000-01-01"}) {
    EXPECT_TRUE(faults_of(valid, [&](Record& r) { r.mutable_purchase()->set_date(date); }).empty());
  }
  for (const char* date : {"2019-02-29", "9/5/11", "Date Not Captured", "1999-12-31", "1999"}) {
    expect_fault(
        valid, [&](Record& r) { r.mutable_purchase()->set_date(date); }, kDateInvalid,
        "purchase.date");
  }
}

TEST(PurchaseForm, ChecksQuantityAndUnit) {
  Record valid = world::purchase();
  valid.mutable_purchase()->clear_amounts();
  valid.mutable_purchase()->clear_unit_price();
  const auto quantity = [](std::string text) {
    return [=](Record& r) { r.mutable_purchase()->set_quantity(text); };
  };
  expect_fault(valid, quantity(""), kFieldMissing, "purchase.quantity");
  expect_fault(valid, quantity("0"), kQuantityInvalid, "purchase.quantity");
  expect_fault(valid, quantity("-3"), kQuantityInvalid, "purchase.quantity");
  expect_fault(valid, quantity("1.50"), kDecimalInvalid, "purchase.quantity");
  expect_fault(valid, quantity("1e3"), kDecimalInvalid, "purchase.quantity");
  expect_fault(valid, quantity("6,160"), kDecimalInvalid, "purchase.quantity");
  valid.mutable_purchase()->set_document_type("credit-note");
  EXPECT_TRUE(faults_of(valid, quantity("-3")).empty());
  const auto unit = [](std::string code) {
    return [=](Record& r) { r.mutable_purchase()->set_unit(code); };
  };
  expect_fault(valid, unit(""), kFieldMissing, "purchase.unit");
  expect_fault(valid, unit("PCS"), kUnitInvalid, "purchase.unit");
  expect_fault(valid, unit("PK"), kUnitInvalid, "purchase.unit");
  for (const char* code : {"XPK", "SET", "TNE", "HAR"}) {
    EXPECT_TRUE(faults_of(valid, unit(code)).empty()) << code;
  }
}

TEST(PurchaseForm, SuggestsTheNearUnit) {
  const auto faults =
      faults_of(world::purchase(), [](Record& r) { r.mutable_purchase()->set_unit("PCS"); });
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].message, "\"PCS\" is not a code of UN/ECE Recommendation 20.");
  EXPECT_EQ(faults[0].hint, "Did you mean H87 (piece) or C62 (one)?");
}

TEST(PurchaseForm, ChecksAmounts) {
  const Record valid = world::purchase();
  const auto price = [](Record& r) { return r.mutable_purchase()->mutable_amounts(0); };
  expect_fault(
      valid, [&](Record& r) { price(r)->set_currency("RMB"); }, kCurrencyInvalid,
      "purchase.amounts[0].currency");
  expect_fault(
      valid, [&](Record& r) { price(r)->set_value("99.981"); }, kAmountInvalid,
      "purchase.amounts[0].value");
  expect_fault(
      valid,
      [&](Record& r) {
        price(r)->set_currency("JPY");
        r.mutable_purchase()->clear_unit_price();
      },
      kAmountInvalid, "purchase.amounts[0].value");
  expect_fault(
      valid, [&](Record& r) { r.mutable_purchase()->mutable_amounts(1)->set_value("-5"); },
      kAmountInvalid, "purchase.amounts[1].value");
  expect_fault(
      valid, [&](Record& r) { r.mutable_purchase()->mutable_amounts(1)->clear_value(); },
      kFieldMissing, "purchase.amounts[1].value");
  expect_fault(
      valid, [&](Record& r) { r.mutable_purchase()->mutable_amounts(1)->clear_kind(); },
      kFieldMissing, "purchase.amounts[1].kind");
  expect_fault(
      valid,
      [&](Record& r) {
        r.mutable_purchase()->mutable_amounts(1)->set_kind(proto::PRICE);
        r.mutable_purchase()->clear_unit_price();
      },
      kAmountInvalid, "purchase.amounts[1].kind");
}

// 4 * 24.995 = 99.98; a price may differ from it by 0.02 and no more (Peppol R120).
TEST(PurchaseForm, HoldsPriceAgainstQuantityTimesUnitPrice) {
  const Record valid = world::purchase();
  const auto price = [](std::string value) {
    return [=](Record& r) { r.mutable_purchase()->mutable_amounts(0)->set_value(value); };
  };
  for (const char* value : {"99.96", "99.98", "100"}) {
    EXPECT_TRUE(faults_of(valid, price(value)).empty()) << value;
  }
  for (const char* value : {"99.95", "100.01"}) {
    expect_fault(valid, price(value), kAmountInvalid, "purchase.unit_price");
  }
  expect_fault(
      valid, [](Record& r) { r.mutable_purchase()->set_unit_price("-1"); }, kAmountInvalid,
      "purchase.unit_price");
  expect_fault(
      valid, [](Record& r) { r.mutable_purchase()->clear_amounts(); }, kAmountInvalid,
      "purchase.unit_price");
}

TEST(PurchaseForm, ChecksWhatItPointsAt) {
  const Record valid = world::purchase();
  const auto claim = [](std::string subject) {
    return [=](Record& r) { r.mutable_purchase()->set_claimed_certification(subject); };
  };
  expect_fault(valid, claim("A1"), kSubjectInvalid, "purchase.claimed_certification");
  expect_fault(valid, claim("scheme/epa/smartway"), kReferenceInvalid,
               "purchase.claimed_certification");
  expect_fault(
      valid, [](Record& r) { r.mutable_purchase()->set_evidence_sha256("abc"); }, kHashInvalid,
      "purchase.evidence_sha256");
  expect_fault(
      valid, [](Record& r) { r.mutable_purchase()->mutable_category()->set_code("3411"); },
      kCategoryInvalid, "purchase.category.code");
  expect_fault(
      valid, [](Record& r) { r.mutable_purchase()->mutable_category()->clear_list(); },
      kFieldMissing, "purchase.category.list");
  expect_fault(
      valid,
      [](Record& r) { r.mutable_purchase()->set_gpp_criteria(static_cast<proto::GppCriteria>(9)); },
      kFieldExtra, "purchase.gpp_criteria");
}

TEST(CorrectionForm, HoldsAWholePurchase) {
  expect_fault(
      world::correction(2),
      [](Record& r) { r.mutable_purchase_correction()->mutable_purchase()->set_unit("PCS"); },
      kUnitInvalid, "purchase_correction.purchase.unit");
}

TEST(ReturnForm, IsOfAPositiveQuantity) {
  const Record valid = world::purchase_return(2, "1");
  for (const char* quantity : {"0", "-1"}) {
    expect_fault(
        valid, [&](Record& r) { r.mutable_purchase_return()->set_quantity(quantity); },
        kQuantityInvalid, "purchase_return.quantity");
  }
  expect_fault(
      valid, [](Record& r) { r.mutable_purchase_return()->set_date("yesterday"); }, kDateInvalid,
      "purchase_return.date");
}

TEST(CertificationForm, ChecksItsFields) {
  const Record valid = world::certification();
  const auto content = [](Record& r) { return r.mutable_certification(); };
  const auto fault = [&](const std::function<void(Record&)>& change, const RejectCode& code,
                         std::string_view field) { expect_fault(valid, change, code, field); };
  fault([&](Record& r) { content(r)->clear_scheme(); }, kFieldMissing, "certification.scheme");
  fault([&](Record& r) { content(r)->set_scheme("scheme/epa/other"); }, kReferenceInvalid,
        "certification.scheme");
  fault([&](Record& r) { content(r)->clear_certificate_number(); }, kFieldMissing,
        "certification.certificate_number");
  fault([&](Record& r) { content(r)->clear_holder(); }, kFieldMissing, "certification.holder");
  fault([&](Record& r) { content(r)->clear_products(); }, kFieldMissing, "certification.products");
  fault([&](Record& r) { content(r)->mutable_products(1)->clear_model(); }, kFieldMissing,
        "certification.products[1]");
  fault([&](Record& r) { content(r)->mutable_products(1)->set_gtin("17"); }, kGtinCheck,
        "certification.products[1].gtin");
  fault([&](Record& r) { content(r)->clear_category(); }, kFieldMissing, "certification.category");
  fault([&](Record& r) { content(r)->set_valid_to("2017-12-31"); }, kDateInvalid,
        "certification.valid_to");
  fault([&](Record& r) { content(r)->set_valid_from("13-01-2018"); }, kDateInvalid,
        "certification.valid_from");
  fault([&](Record& r) { content(r)->set_renews(r.subject()); }, kReferenceInvalid,
        "certification.renews");
  fault([&](Record& r) { content(r)->add_measures()->set_value("1"); }, kFieldMissing,
        "certification.measures[0].metric");
  fault([&](Record& r) { content(r)->add_evidence(); }, kHashInvalid,
        "certification.evidence[0].sha256");
  fault([&](Record& r) { content(r)->add_countries("EU"); }, kCountryInvalid,
        "certification.countries[0]");
  fault(
      [&](Record& r) {
        content(r)->add_countries("US");
        content(r)->add_countries("CA");
      },
      kOrderInvalid, "certification.countries[1]");
}

TEST(CertificationForm, LetsDatesBeUnstatedOrLessPreciseThanADay) {
  for (const char* dates :
       {"", "valid_from: '2018'", "valid_to: '2018-06'", "valid_from: '2018' valid_to: '2018'",
        "valid_from: '2018-06' valid_to: '2018-06-30'"}) {
    Record record = world::certification();
    record.mutable_certification()->clear_valid_from();
    record.mutable_certification()->clear_valid_to();
    record.MergeFrom(world::record("certification {" + std::string(dates) + "}"));
    EXPECT_TRUE(check(record).empty()) << dates;
  }
}

TEST(StatusForm, NeedsAStatusAndADay) {
  const Record valid = world::status(2, proto::WITHDRAWN, "2018-05-01");
  expect_fault(
      valid, [](Record& r) { r.mutable_certification_status()->clear_status(); }, kFieldMissing,
      "certification_status.status");
  for (const char* day : {"", "2018", "2018-05", "1 May"}) {
    expect_fault(
        valid, [&](Record& r) { r.mutable_certification_status()->set_effective_from(day); },
        kDateInvalid, "certification_status.effective_from");
  }
}

TEST(AssessmentForm, IsThatOfACertification) {
  expect_fault(
      world::assessment(), [](Record& r) { r.mutable_assessment()->clear_products(); },
      kFieldMissing, "assessment.products");
}

TEST(SchemeForm, ChecksItsFields) {
  const Record valid = world::scheme();
  const auto content = [](Record& r) { return r.mutable_scheme(); };
  const auto fault = [&](const std::function<void(Record&)>& change, const RejectCode& code,
                         std::string_view field) { expect_fault(valid, change, code, field); };
  fault([&](Record& r) { content(r)->clear_name(); }, kFieldMissing, "scheme.name");
  fault([&](Record& r) { content(r)->clear_iso_type(); }, kFieldMissing, "scheme.iso_type");
  fault([&](Record& r) { content(r)->clear_basis(); }, kFieldMissing, "scheme.basis");
  fault([&](Record& r) { content(r)->clear_categories(); }, kFieldMissing, "scheme.categories");
  fault([&](Record& r) { content(r)->mutable_criteria(1)->set_version("T3B70"); }, kOrderInvalid,
        "scheme.criteria[1].version");
  fault([&](Record& r) { content(r)->mutable_criteria(0)->set_sha256("x"); }, kHashInvalid,
        "scheme.criteria[0].sha256");
  fault([&](Record& r) { content(r)->set_levels(1, "Yes"); }, kOrderInvalid, "scheme.levels[1]");
  fault([&](Record& r) { content(r)->set_validity_months_max(1201); }, kParameterInvalid,
        "scheme.validity_months_max");
  fault([&](Record& r) { content(r)->mutable_accreditations(0)->set_certifier("The Lab"); },
        kReferenceInvalid, "scheme.accreditations[0].certifier");
  fault([&](Record& r) { content(r)->mutable_accreditations(0)->set_valid_to("2017"); },
        kDateInvalid, "scheme.accreditations[0].valid_to");
  fault(
      [&](Record& r) {
        content(r)->set_basis(proto::THIRD_PARTY_CERTIFICATION);
        content(r)->clear_accreditations();
      },
      kFieldMissing, "scheme.accreditations");
}

TEST(OrganisationForm, ChecksItsFields) {
  const Record valid = world::organisation("epa", "roles: CERTIFIER roles: RECORDER");
  const auto content = [](Record& r) { return r.mutable_organisation(); };
  const auto fault = [&](const std::function<void(Record&)>& change, const RejectCode& code,
                         std::string_view field) { expect_fault(valid, change, code, field); };
  fault([&](Record& r) { content(r)->clear_name(); }, kFieldMissing, "organisation.name");
  fault([&](Record& r) { content(r)->set_country("us"); }, kCountryInvalid, "organisation.country");
  fault([&](Record& r) { content(r)->mutable_roles()->SwapElements(0, 1); }, kOrderInvalid,
        "organisation.roles[1]");
  fault([&](Record& r) { content(r)->add_roles(static_cast<proto::Role>(99)); }, kFieldMissing,
        "organisation.roles[2]");
  fault([&](Record& r) { content(r)->mutable_keys(0)->set_purpose(proto::OPERATION); },
        kFieldMissing, "organisation.keys");
  fault([&](Record& r) { content(r)->mutable_keys(1)->clear_purpose(); }, kFieldMissing,
        "organisation.keys[1].purpose");
  fault([&](Record& r) { content(r)->mutable_keys(1)->set_public_key("short"); }, kKeyInvalid,
        "organisation.keys[1]");
  // The neutral point of the curve, under which one signature fits every message.
  fault([&](Record& r) { content(r)->mutable_keys(1)->set_public_key("\x01" + Bytes(31, '\0')); },
        kKeyInvalid, "organisation.keys[1]");
  fault([&](Record& r) { *content(r)->mutable_keys(1) = content(r)->keys(0); }, kKeyInvalid,
        "organisation.keys[1]");
  fault([&](Record& r) { content(r)->add_records_for("LEI:0YPKKE5F0QW6RC51HE08"); }, kLeiCheck,
        "organisation.records_for[0].value");
  fault([&](Record& r) { r.set_place(2); }, kFieldExtra, "organisation.keys");
  EXPECT_TRUE(faults_of(valid, [&](Record& r) {
                content(r)->add_records_for("*");
                content(r)->add_records_for("LEI:0YPKKE5F0QW6RC51HE09");
                content(r)->add_records_for("City: of Example");
              }).empty());
}

TEST(KeyChangeForm, AddsOrRevokes) {
  Record valid = world::record("subject: 'org/epa' place: 2 key_change { revoke {} }");
  valid.mutable_key_change()->mutable_revoke(0)->set_key_id(Bytes(16, 'k'));
  EXPECT_TRUE(check(valid).empty());
  const auto change = [](Record& r) { return r.mutable_key_change(); };
  expect_fault(valid, [&](Record& r) { change(r)->clear_revoke(); }, kFieldMissing, "key_change");
  expect_fault(
      valid, [&](Record& r) { change(r)->mutable_revoke(0)->set_key_id("k"); }, kKeyInvalid,
      "key_change.revoke[0].key_id");
  expect_fault(
      valid, [&](Record& r) { change(r)->mutable_revoke(0)->set_compromised_since("2018"); },
      kDateInvalid, "key_change.revoke[0].compromised_since");
  expect_fault(
      valid,
      [&](Record& r) {
        proto::Key* key = change(r)->add_add();
        key->set_purpose(proto::ROOT);
        key->set_public_key(Bytes(32, 'x'));
      },
      kKeyInvalid, "key_change.add[0]");
}

TEST(ValidatorSetForm, IsInOrderWithKeysOfItsOwn) {
  const Record valid = world::validators({"a", "b"});
  const auto set = [](Record& r) { return r.mutable_validator_set(); };
  expect_fault(
      valid, [&](Record& r) { set(r)->clear_validators(); }, kFieldMissing,
      "validator_set.validators");
  expect_fault(
      valid, [&](Record& r) { set(r)->mutable_validators()->SwapElements(0, 1); }, kOrderInvalid,
      "validator_set.validators[1].organisation");
  expect_fault(
      valid, [&](Record& r) { set(r)->mutable_validators(0)->set_organisation("A B"); },
      kReferenceInvalid, "validator_set.validators[0].organisation");
  expect_fault(
      valid,
      [&](Record& r) {
        set(r)->mutable_validators(1)->set_log_key(set(r)->validators(0).vote_key());
      },
      kKeyInvalid, "validator_set.validators[1].log_key");
  expect_fault(
      valid, [&](Record& r) { set(r)->mutable_validators(1)->clear_node_key(); }, kKeyInvalid,
      "validator_set.validators[1].node_key");
  for (const char* address : {"example.org", ":7000", "a:0", "a:70000", "a b:1", "a:07"}) {
    expect_fault(
        valid, [&](Record& r) { set(r)->mutable_validators(1)->set_addresses(0, address); },
        kTextInvalid, "validator_set.validators[1].addresses[0]");
  }
}

TEST(ParametersForm, StaysInsideItsBounds) {
  const Record valid = world::parameters();
  const auto content = [](Record& r) { return r.mutable_parameters(); };
  const auto fault = [&](const std::function<void(Record&)>& change, std::string_view field) {
    expect_fault(valid, change, kParameterInvalid, field);
  };
  fault([&](Record& r) { content(r)->set_rules_version(2); }, "parameters.rules_version");
  fault([&](Record& r) { content(r)->set_network_name("two words"); }, "parameters.network_name");
  fault([&](Record& r) { content(r)->clear_log_domain(); }, "parameters.log_domain");
  fault([&](Record& r) { content(r)->set_block_bytes_max(1000); }, "parameters.block_bytes_max");
  fault([&](Record& r) { content(r)->set_block_bytes_max(1048577); }, "parameters.block_bytes_max");
  fault([&](Record& r) { content(r)->set_block_records_max(0); }, "parameters.block_records_max");
  fault([&](Record& r) { content(r)->set_block_records_max(4097); },
        "parameters.block_records_max");
  fault([&](Record& r) { content(r)->set_organisation_bytes_per_day(1000); },
        "parameters.organisation_bytes_per_day");
}

}  // namespace
}  // namespace ledger

#include "tests/ledger/proofs/purchase_world.h"

namespace ledger {
namespace {

using tests::certification;
using tests::purchase;

constexpr const char* kGtin = "04012345678901";

proto::Record with_gtin(proto::Record record) {
  record.mutable_certification()->mutable_products(0)->set_gtin(kGtin);
  return record;
}

void set_attribute(proto::Product* product, const std::string& value) {
  proto::Attribute* const attribute = product->add_attributes();
  attribute->set_name("powertrain");
  attribute->set_value(value);
}

proto::Record line(const char* number, const std::string& brand, const std::string& model,
                   const std::string& date = "2019-02-01") {
  return purchase("P", number, brand, model, date);
}

proto::Record claiming(proto::Record record, const std::string& certification) {
  record.mutable_purchase()->set_claimed_certification(certification);
  return record;
}

// A scheme that nobody recognises, and a certification under it.
proto::Record grades() {
  proto::Record record;
  record.set_subject("scheme/epa/grades");
  record.set_place(1);
  proto::Scheme* const scheme = record.mutable_scheme();
  scheme->set_name("Grades");
  scheme->set_iso_type(proto::GRADE_LABEL);
  scheme->set_basis(proto::PUBLIC_AUTHORITY);
  scheme->add_categories()->set_list("SmartWay");
  return record;
}

proto::Record graded(const std::string& number, const std::string& brand,
                     const std::string& model) {
  proto::Record record = certification(number, brand, model);
  record.set_subject("cert/epa/grades/" + number);
  record.mutable_certification()->set_scheme("scheme/epa/grades");
  return record;
}

void add_register(ProofChain& chain) {
  proto::Record plug_in = certification("C5", "Bolt", "EUV");
  set_attribute(plug_in.mutable_certification()->mutable_products(0), "electric");
  proto::Record petrol = assessment("N5", "Bolt", "EUV");
  set_attribute(petrol.mutable_assessment()->mutable_products(0), "petrol");
  proto::Record late = certification("C14", "Dodge", "Dart");
  late.mutable_certification()->set_valid_from("2019-01-15");
  chain.add("epa", {grades(), with_gtin(certification("C1", "Acura", "ILX")),
                    with_gtin(certification("C2", "Acura", "ILX Hybrid")),
                    certification("C3", "Acura", "RDX"), certification("C4", "Acura", "MDX")});
  chain.add("epa", {plug_in, petrol, graded("C8", "Fiat", "500"),
                    certification("C10", "Mitsubishi", "Outlander PHEV"),
                    assessment("N10", "Mitsubishi", "Outlander Sport"),
                    certification("C12", "Kia", "Soul*EV"), late});
  chain.add("epa", {tests::status_change("C4", 2, proto::WITHDRAWN, "2019-01-15")});
}

void add_purchases(ProofChain& chain) {
  using World = PurchaseWorld;
  proto::Record by_gtin = line(World::kByGtin, "ACURA", "ilx sedan");
  by_gtin.mutable_purchase()->mutable_product()->set_gtin(kGtin);
  proto::Record assessed = line(World::kAssessed, "Bolt", "EUV");
  set_attribute(assessed.mutable_purchase()->mutable_product(), "Petrol");
  proto::Record nameless = line(World::kNoProduct, "", "");
  nameless.mutable_purchase()->mutable_product()->set_description("a car");
  proto::Record bare = claiming(nameless, "cert/epa/smartway/C3");
  bare.set_subject(World::subject(World::kClaimsBare));
  proto::Record other_kind = line(World::kOtherKind, "Bolt", "EUV");
  set_attribute(other_kind.mutable_purchase()->mutable_product(), "hydrogen");
  proto::Record other_gtin = line(World::kOtherGtin, "Acura", "ILX");
  other_gtin.mutable_purchase()->mutable_product()->set_gtin("05901234123457");
  chain.add("shop",
            {by_gtin, line(World::kByName, "acura", "rdx"), line(World::kWithdrawn, "Acura", "MDX"),
             line(World::kNowhere, "Audi", "A3"), line(World::kMixed, "Bolt", "EUV"),
             claiming(line(World::kClaimed, "Acura", "RDX"), "cert/epa/smartway/C3"),
             claiming(line(World::kClaimedZ, "Acura", "RDX"), "cert/epa/smartway/Z9"),
             line(World::kGraded, "Fiat", "500"), line(World::kCorrected, "Acura", "RDV"),
             line(World::kLonger, "Mitsubishi", "Outlander"), assessed,
             line(World::kWildcard, "Kia", "Soul EV"), nameless,
             line(World::kInAMonth, "Dodge", "Dart", "2019-01"),
             claiming(line(World::kClaimsOther, "Acura", "RDX"), "cert/epa/smartway/C4"), bare,
             line(World::kNoDate, "Acura", "RDX", ""), other_kind, other_gtin});
  proto::Record correction;
  correction.set_subject(World::subject(World::kCorrected));
  correction.set_place(2);
  *correction.mutable_purchase_correction()->mutable_purchase() =
      line(World::kCorrected, "Acura", "RDX").purchase();
  correction.mutable_purchase_correction()->set_reason("a slip");
  proto::Record returned;
  returned.set_subject(correction.subject());
  returned.set_place(3);
  returned.mutable_purchase_return()->set_quantity("0.5");
  returned.mutable_purchase_return()->set_date("2019-02-10");
  proto::Record more = returned;
  more.set_place(4);
  more.mutable_purchase_return()->set_quantity("1");
  chain.add("shop", {correction, returned, more});
}

}  // namespace

PurchaseWorld::PurchaseWorld() {
  add_register(chain);
  add_purchases(chain);
  chain.checkpoint();
}

std::string PurchaseWorld::subject(const char* line) {
  return std::string("purchase/shop/till/P/") + line;
}

proto::Record assessment(const std::string& number, const std::string& brand,
                         const std::string& model) {
  const proto::Certification content = certification(number, brand, model).certification();
  proto::Record record;
  record.set_subject("assessment/epa/smartway/" + number);
  record.set_place(1);
  proto::Assessment* const assessed = record.mutable_assessment();
  assessed->set_scheme(content.scheme());
  assessed->set_certificate_number(content.certificate_number());
  *assessed->mutable_holder() = content.holder();
  *assessed->mutable_products() = content.products();
  *assessed->mutable_category() = content.category();
  assessed->set_valid_from(content.valid_from());
  assessed->set_valid_to(content.valid_to());
  assessed->set_result("No");
  return record;
}

proto::Record revocation(const std::string& key, const std::string& since) {
  proto::Record record;
  record.set_subject("org/epa");
  record.set_place(2);
  proto::KeyRevocation* const revoke = record.mutable_key_change()->add_revoke();
  revoke->set_key_id(Bytes(crypto::key_id(tests::key_named(key).public_key()).view()));
  revoke->set_compromised_since(since);
  return record;
}

}  // namespace ledger

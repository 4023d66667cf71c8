// purchase: one line of a document by which a party bought something. Whether it was green is never
// an input: it follows from the certifications that hold on its date.
#include <algorithm>

#include "ledger/records/codes.h"
#include "ledger/records/kinds.h"
#include "ledger/records/lists/lists.h"

namespace ledger {
namespace {

constexpr std::string_view kFirstDay = "2000-01-01";
constexpr std::string_view kCreditNote = "credit-note";
constexpr std::string_view kPriceTolerance = "0.02";

bool identifies(std::string_view entry, const proto::Identifier& identifier) {
  const std::string& scheme = proto::IdentifierScheme_Name(identifier.scheme());
  return entry.size() == scheme.size() + 1 + identifier.value().size() &&
         entry.starts_with(scheme) && entry[scheme.size()] == ':' &&
         entry.ends_with(identifier.value());
}

// An organisation records for itself and for the parties that its entry lists. A party that has
// identifiers is known by them; a name stands for a party only where there is nothing else.
bool may_record_for(const proto::Organisation& recorder, const proto::Party& buyer) {
  for (const std::string& entry : recorder.records_for()) {
    if (entry == "*") return true;
    if (buyer.identifiers().empty() && entry == buyer.name()) return true;
    for (const proto::Identifier& identifier : buyer.identifiers()) {
      if (identifies(entry, identifier)) return true;
    }
  }
  for (const proto::Identifier& own : recorder.identifiers()) {
    for (const proto::Identifier& identifier : buyer.identifiers()) {
      if (own.scheme() == identifier.scheme() && own.value() == identifier.value()) return true;
    }
  }
  return false;
}

void check_purchase_date(Faults& faults, const Field& field, const std::string& value) {
  const std::optional<Date> date = check_date(faults, field, value);
  if (!date || !date->is_stated()) return;
  if (date->last() < Date::parse(kFirstDay)->first()) {
    faults.add(kDateInvalid, field, value + " lies before the year 2000.",
               "Compare the date with the document.");
  }
}

std::optional<Decimal> check_quantity(Faults& faults, const Field& field,
                                      const proto::Purchase& purchase) {
  const Field quantity_field(field, "quantity");
  const std::optional<Decimal> quantity =
      check_decimal(faults, quantity_field, purchase.quantity(), Need::required);
  if (!quantity) return quantity;
  if (quantity->is_zero()) {
    faults.add(kQuantityInvalid, quantity_field, "The quantity is zero.");
  } else if (quantity->is_negative() && purchase.document_type() != kCreditNote) {
    faults.add(kQuantityInvalid, quantity_field,
               "The quantity " + purchase.quantity() + " is negative and the document is not a \"" +
                   std::string(kCreditNote) + "\".");
  }
  return quantity;
}

// Peppol R120: the net amount of a line is quantity times price, within 0.02.
void check_unit_price(Faults& faults, const Field& field, const proto::Purchase& purchase,
                      std::optional<Decimal> quantity, std::optional<Decimal> price) {
  const Field unit_price_field(field, "unit_price");
  const std::optional<Decimal> unit_price =
      check_decimal(faults, unit_price_field, purchase.unit_price(), Need::optional);
  if (!unit_price) return;
  if (unit_price->is_negative()) {
    faults.add(kAmountInvalid, unit_price_field,
               "The unit price " + purchase.unit_price() + " is negative.");
  } else if (!price) {
    faults.add(kAmountInvalid, unit_price_field, "There is a unit price and no price.",
               "State the price of the line too; it names the currency.");
  } else if (quantity && (*price - multiply(*quantity, *unit_price)).absolute() >
                             *Decimal::parse(kPriceTolerance)) {
    faults.add(kAmountInvalid, unit_price_field,
               "The price " + price->text() + " is not " + purchase.quantity() + " times " +
                   purchase.unit_price() + " = " + multiply(*quantity, *unit_price).text() + ".",
               "Compare quantity, unit price and price with the document.");
  }
}

}  // namespace

void check_purchase_content(Faults& faults, const Field& field, const proto::Purchase& purchase) {
  if (!purchase.has_buyer()) {
    faults.add(kFieldMissing, {field, "buyer"}, "The buyer is not stated.");
  } else {
    check_party(faults, {field, "buyer"}, purchase.buyer());
  }
  if (purchase.has_seller()) check_party(faults, {field, "seller"}, purchase.seller());
  check_purchase_date(faults, {field, "date"}, purchase.date());
  check_product(faults, {field, "product"}, purchase.product(), SellerCode::enough);
  if (purchase.has_category()) check_category(faults, {field, "category"}, purchase.category());
  const std::optional<Decimal> quantity = check_quantity(faults, field, purchase);
  check_unit(faults, {field, "unit"}, purchase.unit(), Need::required);
  const std::optional<Decimal> price = check_amounts(faults, {field, "amounts"}, purchase.amounts(),
                                                     purchase.document_type() == kCreditNote);
  check_reference(faults, {field, "claimed_certification"}, purchase.claimed_certification(),
                  SubjectKind::certification, Need::optional);
  check_text(faults, {field, "transaction"}, purchase.transaction(), kCodeBytesMax);
  check_text(faults, {field, "document_type"}, purchase.document_type(), kCodeBytesMax);
  check_hash(faults, {field, "evidence_sha256"}, purchase.evidence_sha256(), Need::optional);
  if (!proto::GppCriteria_IsValid(purchase.gpp_criteria())) {
    faults.add(kFieldExtra, {field, "gpp_criteria"}, "The code is not one of eForms BT-805.");
  }
  check_text(faults, {field, "procedure"}, purchase.procedure(), kNameBytesMax);
  check_unit_price(faults, field, purchase, quantity, price);
}

Checked<void> require_not_ahead(const RuleContext& context, const Field& field,
                                std::string_view date) {
  const std::optional<Date> stated = Date::parse(date);
  CHECK(stated.has_value());
  if (!stated->is_stated() || stated->first() <= Date::parse(context.today)->first() + 1) return {};
  return refuse(kDateInvalid, field,
                std::string(date) + " lies more than a day after today, " + context.today + ".",
                "Compare the date with the document.");
}

Checked<void> apply_purchase_content(RuleContext& context, const Field& field,
                                     std::string_view recorder, const proto::Purchase& purchase) {
  auto member = require_role(context, recorder, proto::RECORDER, Field("subject"));
  if (!member) return Unexpected{std::move(member).error()};
  if (!may_record_for((*member)->organisation(), purchase.buyer())) {
    return refuse(kMandateMissing, {field, "buyer"},
                  std::string(recorder) + " may not record for this buyer.");
  }
  return require_not_ahead(context, {field, "date"}, purchase.date());
}

void check_purchase(Faults& faults, const proto::Record& record, const SubjectPath* /*path*/) {
  check_purchase_content(faults, Field("purchase"), record.purchase());
}

Checked<Bytes> apply_purchase(RuleContext& context, const proto::Record& record, const Body& body) {
  CHECK(!body);
  auto allowed = apply_purchase_content(context, Field("purchase"), owner_of(record.subject()),
                                        record.purchase());
  if (!allowed) return Unexpected{std::move(allowed).error()};
  proto::PurchaseState state;
  state.set_content_index(context.index);
  state.set_quantity(record.purchase().quantity());
  return state.SerializeAsString();
}

}  // namespace ledger

// purchase_return: part or all of a recorded line came back, in the unit of the purchase.
#include "ledger/records/codes.h"
#include "ledger/records/kinds.h"

namespace ledger {

void check_purchase_return(Faults& faults, const proto::Record& record,
                           const SubjectPath* /*path*/) {
  const proto::PurchaseReturn& returned = record.purchase_return();
  const Field field("purchase_return");
  const Field quantity_field(field, "quantity");
  const std::optional<Decimal> quantity =
      check_decimal(faults, quantity_field, returned.quantity(), Need::required);
  if (quantity && (quantity->is_negative() || quantity->is_zero())) {
    faults.add(kQuantityInvalid, quantity_field,
               "The quantity " + returned.quantity() + " that came back is not above zero.",
               "State what came back as a positive number.");
  }
  check_date(faults, {field, "date"}, returned.date());
  check_amounts(faults, {field, "amounts"}, returned.amounts(), false);
  check_text(faults, {field, "reason"}, returned.reason(), kSentenceBytesMax);
}

Checked<Bytes> apply_purchase_return(RuleContext& context, const proto::Record& record,
                                     const Body& body) {
  const proto::PurchaseReturn& returned = record.purchase_return();
  const Field field("purchase_return");
  auto member =
      require_role(context, owner_of(record.subject()), proto::RECORDER, Field("subject"));
  if (!member) return Unexpected{std::move(member).error()};
  auto dated = require_not_ahead(context, {field, "date"}, returned.date());
  if (!dated) return Unexpected{std::move(dated).error()};
  auto state = parse_body<proto::PurchaseState>(*body);
  Decimal sum = *Decimal::parse(returned.quantity());
  if (!state.returned().empty()) sum += *Decimal::parse(state.returned());
  if (sum > *Decimal::parse(state.quantity())) {
    return refuse(
        kReturnSum, {field, "quantity"},
        "With this return " + sum.text() + " of " + state.quantity() + " would have come back.");
  }
  state.set_returned(sum.text());
  return state.SerializeAsString();
}

}  // namespace ledger

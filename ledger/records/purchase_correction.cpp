// purchase_correction: the whole line as it should have been. The earlier record stays in the
// history; reports as of a later height read this one.
#include "ledger/records/codes.h"
#include "ledger/records/kinds.h"

namespace ledger {

void check_purchase_correction(Faults& faults, const proto::Record& record,
                               const SubjectPath* /*path*/) {
  const proto::PurchaseCorrection& correction = record.purchase_correction();
  const Field field("purchase_correction");
  check_purchase_content(faults, {field, "purchase"}, correction.purchase());
  check_text(faults, {field, "reason"}, correction.reason(), kSentenceBytesMax);
}

Checked<Bytes> apply_purchase_correction(RuleContext& context, const proto::Record& record,
                                         const Body& body) {
  const Field field("purchase_correction");
  const Field content(field, "purchase");
  const proto::Purchase& purchase = record.purchase_correction().purchase();
  auto allowed = apply_purchase_content(context, content, owner_of(record.subject()), purchase);
  if (!allowed) return Unexpected{std::move(allowed).error()};
  auto state = parse_body<proto::PurchaseState>(*body);
  if (!state.returned().empty() &&
      *Decimal::parse(purchase.quantity()) < *Decimal::parse(state.returned())) {
    return refuse(kReturnSum, {content, "quantity"},
                  state.returned() + " came back already, more than the corrected quantity " +
                      purchase.quantity() + ".");
  }
  state.set_content_index(context.index);
  state.set_quantity(purchase.quantity());
  return state.SerializeAsString();
}

}  // namespace ledger

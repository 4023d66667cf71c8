#include "ledger/records/certification_status.h"

#include "crypto/check.h"
#include "ledger/records/codes.h"
#include "ledger/records/kinds.h"

namespace ledger {

proto::Status latest_status(const proto::CertificationState& state) {
  return state.changes().empty() ? proto::ACTIVE : state.changes().rbegin()->status();
}

proto::Status status_on(const proto::CertificationState& state, Day day) {
  for (auto change = state.changes().rbegin(); change != state.changes().rend(); ++change) {
    const std::optional<Date> from = Date::parse(change->effective_from());
    CHECK(from && from->is_stated());
    if (from->first() <= day) return change->status();
  }
  return proto::ACTIVE;
}

bool is_final(proto::Status status) {
  return status == proto::WITHDRAWN || status == proto::CANCELLED;
}

bool is_transition_allowed(proto::Status from, proto::Status to) {
  if (is_final(from) || from == to) return false;
  if (from == proto::ACTIVE) return to == proto::SUSPENDED || is_final(to);
  return from == proto::SUSPENDED && (to == proto::ACTIVE || is_final(to));
}

std::string status_name(proto::Status status) {
  switch (status) {
    case proto::ACTIVE:
      return "active";
    case proto::SUSPENDED:
      return "suspended";
    case proto::WITHDRAWN:
      return "withdrawn";
    case proto::CANCELLED:
      return "cancelled";
    default:
      return "not stated";
  }
}

void check_certification_status(Faults& faults, const proto::Record& record,
                                const SubjectPath* /*path*/) {
  const proto::CertificationStatus& change = record.certification_status();
  const Field field("certification_status");
  if (change.status() == proto::STATUS_UNSPECIFIED || !proto::Status_IsValid(change.status())) {
    faults.add(kFieldMissing, {field, "status"}, "The status is not stated.",
               "State ACTIVE, SUSPENDED, WITHDRAWN or CANCELLED.");
  }
  const Field from(field, "effective_from");
  const std::optional<Date> date = check_date(faults, from, change.effective_from());
  if (date && date->precision() != Precision::day) {
    faults.add(kDateInvalid, from, "The change does not say from which day on it holds.",
               "Write the day as 2018-01-13.");
  }
  check_text(faults, {field, "reason"}, change.reason(), kSentenceBytesMax);
  check_evidence(faults, {field, "evidence"}, change.evidence());
}

// A certifier that lost its role may still suspend and withdraw what it issued, but not reinstate.
Checked<Bytes> apply_certification_status(RuleContext& context, const proto::Record& record,
                                          const Body& body) {
  const proto::CertificationStatus& change = record.certification_status();
  const Field field("certification_status");
  auto state = parse_body<proto::CertificationState>(*body);
  const proto::Status from = latest_status(state);
  if (!is_transition_allowed(from, change.status())) {
    return refuse(kStateInvalid, {field, "status"},
                  "The certification is " + status_name(from) + "; it can't become " +
                      status_name(change.status()) + ".",
                  is_final(from)
                      ? "Withdrawn and cancelled are final; issue a new certification "
                        "that renews this one."
                      : "An active certification can be suspended, withdrawn or "
                        "cancelled, a suspended one reinstated, withdrawn or cancelled.");
  }
  if (change.status() == proto::ACTIVE) {
    auto certifier =
        require_role(context, owner_of(record.subject()), proto::CERTIFIER, Field("subject"));
    if (!certifier) return Unexpected{std::move(certifier).error()};
  }
  if (state.changes_size() >= kStatusChangesMax && !is_final(change.status())) {
    return refuse(kTooMany, {field, "status"},
                  "The status of the certification has changed " +
                      std::to_string(state.changes_size()) + " times.",
                  "Withdraw it and issue a new certification that renews it.");
  }
  proto::StatusChange* const added = state.add_changes();
  added->set_status(change.status());
  added->set_effective_from(change.effective_from());
  added->set_index(context.index);
  return state.SerializeAsString();
}

}  // namespace ledger

// check and apply of each record kind, for rules.cpp alone to call (everyone else calls check() and
// apply() of rules.h), and what several kinds share. What each rule is stands above its function in
// the kind's file.
//
// A check gets the path of the record's subject, or nullptr where the subject itself is at fault.
// An apply gets the present body of its subject; that of a first record is nullopt.
#pragma once

#include "ledger/records/fields.h"
#include "ledger/records/rule_context.h"
#include "ledger/records/subject.h"

namespace ledger {

using Body = std::optional<Bytes>;

void check_organisation(Faults& faults, const proto::Record& record, const SubjectPath* path);
void check_key_change(Faults& faults, const proto::Record& record, const SubjectPath* path);
void check_scheme(Faults& faults, const proto::Record& record, const SubjectPath* path);
void check_certification(Faults& faults, const proto::Record& record, const SubjectPath* path);
void check_certification_status(Faults& faults, const proto::Record& record,
                                const SubjectPath* path);
void check_assessment(Faults& faults, const proto::Record& record, const SubjectPath* path);
void check_purchase(Faults& faults, const proto::Record& record, const SubjectPath* path);
void check_purchase_correction(Faults& faults, const proto::Record& record,
                               const SubjectPath* path);
void check_purchase_return(Faults& faults, const proto::Record& record, const SubjectPath* path);
void check_validator_set(Faults& faults, const proto::Record& record, const SubjectPath* path);
void check_parameters(Faults& faults, const proto::Record& record, const SubjectPath* path);

Checked<Bytes> apply_organisation(RuleContext& context, const proto::Record& record,
                                  const Body& body);
Checked<Bytes> apply_key_change(RuleContext& context, const proto::Record& record,
                                const Body& body);
Checked<Bytes> apply_scheme(RuleContext& context, const proto::Record& record, const Body& body);
Checked<Bytes> apply_certification(RuleContext& context, const proto::Record& record,
                                   const Body& body);
Checked<Bytes> apply_certification_status(RuleContext& context, const proto::Record& record,
                                          const Body& body);
Checked<Bytes> apply_assessment(RuleContext& context, const proto::Record& record,
                                const Body& body);
Checked<Bytes> apply_purchase(RuleContext& context, const proto::Record& record, const Body& body);
Checked<Bytes> apply_purchase_correction(RuleContext& context, const proto::Record& record,
                                         const Body& body);
Checked<Bytes> apply_purchase_return(RuleContext& context, const proto::Record& record,
                                     const Body& body);
Checked<Bytes> apply_validator_set(RuleContext& context, const proto::Record& record,
                                   const Body& body);
Checked<Bytes> apply_parameters(RuleContext& context, const proto::Record& record,
                                const Body& body);

// ---- shared by kinds -----------------------------------------------------------------------

// Read through the memory of the context; nullptr: none. Valid until the next record is applied.
const proto::OrganisationState* organisation_of(RuleContext& context, std::string_view id);
const proto::SchemeState* scheme_of(RuleContext& context, std::string_view subject);

bool has_role(const proto::Organisation& organisation, proto::Role role);
// E-ROLE unless `organisation` is a member with this role.
Checked<const proto::OrganisationState*> require_role(RuleContext& context,
                                                      std::string_view organisation,
                                                      proto::Role role, const Field& field);

// The body as the message that the kind keeps. CHECK: the body was written by us.
template <class Message>
Message parse_body(const Bytes& body) {
  Message message;
  CHECK(message.ParseFromString(body));
  return message;
}

Unexpected<Reject> refuse(const RejectCode& code, const Field& field, std::string message);
Unexpected<Reject> refuse(const RejectCode& code, const Field& field, std::string message,
                          std::string hint);

// Keys: form, purpose and algorithm; the same key only once in the list.
void check_keys(Faults& faults, const Field& field,
                const google::protobuf::RepeatedPtrField<proto::Key>& keys);
proto::KeyState key_state(const proto::Key& key, std::uint64_t height);

// The fields that a certification and an assessment share, and what is judged of them.
struct Certified {
  const std::string& scheme;
  const std::string& criteria_version;
  const std::string& certificate_number;
  const proto::Party* holder;  // nullptr: not stated
  const Products& products;
  const proto::Category* category;  // nullptr: not stated
  const std::string& valid_from;
  const std::string& valid_to;
};
void check_certified(Faults& faults, const Field& field, const Certified& content,
                     const SubjectPath* path);
// Roles, accreditation, criteria, category and length of validity by what the scheme says.
Checked<const proto::SchemeState*> apply_scheme_rules(RuleContext& context, const Field& field,
                                                      const Certified& content,
                                                      std::string_view certifier);
// The body of a certification or assessment after this record, counting the products it names and
// no longer those it named before.
Checked<Bytes> certified_body(RuleContext& context, const Field& field, const Certified& content,
                              proto::CertificationState state);

// The content of a purchase or of its correction.
void check_purchase_content(Faults& faults, const Field& field, const proto::Purchase& purchase);
Checked<void> apply_purchase_content(RuleContext& context, const Field& field,
                                     std::string_view recorder, const proto::Purchase& purchase);
// E-DATE: `date` is later than the day after today (a clock or a zone may be a day ahead).
Checked<void> require_not_ahead(const RuleContext& context, const Field& field,
                                std::string_view date);

}  // namespace ledger

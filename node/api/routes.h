// The functions that answer, one for each route of the table in routes.cpp. Each is pure: a checked
// call in, an answer out; what it reads comes from the call's view alone.
#pragma once

#include "node/api/router.h"

namespace node::api {

// routes_chain.cpp
Response get_status(const Call& call);
Response get_genesis(const Call& call);
Response list_blocks(const Call& call);
Response get_block(const Call& call);
Response list_records(const Call& call);
Response get_record(const Call& call);
Response get_subject(const Call& call);
Response get_history(const Call& call);

// routes_members.cpp
Response list_organisations(const Call& call);
Response get_organisation(const Call& call);
Response list_schemes(const Call& call);
Response get_scheme(const Call& call);

// routes_certifications.cpp
Response list_certifications(const Call& call);
Response get_certification(const Call& call);
Response get_certification_history(const Call& call);
Response list_assessments(const Call& call);
Response get_assessment(const Call& call);
Response get_assessment_history(const Call& call);

// routes_purchases.cpp
Response list_purchases(const Call& call);
Response get_purchase(const Call& call);
Response get_purchase_history(const Call& call);

// routes_reports.cpp
Response get_share_report(const Call& call);
Response get_report_comparison(const Call& call);
// E-REPORT-SIZE: more than `lines_max` purchase lines.
Response share_report(const Call& call, std::uint64_t lines_max);

// routes_tlog.cpp
Response get_checkpoint(const Call& call);
Response get_tile(const Call& call);
Response get_older_checkpoint(const Call& call);
Response get_inclusion_proof(const Call& call);
Response get_consistency_proof(const Call& call);
Response get_policy(const Call& call);
Response get_vkeys(const Call& call);
Response get_receipt(const Call& call);

// routes_witnesses.cpp
Response list_witnesses(const Call& call);

// routes_proofs.cpp
Response get_proof(const Call& call);

// routes_state.cpp
Response get_state(const Call& call);

// openapi.cpp
Response get_openapi(const Call& call);

// The history of a subject as a page; also for the routes that name the subject by its parts.
Response history_page(const Call& call, const std::string& subject);

// What the state says of a subject at the call's height, as the message of its kind.
template <class Message>
struct Subject {
  ledger::SubjectValue value;
  Message body;
};
template <class Message>
std::optional<Subject<Message>> find_subject(const Call& call, std::string_view subject) {
  auto value = call.view().reader.subject(subject, call.height());
  if (!value) return std::nullopt;
  Subject<Message> found{*std::move(value), {}};
  if (!found.body.ParseFromString(found.value.body)) return std::nullopt;
  return found;
}

}  // namespace node::api

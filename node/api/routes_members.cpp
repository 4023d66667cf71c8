#include "ledger/records/subject.h"
#include "node/api/json.h"
#include "node/api/page.h"
#include "node/api/routes.h"

namespace node::api {
namespace {

Json key_json(const proto::KeyState& state) {
  Json json;
  json["key_id"] = crypto::to_hex(state.key_id());
  json["public_key"] = crypto::to_hex(state.key().public_key());
  json["purpose"] = proto::KeyPurpose_Name(state.key().purpose());
  json["algorithm"] = proto::Algorithm_Name(state.key().algorithm());
  if (!state.key().label().empty()) json["label"] = state.key().label();
  json["since_height"] = state.since_height();
  if (state.revoked_height() != 0) json["revoked_height"] = state.revoked_height();
  if (!state.compromised_since().empty()) json["compromised_since"] = state.compromised_since();
  return json;
}

void write_organisation(Json& json, std::string_view subject,
                        const Subject<proto::OrganisationState>& found) {
  json["subject"] = subject;
  json["id"] = subject.substr(subject.rfind('/') + 1);
  json["count"] = found.value.count;
  json["organisation"] = message_json(found.body.organisation());
  json["keys"] = Json::array();
  for (const proto::KeyState& key : found.body.keys()) json["keys"].push_back(key_json(key));
}

void write_scheme(Json& json, std::string_view subject, const Subject<proto::SchemeState>& found) {
  const std::size_t last = subject.rfind('/');
  json["subject"] = subject;
  json["owner"] = ledger::owner_of(subject);
  json["id"] = ledger::decode_segment(subject.substr(last + 1)).value_or("");
  json["count"] = found.value.count;
  json["scheme"] = message_json(found.body.scheme());
}

// All subjects with a prefix whose state is a Message, as a page of one document each.
template <class Message>
Response list_subjects(const Call& call, std::string_view schema, const std::string& prefix,
                       void (*write)(Json&, std::string_view, const Subject<Message>&)) {
  Page page(call.limit());
  call.view().reader.subjects(prefix, call.find("cursor").value_or(""),
                              [&](std::string_view subject) {
                                if (!page.look_at(subject)) return false;
                                if (const auto found = find_subject<Message>(call, subject)) {
                                  Json item;
                                  write(item, subject, *found);
                                  page.add(std::move(item), found->value.body.size());
                                }
                                return true;
                              });
  Json json = document(schema);
  json["height"] = call.height();
  std::move(page).write_to(json);
  return json_response(json);
}

}  // namespace

Response list_organisations(const Call& call) {
  return list_subjects<proto::OrganisationState>(call, "organisations", "org/", write_organisation);
}

Response get_organisation(const Call& call) {
  const std::string subject = ledger::make_subject({"org", call.text("id")});
  const auto found = find_subject<proto::OrganisationState>(call, subject);
  if (!found) return not_found(call.text("id") + " is not a member of this network.");
  Json json = document("organisation");
  json["height"] = call.height();
  write_organisation(json, subject, *found);
  return json_response(json);
}

Response list_schemes(const Call& call) {
  std::string prefix = "scheme/";
  if (const auto owner = call.find("owner")) prefix += ledger::encode_segment(*owner) + "/";
  return list_subjects<proto::SchemeState>(call, "schemes", prefix, write_scheme);
}

Response get_scheme(const Call& call) {
  const std::string subject = ledger::make_subject({"scheme", call.text("owner"), call.text("id")});
  const auto found = find_subject<proto::SchemeState>(call, subject);
  if (!found) return not_found("There is no scheme " + subject + ".");
  Json json = document("scheme");
  json["height"] = call.height();
  write_scheme(json, subject, *found);
  return json_response(json);
}

}  // namespace node::api

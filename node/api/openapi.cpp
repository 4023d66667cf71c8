#include "node/api/openapi.h"

#include <google/protobuf/descriptor.h>

#include "crypto/check.h"
#include "node/api/router.h"
#include "node/api/routes.h"
#include "node/api/schemas.h"

namespace node::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

Json reference(std::string_view name) {
  return {{"$ref", "#/components/schemas/" + std::string(name)}};
}

Json typed(std::string_view type) { return {{"type", type}}; }

// ---- protobuf ------------------------------------------------------------------------------

// As the protobuf JSON mapping writes it.
Json field_schema(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT32:
      return {{"type", "integer"}, {"minimum", 0}};
    case FieldDescriptor::CPPTYPE_UINT64:
      return {{"type", "string"}, {"pattern", "^[0-9]+$"}};
    case FieldDescriptor::CPPTYPE_BOOL:
      return typed("boolean");
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.type() != FieldDescriptor::TYPE_BYTES) return typed("string");
      return {{"type", "string"}, {"contentEncoding", "base64"}};
    case FieldDescriptor::CPPTYPE_ENUM: {
      Json names = Json::array();
      for (int i = 0; i < field.enum_type()->value_count(); ++i) {
        names.push_back(field.enum_type()->value(i)->name());
      }
      return {{"type", "string"}, {"enum", names}};
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return reference(field.message_type()->name());
    default:
      CHECK(false);
  }
  return {};
}

void add_message(Json& components, const Descriptor& message) {
  if (components.contains(message.name())) return;
  Json properties = Json::object();
  components[message.name()] = Json::object();
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (field.message_type() != nullptr) add_message(components, *field.message_type());
    Json schema = field_schema(field);
    if (field.is_repeated()) schema = {{"type", "array"}, {"items", std::move(schema)}};
    properties[field.name()] = std::move(schema);
  }
  components[message.name()] = {{"type", "object"},
                                {"description", "protobuf message " + message.full_name()},
                                {"properties", std::move(properties)},
                                {"additionalProperties", false}};
}

// ---- documents -----------------------------------------------------------------------------

Json share_schema() {
  return {{"type", {"string", "null"}}, {"pattern", "^-?[0-9]+(\\.[0-9]{1,6})?$"}};
}

Json member_schema(const Member& member) {
  switch (member.type) {
    case MemberType::text:
      return typed("string");
    case MemberType::number:
      return {{"type", "integer"}, {"minimum", 0}};
    case MemberType::flag:
      return typed("boolean");
    case MemberType::hash:
      return {{"type", "string"}, {"pattern", "^[0-9a-f]{64}$"}};
    case MemberType::hex:
      return {{"type", "string"}, {"pattern", "^([0-9a-f]{2})*$"}};
    case MemberType::time:
      return {{"type", "string"}, {"format", "date-time"}};
    case MemberType::date:
      return {{"type", "string"}, {"pattern", "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}};
    case MemberType::message:
    case MemberType::object:
      return reference(member.of);
    case MemberType::texts:
      return {{"type", "array"}, {"items", typed("string")}};
    case MemberType::objects:
      return {{"type", "array"}, {"items", reference(member.of)}};
    case MemberType::share:
      return share_schema();
    case MemberType::bounds:
      return {{"type", "array"}, {"items", share_schema()}, {"minItems", 2}, {"maxItems", 2}};
    case MemberType::maybe:
      return {{"anyOf", {reference(member.of), typed("null")}}};
    case MemberType::decimals:
      return {{"type", "object"}, {"additionalProperties", typed("string")}};
  }
  CHECK(false);
  return {};
}

Json document_schema(const Schema& schema) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Member& member : schema.members) {
    Json described = member_schema(member);
    described["description"] = member.summary;
    properties[std::string(member.name)] = std::move(described);
    if (member.required) required.push_back(member.name);
  }
  return {{"type", "object"},
          {"description", schema.summary},
          {"properties", std::move(properties)},
          {"required", std::move(required)}};
}

Json components() {
  Json all = Json::object();
  for (const Schema& schema : schemas()) {
    all[std::string(schema.name)] = document_schema(schema);
  }
  add_message(all, *proto::Record::descriptor());
  all["submission_request"] = {{"type", "object"},
                               {"description", "A proto.Submission in the protobuf JSON mapping"},
                               {"properties",
                                {{"header", {{"type", "string"}, {"contentEncoding", "base64"}}},
                                 {"signature", {{"type", "string"}, {"contentEncoding", "base64"}}},
                                 {"records",
                                  {{"type", "array"},
                                   {"items", {{"type", "string"}, {"contentEncoding", "base64"}}},
                                   {"minItems", 1},
                                   {"maxItems", ledger::kSubmissionRecordsMax}}}}},
                               {"required", {"header", "signature", "records"}},
                               {"additionalProperties", false}};
  return all;
}

// ---- paths ---------------------------------------------------------------------------------

Json parameter_schema(const Parameter& parameter) {
  switch (parameter.kind) {
    case ParameterKind::text:
      return {{"type", "string"}, {"minLength", 1}, {"maxLength", 512}};
    case ParameterKind::number:
      return {{"type", "integer"}, {"minimum", 0}, {"maximum", parameter.max}};
    case ParameterKind::height:
      return {{"type", "integer"}, {"minimum", 0}};
    case ParameterKind::flag:
      return typed("boolean");
    case ParameterKind::choice: {
      Json choices = Json::array();
      for (std::string_view rest = parameter.choices; !rest.empty();) {
        const std::size_t bar = std::min(rest.find('|'), rest.size());
        choices.push_back(rest.substr(0, bar));
        rest.remove_prefix(std::min(bar + 1, rest.size()));
      }
      return {{"type", "string"}, {"enum", std::move(choices)}};
    }
    case ParameterKind::day:
      return {{"type", "string"}, {"format", "date"}};
    case ParameterKind::gtin:
      return {{"type", "string"}, {"pattern", "^([0-9]{8}|[0-9]{12,14})$"}};
    case ParameterKind::hash:
      return {{"type", "string"}, {"pattern", "^[0-9a-fA-F]{64}$"}};
    case ParameterKind::cursor:
      return typed("string");
  }
  CHECK(false);
  return {};
}

Json content(std::string_view media_type, Json schema) {
  return {{std::string(media_type), {{"schema", std::move(schema)}}}};
}

Json operation(const Route& route) {
  Json json;
  json["operationId"] = route.operation;
  json["summary"] = route.summary;
  json["parameters"] = Json::array();
  for (const Parameter& parameter : route.parameters) {
    json["parameters"].push_back({{"name", parameter.name},
                                  {"in", parameter.in_path ? "path" : "query"},
                                  {"required", parameter.in_path},
                                  {"description", parameter.summary},
                                  {"schema", parameter_schema(parameter)}});
  }
  if (route.work == Work::submission) {
    Json media = content("application/x-protobuf", {{"type", "string"}, {"format", "binary"}});
    media.update(content("application/json", reference("submission_request")));
    json["requestBody"] = {{"required", true}, {"content", std::move(media)}};
  }
  Json schema = route.schema.empty() ? Json::object() : reference(route.schema);
  Json success = {{"description", route.summary},
                  {"content", content(route.media_type, std::move(schema))}};
  if (route.work == Work::submission) {
    json["responses"]["202"] = success;
    json["responses"]["202"]["description"] = "Taken in, not final yet";
  }
  json["responses"]["200"] = std::move(success);
  json["responses"]["default"] = {
      {"description", "What is wrong"},
      {"content", content("application/problem+json", reference("problem"))}};
  return json;
}

}  // namespace

std::string openapi_path(std::string_view pattern) {
  std::string path(pattern);
  const std::size_t dots = path.find("...}");
  if (dots != std::string::npos) path.erase(dots, 3);
  return path;
}

Json openapi_document() {
  Json json;
  json["openapi"] = "3.1.0";
  json["info"] = {{"title", "Greenledger node"},
                  {"description",
                   "Reads are public; writes are signed submissions; a node that has enough to do "
                   "answers 503 with Retry-After. Lists come in pages; a query "
                   "that reads many rows and finds few gives a short page with a cursor. Segments "
                   "of /v1/subjects and /v1/histories are parted by slashes, each "
                   "percent-encoded."},
                  {"version", "1.0.0"},
                  {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}};
  json["paths"] = Json::object();
  for (const Route& route : routes()) {
    const std::string method = route.method == "POST" ? "post" : "get";
    json["paths"][openapi_path(route.pattern)][method] = operation(route);
  }
  json["components"]["schemas"] = components();
  return json;
}

Response get_openapi(const Call&) { return json_response(openapi_document()); }

}  // namespace node::api

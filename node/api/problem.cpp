#include "node/api/problem.h"

#include <nlohmann/json.hpp>

#include "node/api/codes.h"

namespace node::api {
namespace {

using nlohmann::ordered_json;

ordered_json problem_json(int status, const crypto::Reject& reject) {
  ordered_json body;
  body["type"] = "urn:greenledger:problem:" + std::string(reject.code.name);
  body["title"] = reason_phrase(status);
  body["status"] = status;
  body["code"] = reject.code.name;
  body["detail"] = reject.message;
  if (!reject.field.empty()) body["field"] = reject.field;
  if (!reject.hint.empty()) body["hint"] = reject.hint;
  return body;
}

Response problem_response(int status, const ordered_json& body) {
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = to_text(body);
  return response;
}

}  // namespace

Response problem(int status, const crypto::Reject& reject) {
  return problem_response(status, problem_json(status, reject));
}

Response problem(int status, const crypto::Reject& reject, const ledger::SubmissionRejects& rows) {
  ordered_json body = problem_json(status, reject);
  body["rejects"] = ordered_json::array();
  for (const ledger::RecordReject& row : rows) body["rejects"].push_back(row_json(row));
  return problem_response(status, body);
}

Response problem_later(int status, const crypto::Reject& reject, std::uint32_t seconds) {
  Response response = problem(status, reject);
  response.headers.emplace_back("Retry-After", std::to_string(seconds));
  return response;
}

Response busy() {
  return problem_later(503, {kHttpBusy, "", "The node has more to do than it takes in."}, 1);
}

ordered_json row_json(const ledger::RecordReject& row) {
  ordered_json json;
  json["record"] = row.record;
  json["code"] = row.reject.code.name;
  json["field"] = row.reject.field;
  json["message"] = row.reject.message;
  json["hint"] = row.reject.hint;
  return json;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return status < 500 ? "Refused" : "Internal Server Error";
  }
}

std::string to_text(const ordered_json& value) {
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace node::api

#include "node/api/submit.h"

#include "crypto/check.h"
#include "ledger/chain/codes.h"
#include "ledger/chain/executor.h"
#include "ledger/chain/signing_key.h"
#include "node/api/codes.h"
#include "node/api/json.h"
#include "node/api/problem.h"
#include "proto/canonical.h"

namespace node::api {
namespace {

using crypto::Reject;
using crypto::Unexpected;

// Reads {"header": base64, "signature": base64, "records": [base64, …]} event by event: no tree of
// values is built, whatever the body holds, and no key may occur twice.
class SubmissionReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return false; }
  bool boolean(bool) override { return false; }
  bool number_integer(number_integer_t) override { return false; }
  bool number_unsigned(number_unsigned_t) override { return false; }
  bool number_float(number_float_t, const string_t&) override { return false; }
  bool binary(binary_t&) override { return false; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

  bool start_object(std::size_t) override { return !std::exchange(begun_, true); }
  bool end_object() override { return true; }
  bool key(string_t& name) override {
    if (std::find(seen_.begin(), seen_.end(), name) != seen_.end()) return false;
    seen_.push_back(name);
    return name == "header" || name == "signature" || name == "records";
  }
  bool start_array(std::size_t) override {
    if (seen_.empty() || seen_.back() != "records" || in_records_) return false;
    return in_records_ = true;
  }
  bool end_array() override {
    in_records_ = false;
    return true;
  }
  bool string(string_t& text) override {
    auto bytes = crypto::from_base64(text);
    if (!bytes || seen_.empty()) return false;
    const bool is_list = seen_.back() == "records";
    if (is_list != in_records_) return false;
    if (is_list) {
      if (message_.records_size() >= static_cast<int>(ledger::kSubmissionRecordsMax)) return false;
      message_.add_records(*std::move(bytes));
    } else if (seen_.back() == "header") {
      message_.set_header(*std::move(bytes));
    } else {
      message_.set_signature(*std::move(bytes));
    }
    return true;
  }

  bool is_whole() const { return seen_.size() == 3; }
  proto::Submission take() { return std::move(message_); }

 private:
  proto::Submission message_;
  std::vector<std::string> seen_;
  bool begun_ = false;
  bool in_records_ = false;
};

Unexpected<Response> refuse(Reject reject) { return {rejected_response({}, {{0, reject}})}; }

std::optional<Reject> header_fault(const ledger::SubmissionHeader& header, const View& view) {
  if (header.network_id != view.facts->network_id) {
    return Reject(ledger::kSubmissionNetwork, "header.network_id",
                  "The submission is for network " + header.network_id.hex() + ", this is " +
                      view.facts->network_id.hex() + ".");
  }
  if (header.not_after_ms < view.now_ms) {
    return Reject(ledger::kSubmissionExpired, "header.not_after",
                  "The submission was to be recorded by " + time_text(header.not_after_ms) + ".");
  }
  if (header.not_after_ms > view.now_ms + ledger::kNotAfterAheadMaxMs) {
    return Reject(ledger::kSubmissionTooFarAhead, "header.not_after",
                  "The submission would stay valid until " + time_text(header.not_after_ms) + ".");
  }
  return std::nullopt;
}

std::string_view progress_name(Progress progress) {
  switch (progress) {
    case Progress::received:
      return "received";
    case Progress::accepted:
      return "accepted";
    case Progress::final:
      return "final";
    case Progress::recorded:
      return "recorded";
    case Progress::rejected:
      return "rejected";
  }
  CHECK(false);
  return "";
}

Response state_response(const crypto::Hash& id, std::string_view state) {
  Json json = document("submission");
  json["id"] = id.hex();
  json["state"] = state;
  return json_response(json);
}

int status_of(const crypto::RejectCode& code) {
  if (code == ledger::kPlaceConflict) return 409;
  if (code == ledger::kMempoolFull) return 503;
  if (code == ledger::kSubmissionSize) return 413;
  return 422;
}

}  // namespace

Answered<proto::Submission> decode_body(const Request& request) {
  if (request.content_type == "application/x-protobuf") {
    auto message = proto::decode_submission(request.body);
    if (!message) return refuse(message.error());
    return *std::move(message);
  }
  if (request.content_type != "application/json") {
    return Unexpected{problem(415, Reject(kMediaType, "", "The body is of another media type."))};
  }
  SubmissionReader reader;
  const bool read = nlohmann::json::sax_parse(request.body, &reader);
  if (!read || !reader.is_whole()) {
    return Unexpected{problem(
        400, Reject(kBody, "", "The body is not a submission in JSON with bytes in base64."))};
  }
  return reader.take();
}

Answered<ledger::VerifiedSubmission> verify_submission(const Request& request, const View& view) {
  auto message = decode_body(request);
  if (!message) return Unexpected{std::move(message).error()};
  const auto header = ledger::decode_submission_header(message->header());
  if (!header) return refuse(header.error());
  if (auto fault = header_fault(*header, view)) return refuse(*std::move(fault));
  if (view.intake && !view.intake->takes_from(header->organisation)) return Unexpected{busy()};
  const auto key = ledger::find_signing_key(*header, view.reader, view.tip.seal.height);
  if (!key) return refuse(key.error());
  auto submission = ledger::decode_submission(*message);
  if (!submission) return Unexpected{rejected_response({}, submission.error())};
  const crypto::Hash id = submission->id;
  auto verified = ledger::verify_submission(*std::move(submission), *key);
  if (!verified) return Unexpected{rejected_response(id, {{0, verified.error()}})};
  return *std::move(verified);
}

Response dry_run(const ledger::VerifiedSubmission& submission, const View& view) {
  ledger::BlockBase base;
  base.snapshot = view.reader.shared_snapshot();
  base.network_id = view.facts->network_id;
  base.parent = view.tip;
  ledger::Turn turn;
  turn.epoch = view.tip.seal.epoch;
  turn.time_ms = std::max(view.now_ms, view.tip.seal.time_ms + 1);
  ledger::BlockBuilder builder(std::move(base), turn);
  const ledger::Added added = builder.add(submission);
  switch (added.outcome) {
    case ledger::Outcome::included:
      return state_response(submission->id, "valid");
    case ledger::Outcome::recorded:
      return state_response(submission->id, "recorded");
    case ledger::Outcome::ahead:
    case ledger::Outcome::rejected:
      return rejected_response(submission->id, added.rejects);
    case ledger::Outcome::full:
      break;
  }
  CHECK(false);  // the block is empty
  return {};
}

Response outcome_response(const crypto::Hash& id, const Outcome& outcome) {
  Json json = document("submission");
  json["id"] = id.hex();
  json["state"] = progress_name(outcome.progress);
  if (outcome.progress == Progress::final) {
    json["height"] = outcome.height;
    json["first_index"] = outcome.first_index;
  }
  if (outcome.progress == Progress::rejected) {
    json["rejects"] = Json::array();
    for (const ledger::RecordReject& row : outcome.rejects)
      json["rejects"].push_back(row_json(row));
  }
  Response response = json_response(json);
  if (!outcome.is_settled()) response.status = 202;
  return response;
}

Response sender_response(const crypto::Hash& id, const Outcome& outcome) {
  if (outcome.progress == Progress::rejected) return rejected_response(id, outcome.rejects);
  Response response = outcome_response(id, outcome);
  response.headers.emplace_back("Location", "/v1/submissions/" + id.hex());
  return response;
}

Response rejected_response(const std::optional<crypto::Hash>& id,
                           const ledger::SubmissionRejects& rejects) {
  CHECK(!rejects.empty());
  const int status = status_of(rejects.front().reject.code);
  Response response = problem(status, rejects.front().reject, rejects);
  if (id) {
    Json body = Json::parse(response.body);
    body["id"] = id->hex();
    response.body = to_text(body);
  }
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace node::api

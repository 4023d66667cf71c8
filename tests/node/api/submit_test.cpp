#include "node/api/submit.h"

#include <gtest/gtest.h>

#include "ledger/chain/codes.h"
#include "node/api/codes.h"
#include "proto/canonical.h"
#include "tests/node/api/ledger_fixture.h"

namespace node::api {
namespace {

Request submission_request(const proto::Submission& message) {
  Request request = request_for("/v1/submissions", "POST");
  request.content_type = "application/x-protobuf";
  request.body = proto::encode_submission(message);
  return request;
}

Request json_request(std::string body) {
  Request request = request_for("/v1/submissions", "POST");
  request.content_type = "application/json";
  request.body = std::move(body);
  return request;
}

nlohmann::json json_of(const proto::Submission& message) {
  nlohmann::json json;
  json["header"] = crypto::to_base64(message.header());
  json["signature"] = crypto::to_base64(message.signature());
  json["records"] = nlohmann::json::array();
  for (const std::string& record : message.records()) {
    json["records"].push_back(crypto::to_base64(record));
  }
  return json;
}

class Submit : public testing::Test {
 protected:
  Ledger ledger_;
  View view_ = ledger_.view();

  proto::Submission message(const std::string& organisation = "shop",
                            const std::string& key = "operation") {
    return tests::sign(ledger_.chain().genesis(), organisation,
                       {tests::purchase("r2", "1", "Toyota", "Prius")}, tests::kGenesisTimeMs, key);
  }
  void expect_refused(const Request& request, int status, const RejectCode& code) {
    const auto verified = verify_submission(request, view_);
    ASSERT_FALSE(verified.has_value()) << code.name;
    const Seen seen = see(verified.error());
    EXPECT_EQ(seen.status, status) << code.name;
    EXPECT_EQ(seen.code(), code.name);
  }
};

TEST_F(Submit, VerifiesTheSameSubmissionFromBytesAndFromJson) {
  const auto bytes = verify_submission(submission_request(message()), view_);
  ASSERT_TRUE(bytes);
  const auto json = verify_submission(json_request(json_of(message()).dump(1)), view_);
  ASSERT_TRUE(json);
  EXPECT_EQ((*bytes)->id, (*json)->id);
  EXPECT_EQ((*bytes)->record_bytes, (*json)->record_bytes);
}

TEST_F(Submit, RefusesBodiesOfAnotherForm) {
  Request request = submission_request(message());
  request.content_type = "text/plain";
  expect_refused(request, 415, kMediaType);
  request.content_type = "";
  expect_refused(request, 415, kMediaType);
}

TEST_F(Submit, RefusesJsonThatIsNotExactlyASubmission) {
  const nlohmann::json good = json_of(message());
  const auto without = [&](const char* name) {
    nlohmann::json json = good;
    json.erase(name);
    return json.dump();
  };
  const auto with = [&](const char* name, const nlohmann::json& value) {
    nlohmann::json json = good;
    json[name] = value;
    return json.dump();
  };
  const std::string text = good.dump();
  const std::string twice = text.substr(0, text.size() - 1) + ",\"header\":\"\"}";
  for (const std::string& body : {std::string(),
                                  std::string("null"),
                                  std::string("[]"),
                                  std::string("{}"),
                                  std::string("\"header\""),
                                  text.substr(0, text.size() - 1),
                                  text + "x",
                                  twice,
                                  without("header"),
                                  without("signature"),
                                  without("records"),
                                  with("header", 1),
                                  with("header", nullptr),
                                  with("header", "!"),
                                  with("header", {"AA=="}),
                                  with("header", nlohmann::json::object()),
                                  with("records", "AA=="),
                                  with("records", {{"AA=="}}),
                                  with("records", {true}),
                                  with("more", "AA=="),
                                  std::string(100000, '['),
                                  "{\"records\":" + std::string(100000, '[')}) {
    expect_refused(json_request(body), 400, kBody);
  }
}

TEST_F(Submit, RefusesMoreRecordsThanASubmissionMayHold) {
  nlohmann::json json = json_of(message());
  json["records"] = std::vector<std::string>(ledger::kSubmissionRecordsMax + 1, "AA==");
  expect_refused(json_request(json.dump()), 400, kBody);
}

TEST_F(Submit, RefusesBytesThatAreNotCanonical) {
  Request request = submission_request(message());
  request.body += '\0';
  const auto verified = verify_submission(request, view_);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().status, 422);
}

TEST_F(Submit, RefusesWhatItsHeaderGivesAway) {
  proto::Submission other = message();
  other.set_header("x");
  expect_refused(submission_request(other), 422, ledger::kSubmissionForm);
  const ledger::Genesis elsewhere = tests::make_genesis(
      [](auto& records) { records[0].mutable_parameters()->set_network_name("other"); });
  expect_refused(
      submission_request(tests::sign(elsewhere, "shop", {tests::purchase("r2", "1", "T", "P")})),
      422, ledger::kSubmissionNetwork);
  view_.now_ms = tests::kGenesisTimeMs + 2 * 60 * 60 * 1000;
  expect_refused(submission_request(message()), 422, ledger::kSubmissionExpired);
  view_.now_ms = tests::kGenesisTimeMs - 24 * 60 * 60 * 1000;
  expect_refused(submission_request(message()), 422, ledger::kSubmissionTooFarAhead);
}

TEST_F(Submit, RefusesKeysThatMayNotSign) {
  expect_refused(submission_request(message("nobody")), 422, ledger::kOrganisationUnknown);
  expect_refused(submission_request(message("shop", "other")), 422, ledger::kKeyUnknown);
  proto::Submission forged = message();
  std::string signature = forged.signature();
  signature[5] = static_cast<char>(signature[5] ^ 1);
  forged.set_signature(signature);
  expect_refused(submission_request(forged), 422, ledger::kSubmissionSignature);
}

TEST_F(Submit, RefusesARevokedKey) {
  proto::Record change;
  change.set_subject("org/shop");
  change.set_place(2);
  proto::KeyRevocation* revoke = change.mutable_key_change()->add_revoke();
  const auto key = tests::key_named("shop/operation").public_key();
  revoke->set_key_id(crypto::Bytes(crypto::key_id(key).view()));
  revoke->set_reason("lost");
  const auto block = ledger_.chain().add({tests::submission(
      ledger_.chain().genesis(), "shop", {change}, tests::kGenesisTimeMs, "root")});
  ASSERT_EQ(block.added[0].outcome, ledger::Outcome::included);
  view_ = ledger_.view();
  expect_refused(submission_request(message()), 422, ledger::kKeyRevoked);
}

TEST_F(Submit, NamesEveryRecordAtFault) {
  proto::Record bad = tests::purchase("r2", "2", "Toyota", "Prius");
  bad.mutable_purchase()->set_unit("bananas");
  proto::Record worse = tests::purchase("r2", "3", "Toyota", "Prius");
  worse.mutable_purchase()->set_quantity("");
  const auto verified = verify_submission(
      submission_request(tests::sign(ledger_.chain().genesis(), "shop",
                                     {tests::purchase("r2", "1", "Toyota", "Prius"), bad, worse})),
      view_);
  ASSERT_FALSE(verified);
  const Seen seen = see(verified.error());
  EXPECT_EQ(seen.status, 422);
  ASSERT_EQ(seen.body["rejects"].size(), 2u);
  EXPECT_EQ(seen.body["rejects"][0]["record"], 1);
  EXPECT_EQ(seen.body["rejects"][0]["code"], "E-UNIT");
  EXPECT_EQ(seen.body["rejects"][0]["field"], "purchase.unit");
  EXPECT_EQ(seen.body["rejects"][1]["record"], 2);
}

TEST_F(Submit, ADryRunSaysWhatExecutionWouldSayAndChangesNothing) {
  const auto run = [&](const std::string& organisation, const proto::Record& record) {
    return see(
        dry_run(tests::submission(ledger_.chain().genesis(), organisation, {record}), view_));
  };
  const std::size_t before = ledger_.chain().tip().tree_size;
  const Seen valid = run("shop", tests::purchase("r2", "1", "Toyota", "Prius"));
  EXPECT_EQ(valid.status, 200);
  EXPECT_EQ(valid.body["state"], "valid");
  const Seen again = run("shop", tests::purchase("r1", "1", "Toyota", "Prius", "2018-05-01"));
  EXPECT_EQ(again.body["state"], "recorded");
  const Seen conflict = run("shop", tests::purchase("r1", "1", "Toyota", "Camry"));
  EXPECT_EQ(conflict.status, 409);
  EXPECT_EQ(conflict.code(), ledger::kPlaceConflict.name);
  EXPECT_EQ(conflict.body["id"].get<std::string>().size(), 64u);
  proto::Record ahead = tests::purchase("r3", "1", "Toyota", "Prius");
  ahead.set_place(2);
  const Seen later = run("epa", tests::status_change("A2", 3, proto::WITHDRAWN, "2019-01-01"));
  EXPECT_EQ(later.status, 422);
  EXPECT_EQ(later.code(), ledger::kPlaceAhead.name);
  const Seen foreign = run("epa", tests::purchase("r2", "1", "Toyota", "Prius"));
  EXPECT_EQ(foreign.status, 422);
  EXPECT_EQ(foreign.code(), ledger::kSubjectOwner.name);
  EXPECT_EQ(ledger_.chain().tip().tree_size, before);
}

TEST_F(Submit, AnswersByWhatBecameOfIt) {
  const crypto::Hash id = crypto::sha256("id");
  const Seen final = see(sender_response(id, {Progress::final, 4, 30, {}}));
  EXPECT_EQ(final.status, 200);
  EXPECT_EQ(final.body["height"], 4);
  EXPECT_EQ(final.body["first_index"], 30);
  EXPECT_EQ(final.response.headers.at(0).second, "/v1/submissions/" + id.hex());
  EXPECT_EQ(see(sender_response(id, {Progress::recorded, 0, 0, {}})).status, 200);
  EXPECT_EQ(see(sender_response(id, {Progress::received, 0, 0, {}})).status, 202);
  EXPECT_EQ(see(sender_response(id, {Progress::accepted, 0, 0, {}})).body["state"], "accepted");
  const crypto::Reject full(ledger::kMempoolFull, "", "Full.");
  const Seen later = see(sender_response(id, {Progress::rejected, 0, 0, {{0, full}}}));
  EXPECT_EQ(later.status, 503);
  EXPECT_EQ(later.response.headers.at(0).first, "Retry-After");
  const crypto::Reject size(ledger::kSubmissionSize, "", "Large.");
  EXPECT_EQ(see(sender_response(id, {Progress::rejected, 0, 0, {{0, size}}})).status, 413);
  // Who asks about it, and did not just send it, gets a document.
  const Seen asked = see(outcome_response(id, {Progress::rejected, 0, 0, {{0, size}}}));
  EXPECT_EQ(asked.status, 200);
  EXPECT_EQ(asked.body["rejects"][0]["code"], "E-SUBMISSION-SIZE");
}

}  // namespace
}  // namespace node::api

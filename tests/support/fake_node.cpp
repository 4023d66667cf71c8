#include "tests/support/fake_node.h"

#include <nlohmann/json.hpp>

#include "ledger/chain/codes.h"
#include "proto/canonical.h"
#include "proto/state.pb.h"

namespace tests {
namespace {

using Json = nlohmann::ordered_json;

tools::HttpResponse json_answer(long status, const Json& document) {
  return {status, "application/json", document.dump(), 0};
}

Json row_json(std::size_t record, const crypto::Reject& reject) {
  return {{"record", record},
          {"code", reject.code.name},
          {"field", reject.field},
          {"message", reject.message},
          {"hint", reject.hint}};
}

tools::HttpResponse rejected(const std::string& id, const ledger::SubmissionRejects& rejects) {
  const crypto::Reject& first = rejects.front().reject;
  Json document = {{"type", "urn:greenledger:problem:" + std::string(first.code.name)},
                   {"title", "Unprocessable Content"},
                   {"status", 422},
                   {"code", first.code.name},
                   {"detail", first.message},
                   {"id", id},
                   {"rejects", Json::array()}};
  for (const ledger::RecordReject& row : rejects) {
    document["rejects"].push_back(row_json(row.record, row.reject));
  }
  return json_answer(422, document);
}

Json outcome(const std::string& id, const char* state) {
  return {{"schema", "greenledger.submission/1"}, {"id", id}, {"state", state}};
}

// As the newest state has it; zeros, which verify nothing, where there is no such key in force.
crypto::PublicKey key_of(const TestChain& chain, const ledger::SubmissionHeader& header) {
  const auto value = chain.reader().subject("org/" + header.organisation, chain.tip().seal.height);
  proto::OrganisationState organisation;
  if (!value || !organisation.ParseFromString(value->body)) return crypto::PublicKey{};
  for (const proto::KeyState& key : organisation.keys()) {
    if (key.key_id() != header.key_id.view()) continue;
    return crypto::PublicKey::from_view(key.key().public_key()).value_or(crypto::PublicKey{});
  }
  return crypto::PublicKey{};
}

}  // namespace

crypto::Result<tools::HttpResponse> FakeNode::post(const std::string& path, const std::string& type,
                                                   crypto::ByteView body) {
  const std::lock_guard lock(mutex_);
  CHECK(type == "application/x-protobuf");
  paths_.push_back(path);
  Fault fault = Fault::none;
  if (!faults_.empty()) {
    fault = faults_.front();
    faults_.pop_front();
  }
  const crypto::Error gone{"E-NODE-UNREACHABLE", "The node gave no answer.", "Repeat."};
  if (fault == Fault::unreachable) return crypto::Unexpected{gone};
  if (fault == Fault::busy)
    return tools::HttpResponse{503, "application/problem+json",
                               R"({"code": "E-HTTP-BUSY", "detail": "More than it takes in."})", 2};
  if (fault == Fault::foreign) return tools::HttpResponse{200, "text/html", "<html>", 0};
  tools::HttpResponse response = answer(path, body);
  if (fault == Fault::lost_answer) return crypto::Unexpected{gone};
  return response;
}

tools::HttpResponse FakeNode::answer(const std::string& path, crypto::ByteView body) {
  const auto message = proto::decode_submission(body);
  CHECK(message.has_value());
  auto decoded = ledger::decode_submission(*message);
  if (!decoded) return rejected("", decoded.error());
  const std::string id = decoded->id.hex();
  if (const auto known = finals_.find(decoded->id); known != finals_.end()) {
    return {200, "application/json", known->second, 0};
  }
  if (message->records_size() > records_max_) {
    return rejected(id, {{0, {ledger::kBlockFull, "", "The submission is too large."}}});
  }
  const crypto::PublicKey key = key_of(chain_, decoded->header);
  auto verified = ledger::verify_submission(*std::move(decoded), key);
  if (!verified) return rejected(id, {{0, verified.error()}});
  TestChain::Executed executed = chain_.execute({*verified});
  const ledger::Added& tried = executed.added.front();
  const bool dry_run = path.find("dry_run=true") != std::string::npos;
  switch (tried.outcome) {
    case ledger::Outcome::rejected:
    case ledger::Outcome::full:
      return rejected(id, tried.rejects);
    case ledger::Outcome::recorded:
      return json_answer(200, outcome(id, "recorded"));
    case ledger::Outcome::ahead:
      if (dry_run) return rejected(id, tried.rejects);
      return json_answer(202, outcome(id, "accepted"));
    case ledger::Outcome::included:
      break;
  }
  if (dry_run) return json_answer(200, outcome(id, "valid"));
  ++taken_;
  Json document = outcome(id, "final");
  document["height"] = executed.block.header.seal.height;
  document["first_index"] = executed.block.header.seal.first_index;
  finals_[(*verified)->id] = document.dump();
  chain_.commit(std::move(executed.block));
  return json_answer(200, document);
}

tools::SubmitOptions FakeNode::options() {
  tools::SubmitOptions options;
  options.connect = [this] {
    return [this](const std::string& path, const std::string& type, crypto::ByteView body) {
      return post(path, type, body);
    };
  };
  options.unix_ms = [] { return kGenesisTimeMs; };
  options.steady_ms = [this] {
    const std::lock_guard lock(mutex_);
    return clock_ms_;
  };
  options.pause_ms = [this](std::uint64_t ms) {
    const std::lock_guard lock(mutex_);
    pauses_.push_back(ms);
    clock_ms_ += ms;
  };
  return options;
}

}  // namespace tests

#include "node/api/json.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include "crypto/check.h"
#include "ledger/history/tree.h"
#include "ledger/records/date.h"
#include "node/api/problem.h"
#include "proto/kind_name.h"

namespace node::api {

Json message_json(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  CHECK(google::protobuf::util::MessageToJsonString(message, &text, options).ok());
  return Json::parse(text);
}

std::string time_text(std::uint64_t unix_ms) {
  std::string text = ledger::second_text(unix_ms);
  text.pop_back();  // Z
  return fmt::format("{}.{:03}Z", text, unix_ms % 1000);
}

const ledger::Header* OriginFinder::block_of(std::uint64_t index) {
  const bool known = block_ && index >= block_->seal.first_index && index < block_->tree_size;
  if (!known) block_ = reader_.block_of(index);
  return block_ ? &*block_ : nullptr;
}

const ledger::SubmissionHeader* OriginFinder::submission_of(std::uint64_t index) {
  const ledger::Header* block = block_of(index);
  if (block == nullptr || block->seal.height == 0) return nullptr;
  const bool known = submission_ && index > submission_->index &&
                     index - submission_->index <= submission_->header.record_count;
  if (!known) {
    submission_ = reader_.submission_of(index);
    rows_read_ += submission_ ? index - submission_->index : 1;
  }
  return submission_ ? &submission_->header : nullptr;
}

Json record_json(const ledger::StoredRecord& stored, OriginFinder& origins) {
  Json json;
  json["index"] = stored.index;
  if (const ledger::Header* block = origins.block_of(stored.index)) {
    json["height"] = block->seal.height;
    json["time"] = time_text(block->seal.time_ms);
  }
  json["subject"] = stored.record.subject();
  json["place"] = stored.record.place();
  json["kind"] = proto::kind_name(stored.record);
  if (stored.previous_index != ledger::kNoIndex) json["previous_index"] = stored.previous_index;
  json["leaf_hash"] =
      ledger::leaf_hash(ledger::record_entry(stored.previous_index, stored.bytes)).hex();
  if (const ledger::SubmissionHeader* submission = origins.submission_of(stored.index)) {
    json["signed_by"]["organisation"] = submission->organisation;
    json["signed_by"]["key_id"] = submission->key_id.hex();
  }
  json["record"] = message_json(stored.record);
  return json;
}

Json header_json(const ledger::Header& header) {
  const ledger::Seal& seal = header.seal;
  Json json;
  json["height"] = seal.height;
  json["hash"] = header.hash().hex();
  json["epoch"] = seal.epoch;
  json["view"] = seal.view;
  json["time"] = time_text(seal.time_ms);
  json["rules_version"] = seal.rules_version;
  json["first_index"] = seal.first_index;
  json["count"] = seal.count;
  json["parent_hash"] = seal.parent_hash.hex();
  json["state_root"] = seal.state_root.hex();
  json["set_hash"] = seal.set_hash.hex();
  json["next_set_hash"] = seal.next_set_hash.hex();
  json["proposer"] = seal.proposer;
  json["tree_size"] = header.tree_size;
  json["tree_root"] = header.tree_root.hex();
  return json;
}

Json document(std::string_view schema) {
  Json json;
  json["schema"] = "greenledger." + std::string(schema) + "/1";
  return json;
}

Response json_response(const Json& document) {
  Response response;
  response.body = to_text(document);
  return response;
}

}  // namespace node::api

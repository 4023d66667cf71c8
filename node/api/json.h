// JSON as all answers write it. Records follow the protobuf JSON mapping with the field names of
// the schema (64-bit integers are strings there, bytes are base64). What the API adds around them
// has hashes in lower-case hex, times in RFC 3339 UTC, and plain numbers for heights, indexes and
// counts, which cannot pass 2^53.
//
// Pure; any thread.
#pragma once

#include <google/protobuf/message.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "ledger/chain/reader.h"
#include "node/api/http.h"

namespace node::api {

using Json = nlohmann::ordered_json;

// The protobuf JSON mapping of a message. CHECK: it has no Any, which is all that can fail.
Json message_json(const google::protobuf::Message& message);

// "2018-01-13T09:12:44.123Z"
std::string time_text(std::uint64_t unix_ms);

// Finds the block and the submission of records; neighbours cost nothing.
class OriginFinder {
 public:
  explicit OriginFinder(const ledger::ChainReader& reader) : reader_(reader) {}
  const ledger::Header* block_of(std::uint64_t index);
  // Who signed the record; nullptr: it is of the genesis block.
  const ledger::SubmissionHeader* submission_of(std::uint64_t index);
  // Entries that were read to find submissions, since this was asked last.
  std::uint64_t take_rows_read() { return std::exchange(rows_read_, 0); }

 private:
  const ledger::ChainReader& reader_;
  std::optional<ledger::Header> block_;
  std::optional<ledger::ChainReader::SubmissionOfRecord> submission_;
  std::uint64_t rows_read_ = 0;
};

// {index, height, time, subject, place, kind, previous_index?, leaf_hash, signed_by?, record}
Json record_json(const ledger::StoredRecord& stored, OriginFinder& origins);

Json header_json(const ledger::Header& header);

// 200 with a document; `schema` without its prefix: "certification" gives
// "greenledger.certification/1" as the first member.
Json document(std::string_view schema);
Response json_response(const Json& document);

}  // namespace node::api

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

#include "ledger/chain/reader.h"
#include "node/api/http.h"

namespace node::api {

using Json = nlohmann::ordered_json;

// The protobuf JSON mapping of a message. CHECK: it has no Any, which is all that can fail.
Json message_json(const google::protobuf::Message& message);

// "2018-01-13T09:12:44.123Z"
std::string time_text(std::uint64_t unix_ms);

// Lower-case name of the record's kind, as the field is called: "purchase_correction".
std::string_view kind_name(const proto::Record& record);

// Finds the blocks of entries; neighbours cost nothing.
class BlockFinder {
 public:
  explicit BlockFinder(const ledger::ChainReader& reader) : reader_(reader) {}
  const ledger::Header* block_of(std::uint64_t index);

 private:
  const ledger::ChainReader& reader_;
  std::optional<ledger::Header> last_;
};

// {index, height, time, subject, place, kind, previous_index?, leaf_hash, record}
Json record_json(const ledger::StoredRecord& stored, BlockFinder& blocks);

Json header_json(const ledger::Header& header);

// 200 with a document; `schema` without its prefix: "certification" gives
// "greenledger.certification/1" as the first member.
Json document(std::string_view schema);
Response json_response(const Json& document);

}  // namespace node::api

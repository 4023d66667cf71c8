#include "ledger/chain/genesis.h"

#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>

#include "proto/canonical.h"

namespace ledger {
namespace {

constexpr std::string_view kSchema = "greenledger.genesis/1";
constexpr std::size_t kGenesisBytesMax = 4 * 1024 * 1024;

crypto::Unexpected<crypto::Error> malformed(std::string message) {
  return {{"E-GENESIS-FORM", std::move(message),
           "Ask the network for its genesis file and use it byte for byte."}};
}

crypto::Unexpected<crypto::Error> bad_record(std::size_t position, const crypto::Reject& reject) {
  return {{"E-GENESIS-RECORD",
           "Record " + std::to_string(position) + " of the genesis file, " +
               (reject.field.empty() ? "" : "field " + reject.field + ": ") + reject.message +
               " (" + std::string(reject.code.name) + ")",
           reject.hint}};
}

std::string json_of(const proto::Record& record) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(record, &json, options);
  CHECK(status.ok());
  return json;
}

crypto::Result<proto::Record> record_of(std::size_t position, const nlohmann::json& json) {
  proto::Record record;
  const auto status = google::protobuf::util::JsonStringToMessage(json.dump(), &record);
  if (!status.ok()) {
    return malformed("Record " + std::to_string(position) +
                     " of the genesis file is not a record: " + status.ToString());
  }
  return record;
}

}  // namespace

Bytes write_genesis(std::uint64_t time_ms, const std::vector<proto::Record>& records) {
  nlohmann::ordered_json document;
  document["schema"] = kSchema;
  document["time_ms"] = std::to_string(time_ms);
  document["records"] = nlohmann::ordered_json::array();
  for (const proto::Record& record : records) {
    document["records"].push_back(nlohmann::ordered_json::parse(json_of(record)));
  }
  return document.dump(1) + "\n";
}

crypto::Result<Genesis> parse_genesis(ByteView file) {
  if (file.size() > kGenesisBytesMax) return malformed("The genesis file is larger than 4 MiB.");
  const auto document = nlohmann::json::parse(file, nullptr, false);
  if (document.is_discarded() || !document.is_object()) {
    return malformed("The genesis file is not a JSON object.");
  }
  const auto text = [&](const char* key) {
    const auto found = document.find(key);
    return found != document.end() && found->is_string() ? found->get<std::string>() : "";
  };
  if (text("schema") != kSchema) {
    return malformed("The genesis file's schema is not greenledger.genesis/1.");
  }
  Genesis genesis;
  genesis.file = Bytes(file);
  genesis.network_id = crypto::tagged_hash(crypto::tag::kGenesis, file);
  const std::string time = text("time_ms");
  if (time.empty() || time.size() > 15 ||
      time.find_first_not_of("0123456789") != std::string::npos) {
    return malformed("The genesis file's time_ms is not a number of milliseconds in a string.");
  }
  for (char digit : time) {
    genesis.time_ms = genesis.time_ms * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  const auto records = document.find("records");
  if (records == document.end() || !records->is_array()) {
    return malformed("The genesis file has no list of records.");
  }
  for (const nlohmann::json& json : *records) {
    const std::size_t position = genesis.records.size();
    crypto::Result<proto::Record> record = record_of(position, json);
    if (!record) return Unexpected{std::move(record).error()};
    Bytes bytes = proto::encode_record(*record);
    if (auto decoded = proto::decode_record(bytes); !decoded) {
      return bad_record(position, decoded.error());
    }
    if (record->has_parameters()) genesis.parameters = record->parameters();
    genesis.records.push_back(*std::move(record));
    genesis.record_bytes.push_back(std::move(bytes));
  }
  return genesis;
}

crypto::Result<ExecutedBlock> execute_genesis(const Genesis& genesis,
                                              std::shared_ptr<const Snapshot> empty) {
  BlockBase base;
  base.snapshot = std::move(empty);
  base.network_id = genesis.network_id;
  base.genesis = true;
  Turn turn;
  turn.time_ms = genesis.time_ms;
  BlockBuilder builder(std::move(base), turn);
  bool validators = false;
  bool parameters = false;
  for (std::size_t i = 0; i < genesis.records.size(); ++i) {
    const proto::Record& record = genesis.records[i];
    const SubmissionRejects rejects = builder.add_genesis_record(genesis.record_bytes[i], record);
    if (!rejects.empty()) return bad_record(i, rejects.front().reject);
    validators = validators || record.has_validator_set();
    parameters = parameters || record.has_parameters();
  }
  if (!validators || !parameters) {
    return malformed("The genesis file names no validators or no parameters.");
  }
  return std::move(builder).finish();
}

std::string log_origin(const Genesis& genesis) {
  return genesis.parameters.log_domain() + "/" + genesis.parameters.network_name() + "/" +
         genesis.network_id.hex().substr(0, 8);
}

}  // namespace ledger

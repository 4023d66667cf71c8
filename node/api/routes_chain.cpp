#include "crypto/check.h"
#include "ledger/chain/validators.h"
#include "ledger/records/subject.h"
#include "node/api/json.h"
#include "node/api/page.h"
#include "node/api/problem.h"
#include "node/api/routes.h"

namespace node::api {
namespace {

std::string join_subject(const std::vector<std::string>& texts) {
  std::string subject;
  for (const std::string& text : texts) {
    if (!subject.empty()) subject.push_back('/');
    subject += ledger::encode_segment(text);
  }
  return subject;
}

// A cursor that holds a number; nullopt: it holds something else.
std::optional<std::uint64_t> number_cursor(const Call& call) {
  const auto position = call.find("cursor");
  if (!position || position->size() != 8) return std::nullopt;
  return crypto::read_u64(*position);
}

std::string position_of(std::uint64_t number) {
  crypto::Bytes position;
  crypto::append_u64(position, number);
  return position;
}

Response bad_cursor() {
  return bad_parameter("cursor", "must be what an earlier page of this list gave as \"next\"");
}

// The entry that holds the record at a place of the history that ends at `value`.
std::optional<ledger::StoredRecord> record_at(const Call& call, const ledger::SubjectValue& value,
                                              std::uint64_t place) {
  auto stored = call.view().reader.record(value.last_index);
  for (std::uint64_t at = value.count; stored && at > place; --at) {
    if (value.count - at >= kRowsScannedMax) return std::nullopt;
    stored = call.view().reader.record(stored->previous_index);
  }
  return stored;
}

}  // namespace

Response get_status(const Call& call) {
  const View& view = call.view();
  const ledger::Seal& seal = view.tip.seal;
  Json json = document("status");
  json["network_id"] = view.facts->network_id.hex();
  json["network_name"] = view.facts->network_name;
  if (!view.facts->organisation.empty()) json["organisation"] = view.facts->organisation;
  json["version"] = view.facts->version;
  json["height"] = seal.height;
  json["block_hash"] = view.tip.hash().hex();
  json["time"] = time_text(seal.time_ms);
  json["epoch"] = seal.epoch;
  json["tree_size"] = view.tip.tree_size;
  json["tree_root"] = view.tip.tree_root.hex();
  json["state_root"] = seal.state_root.hex();
  json["records"] = view.reader.record_count();
  json["validators"] = Json::array();
  proto::ValidatorSet set;
  if (const auto found = find_subject<proto::ValidatorSet>(call, "network/validators")) {
    set = found->body;
  }
  for (const proto::Validator& validator : set.validators()) {
    json["validators"].push_back(validator.organisation());
  }
  json["quorum"] = ledger::ValidatorSet::from_record(seal.epoch, set).quorum();
  json["pending"]["submissions"] = view.pending_submissions;
  json["pending"]["bytes"] = view.pending_bytes;
  return json_response(json);
}

Response get_genesis(const Call& call) {
  Response response;
  response.body = call.view().facts->genesis_file;
  response.headers.emplace_back("Cache-Control", "max-age=3600");
  return response;
}

Response list_blocks(const Call& call) {
  const auto start = number_cursor(call);
  if (call.find("cursor") && !start) return bad_cursor();
  Page page(call.limit());
  // A cursor names the last block of its page; the first page begins with the tip.
  std::uint64_t above = start.value_or(call.view().tip.seal.height + 1);
  while (above > 0 && page.look_at(position_of(above - 1))) {
    --above;
    const auto header = call.view().reader.header(above);
    if (header) page.add(header_json(*header), ledger::kHeaderBytes);
  }
  Json json = document("blocks");
  json["height"] = call.view().tip.seal.height;
  std::move(page).write_to(json);
  return json_response(json);
}

Response get_block(const Call& call) {
  const std::uint64_t height = call.number("height");
  const auto header = call.view().reader.header(height);
  if (!header) return not_found("There is no block " + std::to_string(height) + " yet.");
  Json json = document("block");
  json.update(header_json(*header));
  json["header"] = crypto::to_hex(ledger::encode_header(*header));
  if (const auto certificate = call.view().reader.certificate(height)) {
    json["certificate"] = crypto::to_hex(*certificate);
  }
  return json_response(json);
}

Response list_records(const Call& call) {
  const auto start = number_cursor(call);
  if (call.find("cursor") && !start) return bad_cursor();
  const View& view = call.view();
  OriginFinder origins(view.reader);
  Page page(call.limit());
  const std::uint64_t first = start ? *start + 1 : call.find_number("from").value_or(0);
  for (std::uint64_t index = first; index < view.tip.tree_size; ++index) {
    if (!page.look_at(position_of(index))) break;
    const auto stored = view.reader.record(index);
    if (stored) page.add(record_json(*stored, origins), stored->bytes.size());
    page.count(origins.take_rows_read());
  }
  Json json = document("records");
  json["height"] = view.tip.seal.height;
  std::move(page).write_to(json);
  return json_response(json);
}

Response get_record(const Call& call) {
  const std::uint64_t index = call.number("index");
  const auto stored = call.view().reader.record(index);
  if (!stored || index >= call.view().tip.tree_size) {
    return not_found("Entry " + std::to_string(index) + " is no record.");
  }
  if (call.request().accept == "application/x-protobuf") {
    Response response;
    response.content_type = "application/x-protobuf";
    response.body = stored->bytes;
    return response;
  }
  OriginFinder origins(call.view().reader);
  Json json = document("record");
  json.update(record_json(*stored, origins));
  return json_response(json);
}

Response get_subject(const Call& call) {
  const std::string subject = join_subject(call.rest());
  const auto value = call.view().reader.subject(subject, call.height());
  if (!value) return not_found("Nothing is recorded about " + subject + ".");
  const std::uint64_t place = call.find_number("place").value_or(value->count);
  if (place < 1 || place > value->count) {
    return bad_parameter("place", "must be from 1 to " + std::to_string(value->count));
  }
  const auto stored = record_at(call, *value, place);
  if (!stored) {
    return bad_parameter("place", "is too far back to be looked up; page through the history");
  }
  OriginFinder origins(call.view().reader);
  Json json = document("subject");
  json["height"] = call.height();
  json["subject"] = subject;
  json["count"] = value->count;
  json["last_index"] = value->last_index;
  json["record"] = record_json(*stored, origins);
  return json_response(json);
}

Response get_history(const Call& call) { return history_page(call, join_subject(call.rest())); }

Response history_page(const Call& call, const std::string& subject) {
  const ledger::ChainReader& reader = call.view().reader;
  const auto value = reader.subject(subject, call.height());
  if (!value) return not_found("Nothing is recorded about " + subject + ".");
  std::uint64_t index = value->last_index;
  if (call.find("cursor")) {
    const auto last = number_cursor(call);
    const auto stored = last ? reader.record(*last) : std::nullopt;
    if (!stored || stored->record.subject() != subject) return bad_cursor();
    index = stored->previous_index;
  }
  OriginFinder origins(reader);
  Page page(call.limit());
  while (index != ledger::kNoIndex && page.look_at(position_of(index))) {
    const auto stored = reader.record(index);
    if (!stored) break;
    page.add(record_json(*stored, origins), stored->bytes.size());
    page.count(origins.take_rows_read());
    index = stored->previous_index;
  }
  Json json = document("history");
  json["height"] = call.height();
  json["subject"] = subject;
  json["count"] = value->count;
  std::move(page).write_to(json);
  return json_response(json);
}

}  // namespace node::api

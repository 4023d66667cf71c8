#include "node/api/json.h"
#include "node/api/routes.h"

namespace node::api {
namespace {

Json conflict_json(const WitnessConflict& conflict) {
  Json json;
  json["time"] = time_text(conflict.wall_ms);
  json["status"] = conflict.status;
  json["known_size"] = conflict.known.size;
  json["known_root"] = conflict.known.root.hex();
  json["request"] = conflict.request;
  json["answer"] = conflict.answer;
  return json;
}

Json witness_json(const WitnessStatus& one, const ledger::Snapshot& snapshot) {
  Json json;
  json["name"] = one.options.key.name;
  json["vkey"] = ledger::format_vkey(one.options.key);
  json["url"] = one.options.url;
  json["state"] = witness_state_name(one.state);
  if (!one.trouble.empty()) json["trouble"] = one.trouble;
  json["signed_size"] = one.memory.head.size;
  if (one.memory.head.size != 0) {
    json["signed_root"] = one.memory.head.root.hex();
    json["signed_at"] = time_text(one.memory.signed_s * 1000);
  }
  if (one.asked_ms != 0) json["asked_at"] = time_text(one.asked_ms);
  json["requests"] = one.requests;
  json["failures"] = one.failures;
  json["conflicts"] = one.memory.conflicts;
  json["conflicts_kept"] = Json::array();
  for (const WitnessConflict& conflict : find_witness_conflicts(snapshot, one.options.key)) {
    json["conflicts_kept"].push_back(conflict_json(conflict));
  }
  return json;
}

}  // namespace

Response list_witnesses(const Call& call) {
  const View& view = call.view();
  Json json = document("witnesses");
  json["items"] = Json::array();
  if (view.witnesses) {
    for (const WitnessStatus& one : *view.witnesses) {
      json["items"].push_back(witness_json(one, view.reader.snapshot()));
    }
  }
  return json_response(json);
}

}  // namespace node::api

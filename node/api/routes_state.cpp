#include "crypto/check.h"
#include "ledger/state/ics23.h"
#include "ledger/state/overlay.h"
#include "node/api/codes.h"
#include "node/api/json.h"
#include "node/api/problem.h"
#include "node/api/routes.h"

namespace node::api {
namespace {

Response gone(std::uint64_t height) {
  return problem(410, crypto::Reject(kStateGone, "as_of_height",
                                     "This node no longer keeps the state trie of height " +
                                         std::to_string(height) + "."));
}

// The value of a leaf that is in the trie of this height: the first behind the path just before.
crypto::Bytes value_at(const ledger::Snapshot& snapshot, const crypto::Hash& path,
                       std::uint64_t height) {
  crypto::Hash before = path;
  for (auto byte = before.bytes.rbegin(); byte != before.bytes.rend() && (*byte)-- == 0; ++byte) {
  }
  std::size_t paths = 1;
  auto leaf = ledger::next_value(snapshot, before, height, paths);
  CHECK(leaf.has_value() && leaf->path == path);
  return std::move(leaf->value);
}

// The proof in the form that was asked for; nullopt: that form cannot say it.
std::optional<crypto::Bytes> proof_of(const Call& call, const ledger::TrieRoot& root,
                                      const crypto::Hash& path, std::uint64_t height) {
  const auto snapshot = call.view().reader.shared_snapshot();
  const ledger::NodeReader nodes(snapshot);
  if (call.find("form") != "ics23") {
    return ledger::encode_state_proof(ledger::prove(nodes, root, path));
  }
  return ledger::prove_ics23(
      nodes, root, path, [&](const crypto::Hash& at) { return value_at(*snapshot, at, height); });
}

}  // namespace

Response get_state(const Call& call) {
  const auto key = call.find("key");
  if (!key || key->empty()) return bad_parameter("key", "must be a key of the state");
  const std::uint64_t height = call.height();
  const ledger::ChainReader& reader = call.view().reader;
  const auto header = reader.header(height);
  const auto root = ledger::find_root(reader.snapshot(), height);
  if (!header || !root || root->hash() != header->seal.state_root) return gone(height);
  const auto proof = proof_of(call, *root, crypto::sha256(*key), height);
  if (!proof) return gone(height);

  Json json = document("state");
  json["height"] = height;
  json["state_root"] = root->hash().hex();
  json["seal_index"] = header->tree_size - 1;
  json["key"] = *key;
  const auto value = reader.value(*key, height);
  json["present"] = value.has_value();
  if (value) json["value"] = crypto::to_base64(*value);
  json["form"] = call.find("form").value_or("native");
  json["proof"] = crypto::to_base64(*proof);
  return json_response(json);
}

}  // namespace node::api

#include <algorithm>

#include "ledger/chain/checkpoints.h"
#include "ledger/chain/epoch.h"
#include "ledger/history/tiles.h"
#include "ledger/history/tlog_proof.h"
#include "ledger/proofs/receipt.h"
#include "ledger/proofs/trust_chain.h"
#include "node/api/codes.h"
#include "node/api/problem.h"
#include "node/api/routes.h"

namespace node::api {
namespace {

// A tile of a name never changes again; a wider one has another name.
constexpr std::string_view kForever = "public, max-age=31536000, immutable";

Response text(std::string body) {
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(body);
  return response;
}

const ledger::Snapshot& snapshot_of(const Call& call) { return call.view().reader.snapshot(); }

std::optional<std::string> newest_note(const Call& call) {
  auto kept = ledger::newest_checkpoint(snapshot_of(call));
  if (!kept) return std::nullopt;
  return std::move(kept->note);
}

Response no_checkpoint() { return not_found("No checkpoint of this size has been signed."); }

std::optional<ledger::Checkpoint> read_checkpoint(const std::string& signed_note) {
  const auto note = ledger::parse_note(signed_note);
  if (!note) return std::nullopt;
  auto checkpoint = ledger::parse_checkpoint(note->text);
  if (!checkpoint) return std::nullopt;
  return *std::move(checkpoint);
}

// Of the validators that signed the newest checkpoint. The log key that stands first is in it:
// several log lines mean "all" to the verifier most in use.
std::optional<ledger::CheckpointPolicy> policy_now(const Call& call) {
  const auto newest = newest_note(call);
  if (!newest) return std::nullopt;
  const auto note = ledger::parse_note(*newest);
  const auto checkpoint = read_checkpoint(*newest);
  const auto header =
      checkpoint ? call.view().reader.block_of(checkpoint->head.size - 1) : std::nullopt;
  if (!note || !header) return std::nullopt;
  const auto epoch = header->seal.height == 0 ? ledger::epoch_after(call.view().reader, *header)
                                              : ledger::epoch_of(call.view().reader, *header);
  if (!epoch) return std::nullopt;
  auto policy = ledger::checkpoint_policy(checkpoint->origin, epoch->validators);
  ledger::put_signer_first(policy, *note);
  return policy;
}

}  // namespace

Response get_checkpoint(const Call& call) {
  auto newest = newest_note(call);
  if (!newest) return not_found("No checkpoint has been signed yet.");
  return text(*std::move(newest));
}

Response get_older_checkpoint(const Call& call) {
  auto found = ledger::checkpoint_at(snapshot_of(call), call.number("size"));
  if (!found) return no_checkpoint();
  return text(*std::move(found));
}

Response get_inclusion_proof(const Call& call) {
  const auto size = call.find_number("size");
  auto note = size ? ledger::checkpoint_at(snapshot_of(call), *size) : newest_note(call);
  const auto checkpoint = note ? read_checkpoint(*note) : std::nullopt;
  if (!checkpoint) return no_checkpoint();
  const std::uint64_t index = call.number("index");
  auto path = ledger::inclusion_proof(index, checkpoint->head.size,
                                      ledger::read_hashes(call.view().reader.shared_snapshot()));
  if (!path) return not_found("The tree of that checkpoint has no such entry.");
  const ledger::TlogProof proof{std::nullopt, index, *std::move(path), *std::move(note)};
  const bool short_form = call.find("form") == "spicy";
  return text(short_form ? ledger::format_spicy(proof) : ledger::format_tlog_proof(proof));
}

Response get_consistency_proof(const Call& call) {
  const std::uint64_t newer = call.number("newer");
  const auto path =
      newer <= call.view().tip.tree_size
          ? ledger::consistency_proof(call.number("older"), newer,
                                      ledger::read_hashes(call.view().reader.shared_snapshot()))
          : std::nullopt;
  if (!path) return not_found("The tree never had these sizes, in this order.");
  std::string body;
  for (const crypto::Hash& hash : *path) body += crypto::to_base64(hash.view()) + "\n";
  return text(std::move(body));
}

Response get_policy(const Call& call) {
  const auto policy = policy_now(call);
  if (!policy) return not_found("No checkpoint has been signed yet.");
  return text(ledger::format_policy(*policy));
}

Response get_vkeys(const Call& call) {
  const auto policy = policy_now(call);
  if (!policy) return not_found("No checkpoint has been signed yet.");
  std::string body;
  for (const ledger::NoteKey& key : policy->logs) body += ledger::format_vkey(key) + "\n";
  for (const ledger::NoteKey& key : policy->cosigners) body += ledger::format_vkey(key) + "\n";
  return text(std::move(body));
}

Response get_receipt(const Call& call) {
  const auto policy = policy_now(call);
  const auto note = policy ? newest_note(call) : std::nullopt;
  const auto checkpoint = note ? read_checkpoint(*note) : std::nullopt;
  if (!checkpoint) return not_found("No checkpoint has been signed yet.");
  const auto& key = call.view().facts->log_key;
  const bool signs =
      key && std::any_of(policy->logs.begin(), policy->logs.end(),
                         [&](const auto& log) { return log.key == key->public_key(); });
  if (!signs) {
    return problem(409, crypto::Reject(kReceiptSigner, "",
                                       "This node's key is not among those of the validators."));
  }
  const std::uint64_t index = call.number("index");
  const auto path = ledger::inclusion_proof(
      index, checkpoint->head.size, ledger::read_hashes(call.view().reader.shared_snapshot()));
  if (!path || path->empty()) return not_found("The tree of that checkpoint has no such entry.");
  const auto stored = call.view().reader.record(index);
  const ledger::ReceiptClaims claims{
      checkpoint->origin, stored ? stored->record.subject() : "entry/" + std::to_string(index)};
  Response response;
  response.content_type = "application/cose; cose-type=\"cose-sign1\"";
  response.body = ledger::make_receipt(claims, checkpoint->head, index, *path, *key);
  return response;
}

Response get_tile(const Call& call) {
  std::string path = "tile";
  for (const std::string& segment : call.rest()) path += "/" + segment;
  const auto name = ledger::parse_tile_path(path);
  auto bytes =
      name ? ledger::read_tile(snapshot_of(call), *name, call.view().tip.tree_size) : std::nullopt;
  if (!bytes) return not_found("The tree has no tile of this name and width.");
  Response response;
  response.content_type = "application/octet-stream";
  response.body = *std::move(bytes);
  response.headers.emplace_back("Cache-Control", kForever);
  return response;
}

}  // namespace node::api

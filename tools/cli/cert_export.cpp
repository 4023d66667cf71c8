#include "tools/cli/cert_export.h"

#include <algorithm>
#include <chrono>

#include "ledger/records/date.h"
#include "ledger/records/subject.h"
#include "tools/cli/credential.h"
#include "tools/cli/error_codes.h"
#include "tools/cli/node_reader.h"
#include "tools/cli/record_json.h"
#include "tools/cli/record_texts.h"
#include "tools/cli/text_cells.h"
#include "tools/cli/trust_file.h"

namespace tools {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

struct ExportOptions {
  std::string certification;
  std::string out;
};

std::uint64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

Unexpected<Error> refused(std::string message, std::string hint) {
  return Unexpected{
      Error{std::string(error_code::kCredential), std::move(message), std::move(hint)}};
}

// What the proof says of today, verified with the genesis file, into `parts`.
Result<void> take_content(const Session& session, const NodeReader& node, CredentialParts& parts) {
  auto bundle =
      node.find_bytes(NodePath("/v1/proofs").add("subject", parts.subject).add("at", parts.day));
  if (!bundle) return Unexpected{bundle.error()};
  parts.bundle = *std::move(bundle);
  Result<ledger::Genesis> genesis = read_genesis(session.settings.genesis_path());
  if (!genesis) return Unexpected{genesis.error()};
  parts.network_id = genesis->network_id;
  const ledger::ProofVerdict verdict =
      ledger::verify_bundle(parts.bundle, {*std::move(genesis), std::nullopt, {}, 0, 0});
  if (verdict.reason) {
    const crypto::Reject& reason = *verdict.reason;
    return Unexpected{Error{std::string(reason.code.name), reason.message, reason.hint}};
  }
  const auto& standing = verdict.standing;
  if (!standing || standing->standing != ledger::Standing::active) {
    const std::string is = standing && standing->standing
                               ? std::string(ledger::standing_name(*standing->standing))
                               : "not on the ledger";
    return refused(parts.subject + " is " + is + " on " + parts.day + ".",
                   "Only what holds today is given away under the issuer's signature.");
  }
  for (const ledger::ProvenRecord& record : standing->history) {
    if (record.record.has_certification()) parts.content = record.record.certification();
  }
  return {};
}

// A text in what a node said, which may be anything.
std::string text_at(const Json& json, const char* pointer, const std::string& otherwise) {
  const Json::json_pointer at(pointer);
  if (!json.contains(at) || !json.at(at).is_string()) return otherwise;
  return json.at(at).get<std::string>();
}

bool has_key(const Json& organisation, const std::string& id) {
  const auto keys = organisation.find("keys");
  if (keys == organisation.end() || !keys->is_array()) return false;
  return std::any_of(keys->begin(), keys->end(), [&](const Json& key) {
    return text_at(key, "/key_id", "") == id && !key.contains("revoked_height");
  });
}

// The names of issuer and scheme; the key has to be one of the issuer's on the ledger.
Result<void> take_names(const NodeReader& node, const std::string& organisation,
                        const crypto::PublicKey& key, CredentialParts& parts) {
  const auto issuer = node.find(NodePath("/v1/organisations/" + organisation));
  if (!issuer) return Unexpected{issuer.error()};
  const std::string scheme_path = parts.content.scheme().substr(std::string("scheme/").size());
  const auto scheme = node.find(NodePath("/v1/schemes/" + scheme_path));
  if (!scheme) return Unexpected{scheme.error()};
  parts.issuer_name = text_at(*issuer, "/organisation/name", organisation);
  parts.scheme_name = text_at(*scheme, "/scheme/name", parts.content.scheme());
  const std::string id = crypto::key_id(key).hex();
  if (has_key(*issuer, id)) return {};
  return refused("The key " + id + " is none of " + organisation + " that is in force.",
                 "Sign with a key of the issuer: --key names it.");
}

Result<Json> credential_of(const Session& session, const ExportOptions& options) {
  const Result<std::string> organisation = session.organisation();
  if (!organisation) return Unexpected{organisation.error()};
  const Result<std::string> subject = certification_subject(options.certification, *organisation);
  if (!subject) return Unexpected{subject.error()};
  if (ledger::owner_of(*subject) != *organisation) {
    return refused(*organisation + " has not issued " + *subject + ".",
                   "Its issuer signs the credential.");
  }
  const std::uint64_t now = now_ms();
  CredentialParts parts;
  parts.subject = *subject;
  parts.day = ledger::day_text(ledger::utc_day(now));
  const NodeReader node(session);
  if (auto taken = take_content(session, node, parts); !taken) return Unexpected{taken.error()};
  const Result<crypto::PrivateKey> key = session.signing_key();
  if (!key) return Unexpected{key.error()};
  if (auto taken = take_names(node, *organisation, key->public_key(), parts); !taken) {
    return Unexpected{taken.error()};
  }
  Json credential = make_credential(parts, key->public_key());
  const std::string did = did_key(key->public_key());
  add_integrity_proof(credential, *key, did + "#" + did.substr(did.rfind(':') + 1),
                      ledger::second_text(now));
  return credential;
}

ExitCode perform(Session& session, const ExportOptions& options) {
  const Result<Json> credential = credential_of(session, options);
  if (!credential) return session.output.fail(credential.error());
  const std::string text = credential->dump(2) + "\n";
  if (auto written = write_file(options.out, text, Existing::replaced); !written) {
    return session.output.fail(written.error());
  }
  session.output.show(
      "credential-file", {{"file", "file"}, {"bytes", "bytes"}, {"issuer", "issuer"}},
      {{"file", options.out}, {"bytes", text.size()}, {"issuer", (*credential)["issuer"]["id"]}});
  return ExitCode::done;
}

}  // namespace

void add_cert_export(Cli& cli, CLI::App& noun) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App& verb = cli.add_verb(
      noun,
      {"export",
       "Write a certification that holds today as a Verifiable Credential (UNTP conformity "
       "credential) under its issuer's signature",
       {"greenledger cert export epa/smartway/SW-1 --org epa --out SW-1.vc.json"}},
      [options](Session& session) { return perform(session, *options); });
  verb.add_option("CERT", options->certification, "CERTIFIER/SCHEME/NUMBER, or its subject")
      ->required()
      ->type_name("");
  verb.add_option("--out", options->out, "file to write")->required()->type_name("");
}

}  // namespace tools

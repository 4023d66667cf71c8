#include "tools/cli/proof_export.h"

#include "ledger/history/tlog_proof.h"
#include "ledger/proofs/verify.h"
#include "tools/cli/error_codes.h"
#include "tools/cli/record_json.h"
#include "tools/cli/trust_file.h"

namespace tools {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

struct ExportOptions {
  std::string file;
  std::string folder;
};

// A file of the folder.
struct Written {
  std::string name;
  std::string bytes;
};

Error fault_of(const crypto::Reject& reject) {
  return {std::string(reject.code.name), reject.message, reject.hint};
}

// Whose signatures make the checkpoint of the bundle final. The bundle was verified from this
// genesis file (CHECK).
ledger::CheckpointPolicy policy_of(const ledger::ProofBundle& bundle,
                                   const ledger::Genesis& genesis, const ledger::Note& note) {
  auto known = ledger::trust_genesis(genesis);
  CHECK(known.has_value());
  ledger::TrustPoint point = *std::move(known);
  for (const ledger::EpochLink& link : bundle.links) {
    auto next = ledger::follow(point, link);
    CHECK(next.has_value());
    point = *std::move(next);
  }
  auto policy = ledger::checkpoint_policy(point.origin, point.epoch.validators);
  ledger::put_signer_first(policy, note);
  return policy;
}

std::vector<Written> files_of(const ledger::ProofBundle& bundle, const ledger::Genesis& genesis) {
  const auto note = ledger::parse_note(bundle.checkpoint);
  CHECK(note.has_value());
  std::vector<Written> files = {
      {"checkpoint", bundle.checkpoint},
      {"policy", ledger::format_policy(policy_of(bundle, genesis, *note))}};
  for (const ledger::EntryProof& entry : bundle.entries) {
    const ledger::TlogProof proof{std::nullopt, entry.index, entry.path, bundle.checkpoint};
    const std::string name = std::to_string(entry.index) + ".entry";
    files.push_back({name, entry.bytes});
    files.push_back({name + ".tlog-proof", ledger::format_tlog_proof(proof)});
    files.push_back({name + ".spicy", ledger::format_spicy(proof)});
  }
  return files;
}

Result<std::vector<Written>> exported(const Session& session, const std::string& path) {
  const Result<std::string> file = read_input(path);
  if (!file) return Unexpected{file.error()};
  Result<ledger::Genesis> genesis = read_genesis(session.settings.genesis_path());
  if (!genesis) return Unexpected{genesis.error()};
  const ledger::Auditor auditor{*std::move(genesis), std::nullopt, {}, 0, 0};
  const ledger::ProofVerdict verdict = ledger::verify_bundle(*file, auditor);
  if (verdict.reason) return Unexpected{fault_of(*verdict.reason)};
  const auto bundle = ledger::decode_bundle(*file);
  CHECK(bundle.has_value());
  return files_of(*bundle, auditor.genesis);
}

ExitCode perform(Session& session, const ExportOptions& options) {
  const Result<std::vector<Written>> files = exported(session, options.file);
  if (!files) return session.output.fail(files.error());
  const std::filesystem::path folder = options.folder;
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);  // what is wrong shows on writing
  Json list = Json::array();
  for (const Written& file : *files) {
    if (auto written = write_file(folder / file.name, file.bytes, Existing::replaced); !written) {
      return session.output.fail(written.error());
    }
    list.push_back({{"file", (folder / file.name).string()}, {"bytes", file.bytes.size()}});
  }
  session.output.list("proof-files", {{"file", "FILE"}, {"bytes", "BYTES", true}}, list);
  return ExitCode::done;
}

}  // namespace

void add_export(Cli& cli, CLI::App& noun) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App& verb = cli.add_verb(
      noun,
      {"export",
       "Write what a VALID proof holds as files for programs of others: each entry with its C2SP "
       "tlog-proof, and whose signatures to ask for",
       {"greenledger proof export cert_epa_smartway_SW-1.greenproof parts",
        "greenledger proof export it.greenproof parts --genesis genesis.json"}},
      [options](Session& session) { return perform(session, *options); });
  verb.add_option("FILE", options->file, "the proof")->required()->type_name("");
  verb.add_option("FOLDER", options->folder, "folder to write to")->required()->type_name("");
}

}  // namespace tools

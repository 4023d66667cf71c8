// greenledger proof: files that answer one question to whoever holds the genesis file. `get` asks a
// node; `verify`, `export` and `show` ask nobody.
#include <chrono>
#include <thread>

#include "ledger/proofs/verify.h"
#include "tools/cli/error_codes.h"
#include "tools/cli/node_reader.h"
#include "tools/cli/nouns.h"
#include "tools/cli/proof_export.h"
#include "tools/cli/proof_view.h"
#include "tools/cli/record_json.h"
#include "tools/cli/show_flags.h"
#include "tools/cli/text_cells.h"
#include "tools/cli/trust_file.h"
#include "tools/cli/verdict.h"

namespace tools {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

constexpr std::size_t kUnfolded = 10'000;  // into a pipe a sentence goes on one line
constexpr std::chrono::milliseconds kCheckpointPause{200};
constexpr int kCheckpointTries = 25;

struct GetOptions {
  std::string subject;
  std::uint64_t place = 0;
  std::string day;
  std::string height;
  bool absent = false;
  bool green = false;
  std::string trust;
  std::size_t witnessed = 0;
  std::string out;
};

struct VerifyOptions {
  std::string file;
  std::string trust;
  std::string save_trust;
  std::vector<std::string> witnesses;
  std::size_t witnesses_min = 0;
  std::uint64_t max_age_hours = 0;
};

// "cert/epa/smartway/SW-1" -> "cert_epa_smartway_SW-1.greenproof"
std::string file_name_of(std::string subject) {
  for (char& c : subject) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '.' || c == '-';
    if (!plain) c = '_';
  }
  return subject.substr(0, 200) + ".greenproof";
}

Result<NodePath> path_of(const GetOptions& options) {
  const int asked = (options.absent ? 1 : 0) + (options.green ? 1 : 0) +
                    (options.day.empty() ? 0 : 1) + (options.place == 0 ? 0 : 1);
  if (asked > 1 || (!options.height.empty() && options.day.empty())) {
    return usage_error("Only one of --place, --at, --green and --absent can be asked.",
                       "--as-of-height goes with --at.");
  }
  NodePath path("/v1/proofs");
  path.add("subject", options.subject).add("at", options.day);
  path.add("place", options.place == 0 ? "" : std::to_string(options.place));
  path.add("absent", options.absent ? "true" : "");
  path.add("green", options.green ? "true" : "");
  path.add("witnesses", options.witnessed == 0 ? "" : std::to_string(options.witnessed));
  if (!options.trust.empty()) {
    const Result<ledger::TrustPoint> trust = read_trust(options.trust);
    if (!trust) return Unexpected{trust.error()};
    path.add("from_epoch", std::to_string(trust->epoch.scope.epoch));
    path.add("from_size", std::to_string(trust->head.size));
  }
  return add_height(path, options.height);
}

// Entries under the newest checkpoint; 0: there is none that can be read.
std::uint64_t signed_size(const NodeReader& node) {
  const Result<crypto::Bytes> text = node.find_bytes(NodePath("/tlog/checkpoint"));
  const auto note = ledger::parse_note(text ? *text : crypto::Bytes());
  const auto checkpoint = ledger::parse_checkpoint(note ? note->text : "");
  return checkpoint ? checkpoint->head.size : 0;
}

// What was recorded a moment ago is signed within a second or two: whoever asks means the ledger of
// now. Where that does not come, the proof says of which height it is.
void await_checkpoint(Session& session, const NodeReader& node) {
  const Result<Json> status = node.find(NodePath("/v1/status"));
  if (!status) return;
  const auto size = status->value("tree_size", std::uint64_t{0});
  for (int tries = 0; signed_size(node) < size; ++tries) {
    if (tries == kCheckpointTries) {
      session.output.warn("The validators have not signed the newest records yet.");
      return;
    }
    std::this_thread::sleep_for(kCheckpointPause);
  }
}

ExitCode get(Session& session, const GetOptions& options) {
  const Result<NodePath> path = path_of(options);
  if (!path) return session.output.fail(path.error());
  const NodeReader node(session);
  await_checkpoint(session, node);
  const Result<crypto::Bytes> file = node.find_bytes(*path);
  if (!file) return session.output.fail(file.error());
  const std::string out = options.out.empty() ? file_name_of(options.subject) : options.out;
  if (auto written = write_file(out, *file, Existing::replaced); !written) {
    return session.output.fail(written.error());
  }
  session.output.show("proof-file", {{"file", "file"}, {"bytes", "bytes"}},
                      {{"file", out}, {"bytes", file->size()}});
  session.output.next("greenledger proof verify " + shell_word(out));
  return ExitCode::done;
}

// ---- verify ----

Result<ledger::Auditor> auditor_of(const Session& session, const VerifyOptions& options) {
  Result<ledger::Genesis> genesis = read_genesis(session.settings.genesis_path());
  if (!genesis) return Unexpected{genesis.error()};
  ledger::Auditor auditor{*std::move(genesis), std::nullopt, {}, options.witnesses_min, 0};
  if (!options.trust.empty()) {
    Result<ledger::TrustPoint> trust = read_trust(options.trust);
    if (!trust) return Unexpected{trust.error()};
    if (trust->epoch.scope.network_id != auditor.genesis.network_id) {
      return usage_error(options.trust + " is of another network than the genesis file.",
                         "Name what `proof verify --save-trust` kept of this network.");
    }
    auditor.trust = *std::move(trust);
  }
  for (const std::string& text : options.witnesses) {
    auto key = ledger::parse_vkey(text);
    if (!key) return usage_error(key.error().message, key.error().hint);
    auditor.witnesses.push_back(*std::move(key));
  }
  if (options.max_age_hours != 0) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto seconds =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
    auditor.signed_since_s = seconds - std::min(seconds, options.max_age_hours * 3600);
  }
  return auditor;
}

void print_sentence(Session& session, Style style, const std::string& sentence) {
  for (const std::string& line : wrapped(printable(sentence), session.output.width_or(kUnfolded))) {
    session.output.text(session.output.styled(style, line) + "\n");
  }
}

void print_verdict(Session& session, const ledger::ProofVerdict& verdict, const Json& document) {
  Output& output = session.output;
  output.text(output.styled(style_of(verdict.verdict), ledger::verdict_name(verdict.verdict)) +
              "\n");
  if (verdict.question) print_sentence(session, Style::plain, document["question"]);
  print_sentence(session, Style::bold, document["answer"]);
  if (verdict.verdict != ledger::Verdict::valid) return;
  if (!verdict.records.empty()) {
    output.text("\n");
    output.list("proof-records",
                {{"place", "PLACE", true},
                 {"kind", "KIND"},
                 {"signed_by", "SIGNED BY"},
                 {"height", "HEIGHT", true},
                 {"time", "TIME"}},
                document["records"]);
  }
  const Json& head = document["head"];
  output.text("\n");
  print_sentence(session, Style::faint,
                 "Under height " + head["height"].dump() + " of " +
                     head["time"].get<std::string>() + ", " + head["tree_size"].dump() +
                     " entries, signed by " + std::to_string(head["cosigners"].size()) + " of " +
                     head["validators"].dump() + " validators and " +
                     std::to_string(head["witnesses"].size()) + " trusted witnesses until " +
                     head["signed_at"].get<std::string>() + ".");
}

ExitCode verify(Session& session, const VerifyOptions& options) {
  const Result<std::string> file = read_input(options.file);
  if (!file) return session.output.fail(file.error());
  const Result<ledger::Auditor> auditor = auditor_of(session, options);
  if (!auditor) return session.output.fail(auditor.error());
  const ledger::ProofVerdict verdict = ledger::verify_bundle(*file, *auditor);
  const Json document = verdict_document(verdict);
  if (session.output.format() == Format::table) {
    print_verdict(session, verdict, document);
  } else {
    session.output.show("proof-verdict", {{"verdict", "verdict"}, {"answer", "answer"}}, document);
  }
  for (const std::string& warning : verdict.warnings) session.output.warn(warning);
  if (verdict.verdict == ledger::Verdict::valid && !options.save_trust.empty()) {
    const std::string trust = write_trust(verdict.head->trust);
    if (auto written = write_file(options.save_trust, trust, Existing::replaced); !written) {
      return session.output.fail(written.error());
    }
  }
  return exit_of(verdict.verdict);
}

ExitCode show(Session& session, const std::string& path) {
  const Result<std::string> file = read_input(path);
  if (!file) return session.output.fail(file.error());
  const auto bundle = ledger::decode_bundle(*file);
  if (!bundle) {
    const crypto::Reject& fault = bundle.error();
    return session.output.fail(
        Error{std::string(error_code::kInput), path + ": " + fault.message, fault.hint});
  }
  session.output.show("proof",
                      {{"question", "question"},
                       {"network_id", "network"},
                       {"begins", "begins"},
                       {"links", "links"},
                       {"entries", "entries"},
                       {"values", "values"},
                       {"bytes", "bytes"}},
                      bundle_document(*bundle, file->size()));
  session.output.next("greenledger proof verify " + shell_word(path));
  return ExitCode::done;
}

// ---- the tree ----

void add_get(Cli& cli, CLI::App& noun) {
  const auto options = std::make_shared<GetOptions>();
  CLI::App& verb = cli.add_verb(
      noun,
      {"get",
       "Get a file, named after SUBJECT, that proves an answer to whoever holds the genesis file",
       {"greenledger proof get cert/epa/smartway/SW-1",
        "greenledger proof get cert/epa/smartway/SW-1 --at 2018-05-01 --as-of-height 12",
        "greenledger proof get purchase/shop/till/D1/1 --place 1 --out purchase.greenproof",
        "greenledger proof get purchase/shop/till/D1/1 --green",
        "greenledger proof get gtin/04012345678901 --absent"}},
      [options](Session& session) { return get(session, *options); });
  verb.add_option("SUBJECT", options->subject,
                  "whose complete history is proved; with --absent any key of the state")
      ->required()
      ->type_name("");
  verb.add_option("--place", options->place, "prove this record of it alone")->type_name("");
  add_day_flag(verb, options->day);
  add_height_flag(verb, options->height);
  verb.add_flag("--green", options->green, "prove whether this purchase counts as green, and why");
  verb.add_flag("--absent", options->absent, "prove that there is nothing");
  verb.add_option("--trust", options->trust, kTrustMeaning)->type_name("");
  verb.add_option("--witnessed", options->witnessed,
                  "under a head that so many outside witnesses have signed")
      ->type_name("");
  verb.add_option("--out", options->out, "file to write")->type_name("");
}

void add_verify(Cli& cli, CLI::App& noun) {
  const auto options = std::make_shared<VerifyOptions>();
  CLI::App& verb = cli.add_verb(
      noun,
      {"verify",
       "Say whether a proof is VALID, INVALID, or COULD NOT DECIDE; asks no node",
       {"greenledger proof verify cert_epa_smartway_SW-1.greenproof",
        "greenledger proof verify it.greenproof --genesis genesis.json --save-trust trust.json",
        "greenledger proof verify it.greenproof --trust trust.json --max-age 24"}},
      [options](Session& session) { return verify(session, *options); });
  verb.add_option("FILE", options->file, "the proof")->required()->type_name("");
  verb.add_option("--trust", options->trust, kTrustMeaning)->type_name("");
  verb.add_option("--save-trust", options->save_trust, kSaveTrustMeaning)->type_name("");
  verb.add_option("--witness", options->witnesses, "verifier key of a trusted outside witness")
      ->type_name("");
  verb.add_option("--witnesses-min", options->witnesses_min, "so many of them must have signed")
      ->type_name("");
  verb.add_option("--max-age", options->max_age_hours,
                  "hours since the head was signed, at most; by default no limit")
      ->type_name("");
}

}  // namespace

void add_proof(Cli& cli) {
  CLI::App& noun = cli.add_noun(
      {"proof", "Proofs of answers, verified offline", {"greenledger proof get org/epa"}});
  add_get(cli, noun);
  add_verify(cli, noun);
  add_export(cli, noun);
  const auto file = std::make_shared<std::string>();
  CLI::App& verb = cli.add_verb(noun,
                                {"show",
                                 "Say what a proof holds, without a verdict",
                                 {"greenledger proof show cert_epa_smartway_SW-1.greenproof"}},
                                [file](Session& session) { return show(session, *file); });
  verb.add_option("FILE", *file, "the proof")->required()->type_name("");
}

}  // namespace tools

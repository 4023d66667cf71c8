// greenledger audit: a whole ledger, executed again from the genesis file alone.
#include <chrono>
#include <ctime>
#include <filesystem>

#include "ledger/records/date.h"
#include "tools/audit/codes.h"
#include "tools/audit/open_source.h"
#include "tools/audit/statement.h"
#include "tools/cli/audit_sample.h"
#include "tools/cli/build_version.h"
#include "tools/cli/error_codes.h"
#include "tools/cli/ledger_copy.h"
#include "tools/cli/nouns.h"
#include "tools/cli/progress.h"
#include "tools/cli/record_json.h"
#include "tools/cli/text_cells.h"
#include "tools/cli/trust_file.h"
#include "tools/cli/verdict.h"

namespace tools {
namespace {

namespace fs = std::filesystem;
using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

struct Options {
  std::string source;
  std::string work;
  std::string trust;
  std::string save_trust;
  std::string compare;
  std::string statement;
  std::string check;
  unsigned threads = 0;
  std::uint64_t sample = 0;  // 0: the whole ledger
  std::string seed;
};

// The sentence behind the verdict.
std::string sentence_of(const AuditReport& report) {
  if (!report.fault) {
    return "All " + grouped(report.counts.entries) + " entries follow the rules, up to height " +
           std::to_string(report.tip.seal.height) + ", signed by " +
           std::to_string(report.cosigners.size()) + " of " + std::to_string(report.validators) +
           " validators.";
  }
  const AuditFault& fault = *report.fault;
  std::string where;
  if (fault.index) where += "Entry " + std::to_string(*fault.index);
  if (fault.height) {
    where += (where.empty() ? "Height " : ", height ") + std::to_string(*fault.height);
  }
  return (where.empty() ? "" : where + ": ") + fault.message + " (" + fault.code + ")";
}

void print(Session& session, const AuditReport& report, const Json& document) {
  Output& output = session.output;
  const auto verdict = std::string(ledger::verdict_name(report.verdict));
  if (output.format() != Format::table) {
    output.show("audit", {{"verdict", "verdict"}, {"tree_size", "entries"}}, document);
    return;
  }
  output.text(output.styled(style_of(report.verdict), verdict) + "\n" +
              printable(sentence_of(report)) + "\n");
  if (report.fault) output.text(report.fault->hint + "\n");
  output.text("\n");
  output.show("audit",
              {{"network_id", "network"},
               {"height", report.fault ? "good until height" : "height"},
               {"tree_size", "entries"},
               {"tree_root", "tree root"},
               {"state_root", "state root"},
               {"blocks", "blocks"},
               {"records", "records"},
               {"submissions", "signatures of submissions"},
               {"epochs", "epochs"},
               {"certificates", "certificates of blocks"},
               {"seconds", "seconds"}},
              document);
}

// A ledger of its own for each network and source, so that an audit that was stopped goes on.
Result<std::string> work_folder(const Session& session, const Options& options,
                                const ledger::Genesis& genesis) {
  fs::path path = options.work;
  if (path.empty()) {
    const std::string place = source_place(session, options.source);
    path =
        session.settings.home() / "audit" /
        (genesis.network_id.hex().substr(0, 16) + "-" + crypto::sha256(place).hex().substr(0, 8));
  }
  std::error_code error;
  fs::create_directories(path.parent_path().empty() ? "." : path.parent_path(), error);
  if (!error) return path.string();
  return Unexpected{Error{std::string(error_code::kWrite),
                          path.string() + " cannot be made: " + error.message() + ".",
                          "Name a folder in which you may write with --work."}};
}

Result<void> compare(Session& session, const Options& options, const LedgerSource& source,
                     AuditFacts& facts, AuditReport& report) {
  if (options.compare.empty()) return {};
  const auto other = open_source(options.compare, facts.genesis, session.node_access.get);
  if (!other) return Unexpected{other.error()};
  auto comparison = compare_ledgers(source, *other);
  if (!comparison) return Unexpected{comparison.error()};
  facts.compared = options.compare;
  facts.comparison = *std::move(comparison);
  if (!facts.comparison->first_difference || report.fault) return {};
  report.verdict = ledger::Verdict::invalid;
  report.fault = fault_of(kAuditFork,
                          source.name + " has " + facts.comparison->entry_a + ", " +
                              options.compare + " has " + facts.comparison->entry_b + ".",
                          *facts.comparison->first_difference, std::nullopt);
  return {};
}

Result<void> write_statement(Session& session, const std::string& path, const Json& document) {
  const auto key = session.signing_key();
  if (!key) return Unexpected{key.error()};
  fs::path page = path;
  page.replace_extension(".html");
  if (page == fs::path(path)) {
    return usage_error("The statement is a JSON file; the page beside it ends with .html.",
                       "Name it statement.json, say.");
  }
  auto written = write_file(path, sign_statement(document, *key), Existing::replaced);
  if (!written) return written;
  return write_file(page,
                    statement_page(document, key->public_key(), fs::path(path).filename().string()),
                    Existing::replaced);
}

ExitCode check_statement(Session& session, const std::string& path) {
  const Result<std::string> file = read_input(path);
  if (!file) return session.output.fail(file.error());
  const auto read = read_statement(*file);
  Json document = {{"verdict", read ? "VALID" : "INVALID"}};
  if (read) {
    document["key"] = read->key.hex();
    document["statement"] = read->statement;
  } else {
    document["code"] = read.error().code.name;
  }
  if (session.output.format() != Format::table) {
    session.output.show("audit-check", {{"verdict", "verdict"}, {"key", "key"}}, document);
  } else if (read) {
    session.output.text(
        session.output.styled(Style::good, "VALID") + "\nThe key " + read->key.hex() +
        " signed that the ledger is " + read->statement.value("verdict", "") + " up to entry " +
        std::to_string(read->statement.value("tree_size", std::uint64_t{0})) + ".\n");
  } else {
    session.output.text(session.output.styled(Style::bad, "INVALID") + "\n" + read.error().message +
                        " (" + std::string(read.error().code.name) + ")\n");
  }
  return read ? ExitCode::done : ExitCode::invalid;
}

Result<AuditReport> replay(Session& session, const Options& options, const LedgerSource& source,
                           const ledger::Genesis& genesis) {
  AuditOptions audit;
  const auto work = work_folder(session, options, genesis);
  if (!work) return Unexpected{work.error()};
  audit.work = *work;
  audit.threads = options.threads;
  if (!options.trust.empty()) {
    auto trust = read_trust(options.trust);
    if (!trust) return Unexpected{trust.error()};
    audit.trust = *std::move(trust);
  }
  CountReport progress(session.output, "audited", "entries");
  audit.progress = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); };
  auto report = audit_ledger(source, genesis, audit);
  progress.finish();
  if (!report) return report;
  if (report->entries_before > 0) {
    session.output.say("Went on behind entry " + grouped(report->entries_before) +
                       ", which an earlier run had reached.");
  }
  // What stays open may be decided when it is run again, and then goes on.
  std::error_code ignored;
  if (report->verdict != ledger::Verdict::undecided) fs::remove_all(*work, ignored);
  return report;
}

ExitCode audit(Session& session, const Options& options) {
  if (!options.check.empty()) return check_statement(session, options.check);
  const auto started = std::chrono::steady_clock::now();
  Result<ledger::Genesis> genesis = read_genesis(session.settings.genesis_path());
  if (!genesis) return session.output.fail(genesis.error());
  const std::string place = source_place(session, options.source);
  const auto source = open_source(place, *genesis, session.node_access.get);
  if (!source) return session.output.fail(source.error());
  if (options.sample > 0) {
    return show_sample(session, *source, *genesis, options.sample, options.seed);
  }
  auto report = replay(session, options, *source, *genesis);
  if (!report) return session.output.fail(report.error());
  AuditFacts facts{place, *std::move(genesis), "greenledger " + std::string(kBuildVersion), "", 0,
                   "",    std::nullopt};
  if (auto compared = compare(session, options, *source, facts, *report); !compared) {
    return session.output.fail(compared.error());
  }
  facts.finished_at = ledger::second_text(static_cast<std::uint64_t>(std::time(nullptr)) * 1000);
  facts.seconds = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started)
          .count());
  const Json document = audit_document(*report, facts);
  if (!options.statement.empty()) {
    auto written = write_statement(session, options.statement, document);
    if (!written) return session.output.fail(written.error());
  }
  if (report->head && !report->fault && !options.save_trust.empty()) {
    auto written = write_file(options.save_trust, write_trust(*report->head), Existing::replaced);
    if (!written) return session.output.fail(written.error());
  }
  print(session, *report, document);
  if (facts.comparison && !report->fault) {
    session.output.say(place + " has " + grouped(facts.comparison->size_a) + " entries, " +
                       options.compare + " has " + grouped(facts.comparison->size_b) +
                       "; the shorter one is the beginning of the other.");
  }
  return exit_of(report->verdict);
}

}  // namespace

void add_audit(Cli& cli) {
  const auto options = std::make_shared<Options>();
  CLI::App& verb = cli.add_lone_verb(
      {"audit",
       "Execute a whole ledger again: VALID, INVALID with the first wrong entry, or COULD NOT "
       "DECIDE",
       {"greenledger audit --node https://node.example --genesis genesis.json",
        "greenledger audit /srv/www/log --compare https://node.example --save-trust trust.json",
        "greenledger audit ledger.greenarchive --statement audit.json --key auditor",
        "greenledger audit https://node.example --sample 300 --seed 2026",
        "greenledger audit --check-statement audit.json"}},
      [options](Session& session) { return audit(session, *options); });
  verb.add_option("SOURCE", options->source, std::string(kSourceMeaning))->type_name("");
  verb.add_option("--compare", options->compare, "another such place: find the first difference")
      ->type_name("");
  verb.add_option("--statement", options->statement,
                  "write the verdict here, signed with --key, and a page beside it")
      ->type_name("");
  verb.add_option("--check-statement", options->check, "verify such a statement, and audit nothing")
      ->type_name("");
  verb.add_option("--trust", options->trust, kTrustMeaning)->type_name("");
  verb.add_option("--save-trust", options->save_trust, kSaveTrustMeaning)->type_name("");
  verb.add_option("--work", options->work,
                  "folder for the state that is computed; else below --home")
      ->type_name("");
  verb.add_option("--sample", options->sample,
                  "only so many random purchases, each with its proof, and what they say of all")
      ->type_name("");
  verb.add_option("--seed", options->seed, "draw the sample that another auditor drew")
      ->type_name("");
  verb.add_option("--threads", options->threads, "cores that prepare blocks; else all")
      ->type_name("");
}

}  // namespace tools

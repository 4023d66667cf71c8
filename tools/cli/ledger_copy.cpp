// greenledger ledger export and import: copies of a whole ledger.
#include "tools/cli/ledger_copy.h"

#include <chrono>

#include "tools/audit/node_copy.h"
#include "tools/audit/open_source.h"
#include "tools/audit/tile_folder.h"
#include "tools/cli/error_codes.h"
#include "tools/cli/progress.h"
#include "tools/cli/text_cells.h"
#include "tools/cli/trust_file.h"

namespace tools {
namespace {

using crypto::Result;

struct ExportOptions {
  std::string source;  // empty: the node that the settings name
  std::string tiles;
  std::string archive;
};

Json report_json(const CopyReport& report, const std::string& out) {
  return {{"out", out},
          {"tree_size", report.entries},
          {"tree_root", report.checkpoint.head.root.hex()},
          {"entries_before", report.entries_before},
          {"certificates", report.certificates},
          {"bytes", report.bytes}};
}

ExitCode export_ledger(Session& session, const ExportOptions& options) {
  if (options.tiles.empty() == options.archive.empty()) {
    return session.output.fail(
        usage_error("One of --tiles and --archive says what the copy is to be.",
                    "--tiles FOLDER is for web servers, --archive FILE for keeping and sending.")
            .error);
  }
  const Result<ledger::Genesis> genesis = read_genesis(session.settings.genesis_path());
  if (!genesis) return session.output.fail(genesis.error());
  const Result<LedgerSource> source =
      open_source(source_place(session, options.source), *genesis, session.node_access.get);
  if (!source) return session.output.fail(source.error());
  const bool as_tiles = !options.tiles.empty();
  const std::string& out = as_tiles ? options.tiles : options.archive;
  CountReport progress(session.output, "copied", "entries");
  const auto show = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); };
  const Result<CopyReport> report = as_tiles ? export_tiles(*source, *genesis, out, show)
                                             : export_archive(*source, *genesis, out, show);
  progress.finish();
  if (!report) return session.output.fail(report.error());
  session.output.show("ledger-export",
                      {{"out", as_tiles ? "folder" : "file"},
                       {"tree_size", "entries"},
                       {"tree_root", "tree root"},
                       {"entries_before", "of them copied before"},
                       {"bytes", "bytes"}},
                      report_json(*report, out));
  return ExitCode::done;
}

struct ImportOptions {
  std::string source;
  std::string to;
};

ExitCode import_ledger_to(Session& session, const ImportOptions& options) {
  const Result<ledger::Genesis> genesis = read_genesis(session.settings.genesis_path());
  if (!genesis) return session.output.fail(genesis.error());
  const Result<LedgerSource> source =
      open_source(options.source, *genesis, session.node_access.get);
  if (!source) return session.output.fail(source.error());
  CountReport progress(session.output, "verified", "entries");
  AuditOptions audit;
  audit.progress = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); };
  const Result<AuditReport> report = import_ledger(*source, *genesis, options.to, audit);
  progress.finish();
  if (!report) return session.output.fail(report.error());
  if (report->fault) {
    const AuditFault& fault = *report->fault;
    const std::string where =
        fault.index ? "Entry " + std::to_string(*fault.index) + ": " : std::string();
    session.output.fail(crypto::Error{fault.code, where + fault.message, fault.hint});
    return fault.open ? ExitCode::undecided : ExitCode::invalid;
  }
  session.output.show("ledger-import",
                      {{"folder", "folder"},
                       {"height", "height"},
                       {"records", "records"},
                       {"entries_before", "entries verified before"}},
                      {{"folder", options.to},
                       {"height", report->kept_height},
                       {"records", report->counts.records},
                       {"entries_before", report->entries_before}});
  session.output.next("greenledgerd restore --from " + shell_word(options.to) + " --home HOME");
  return ExitCode::done;
}

void add_import_of_ledgers(Cli& cli, CLI::App& noun) {
  const auto options = std::make_shared<ImportOptions>();
  CLI::App& verb =
      cli.add_verb(noun,
                   {"import",
                    "Verify a whole ledger, and write it as a backup from which a node can start",
                    {"greenledger ledger import ledger-2026.greenarchive --to backup "
                     "--genesis genesis.json"}},
                   [options](Session& session) { return import_ledger_to(session, *options); });
  verb.add_option("SOURCE", options->source, std::string(kSourceMeaning))
      ->required()
      ->type_name("");
  verb.add_option("--to", options->to, "folder to make, or to go on with")
      ->required()
      ->type_name("");
}

}  // namespace

std::string source_place(const Session& session, const std::string& named) {
  return named.empty() ? session.settings.value("node") : named;
}

void add_ledger_copies(Cli& cli, CLI::App& noun) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App& verb =
      cli.add_verb(noun,
                   {"export",
                    "Copy a whole ledger, as files that any web server serves or as one file",
                    {"greenledger ledger export --tiles /srv/www/log",
                     "greenledger ledger export /srv/node --archive ledger-2026.greenarchive"}},
                   [options](Session& session) { return export_ledger(session, *options); });
  verb.add_option("SOURCE", options->source, std::string(kSourceMeaning))->type_name("");
  verb.add_option("--tiles", options->tiles, "folder to write tiles to (C2SP tlog-tiles)")
      ->type_name("");
  verb.add_option("--archive", options->archive, "compressed file to write")->type_name("");
  add_import_of_ledgers(cli, noun);
}

}  // namespace tools

// greenledger ledger export: copies of a whole ledger.
#include "tools/cli/ledger_copy.h"

#include <chrono>

#include "tools/audit/open_source.h"
#include "tools/audit/tile_folder.h"
#include "tools/cli/error_codes.h"
#include "tools/cli/genesis_file.h"
#include "tools/cli/progress.h"
#include "tools/cli/text_cells.h"

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
  const Result<ledger::Genesis> genesis = genesis_of(session);
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
}

}  // namespace tools

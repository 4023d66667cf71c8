// greenledger cert import, purchase import and import: files become records. What a file says is
// read by tools/import; here it is signed, sent, counted and told.
#include <google/protobuf/descriptor.h>

#include <chrono>
#include <set>

#include "ledger/records/rules.h"
#include "tools/cli/error_codes.h"
#include "tools/cli/import_run.h"
#include "tools/cli/nouns.h"
#include "tools/cli/progress.h"
#include "tools/cli/text_cells.h"
#include "tools/cli/writing.h"
#include "tools/import/ready_mappings.h"

namespace tools {
namespace {

// Faults that a dry run prints; the counts by code tell the rest.
constexpr int kFaultsShown = 10;

struct FileOptions {
  std::string file;
  std::string map;
  std::vector<std::string> set;  // name=value
  std::string dry_run;           // "", "local" or "ledger"
  std::size_t batch = kBatchRecords;
  std::size_t connections = PipelineOptions().connections;
  std::optional<std::uint64_t> errors_max;
};

std::uint64_t steady_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

// The mapping with the parameters of --set; the organisation that acts is the certifier or recorder
// unless --set says otherwise, because only the owner of a subject may write into it.
Result<Mapping> read_mapping_for(const Session& session, const FileOptions& options) {
  std::map<std::string, std::string> parameters;
  for (const std::string& word : options.set) {
    const std::size_t sign = word.find('=');
    if (sign == std::string::npos || sign == 0) {
      return usage_error("\"" + word + "\" is no parameter.",
                         "Write --set name=value, such as --set certifier=my-body.");
    }
    parameters[word.substr(0, sign)] = word.substr(sign + 1);
  }
  Result<Mapping> mapping = read_mapping_named(options.map, parameters);
  const std::string& organisation = session.settings.value("org");
  if (!mapping || organisation.empty()) return mapping;
  bool changed = false;
  for (const char* name : {"certifier", "recorder"}) {
    if (!mapping->parameters.contains(name) || parameters.contains(name)) continue;
    parameters[name] = organisation;
    changed = true;
  }
  return changed ? read_mapping_named(options.map, parameters) : std::move(mapping);
}

// That the mapping makes what the command is for.
Result<void> check_kinds(const Mapping& mapping, ImportOf what) {
  const std::set<std::string> certifications = {"certification", "certification_status",
                                                "assessment"};
  const std::set<std::string> purchases = {"purchase", "purchase_correction", "purchase_return"};
  const auto& allowed = what == ImportOf::certifications ? certifications : purchases;
  for (const RecordRule& rule : mapping.records) {
    if (allowed.contains(rule.kind->name())) continue;
    return usage_error("The mapping \"" + mapping.title + "\" makes records of the kind " +
                           rule.kind->name() + ".",
                       what == ImportOf::certifications
                           ? "Purchases go to `greenledger purchase import`."
                           : "Certifications go to `greenledger cert import`.");
  }
  return {};
}

std::string counts_text(const Notes& counts) {
  std::string text;
  for (const auto& [name, count] : counts) {
    text += (text.empty() ? "" : ", ") + name + " " + grouped(count);
  }
  return text;
}

void add_counts(Json& document, const ImportCounts& counts) {
  document["recorded"] = counts.recorded;
  document["already_recorded"] = counts.already;
  document["rejected"] = counts.rejected;
  document["skipped"] = counts.skipped;
  document["rejected_by_code"] = counts.codes;
  document["skipped_by_reason"] = counts.skips;
}

// What programs see.
Json document_of(const Importer& importer, const FileOptions& options, std::uint64_t elapsed_ms) {
  const ImportProgress progress = importer.progress();
  const ImportCounts& counts = progress.settled;
  const std::uint64_t rate = progress.rate(elapsed_ms, importer.resumed_through());
  Json document = {{"file", options.file},
                   {"mapping", importer.mapping().title},
                   {"encoding", encoding_name(importer.facts().encoding)},
                   {"bytes", importer.facts().bytes},
                   {"input_sha256", importer.facts().sha256},
                   {"mapping_sha256", importer.mapping().text_sha256},
                   {"dry_run", options.dry_run.empty() ? Json() : Json(options.dry_run)},
                   {"rows", counts.through},
                   {"resumed_after", importer.resumed_through()}};
  add_counts(document, counts);
  document["left_out"] = importer.notes();
  const bool has_rejects = counts.rejected > 0 && options.dry_run.empty();
  document["rejects_file"] = has_rejects ? Json(importer.rejects_file()) : Json();
  document["elapsed_ms"] = elapsed_ms;
  document["rows_per_second"] = rate;
  return document;
}

// What people see: lines of a few words, without what did not happen.
Json summary_of(const Importer& importer, const FileOptions& options, std::uint64_t elapsed_ms) {
  const ImportProgress progress = importer.progress();
  const ImportCounts& counts = progress.settled;
  const bool dry = !options.dry_run.empty();
  Json table;
  table["read"] = grouped(counts.through) + " rows, " +
                  std::string(encoding_name(importer.facts().encoding)) + ", " +
                  grouped(importer.facts().bytes) + " bytes";
  if (importer.resumed_through() > 0) {
    table["resumed"] = "after row " + grouped(importer.resumed_through());
  }
  table["done"] = grouped(counts.recorded);
  table["already"] = grouped(counts.already);
  table["rejected"] =
      grouped(counts.rejected) +
      (counts.rejected > 0 ? " (" + counts_text(counts.codes) + ")" : std::string()) +
      (counts.rejected > 0 && !dry ? " -> " + importer.rejects_file() : std::string());
  if (counts.skipped > 0) table["skipped"] = counts_text(counts.skips);
  if (!importer.notes().empty()) table["left_out"] = counts_text(importer.notes());
  table["time"] = grouped(elapsed_ms) + " ms, " +
                  grouped(progress.rate(elapsed_ms, importer.resumed_through())) + " rows/s";
  return table;
}

void show_counts(Session& session, const Importer& importer, const FileOptions& options,
                 std::uint64_t elapsed_ms) {
  if (session.output.format() != Format::table) {
    std::vector<Column> columns;
    for (const char* name : {"file", "rows", "recorded", "already_recorded", "rejected", "skipped",
                             "rejects_file", "elapsed_ms"}) {
      columns.push_back({name, ""});
    }
    session.output.show("import", columns, document_of(importer, options, elapsed_ms));
    return;
  }
  session.output.show("import",
                      {{"read", "read"},
                       {"resumed", "resumed"},
                       {"done", options.dry_run.empty() ? "recorded" : "valid"},
                       {"already", "already there"},
                       {"rejected", "rejected"},
                       {"skipped", "skipped"},
                       {"left_out", "left out of records"},
                       {"time", "time"}},
                      summary_of(importer, options, elapsed_ms));
}

ExitCode end_with(Session& session, const Importer& importer, const FileOptions& options,
                  std::uint64_t elapsed_ms) {
  show_counts(session, importer, options, elapsed_ms);
  if (importer.progress().settled.rejected == 0) return ExitCode::done;
  if (options.dry_run.empty()) {
    std::string command = "mend the rows, then: greenledger import retry " +
                          shell_word(importer.rejects_file()) + " --map " + shell_word(options.map);
    for (const std::string& word : options.set) command += " --set " + shell_word(word);
    if (session.settings.get("org").origin == "flag") {
      command += " --org " + session.settings.value("org");
    }
    session.output.next(command);
  }
  return ExitCode::some_rejected;
}

ExitCode check_file(Session& session, Importer importer, const FileOptions& options) {
  const std::uint64_t start_ms = steady_ms();
  int shown = 0;
  const Result<void> done = check_import(importer, [&](const RejectedRow& row) {
    if (++shown > kFaultsShown) return;
    const Reject& fault = row.faults.front();
    session.output.say("row " + grouped(row.number) + ": " +
                       (fault.field.empty() ? "" : fault.field + ": ") + fault.message + " [" +
                       std::string(fault.code.name) + "]");
  });
  if (!done) return session.output.fail(done.error());
  return end_with(session, importer, options, steady_ms() - start_ms);
}

ExitCode send_file(Session& session, Importer importer, const FileOptions& options) {
  WriteFlags flags;
  flags.dry_run = options.dry_run;
  const auto submitter = make_submitter(session, flags, "operation");
  if (!submitter) return session.output.fail(submitter.error());
  if (importer.resumed_through() > 0) {
    session.output.say("going on after row " + grouped(importer.resumed_through()) +
                       ", where an earlier run stopped");
  }
  ProgressReport report(session.output, steady_ms, importer.resumed_through());
  ImportRunOptions run;
  run.pipeline.connections = options.connections;
  run.rejected_max = options.errors_max;
  run.on_progress = [&report](const ImportProgress& progress) { report.update(progress); };
  const Result<ImportEnd> end = run_import(importer, **submitter, run);
  report.finish();
  if (!end) {
    session.output.next("run the same command again; it goes on after row " +
                        grouped(importer.progress().settled.through));
    return session.output.fail(end.error());
  }
  if (*end == ImportEnd::too_many_rejected) {
    session.output.warn("Stopped: more than " + grouped(*options.errors_max) +
                        " rows were rejected. Running the command again goes on.");
  }
  return end_with(session, importer, options, report.elapsed_ms());
}

ExitCode import_file(Session& session, const FileOptions& options, std::optional<ImportOf> what) {
  const bool local = options.dry_run == "local";
  Result<Mapping> mapping = read_mapping_for(session, options);
  if (!mapping) return session.output.fail(mapping.error());
  if (what) {
    if (Result<void> fits = check_kinds(*mapping, *what); !fits) {
      return session.output.fail(fits.error());
    }
  }
  ImportOptions import;
  import.input = options.file;
  import.check = ledger::check;
  import.batch_records = options.batch;
  if (!what) {
    const std::optional<std::string> first = retried_path(options.file);
    if (!first) {
      return session.output.fail(
          usage_error("\"" + options.file + "\" is not named as a rejects file.",
                      "Rejects files are named FILE.rejects.csv and lie beside FILE.csv.")
              .error);
    }
    import.retry_of = *first;
  }
  if (!local) {
    // Before the file is read: what is wrong with the command line is told first.
    const Result<std::string> organisation = session.organisation();
    if (!organisation) return session.output.fail(organisation.error());
    const Result<crypto::Hash> network = read_network_id(session);
    if (!network) return session.output.fail(network.error());
    import.network = network->hex();
  }
  if (options.dry_run.empty()) {
    import.journal = journal_path(options.file);
    import.rejects = rejects_path(options.file);
  }
  Result<Importer> importer = Importer::open(std::move(*mapping), std::move(import));
  if (!importer) return session.output.fail(importer.error());
  if (local) return check_file(session, std::move(*importer), options);
  return send_file(session, std::move(*importer), options);
}

void add_file_options(CLI::App& verb, FileOptions& options) {
  verb.add_option("FILE", options.file, "CSV file")->required()->type_name("");
  verb.add_option("--map", options.map, "ready mapping, or path of a mapping file")
      ->required()
      ->type_name("MAP");
  verb.add_option("--set", options.set, "parameter of the mapping; may be given again")
      ->type_name("NAME=VALUE");
  add_dry_run_flag(verb, options.dry_run);
  verb.add_option("--batch", options.batch, "records in a submission")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->type_name("COUNT");
  verb.add_option("--connections", options.connections, "submissions under way at once")
      ->check(CLI::Range(1, 64))
      ->capture_default_str()
      ->type_name("COUNT");
  verb.add_option("--max-errors", options.errors_max, "stop when more rows are rejected")
      ->type_name("COUNT");
}

// ---- import status and import map ------------------------------------------------------------

ExitCode show_status(Session& session, const std::string& file) {
  const Result<std::optional<JournalState>> state = read_journal(journal_path(file));
  if (!state) return session.output.fail(state.error());
  if (!state->has_value()) {
    return session.output.fail(Error{std::string(error_code::kNotFound),
                                     "There is no journal of an import of " + file + ".",
                                     "An import writes " + journal_path(file) + "."});
  }
  const ImportCounts& counts = (*state)->counts;
  Json document = {{"state", counts.finished ? "finished" : "unfinished"},
                   {"rows", counts.through}};
  add_counts(document, counts);
  document["network"] = (*state)->key.network;
  document["input_sha256"] = (*state)->key.input;
  document["mapping_sha256"] = (*state)->key.mapping;
  session.output.show("import-status",
                      {{"state", "state"},
                       {"rows", "rows settled"},
                       {"recorded", "recorded"},
                       {"already_recorded", "already there"},
                       {"rejected", "rejected"},
                       {"skipped", "skipped"},
                       {"network", "network"},
                       {"input_sha256", "input"},
                       {"mapping_sha256", "mapping"}},
                      document);
  return ExitCode::done;
}

ExitCode show_maps(Session& session, const std::string& name) {
  if (!name.empty()) {
    const Result<Bytes> text = mapping_text_named(name);
    if (!text) return session.output.fail(text.error());
    session.output.text(*text);
    return ExitCode::done;
  }
  std::vector<Json> rows;
  for (const ReadyMapping& ready : ready_mappings()) {
    const Result<Mapping> mapping = read_mapping_named(std::string(ready.name), {});
    if (!mapping) return session.output.fail(mapping.error());
    Json parameters = Json::array();
    for (const auto& [parameter, value] : mapping->parameters) {
      parameters.push_back(parameter + "=" + value);
    }
    rows.push_back({{"name", ready.name}, {"title", mapping->title}, {"parameters", parameters}});
  }
  session.output.list("import-maps",
                      {{.key = "name", .title = "NAME", .whole = true}, {"title", "FOR"}}, rows);
  return ExitCode::done;
}

}  // namespace

void add_import_verb(Cli& cli, CLI::App& noun, ImportOf what) {
  auto options = std::make_shared<FileOptions>();
  const bool certifications = what == ImportOf::certifications;
  CLI::App& verb = cli.add_verb(
      noun,
      {"import",
       certifications ? "Record the rows of a register" : "Record the rows of a purchase file",
       certifications
           ? std::vector<std::string>{"greenledger cert import register.csv --map smartway --org "
                                      "us-epa"}
           : std::vector<std::string>{"greenledger purchase import till.csv --map till.toml",
                                      "greenledger purchase import till.csv --map till.toml "
                                      "--dry-run=local"}},
      [options, what](Session& session) { return import_file(session, *options, what); });
  add_file_options(verb, *options);
}

void add_import(Cli& cli) {
  CLI::App& noun = cli.add_noun({"import", "Imports that were begun, and mappings", {}});
  auto retried = std::make_shared<FileOptions>();
  CLI::App& retry = cli.add_verb(
      noun,
      {"retry",
       "Record the mended rows of a rejects file",
       {"greenledger import retry till.rejects.csv --map till.toml"}},
      [retried](Session& session) { return import_file(session, *retried, std::nullopt); });
  add_file_options(retry, *retried);

  auto file = std::make_shared<std::string>();
  CLI::App& status = cli.add_verb(
      noun,
      {"status", "Show how far the import of a file is", {"greenledger import status till.csv"}},
      [file](Session& session) { return show_status(session, *file); });
  status.add_option("FILE", *file, "the file that was imported")->required()->type_name("");

  auto name = std::make_shared<std::string>();
  CLI::App& map =
      cli.add_verb(noun,
                   {"map",
                    "List the ready mappings, or print one to start from",
                    {"greenledger import map", "greenledger import map smartway > mine.toml"}},
                   [name](Session& session) { return show_maps(session, *name); });
  map.add_option("NAME", *name, "a ready mapping")->type_name("");
}

}  // namespace tools

// greenledger scheme: label schemes, who may certify by them and what they cover.
#include "tools/cli/error_codes.h"
#include "tools/cli/nouns.h"
#include "tools/cli/record_json.h"
#include "tools/cli/record_texts.h"
#include "tools/cli/show_flags.h"
#include "tools/cli/text_cells.h"
#include "tools/cli/writing.h"

namespace tools {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

struct AddOptions {
  std::vector<std::string> files;
  std::string proposal;
  WriteFlags write;
};

// A scheme that is there already is written anew, unless it says the very same: then the record is
// the one that the ledger holds.
Result<proto::Record> placed(const Session& session, const WriteFlags& flags,
                             const proto::Record& scheme) {
  proto::Record record = scheme;
  if (flags.dry_run == "local") return record;
  const Result<Json> found = NodeReader(session).find(NodePath("/v1/subjects/" + record.subject()));
  if (!found) {
    if (found.error().code == error_code::kNotFound) return record;
    return Unexpected{found.error()};
  }
  proto::Record newest;
  if (auto read = read_message((*found)["record"]["record"], "The node's record", newest); !read) {
    return Unexpected{read.error()};
  }
  record.set_place(newest.place());
  const bool same = message_json(record)["scheme"] == message_json(newest)["scheme"];
  if (same) return newest;
  record.set_place(newest.place() + 1);
  return record;
}

ExitCode propose(Session& session, const std::vector<proto::Record>& records,
                 const std::string& path) {
  if (records.size() != 1) {
    return session.output.fail(
        Error{std::string(error_code::kUsage),
              "A proposal holds one record, the file has " + std::to_string(records.size()) + ".",
              "Propose the schemes one by one."});
  }
  const Result<crypto::Hash> network = read_network_id(session);
  if (!network) return session.output.fail(network.error());
  const std::string text = write_proposal({*network, records.front()});
  if (auto written = write_file(path, text, Existing::refused); !written) {
    return session.output.fail(written.error());
  }
  session.output.say("Wrote " + path + ". More than two thirds of the organisations must sign it.");
  session.output.next("greenledger org admit --sign " + shell_word(path) + " --org ORG --key root");
  return ExitCode::done;
}

ExitCode add(Session& session, const AddOptions& options) {
  std::vector<proto::Record> records;
  for (const std::string& path : options.files) {
    Result<std::vector<proto::Record>> schemes = read_schemes(path, session.settings.value("org"));
    if (!schemes) return session.output.fail(schemes.error());
    for (const proto::Record& scheme : *schemes) {
      Result<proto::Record> record = placed(session, options.write, scheme);
      if (!record) return session.output.fail(record.error());
      records.push_back(*std::move(record));
    }
  }
  if (!options.proposal.empty()) return propose(session, records, options.proposal);
  const Written written = write_records(session, options.write, records);
  if (written.is_recorded) {
    session.output.next("greenledger scheme show " + records.front().subject());
  }
  return written.exit;
}

const std::vector<Column> kListColumns = {{.key = "subject", .title = "SCHEME", .whole = true},
                                          {"name", "NAME"},
                                          {"iso_type", "TYPE"},
                                          {"basis", "BASIS"},
                                          {"recognised_by", "RECOGNISED BY"}};

Json row_of(const Json& item) {
  Json row = item;
  for (const char* name : {"name", "iso_type", "basis", "recognised_by"}) {
    row[name] = item["scheme"].value(name, "");
  }
  return row;
}

ExitCode list(Session& session, const std::string& owner, const ListFlags& flags) {
  const NodeReader node(session);
  const Result<NodeReader::List> found =
      node.list(add_height(NodePath("/v1/schemes").add("owner", owner), flags.height), flags.limit);
  if (!found) return session.output.fail(found.error());
  std::vector<Json> rows;
  for (const Json& item : found->items) rows.push_back(row_of(item));
  session.output.list("schemes", kListColumns, rows, {{"height", found->height}});
  say_if_more(session, *found);
  return ExitCode::done;
}

ExitCode show(Session& session, const std::string& text, const std::string& height) {
  const Result<std::string> subject = scheme_subject(text, session.settings.value("org"));
  if (!subject) return session.output.fail(subject.error());
  const std::string path = "/v1/schemes/" + subject->substr(subject->find('/') + 1);
  const Result<Json> found = NodeReader(session).find(add_height(NodePath(path), height));
  if (!found) return session.output.fail(found.error());
  Json row = row_of(*found);
  if (session.output.format() == Format::table) {
    const Json& scheme = row["scheme"];
    Json criteria = Json::array();
    for (const Json& each : scheme.value("criteria", Json::array())) {
      criteria.push_back(each.value("version", ""));
    }
    Json certifiers = Json::array();
    for (const Json& each : scheme.value("accreditations", Json::array())) {
      certifiers.push_back(each.value("certifier", ""));
    }
    Json categories = Json::array();
    for (const Json& each : scheme.value("categories", Json::array())) {
      categories.push_back(each.value("list", "") + ":" + each.value("code", "*"));
    }
    row["criteria"] = criteria;
    row["certifiers"] = certifiers;
    row["categories"] = categories;
    row["levels"] = scheme.value("levels", Json::array());
    if (row["recognised_by"] == "") row["recognised_by"] = "nobody: it counts in no share";
  }
  session.output.show("scheme",
                      {{"subject", "scheme"},
                       {"name", "name"},
                       {"iso_type", "type"},
                       {"basis", "basis"},
                       {"recognised_by", "recognised by"},
                       {"criteria", "criteria"},
                       {"certifiers", "certifiers"},
                       {"categories", "categories"},
                       {"levels", "levels"},
                       {"count", "records"},
                       {"height", "as of height"}},
                      row);
  return ExitCode::done;
}

}  // namespace

void add_scheme(Cli& cli) {
  CLI::App& noun = cli.add_noun({"scheme", "Label schemes", {}});
  const auto options = std::make_shared<AddOptions>();
  CLI::App& verb =
      cli.add_verb(noun,
                   {"add",
                    "Add label schemes, or write changed ones anew",
                    {"greenledger scheme add schemes.json --org epa",
                     "greenledger scheme add eco.json --org epa --propose eco.proposal"}},
                   [options](Session& session) { return add(session, *options); });
  verb.add_option("FILE", options->files, "JSON file of schemes")->required()->type_name("");
  verb.add_option("--propose", options->proposal,
                  "send nothing; write the record to this file, for others to sign")
      ->type_name("");
  add_write_flags(verb, options->write);

  const auto owner = std::make_shared<std::string>();
  const auto flags = std::make_shared<ListFlags>();
  CLI::App& listing =
      cli.add_verb(noun, {"list", "List label schemes", {"greenledger scheme list --owner epa"}},
                   [owner, flags](Session& session) { return list(session, *owner, *flags); });
  listing.add_option("--owner", *owner, "organisation that keeps the scheme")->type_name("");
  add_list_flags(listing, *flags);

  const auto name = std::make_shared<std::string>();
  const auto height = std::make_shared<std::string>();
  CLI::App& showing =
      cli.add_verb(noun, {"show", "Show one scheme", {"greenledger scheme show epa/smartway"}},
                   [name, height](Session& session) { return show(session, *name, *height); });
  showing.add_option("SCHEME", *name, "OWNER/ID, or its subject")->required()->type_name("");
  add_height_flag(showing, *height);
}

}  // namespace tools

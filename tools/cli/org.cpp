// greenledger org: the members of the network, their admission and their keys.
//
// What needs the agreement of the members is a record that more than two thirds of them sign with
// their root keys: `admit REQUEST` writes it to a file, `admit --sign FILE` adds one signature
// without any network, `admit FILE` sends it.
#include "tools/cli/error_codes.h"
#include "tools/cli/nouns.h"
#include "tools/cli/org_records.h"
#include "tools/cli/record_json.h"
#include "tools/cli/request_file.h"
#include "tools/cli/show_flags.h"
#include "tools/cli/writing.h"

namespace tools {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

struct AdmitOptions {
  std::string file;
  bool sign = false;
  bool change = false;
  std::vector<std::string> records_for;
  std::string out;
  WriteFlags write;
};

struct KeyOptions {
  std::string file;                  // rotate: request with the new keys
  std::vector<std::string> key_ids;  // revoke
  bool keep_old = false;
  std::string compromised_since;
  std::string reason;
  WriteFlags write;
};

ExitCode sign(Session& session, const AdmitOptions& options, const Json& document) {
  const Result<std::string> organisation = session.organisation();
  if (!organisation) return session.output.fail(organisation.error());
  const Result<crypto::Hash> network = read_network_id(session);
  if (!network) return session.output.fail(network.error());
  Result<Proposal> proposal = read_proposal(document, options.file);
  if (!proposal) return session.output.fail(proposal.error());
  if (proposal->network_id != *network) {
    return session.output.fail(Error{std::string(error_code::kWrongNetwork),
                                     options.file + " is for network " +
                                         proposal->network_id.hex() + ", the genesis file of " +
                                         network->hex() + ".",
                                     "Ask for the record made for your network."});
  }
  const Result<crypto::PrivateKey> key = session.signing_key("root");
  if (!key) return session.output.fail(key.error());
  countersign(*proposal, *organisation, *key);
  const std::string path = options.out.empty() ? options.file : options.out;
  if (auto written = write_file(path, write_proposal(*proposal), Existing::replaced); !written) {
    return session.output.fail(written.error());
  }
  session.output.show("proposal",
                      {{"subject", "record"}, {"signed_by", "signed by"}, {"file", "file"}},
                      {{"subject", proposal->record.subject()},
                       {"signed_by", signers_of(proposal->record)},
                       {"file", path}});
  session.output.say("It takes the signatures of more than two thirds of the organisations.");
  session.output.next("greenledger org admit " + path + " --org " + *organisation);
  return ExitCode::done;
}

ExitCode send(Session& session, const AdmitOptions& options, const Json& document) {
  const Result<Proposal> proposal = read_proposal(document, options.file);
  if (!proposal) return session.output.fail(proposal.error());
  const Result<crypto::Hash> network = read_network_id(session);
  if (!network) return session.output.fail(network.error());
  if (proposal->network_id != *network) {
    return session.output.fail(Error{std::string(error_code::kWrongNetwork),
                                     options.file + " is for another network than " +
                                         session.settings.genesis_path().string() + ".",
                                     "Ask for the record made for your network."});
  }
  const Written written = write_records(session, options.write, {proposal->record});
  if (written.is_recorded && proposal->record.has_organisation()) {
    session.output.next("greenledger org show " + proposal->record.subject().substr(4));
  }
  return written.exit;
}

// A member's new entry keeps what the request leaves open, and lists no keys.
Result<proto::Record> changed_entry(const Session& session, const ledger::KeyRequest& request) {
  const std::string path = "/v1/organisations/" + request.organisation;
  const Result<Json> found = NodeReader(session).find(NodePath(path));
  if (!found) return Unexpected{found.error()};
  proto::Organisation present;
  if (auto read =
          read_message(found->value("organisation", Json::object()), "The node's entry", present);
      !read) {
    return Unexpected{read.error()};
  }
  proto::Record record = organisation_record(request, {});
  record.set_place(found->value("count", std::uint64_t{0}) + 1);
  proto::Organisation& entry = *record.mutable_organisation();
  entry.clear_keys();
  if (entry.name().empty()) entry.set_name(present.name());
  if (entry.name_zh().empty()) entry.set_name_zh(present.name_zh());
  if (entry.country().empty()) entry.set_country(present.country());
  if (entry.website().empty()) entry.set_website(present.website());
  if (entry.identifiers().empty()) *entry.mutable_identifiers() = present.identifiers();
  if (entry.roles().empty()) *entry.mutable_roles() = present.roles();
  *entry.mutable_records_for() = present.records_for();
  return record;
}

ExitCode propose(Session& session, const AdmitOptions& options) {
  const Result<ledger::KeyRequest> request = read_request(options.file);
  if (!request) return session.output.fail(request.error());
  const Result<crypto::Hash> network = read_network_id(session);
  if (!network) return session.output.fail(network.error());
  Result<proto::Record> record =
      options.change ? changed_entry(session, *request) : organisation_record(*request, {});
  if (!record) return session.output.fail(record.error());
  for (const std::string& party : options.records_for) {
    record->mutable_organisation()->add_records_for(party);
  }
  if (const auto fault = form_fault(*record)) return session.output.fail(*fault);
  const std::string path =
      options.out.empty() ? request->organisation + ".proposal.json" : options.out;
  if (auto written = write_file(path, write_proposal({*network, *record}), Existing::refused);
      !written) {
    return session.output.fail(written.error());
  }
  session.output.show("proposal", {{"subject", "record"}, {"file", "file"}},
                      {{"subject", record->subject()},
                       {"signed_by", Json::array()},
                       {"file", path},
                       {"record", message_json(*record)}});
  session.output.say("Nothing is sent yet: more than two thirds of the organisations must sign.");
  session.output.next("greenledger org admit --sign " + path + " --org ORG --key root");
  return ExitCode::done;
}

ExitCode admit(Session& session, const AdmitOptions& options) {
  const Result<Json> document = read_json(options.file);
  if (!document) return session.output.fail(document.error());
  if (!is_proposal(*document) && !options.sign) return propose(session, options);
  return options.sign ? sign(session, options, *document) : send(session, options, *document);
}

Result<Json> find_member(const Session& session, const std::string& organisation,
                         const std::string& height) {
  const NodePath path("/v1/organisations/" + encode_segment(organisation));
  return NodeReader(session).find(add_height(path, height));
}

ExitCode change_keys(Session& session, const WriteFlags& flags, const std::string& organisation,
                     proto::KeyChange change, std::uint64_t count) {
  proto::Record record;
  record.set_subject("org/" + organisation);
  record.set_place(count + 1);
  *record.mutable_key_change() = std::move(change);
  const Written written = write_records(session, flags, {record}, "root");
  if (written.is_recorded) session.output.next("greenledger org show " + organisation);
  return written.exit;
}

ExitCode rotate(Session& session, const KeyOptions& options) {
  const Result<std::string> organisation = session.organisation();
  if (!organisation) return session.output.fail(organisation.error());
  const Result<ledger::KeyRequest> request = read_request(options.file);
  if (!request) return session.output.fail(request.error());
  if (request->organisation != *organisation) {
    return session.output.fail(
        Error{std::string(error_code::kInput),
              "The request is of " + request->organisation + ", not of " + *organisation + ".",
              "Name the organisation of the request with --org."});
  }
  const Result<Json> member = find_member(session, *organisation, "");
  if (!member) return session.output.fail(member.error());
  Result<proto::KeyChange> change =
      rotation(*request, (*member)["keys"], options.keep_old, options.reason);
  if (!change) return session.output.fail(change.error());
  return change_keys(session, options.write, *organisation, *std::move(change),
                     member->value("count", std::uint64_t{0}));
}

ExitCode revoke(Session& session, const KeyOptions& options) {
  const Result<std::string> organisation = session.organisation();
  if (!organisation) return session.output.fail(organisation.error());
  proto::KeyChange change;
  for (const std::string& text : options.key_ids) {
    const auto key_id = crypto::KeyId::from_hex(text);
    if (!key_id) {
      return session.output.fail(Error{std::string(error_code::kUsage),
                                       "\"" + text + "\" is no key id.",
                                       "Give the 32 hex digits that org show lists."});
    }
    proto::KeyRevocation& revocation = *change.add_revoke();
    revocation.set_key_id(std::string(key_id->view()));
    revocation.set_compromised_since(options.compromised_since);
    revocation.set_reason(options.reason);
  }
  const Result<Json> member = find_member(session, *organisation, "");
  if (!member) return session.output.fail(member.error());
  return change_keys(session, options.write, *organisation, std::move(change),
                     member->value("count", std::uint64_t{0}));
}

Json member_row(const Json& member) {
  Json row = member;
  const Json entry = member.value("organisation", Json::object());
  row["name"] = entry.value("name", "");
  row["country"] = entry.value("country", "");
  row["roles"] = entry.value("roles", Json::array());
  row["website"] = entry.value("website", "");
  row["records_for"] = entry.value("records_for", Json::array());
  row["identifiers"] = Json::array();
  for (const Json& each : entry.value("identifiers", Json::array())) {
    row["identifiers"].push_back(each.value("scheme", "") + ":" + each.value("value", ""));
  }
  return row;
}

ExitCode list(Session& session, const ListFlags& flags) {
  const NodePath path = add_height(NodePath("/v1/organisations"), flags.height);
  const Result<NodeReader::List> found = NodeReader(session).list(path, flags.limit);
  if (!found) return session.output.fail(found.error());
  std::vector<Json> rows;
  for (const Json& item : found->items) rows.push_back(member_row(item));
  session.output.list("organisations",
                      {{.key = "id", .title = "ID", .whole = true},
                       {"name", "NAME"},
                       {"country", "COUNTRY"},
                       {"roles", "ROLES"}},
                      rows, {{"height", found->height}});
  say_if_more(session, *found);
  return ExitCode::done;
}

ExitCode show(Session& session, const std::string& organisation, const std::string& height) {
  const Result<Json> found = find_member(session, organisation, height);
  if (!found) return session.output.fail(found.error());
  const bool is_machine =
      session.output.format() == Format::json || session.output.format() == Format::jsonl;
  Json document = is_machine ? *found : member_row(*found);
  if (!is_machine) {
    Json keys = Json::array();
    for (const Json& key : (*found)["keys"]) {
      std::string line = key.value("purpose", "") + " " + key.value("key_id", "");
      if (key.contains("revoked_height")) line += " revoked";
      if (key.contains("compromised_since"))
        line += ", compromised since " + key["compromised_since"].get<std::string>();
      keys.push_back(line);
    }
    document["keys"] = keys;
  }
  session.output.show("organisation",
                      {{"id", "id"},
                       {"name", "name"},
                       {"country", "country"},
                       {"identifiers", "identifiers"},
                       {"roles", "roles"},
                       {"records_for", "records for"},
                       {"keys", "keys"},
                       {"website", "website"},
                       {"count", "records"},
                       {"height", "as of height"}},
                      document);
  return ExitCode::done;
}

void add_admit(Cli& cli, CLI::App& noun) {
  const auto options = std::make_shared<AdmitOptions>();
  CLI::App& verb =
      cli.add_verb(noun,
                   {"admit",
                    "Admit an organisation: make the record, sign it (--sign), or send it",
                    {"greenledger org admit cec.request.json --party '*'",
                     "greenledger org admit --sign cec.proposal.json --org epa --key root",
                     "greenledger org admit cec.proposal.json --org epa"}},
                   [options](Session& session) { return admit(session, *options); });
  verb.add_option("FILE", options->file, "request of the organisation, or the record made of it")
      ->required()
      ->type_name("");
  verb.add_flag("--sign", options->sign,
                "add this organisation's signature, with its root key; needs no network");
  verb.add_flag("--change", options->change,
                "the organisation is a member: change its entry, keys excepted");
  verb.add_option("--party", options->records_for,
                  "party for which a recorder may record: *, LEI:… or a name")
      ->type_name("");
  verb.add_option("--out", options->out, "file to write")->type_name("");
  add_write_flags(verb, options->write);
}

void add_key_verbs(Cli& cli, CLI::App& noun) {
  const auto rotating = std::make_shared<KeyOptions>();
  CLI::App& rotate_verb =
      cli.add_verb(noun,
                   {"rotate",
                    "Put new keys in the place of those in force, with the root key",
                    {"greenledger org rotate new/cec.request.json --org cec --key root"}},
                   [rotating](Session& session) { return rotate(session, *rotating); });
  rotate_verb.add_option("FILE", rotating->file, "request that keys new made for the new keys")
      ->required()
      ->type_name("");
  rotate_verb.add_flag("--keep-old", rotating->keep_old, "leave the keys in force as they are");
  rotate_verb.add_option("--reason", rotating->reason, "why, in a sentence")->type_name("");
  add_write_flags(rotate_verb, rotating->write);

  const auto revoking = std::make_shared<KeyOptions>();
  CLI::App& revoke_verb = cli.add_verb(
      noun,
      {"revoke",
       "Revoke keys, with the root key",
       {"greenledger org revoke 4f1c9a02d75b3e6880aa12bc34de56f7 --org cec --compromised-since "
        "2018-03-01"}},
      [revoking](Session& session) { return revoke(session, *revoking); });
  revoke_verb.add_option("KEY_ID", revoking->key_ids, "id of a key, as org show lists it")
      ->required()
      ->type_name("");
  revoke_verb
      .add_option("--compromised-since", revoking->compromised_since,
                  "first day on which the key may have been in other hands")
      ->type_name("");
  revoke_verb.add_option("--reason", revoking->reason, "why, in a sentence")->type_name("");
  add_write_flags(revoke_verb, revoking->write);
}

}  // namespace

void add_org(Cli& cli) {
  CLI::App& noun = cli.add_noun({"org", "Members of the network", {}});
  add_admit(cli, noun);
  const auto flags = std::make_shared<ListFlags>();
  CLI::App& list_verb = cli.add_verb(noun, {"list", "List the members", {"greenledger org list"}},
                                     [flags](Session& session) { return list(session, *flags); });
  add_list_flags(list_verb, *flags);
  const auto name = std::make_shared<std::string>();
  const auto height = std::make_shared<std::string>();
  CLI::App& show_verb =
      cli.add_verb(noun, {"show", "Show a member with its keys", {"greenledger org show epa"}},
                   [name, height](Session& session) { return show(session, *name, *height); });
  show_verb.add_option("ORG", *name, "id of the organisation")->required()->type_name("");
  add_height_flag(show_verb, *height);
  add_key_verbs(cli, noun);
}

}  // namespace tools

// greenledger network: makes the genesis file of a network, shows what one says, and changes who
// votes (network_change).
#include <algorithm>

#include "ledger/chain/genesis.h"
#include "ledger/founding/genesis_draft.h"
#include "ledger/records/rules.h"
#include "tools/cli/development.h"
#include "tools/cli/error_codes.h"
#include "tools/cli/network_change.h"
#include "tools/cli/node_reader.h"
#include "tools/cli/nouns.h"
#include "tools/cli/record_json.h"
#include "tools/cli/record_texts.h"
#include "tools/cli/request_file.h"
#include "tools/cli/text_cells.h"

namespace tools {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

struct NewOptions {
  std::vector<std::string> members;  // request files, or with --dev ID:ROLES[:PARTIES]
  bool development = false;
  std::string name;
  std::string log_domain;
  std::vector<std::string> scheme_files;
  std::vector<std::string> validators;
  std::vector<std::string> records_for;  // ORG=PARTY
  std::string out;
  std::uint64_t block_bytes = ledger::kBlockBytesMax;
  std::uint32_t block_records = ledger::kBlockRecordsMax;
  std::uint64_t bytes_per_day = ledger::kOrganisationBytesPerDay;
};

Result<void> read_requests(const NewOptions& options, ledger::GenesisDraft& draft) {
  for (const std::string& path : options.members) {
    const Result<ledger::KeyRequest> request = read_request(path);
    if (!request) return Unexpected{request.error()};
    draft.requests.push_back(*request);
  }
  return {};
}

Result<ledger::GenesisDraft> make_draft(const NewOptions& options) {
  if (options.log_domain.empty() && !options.development) {
    return usage_error("The network's log needs a domain name.",
                       "Give --log-domain; it is part of the log's name for ever.");
  }
  ledger::GenesisDraft draft;
  draft.parameters.set_rules_version(ledger::kRulesVersion);
  draft.parameters.set_network_name(options.name);
  draft.parameters.set_log_domain(options.log_domain.empty() ? std::string(ledger::kNobodysDomain)
                                                             : options.log_domain);
  draft.parameters.set_block_bytes_max(options.block_bytes);
  draft.parameters.set_block_records_max(options.block_records);
  draft.parameters.set_organisation_bytes_per_day(options.bytes_per_day);
  draft.parameters.set_development(options.development);
  draft.validators = options.validators;
  for (const std::string& text : options.records_for) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
      return usage_error("\"" + text + "\" does not name a recorder and a party.",
                         "Write ORG=PARTY; the party is \"*\", LEI:… or a name.");
    }
    draft.records_for[text.substr(0, equals)].push_back(text.substr(equals + 1));
  }
  for (const std::string& path : options.scheme_files) {
    Result<std::vector<proto::Record>> schemes = read_schemes(path, "");
    if (!schemes) return Unexpected{schemes.error()};
    for (proto::Record& scheme : *schemes) draft.schemes.push_back(std::move(scheme));
  }
  return draft;
}

Json organisation_json(const proto::Record& record) {
  Json json = {{"id", record.subject().substr(4)}, {"name", record.organisation().name()}};
  json["roles"] = Json::array();
  for (const int role : record.organisation().roles()) {
    json["roles"].push_back(proto::Role_Name(static_cast<proto::Role>(role)));
  }
  json["records_for"] = record.organisation().records_for();
  json["keys"] = record.organisation().keys_size();
  return json;
}

Json network_json(const ledger::Genesis& genesis) {
  Json json = {{"network_id", genesis.network_id.hex()},
               {"name", genesis.parameters.network_name()},
               {"origin", ledger::log_origin(genesis)},
               {"time_ms", std::to_string(genesis.time_ms)},
               {"development", genesis.parameters.development()},
               {"parameters", message_json(genesis.parameters)}};
  Json members = Json::array();
  Json schemes = Json::array();
  Json validators = Json::array();
  std::string ids;
  for (const proto::Record& record : genesis.records) {
    if (record.has_organisation()) members.push_back(organisation_json(record));
    if (record.has_scheme()) {
      schemes.push_back({{"subject", record.subject()}, {"name", record.scheme().name()}});
    }
    for (const proto::Validator& validator : record.validator_set().validators()) {
      validators.push_back({{"organisation", validator.organisation()},
                            {"vote_key", crypto::to_hex(validator.vote_key())},
                            {"log_key", crypto::to_hex(validator.log_key())},
                            {"cosigner_key", crypto::to_hex(validator.cosigner_key())},
                            {"node_key", crypto::to_hex(validator.node_key())},
                            {"addresses", validator.addresses()}});
    }
  }
  json["organisations"] = members;
  json["schemes"] = schemes;
  json["validators"] = validators;
  return json;
}

// The lists of the document as lines for people.
Json for_people(Json json) {
  Json organisations = Json::array();
  for (const Json& each : json["organisations"]) {
    std::string line = each["id"].get<std::string>() + " (";
    for (const Json& role : each["roles"]) {
      line += (line.ends_with('(') ? "" : " ") + role.get<std::string>();
    }
    organisations.push_back(line + ")");
  }
  Json schemes = Json::array();
  for (const Json& each : json["schemes"]) schemes.push_back(each["subject"]);
  Json validators = Json::array();
  for (const Json& each : json["validators"]) validators.push_back(each["organisation"]);
  json["organisations"] = organisations;
  json["schemes"] = schemes;
  json["validators"] = validators;
  return json;
}

void show(Session& session, const ledger::Genesis& genesis) {
  const Json json = network_json(genesis);
  const bool is_machine =
      session.output.format() == Format::json || session.output.format() == Format::jsonl;
  session.output.show("network",
                      {{"name", "network"},
                       {"network_id", "network id"},
                       {"origin", "log origin"},
                       {"development", "development"},
                       {"organisations", "organisations"},
                       {"schemes", "schemes"},
                       {"validators", "validators"}},
                      is_machine ? json : for_people(json));
}

Result<void> write_members(const Session& session,
                           const std::vector<ledger::DevelopmentMember>& members) {
  const bool is_encrypted = session.passphrase_descriptor >= 0 ||
                            !session.settings.value("passphrase-file").empty() ||
                            !session.settings.value("passphrase-credential").empty();
  Result<crypto::Secret> passphrase = crypto::Secret();
  if (is_encrypted && !members.empty()) {
    passphrase = session.passphrase("New passphrase: ", crypto::Repeat::twice);
    if (!passphrase) return Unexpected{passphrase.error()};
  }
  for (const ledger::DevelopmentMember& member : members) {
    const crypto::Secret* const secret = is_encrypted ? &*passphrase : nullptr;
    if (auto written = write_member(session.settings.home(), member, secret); !written) {
      return written;
    }
  }
  return {};
}

// The folder that a node of the network takes its keys from.
std::string keys_of_a_node(const Session& session,
                           const std::vector<ledger::DevelopmentMember>& members) {
  if (members.empty()) return "FOLDER";
  std::string name;
  for (const ledger::DevelopmentMember& member : members) {
    const bool votes =
        std::find(member.roles.begin(), member.roles.end(), proto::VALIDATOR) != member.roles.end();
    if (votes) name = name.empty() ? member.organisation : "ORG";
  }
  return (session.settings.home() / "validators" / name).string();
}

ExitCode make_network(Session& session, const NewOptions& options) {
  const std::filesystem::path path =
      options.out.empty() ? session.settings.genesis_path() : std::filesystem::path(options.out);
  std::error_code failure;
  if (std::filesystem::exists(path, failure)) {
    return session.output.fail(Error{std::string(error_code::kUsage),
                                     path.string() + " is there already and is not overwritten.",
                                     "Give another file with --out or another --home."});
  }
  Result<ledger::GenesisDraft> draft = make_draft(options);
  if (!draft) return session.output.fail(draft.error());
  std::vector<ledger::DevelopmentMember> members;
  if (options.development) {
    for (const std::string& text : options.members) {
      Result<ledger::DevelopmentMember> member = development_member(text);
      if (!member) return session.output.fail(member.error());
      draft->records_for[member->organisation] = member->records_for;
      draft->requests.push_back(ledger::request_of(*member));
      members.push_back(*std::move(member));
    }
  } else if (auto read = read_requests(options, *draft); !read) {
    return session.output.fail(read.error());
  }
  std::erase_if(draft->records_for, [](const auto& each) { return each.second.empty(); });
  const Result<ledger::Genesis> genesis =
      ledger::draft_genesis(*draft, session.node_access.submit("").unix_ms());
  if (!genesis) return session.output.fail(genesis.error());
  if (auto written = write_members(session, members); !written) {
    return session.output.fail(written.error());
  }
  if (auto written = write_file(path, genesis->file, Existing::refused); !written) {
    return session.output.fail(written.error());
  }
  show(session, *genesis);
  if (options.development) {
    session.output.warn("A network for development: its keys were all made here.");
  }
  session.output.say("Wrote " + path.string() + ". Every member and every node needs this file.");
  session.output.next("greenledgerd init --home NODE --genesis " + shell_word(path.string()) +
                      " --keys " + shell_word(keys_of_a_node(session, members)));
  return ExitCode::done;
}

ExitCode show_network(Session& session, const std::string& file, bool from_node) {
  Result<std::string> text = [&]() -> Result<std::string> {
    if (from_node) return NodeReader(session).find_bytes(NodePath("/v1/genesis"));
    const std::filesystem::path path =
        file.empty() ? session.settings.genesis_path() : std::filesystem::path(file);
    std::error_code failure;
    if (std::filesystem::exists(path, failure)) return read_input(path);
    return Unexpected{Error{std::string(error_code::kNotFound),
                            "There is no genesis file at " + path.string() + ".",
                            "Name one, or ask the node with --from-node."}};
  }();
  if (!text) return session.output.fail(text.error());
  const Result<ledger::Genesis> genesis = ledger::parse_genesis(*text);
  if (!genesis) return session.output.fail(genesis.error());
  show(session, *genesis);
  return ExitCode::done;
}

void add_new(Cli& cli, CLI::App& noun) {
  const auto options = std::make_shared<NewOptions>();
  CLI::App& verb =
      cli.add_verb(noun,
                   {"new",
                    "Make the genesis file of a new network",
                    {"greenledger network new cec.request.json epa.request.json --network-name gpn "
                     "--log-domain ledger.example.org --scheme-file schemes.json",
                     "greenledger network new --dev --network-name try acme:validator "
                     "epa:certifier,scheme-owner shop:recorder:* --scheme-file schemes.json"}},
                   [options](Session& session) { return make_network(session, *options); });
  verb.add_option("MEMBER", options->members,
                  "request file of a founding organisation; with --dev ID:ROLE,ROLE[:PARTY;PARTY]")
      ->required()
      ->type_name("");
  verb.add_flag("--dev", options->development,
                "for development: make all keys here, and allow fewer than four validators");
  verb.add_option("--network-name", options->name, "name of the network: letters, digits, - and .")
      ->required()
      ->type_name("");
  verb.add_option("--log-domain", options->log_domain,
                  "domain name in the name of the network's log")
      ->type_name("");
  verb.add_option("--scheme-file", options->scheme_files, "JSON file of founding label schemes")
      ->type_name("");
  verb.add_option("--validator", options->validators,
                  "organisation that votes; without it all that ask to")
      ->type_name("");
  verb.add_option("--records-for", options->records_for,
                  "ORG=PARTY for which a recorder may record: *, LEI:… or a name")
      ->type_name("");
  verb.add_option("--out", options->out, "file to write")->type_name("");
  verb.add_option("--block-bytes", options->block_bytes, "bytes of entries in a block at most")
      ->type_name("");
  verb.add_option("--block-records", options->block_records, "records in a block at most")
      ->type_name("");
  verb.add_option("--bytes-per-day", options->bytes_per_day,
                  "bytes an organisation may add a day; 0: no limit")
      ->type_name("");
}

}  // namespace

void add_network(Cli& cli) {
  CLI::App& noun = cli.add_noun({"network", "The network: its genesis file and who votes", {}});
  add_new(cli, noun);
  const auto file = std::make_shared<std::string>();
  const auto from_node = std::make_shared<bool>(false);
  CLI::App& verb = cli.add_verb(
      noun,
      {"show",
       "Show what a genesis file says",
       {"greenledger network show", "greenledger network show --from-node -o json"}},
      [file, from_node](Session& session) { return show_network(session, *file, *from_node); });
  verb.add_option("FILE", *file, "genesis file; the one of the settings by default")->type_name("");
  verb.add_flag("--from-node", *from_node, "ask the node for it");
  add_network_changes(cli, noun);
}

}  // namespace tools

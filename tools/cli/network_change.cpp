#include "tools/cli/network_change.h"

#include <algorithm>

#include "ledger/chain/codes.h"
#include "ledger/records/codes.h"
#include "tools/cli/error_codes.h"
#include "tools/cli/org_records.h"
#include "tools/cli/request_file.h"
#include "tools/cli/text_cells.h"
#include "tools/cli/validator_change.h"
#include "tools/cli/writing.h"

namespace tools {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

struct ChangeOptions {
  std::vector<std::string> add;  // request files
  std::vector<std::string> remove;
  std::vector<std::string> move;  // ORG=HOST:PORT
  std::string out;
};

struct ApplyOptions {
  std::string file;
  WriteFlags write;
};

// The set in force, and how many records have made it.
struct Present {
  proto::ValidatorSet set;
  std::uint64_t count = 0;
};

Unexpected<Error> odd_answer(const NodeReader& node, const std::string& what) {
  return Unexpected{Error{std::string(error_code::kNodeAnswer),
                          node.node() + " does not say " + what + " as a node of Greenledger does.",
                          "Name the node's address with --node."}};
}

Result<void> check_node(const Session& session, const crypto::Hash& network) {
  const std::string& node = session.settings.value("node");
  const Result<HttpResponse> status = session.node_access.get(node)("/v1/status");
  if (!status) return Unexpected{status.error()};
  return check_network(*status, network, node);
}

// What a node says of the record that stands last about a subject.
Result<proto::Record> newest_record(const NodeReader& node, const std::string& subject) {
  const Result<Json> found = node.find(NodePath("/v1/subjects/" + subject));
  if (!found) return Unexpected{found.error()};
  const Json stored = found->value("record", Json::object());
  proto::Record record;
  if (!stored.is_object() || !stored.contains("record") ||
      !read_message(stored["record"], "The node's record", record) || record.subject() != subject) {
    return odd_answer(node, "what " + subject + " holds");
  }
  return record;
}

Result<Present> read_present_set(const NodeReader& node) {
  const Result<proto::Record> record = newest_record(node, std::string(kValidatorsSubject));
  if (!record) return Unexpected{record.error()};
  if (!record->has_validator_set() || form_fault(*record)) return odd_answer(node, "who votes");
  return Present{record->validator_set(), record->place()};
}

Result<bool> is_development(const NodeReader& node) {
  const Result<proto::Record> record = newest_record(node, "network/parameters");
  if (!record) return Unexpected{record.error()};
  return record->parameters().development();
}

Result<std::vector<Json>> read_members(const NodeReader& node) {
  Result<NodeReader::List> found = node.list(NodePath("/v1/organisations"), 0);
  if (!found) return Unexpected{found.error()};
  return std::move(found->items);
}

Result<ValidatorChange> read_change(const ChangeOptions& options) {
  if (options.add.empty() && options.remove.empty() && options.move.empty()) {
    return usage_error("The flags change nothing.",
                       "Give --add REQUEST.json, --remove ORG or --move ORG=HOST:PORT.");
  }
  ValidatorChange change;
  for (const std::string& path : options.add) {
    Result<ledger::KeyRequest> request = read_request(path);
    if (!request) return Unexpected{request.error()};
    change.add.push_back(*std::move(request));
  }
  change.remove = options.remove;
  for (const std::string& text : options.move) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
      return usage_error("\"" + text + "\" does not say who moves where.",
                         "Write ORG=HOST:PORT, e.g. epa=node.epa.example:7400.");
    }
    change.move.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return change;
}

// Found now, not when all have signed.
std::optional<crypto::Reject> role_fault(const std::vector<Json>& members,
                                         const std::vector<ledger::KeyRequest>& requests) {
  for (const ledger::KeyRequest& request : requests) {
    bool may_vote = false;
    for (const Json& member : members) {
      if (member.value("id", "") != request.organisation) continue;
      for (const Json& role :
           member.value("organisation", Json::object()).value("roles", Json::array())) {
        may_vote = may_vote || role == "VALIDATOR";
      }
    }
    if (may_vote) continue;
    return crypto::Reject(ledger::kRoleMissing, "validator_set.validators",
                          request.organisation + " is no member with the role of a validator.",
                          "Admit it with that role first: `greenledger org admit --help`.");
  }
  return std::nullopt;
}

void say_lines(Session& session, const std::vector<std::string>& lines) {
  session.output.say("This change");
  for (const std::string& line : lines) session.output.say("  " + printable(line));
}

std::string told(const Approvals& approvals) {
  return std::to_string(approvals.by.size()) + " of " + std::to_string(approvals.members) +
         " organisations approve it; it takes " + std::to_string(approvals.needed()) + ".";
}

void warn_of(Session& session, const std::vector<std::string>& others) {
  for (const std::string& organisation : others) {
    session.output.warn("The signature of " + organisation +
                        " does not count: not over this change, or not by a root key in force.");
  }
}

void show_change(Session& session, const Proposal& proposal, const SetDifference& changes,
                 const Approvals& approvals, const std::string& file) {
  Json validators = Json::array();
  for (const proto::Validator& each : proposal.record.validator_set().validators()) {
    validators.push_back(each.organisation());
  }
  session.output.show("change",
                      {{"validators", "validators then"},
                       {"approved_by", "approved by"},
                       {"needed", "approvals needed"},
                       {"file", "file"}},
                      {{"place", proposal.record.place()},
                       {"changes", changes.lines},
                       {"validators", validators},
                       {"approved_by", approvals.by},
                       {"void", approvals.others},
                       {"members", approvals.members},
                       {"needed", approvals.needed()},
                       {"file", file}});
}

ExitCode change(Session& session, const ChangeOptions& options) {
  const Result<ValidatorChange> wanted = read_change(options);
  if (!wanted) return session.output.fail(wanted.error());
  const Result<crypto::Hash> network = read_network_id(session);
  if (!network) return session.output.fail(network.error());
  if (auto same = check_node(session, *network); !same) return session.output.fail(same.error());
  const NodeReader node(session);
  const Result<Present> present = read_present_set(node);
  if (!present) return session.output.fail(present.error());
  const Result<std::vector<Json>> members = read_members(node);
  if (!members) return session.output.fail(members.error());
  const Result<bool> development = is_development(node);
  if (!development) return session.output.fail(development.error());

  Result<proto::ValidatorSet> set = changed_set(present->set, *wanted);
  if (!set) return session.output.fail(set.error());
  const SetDifference changes = difference(present->set, *set);
  if (changes.lines.empty()) {
    return session.output.fail(nothing_changed("validators", "--add REQUEST.json"));
  }
  if (const auto fault = size_fault(present->set, *set, *development)) {
    return session.output.fail(*fault);
  }
  if (const auto fault = role_fault(*members, wanted->add)) return session.output.fail(*fault);
  Proposal proposal{*network, {}};
  proposal.record.set_subject(std::string(kValidatorsSubject));
  proposal.record.set_place(present->count + 1);
  *proposal.record.mutable_validator_set() = *std::move(set);
  if (const auto fault = form_fault(proposal.record)) return session.output.fail(*fault);
  if (auto written = write_file(options.out, write_proposal(proposal), Existing::refused);
      !written) {
    return session.output.fail(written.error());
  }
  const Approvals approvals = count_approvals(proposal, *members);
  say_lines(session, changes.lines);
  show_change(session, proposal, changes, approvals, options.out);
  session.output.say("Send the file to the organisations; it holds no secret.");
  session.output.next("greenledger network approve " + shell_word(options.out) + " --org ORG");
  return ExitCode::done;
}

// A change of the validators of the network that the genesis file names.
Result<Proposal> read_change_file(const Session& session, const std::string& file) {
  const Result<crypto::Hash> network = read_network_id(session);
  if (!network) return Unexpected{network.error()};
  const Result<Json> document = read_json(file);
  if (!document) return Unexpected{document.error()};
  Result<Proposal> proposal = read_proposal(*document, file);
  if (!proposal || !proposal->record.has_validator_set() ||
      proposal->record.subject() != kValidatorsSubject) {
    return Unexpected{Error{std::string(error_code::kInput),
                            file + " holds no change of the validators.",
                            "Make one with `greenledger network change`."}};
  }
  if (proposal->network_id != *network) {
    return Unexpected{Error{
        std::string(error_code::kWrongNetwork),
        file + " is for another network than " + session.settings.genesis_path().string() + ".",
        "Ask for the change made for your network."}};
  }
  return proposal;
}

const Json* find_member(const std::vector<Json>& members, const std::string& organisation) {
  for (const Json& member : members) {
    if (member.value("id", "") == organisation) return &member;
  }
  return nullptr;
}

// Asks, signs, and writes the file. What the key signs was shown before.
Result<Approvals> add_approval(Session& session, Proposal& proposal, const std::string& file,
                               const std::vector<Json>& members) {
  const Result<std::string> organisation = session.organisation();
  if (!organisation) return Unexpected{organisation.error()};
  if (auto agreed = session.confirm(*organisation, "approve this change"); !agreed) {
    return Unexpected{agreed.error()};
  }
  const Result<crypto::PrivateKey> key = session.signing_key("root");
  if (!key) return Unexpected{key.error()};
  const Json* const member = find_member(members, *organisation);
  if (member == nullptr || !has_root_key(*member, crypto::key_id(key->public_key()))) {
    return Unexpected{Error{
        "E-KEY-UNKNOWN", "The key is no root key that " + *organisation + " has in force.",
        "See `greenledger org show " + *organisation + "`, and name the root key with --key."}};
  }
  countersign(proposal, *organisation, *key);
  if (auto written = write_file(file, write_proposal(proposal), Existing::replaced); !written) {
    return Unexpected{written.error()};
  }
  return count_approvals(proposal, members);
}

ExitCode approve(Session& session, const std::string& file) {
  Result<Proposal> proposal = read_change_file(session, file);
  if (!proposal) return session.output.fail(proposal.error());
  if (const auto fault = form_fault(proposal->record)) return session.output.fail(*fault);
  if (auto same = check_node(session, proposal->network_id); !same) {
    return session.output.fail(same.error());
  }
  const NodeReader node(session);
  const Result<Present> present = read_present_set(node);
  if (!present) return session.output.fail(present.error());
  if (proposal->record.place() != present->count + 1) {
    return session.output.fail(crypto::Reject(
        ledger::kPlaceConflict, "place",
        "The validators have changed since " + file + " was made, or it has been applied.",
        "See `greenledger node status`; make the change again with `greenledger network "
        "change`."));
  }
  const Result<std::vector<Json>> members = read_members(node);
  if (!members) return session.output.fail(members.error());
  const SetDifference changes = difference(present->set, proposal->record.validator_set());
  say_lines(session, changes.lines);
  const Result<Approvals> approvals = add_approval(session, *proposal, file, *members);
  if (!approvals) return session.output.fail(approvals.error());
  show_change(session, *proposal, changes, *approvals, file);
  warn_of(session, approvals->others);
  session.output.say(told(*approvals));
  const bool enough = approvals->by.size() >= approvals->needed();
  session.output.next(std::string("greenledger network ") + (enough ? "apply " : "approve ") +
                      shell_word(file) + " --org ORG");
  return ExitCode::done;
}

// The block that held the record ended its epoch: what it says of the next set shows it.
ExitCode say_epoch(Session& session, const Proposal& proposal) {
  const NodeReader node(session);
  NodePath path("/v1/subjects/" + std::string(kValidatorsSubject));
  path.add("place", std::to_string(proposal.record.place()));
  const Result<Json> found = node.find(path);
  if (!found) return session.output.fail(found.error());
  const std::uint64_t height =
      found->value("record", Json::object()).value("height", std::uint64_t{0});
  const Result<Json> block = node.find(NodePath("/v1/blocks/" + std::to_string(height)));
  if (!block) return session.output.fail(block.error());
  const std::uint64_t epoch = block->value("epoch", std::uint64_t{0});
  std::string names;
  for (const proto::Validator& each : proposal.record.validator_set().validators()) {
    names += (names.empty() ? "" : ", ") + each.organisation();
  }
  session.output.say("Epoch " + std::to_string(epoch) + " has ended with block " +
                     std::to_string(height) + ". From the next block on these vote: " + names +
                     ".");
  session.output.next("greenledger node status");
  return ExitCode::done;
}

ExitCode apply(Session& session, const ApplyOptions& options) {
  Result<Proposal> proposal = read_change_file(session, options.file);
  if (!proposal) return session.output.fail(proposal.error());
  if (options.write.dry_run != "local") {
    if (auto same = check_node(session, proposal->network_id); !same) {
      return session.output.fail(same.error());
    }
    const Result<std::vector<Json>> members = read_members(NodeReader(session));
    if (!members) return session.output.fail(members.error());
    const Approvals approvals = count_approvals(*proposal, *members);
    warn_of(session, approvals.others);
    session.output.say(told(approvals));
    if (approvals.by.size() < approvals.needed()) {
      return session.output.fail(crypto::Reject(ledger::kSignaturesMissing, "countersignatures",
                                                told(approvals),
                                                "Others approve it with `greenledger network "
                                                "approve`; each needs the file as it is then."));
    }
    keep_approvals(proposal->record, approvals.by);
  }
  const Written written = write_records(session, options.write, {proposal->record});
  if (written.exit != ExitCode::done || !written.is_recorded) return written.exit;
  return say_epoch(session, *proposal);
}

void add_change(Cli& cli, CLI::App& noun) {
  const auto options = std::make_shared<ChangeOptions>();
  CLI::App& verb = cli.add_verb(
      noun,
      {"change",
       "Make a change of the validators: a file for others to approve",
       {"greenledger network change --add five.request.json --out change.json",
        "greenledger network change --remove epa --out change.json",
        "greenledger network change --move epa=node.epa.example:7400 --out change.json"}},
      [options](Session& session) { return change(session, *options); });
  verb.add_option("--add", options->add,
                  "request with the four keys of a node: its organisation votes, or gets new keys")
      ->type_name("FILE");
  verb.add_option("--remove", options->remove, "organisation that votes no more")->type_name("ORG");
  verb.add_option("--move", options->move, "where the node of a validator is reached from now on")
      ->type_name("ORG=HOST:PORT");
  verb.add_option("--out", options->out, "file to write")->required()->type_name("");
}

void add_approve(Cli& cli, CLI::App& noun) {
  const auto file = std::make_shared<std::string>();
  CLI::App& verb = cli.add_verb(
      noun,
      {"approve",
       "Show what a change does, and sign it with the organisation's root key",
       {"greenledger network approve change.json --org epa",
        "greenledger network approve change.json --org epa --yes --passphrase-file passphrase"}},
      [file](Session& session) { return approve(session, *file); });
  verb.add_option("FILE", *file, "change, with the approvals of others or without")
      ->required()
      ->type_name("");
}

void add_apply(Cli& cli, CLI::App& noun) {
  const auto options = std::make_shared<ApplyOptions>();
  CLI::App& verb = cli.add_verb(noun,
                                {"apply",
                                 "Send a change that enough organisations have approved",
                                 {"greenledger network apply change.json --org epa",
                                  "greenledger network apply change.json --org epa --dry-run"}},
                                [options](Session& session) { return apply(session, *options); });
  verb.add_option("FILE", options->file, "change with its approvals")->required()->type_name("");
  add_write_flags(verb, options->write);
}

}  // namespace

void add_network_changes(Cli& cli, CLI::App& network) {
  add_change(cli, network);
  add_approve(cli, network);
  add_apply(cli, network);
}

}  // namespace tools

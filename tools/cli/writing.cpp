#include "tools/cli/writing.h"

#include "crypto/check.h"
#include "ledger/chain/genesis.h"
#include "ledger/records/rules.h"
#include "proto/canonical.h"
#include "tools/cli/error_codes.h"
#include "tools/cli/record_json.h"

namespace tools {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;
using State = RecordResult::State;

const std::vector<Column> kOutcomeColumns = {{"subject", "SUBJECT"},   {"place", "PLACE", true},
                                             {"state", "STATE"},       {"height", "HEIGHT", true},
                                             {"index", "INDEX", true}, {"code", "CODE"}};

const std::vector<Column> kOneOutcomeColumns = {{"state", "outcome"},
                                                {"subject", "subject"},
                                                {"place", "place"},
                                                {"height", "height"},
                                                {"index", "index"}};

std::string_view state_name(State state) {
  switch (state) {
    case State::recorded:
      return "recorded";
    case State::already:
      return "already recorded";
    case State::sent:
      return "sent";
    case State::valid:
      return "valid";
    case State::rejected:
      return "rejected";
  }
  return "";
}

Json outcome_json(const proto::Record& record, const RecordResult& result) {
  Json json = {{"subject", record.subject()},
               {"place", record.place()},
               {"state", state_name(result.state)}};
  if (result.state == State::recorded) {
    json["height"] = result.height;
    json["index"] = result.index;
  }
  if (result.reject) {
    json["code"] = result.reject->code.name;
    json["field"] = result.reject->field;
    json["message"] = result.reject->message;
    json["hint"] = result.reject->hint;
  }
  return json;
}

// Form only: what the node would refuse without looking at its state. All faults are printed.
ExitCode check_form(Session& session, const std::vector<proto::Record>& records) {
  ExitCode exit = ExitCode::done;
  for (const proto::Record& record : records) {
    for (crypto::Reject fault : ledger::check(record)) {
      if (records.size() > 1) fault.field = record.subject() + " " + fault.field;
      exit = session.output.fail(fault);
    }
  }
  return exit;
}

WaitFor wait_of(const WriteFlags& flags) {
  if (flags.wait == "none") return WaitFor::none;
  return flags.wait == "accepted" ? WaitFor::accepted : WaitFor::final;
}

ExitCode show_outcomes(Session& session, const std::vector<proto::Record>& records,
                       const SubmitResult& result) {
  std::vector<Json> rows;
  std::size_t rejected = 0;
  ExitCode exit = ExitCode::done;
  for (std::size_t i = 0; i < records.size(); ++i) {
    rows.push_back(outcome_json(records[i], result.records[i]));
    if (const auto& reject = result.records[i].reject) {
      ++rejected;
      exit = session.output.fail(*reject);
    }
  }
  const Json more = {{"submission", result.id.hex()}};
  if (rows.size() == 1) {
    Json row = rows.front();
    row.update(more);
    if (rejected == 0) session.output.show("outcome", kOneOutcomeColumns, row);
    return exit;
  }
  session.output.list("outcomes", kOutcomeColumns, rows, more);
  return rejected > 0 && rejected < rows.size() ? ExitCode::some_rejected : exit;
}

}  // namespace

void add_dry_run_flag(CLI::App& verb, std::string& dry_run) {
  verb.add_option("--dry-run", dry_run,
                  "record nothing: check the form here (local) or all rules by the node (ledger)")
      ->expected(0, 1)
      ->default_str("ledger")
      ->type_name("")
      ->check(CLI::IsMember({"local", "ledger"}));
}

void add_write_flags(CLI::App& verb, WriteFlags& flags) {
  add_dry_run_flag(verb, flags.dry_run);
  verb.add_option("--wait", flags.wait, "return when the node has it: none, accepted or final")
      ->type_name("")
      ->check(CLI::IsMember({"none", "accepted", "final"}));
  verb.add_option("--timeout", flags.timeout_s, "seconds to try and wait at most")
      ->type_name("")
      ->check(CLI::Range(1, 24 * 60 * 60));
}

Result<crypto::Hash> read_network_id(const Session& session) {
  const std::filesystem::path path = session.settings.genesis_path();
  std::error_code failure;
  if (!std::filesystem::exists(path, failure)) {
    return Unexpected{Error{
        std::string(error_code::kWrongNetwork),
        "There is no genesis file at " + path.string() + ", and every write names its network.",
        "Put the network's genesis file there, or name it with --genesis."}};
  }
  const Result<std::string> file = read_input(path);
  if (!file) return Unexpected{file.error()};
  const Result<ledger::Genesis> genesis = ledger::parse_genesis(*file);
  if (!genesis) return Unexpected{genesis.error()};
  return genesis->network_id;
}

Result<std::unique_ptr<Submitter>> make_submitter(Session& session, const WriteFlags& flags,
                                                  const std::string& key_name) {
  const Result<std::string> organisation = session.organisation();
  if (!organisation) return Unexpected{organisation.error()};
  const Result<crypto::Hash> network = read_network_id(session);
  if (!network) return Unexpected{network.error()};
  const std::string& node = session.settings.value("node");
  // Before the passphrase is asked for: a typing error in --node is found at once.
  const Result<HttpResponse> status = session.node_access.get(node)("/v1/status");
  if (!status) return Unexpected{status.error()};
  if (auto same = check_network(*status, *network, node); !same) return Unexpected{same.error()};
  Result<crypto::PrivateKey> key = session.signing_key(key_name);
  if (!key) return Unexpected{key.error()};
  SubmitOptions options = session.node_access.submit(node);
  options.wait = wait_of(flags);
  options.dry_run = flags.dry_run == "ledger";
  options.deadline_ms = flags.timeout_s * 1000;
  return std::make_unique<Submitter>(Signer{*network, *organisation, *std::move(key)},
                                     std::move(options));
}

Result<std::uint64_t> next_place(const Session& session, const std::string& subject) {
  const Result<Json> found = NodeReader(session).find(NodePath("/v1/subjects/" + subject));
  if (!found && found.error().code == error_code::kNotFound) return std::uint64_t{1};
  if (!found) return Unexpected{found.error()};
  return found->value("count", std::uint64_t{0}) + 1;
}

Result<std::uint64_t> read_present(const Session& session, const NodePath& path,
                                   const std::string& field, google::protobuf::Message& content) {
  const Result<Json> found = NodeReader(session).find(path);
  if (!found) return Unexpected{found.error()};
  const auto read =
      read_message(found->value(field, Json::object()), "The node's " + field, content);
  if (!read) return Unexpected{read.error()};
  return found->value("count", std::uint64_t{0}) + 1;
}

Error nothing_changed(const std::string& what, const std::string& flag) {
  return usage_error("The flags change nothing of the " + what + ".",
                     "Name what is different, e.g. " + flag + ".")
      .error;
}

Written write_records(Session& session, const WriteFlags& flags,
                      const std::vector<proto::Record>& records, const std::string& key_name) {
  CHECK(!records.empty());
  if (records.size() > ledger::kSubmissionRecordsMax) {
    return {session.output.fail(Error{
                std::string(error_code::kInput),
                std::to_string(records.size()) + " records are more than one submission takes.",
                "Give at most 1,000; many go by import."}),
            false};
  }
  if (const ExitCode exit = check_form(session, records); exit != ExitCode::done) {
    return {exit, false};
  }
  if (flags.dry_run == "local") {
    std::vector<Json> rows;
    RecordResult valid;
    valid.state = State::valid;
    for (const proto::Record& record : records) rows.push_back(outcome_json(record, valid));
    if (rows.size() == 1) {
      session.output.show("outcome", kOneOutcomeColumns, rows.front());
    } else {
      session.output.list("outcomes", kOutcomeColumns, rows);
    }
    return {ExitCode::done, false};
  }
  const auto submitter = make_submitter(session, flags, key_name);
  if (!submitter) return {session.output.fail(submitter.error()), false};
  std::vector<crypto::Bytes> bytes;
  for (const proto::Record& record : records) bytes.push_back(proto::encode_record(record));
  const Result<SubmitResult> result =
      (*submitter)->submit((*submitter)->connect(), std::move(bytes));
  if (!result) return {session.output.fail(result.error()), false};
  const bool is_recorded =
      std::all_of(result->records.begin(), result->records.end(), [](const RecordResult& each) {
        return each.state == State::recorded || each.state == State::already;
      });
  return {show_outcomes(session, records, *result), is_recorded};
}

}  // namespace tools

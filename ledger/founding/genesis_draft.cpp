#include "ledger/founding/genesis_draft.h"

#include <algorithm>

#include "ledger/chain/memory_store.h"
#include "ledger/records/subject.h"

namespace ledger {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

// All that one organisation sent.
struct Founder {
  proto::Organisation entry;  // with its root, operation and node keys
  std::vector<std::string> addresses;
  std::map<KeyRole, crypto::PublicKey> node_keys;

  bool asks_for(proto::Role role) const {
    return std::find(entry.roles().begin(), entry.roles().end(), role) != entry.roles().end();
  }
  bool has_root() const {
    return std::any_of(entry.keys().begin(), entry.keys().end(),
                       [](const proto::Key& key) { return key.purpose() == proto::ROOT; });
  }
};
using Founders = std::map<std::string, Founder>;

constexpr KeyRole kNodeRoles[] = {KeyRole::vote, KeyRole::log, KeyRole::cosigner, KeyRole::node};

Unexpected<Error> draft_error(std::string message, std::string hint) {
  return Unexpected{Error{std::string(kNetworkDraft), std::move(message), std::move(hint)}};
}

// A later request may add what an earlier one leaves open, and must not say otherwise.
bool take_text(std::string& into, const std::string& from) {
  if (into.empty()) into = from;
  return from.empty() || into == from;
}

Result<void> take_request(Founder& founder, const KeyRequest& request) {
  proto::Organisation& entry = founder.entry;
  const proto::Organisation& other = request.entry;
  const bool agrees = take_text(*entry.mutable_name(), other.name()) &&
                      take_text(*entry.mutable_name_zh(), other.name_zh()) &&
                      take_text(*entry.mutable_country(), other.country()) &&
                      take_text(*entry.mutable_website(), other.website());
  if (!agrees) {
    return draft_error(
        "Two requests describe the organisation " + request.organisation + " in different ways.",
        "Ask the organisation which one holds.");
  }
  if (entry.identifiers().empty()) *entry.mutable_identifiers() = other.identifiers();
  std::vector<proto::Role> roles;
  for (const int role : entry.roles()) roles.push_back(static_cast<proto::Role>(role));
  for (const int role : other.roles()) roles.push_back(static_cast<proto::Role>(role));
  std::sort(roles.begin(), roles.end());
  roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
  entry.clear_roles();
  for (const proto::Role role : roles) entry.add_roles(role);
  for (const proto::Key& key : other.keys()) *entry.add_keys() = key;
  for (const std::string& address : request.addresses) founder.addresses.push_back(address);
  for (const KeyRole role : kNodeRoles) {
    const RequestedKey* key = request.find_key(role);
    if (key == nullptr) continue;
    if (!founder.node_keys.emplace(role, key->key).second) {
      return draft_error("Two requests of " + request.organisation + " bring a " +
                             std::string(name_of(role)) + " key.",
                         "Ask the organisation which one holds.");
    }
  }
  return {};
}

Result<Founders> gather(const GenesisDraft& draft) {
  Founders founders;
  for (const KeyRequest& request : draft.requests) {
    if (auto taken = take_request(founders[request.organisation], request); !taken) {
      return Unexpected{taken.error()};
    }
  }
  for (const auto& [id, parties] : draft.records_for) {
    const auto founder = founders.find(id);
    if (founder == founders.end()) {
      return draft_error("No request is of " + id + ", which is to record for others.",
                         "Name an organisation that sent a request.");
    }
    for (const std::string& party : parties) founder->second.entry.add_records_for(party);
  }
  for (const auto& [id, founder] : founders) {
    if (founder.has_root()) continue;
    return draft_error("The requests of " + id + " bring no root key.",
                       "Ask for the request that `greenledger keys new` made beside its keys.");
  }
  return founders;
}

proto::Record organisation_record(const std::string& id, const Founder& founder) {
  proto::Record record;
  record.set_subject(make_subject({"org", id}));
  record.set_place(1);
  *record.mutable_organisation() = founder.entry;
  return record;
}

Result<proto::Record> validators_record(const GenesisDraft& draft, const Founders& founders) {
  std::vector<std::string> ids = draft.validators;
  for (const auto& [id, founder] : founders) {
    if (draft.validators.empty() && founder.asks_for(proto::VALIDATOR)) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (ids.empty()) {
    return draft_error("No organisation asks to be a validator.",
                       "A network needs at least one: greenledger keys new --member validator.");
  }
  proto::Record record;
  record.set_subject("network/validators");
  record.set_place(1);
  for (const std::string& id : ids) {
    const auto founder = founders.find(id);
    if (founder == founders.end()) {
      return draft_error("No request is of " + id + ", which is to be a validator.",
                         "Name an organisation that sent a request.");
    }
    proto::Validator& validator = *record.mutable_validator_set()->add_validators();
    validator.set_organisation(id);
    const auto& keys = founder->second.node_keys;
    for (const KeyRole role : kNodeRoles) {
      const auto key = keys.find(role);
      if (key == keys.end()) {
        return draft_error(
            "The validator " + id + " brings no " + std::string(name_of(role)) + " key.",
            "Ask for the request of its node: greenledger keys new --org " + id +
                " --role node,vote,log,cosigner.");
      }
      std::string* const field = role == KeyRole::vote       ? validator.mutable_vote_key()
                                 : role == KeyRole::log      ? validator.mutable_log_key()
                                 : role == KeyRole::cosigner ? validator.mutable_cosigner_key()
                                                             : validator.mutable_node_key();
      *field = std::string(key->second.view());
    }
    for (const std::string& address : founder->second.addresses) validator.add_addresses(address);
  }
  return record;
}

}  // namespace

Result<std::vector<proto::Record>> draft_records(const GenesisDraft& draft) {
  const Result<Founders> founders = gather(draft);
  if (!founders) return Unexpected{founders.error()};
  std::vector<proto::Record> records;
  proto::Record& parameters = records.emplace_back();
  parameters.set_subject("network/parameters");
  parameters.set_place(1);
  *parameters.mutable_parameters() = draft.parameters;
  for (const auto& [id, founder] : *founders) records.push_back(organisation_record(id, founder));
  std::vector<proto::Record> schemes = draft.schemes;
  std::sort(schemes.begin(), schemes.end(), [](const proto::Record& a, const proto::Record& b) {
    return a.subject() < b.subject();
  });
  for (proto::Record& scheme : schemes) records.push_back(std::move(scheme));
  Result<proto::Record> validators = validators_record(draft, *founders);
  if (!validators) return Unexpected{validators.error()};
  records.push_back(*std::move(validators));
  return records;
}

Result<Genesis> draft_genesis(const GenesisDraft& draft, std::uint64_t time_ms) {
  const Result<std::vector<proto::Record>> records = draft_records(draft);
  if (!records) return Unexpected{records.error()};
  Result<Genesis> genesis = parse_genesis(write_genesis(time_ms, *records));
  if (!genesis) return genesis;
  const MemoryStore empty;
  if (auto block = execute_genesis(*genesis, empty.snapshot()); !block) {
    return Unexpected{block.error()};
  }
  return genesis;
}

}  // namespace ledger

#include "tools/cli/validator_change.h"

#include <algorithm>
#include <map>

#include "ledger/records/codes.h"
#include "ledger/records/signatures.h"
#include "tools/cli/error_codes.h"

namespace tools {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

// In the order of their organisations, as the record wants them.
using Members = std::map<std::string, proto::Validator>;

constexpr std::size_t kValidatorsLeast = 4;  // outside development

Members members_of(const proto::ValidatorSet& set) {
  Members members;
  for (const proto::Validator& each : set.validators()) members[each.organisation()] = each;
  return members;
}

std::size_t quorum(std::size_t validators) { return validators - (validators - 1) / 3; }

std::string places_of(const proto::Validator& validator) {
  std::string text;
  for (const std::string& address : validator.addresses()) {
    text += (text.empty() ? "" : " and ") + address;
  }
  return text.empty() ? "no address" : text;
}

bool same_keys(const proto::Validator& a, const proto::Validator& b) {
  return a.vote_key() == b.vote_key() && a.log_key() == b.log_key() &&
         a.cosigner_key() == b.cosigner_key() && a.node_key() == b.node_key();
}

bool same_places(const proto::Validator& a, const proto::Validator& b) {
  return std::equal(a.addresses().begin(), a.addresses().end(), b.addresses().begin(),
                    b.addresses().end());
}

void add_keys(const proto::Validator& validator, std::vector<std::string>& lines) {
  const std::pair<const char*, const std::string*> keys[] = {
      {"node", &validator.node_key()},
      {"vote", &validator.vote_key()},
      {"log", &validator.log_key()},
      {"cosigner", &validator.cosigner_key()},
  };
  for (const auto& [name, bytes] : keys) {
    const auto key = crypto::PublicKey::from_view(*bytes);
    lines.push_back(validator.organisation() + "'s " + name + " key is " +
                    (key ? crypto::fingerprint(*key) : std::string("malformed")));
  }
}

Result<proto::Validator> validator_of(const ledger::KeyRequest& request) {
  proto::Validator validator;
  validator.set_organisation(request.organisation);
  const std::pair<ledger::KeyRole, std::string*> fields[] = {
      {ledger::KeyRole::vote, validator.mutable_vote_key()},
      {ledger::KeyRole::log, validator.mutable_log_key()},
      {ledger::KeyRole::cosigner, validator.mutable_cosigner_key()},
      {ledger::KeyRole::node, validator.mutable_node_key()},
  };
  for (const auto& [role, bytes] : fields) {
    const ledger::RequestedKey* const key = request.find_key(role);
    if (key == nullptr) {
      return Unexpected{Error{std::string(error_code::kInput),
                              "The request of " + request.organisation + " brings no " +
                                  std::string(ledger::name_of(role)) + " key.",
                              "Its operator makes one with `greenledger keys new --role "
                              "node,vote,log,cosigner`."}};
    }
    *bytes = std::string(key->key.view());
  }
  for (const std::string& address : request.addresses) validator.add_addresses(address);
  return validator;
}

Unexpected<Error> votes_not(const std::string& organisation) {
  return Unexpected{Error{std::string(error_code::kNotFound), organisation + " is no validator.",
                          "`greenledger node status` names those that are."}};
}

}  // namespace

Result<proto::ValidatorSet> changed_set(const proto::ValidatorSet& present,
                                        const ValidatorChange& change) {
  Members members = members_of(present);
  for (const std::string& organisation : change.remove) {
    if (members.erase(organisation) == 0) return votes_not(organisation);
  }
  for (const ledger::KeyRequest& request : change.add) {
    Result<proto::Validator> validator = validator_of(request);
    if (!validator) return Unexpected{validator.error()};
    const auto old = members.find(request.organisation);
    // New keys alone do not mean that the node has moved.
    if (old != members.end() && validator->addresses().empty()) {
      *validator->mutable_addresses() = old->second.addresses();
    }
    members[request.organisation] = *std::move(validator);
  }
  for (const auto& [organisation, address] : change.move) {
    const auto found = members.find(organisation);
    if (found == members.end()) return votes_not(organisation);
    found->second.clear_addresses();
    found->second.add_addresses(address);
  }
  for (const ledger::KeyRequest& request : change.add) {
    if (!members[request.organisation].addresses().empty()) continue;
    return Unexpected{Error{
        std::string(error_code::kInput),
        "The request of " + request.organisation + " does not say where its node can be reached.",
        "Add --move " + request.organisation + "=HOST:PORT."}};
  }
  proto::ValidatorSet set;
  for (auto& [organisation, validator] : members) *set.add_validators() = std::move(validator);
  return set;
}

SetDifference difference(const proto::ValidatorSet& before, const proto::ValidatorSet& after) {
  SetDifference found;
  Members old = members_of(before);
  for (const auto& [organisation, validator] : members_of(after)) {
    const auto was = old.find(organisation);
    if (was == old.end()) {
      ++found.members;
      found.lines.push_back("adds " + organisation + " at " + places_of(validator));
      add_keys(validator, found.lines);
      continue;
    }
    if (!same_keys(was->second, validator)) {
      ++found.members;
      found.lines.push_back("gives " + organisation + " other keys");
      add_keys(validator, found.lines);
    }
    if (!same_places(was->second, validator)) {
      found.lines.push_back("moves " + organisation + " from " + places_of(was->second) + " to " +
                            places_of(validator));
    }
    old.erase(was);
  }
  for (const auto& [organisation, validator] : old) {
    ++found.members;
    found.lines.push_back("removes " + organisation);
  }
  const auto count = static_cast<std::size_t>(after.validators_size());
  if (!found.lines.empty() && count > 0) {
    found.lines.push_back("then " + std::to_string(count) + " vote and " +
                          std::to_string(quorum(count)) + " make a quorum");
  }
  return found;
}

std::optional<crypto::Reject> size_fault(const proto::ValidatorSet& before,
                                         const proto::ValidatorSet& after, bool development) {
  const auto count = static_cast<std::size_t>(after.validators_size());
  const std::string field = "validator_set.validators";
  if (count == 0 || (count < kValidatorsLeast && !development)) {
    return crypto::Reject(ledger::kValidatorsInvalid, field,
                          std::to_string(count) + " validators would be left; it takes at least " +
                              (development ? "one." : "four."));
  }
  const std::size_t allowed =
      std::max<std::size_t>(1, static_cast<std::size_t>(before.validators_size()) / 10);
  const std::size_t changed = difference(before, after).members;
  if (changed <= allowed) return std::nullopt;
  return crypto::Reject(ledger::kValidatorsInvalid, field,
                        std::to_string(changed) + " validators change, at most " +
                            std::to_string(allowed) + " may at a time.",
                        "Make a change for each, and apply one after the other.");
}

bool has_root_key(const Json& organisation, const crypto::KeyId& key_id) {
  for (const Json& key : organisation.value("keys", Json::array())) {
    if (key.value("purpose", "") == "ROOT" && !key.contains("revoked_height") &&
        key.value("key_id", "") == key_id.hex()) {
      return true;
    }
  }
  return false;
}

Approvals count_approvals(const Proposal& proposal, const std::vector<Json>& organisations) {
  Approvals approvals;
  approvals.members = organisations.size();
  const crypto::Bytes message = ledger::countersigned_bytes(proposal.network_id, proposal.record);
  for (const proto::Countersignature& each : proposal.record.countersignatures()) {
    const auto key_id = crypto::KeyId::from_view(each.key_id());
    const auto signature = crypto::Signature::from_view(each.signature());
    bool counts = false;
    for (const Json& member : organisations) {
      if (!key_id || !signature || member.value("id", "") != each.organisation() ||
          !has_root_key(member, *key_id)) {
        continue;
      }
      for (const Json& key : member.value("keys", Json::array())) {
        const auto public_key = crypto::PublicKey::from_hex(key.value("public_key", ""));
        counts = counts ||
                 (public_key && crypto::key_id(*public_key) == *key_id &&
                  crypto::verify(*public_key, crypto::tag::kCountersignature, message, *signature));
      }
    }
    (counts ? approvals.by : approvals.others).push_back(each.organisation());
  }
  return approvals;
}

void keep_approvals(proto::Record& record, const std::vector<std::string>& by) {
  const proto::Record all = record;
  record.clear_countersignatures();
  for (const proto::Countersignature& each : all.countersignatures()) {
    if (std::find(by.begin(), by.end(), each.organisation()) != by.end()) {
      *record.add_countersignatures() = each;
    }
  }
}

}  // namespace tools

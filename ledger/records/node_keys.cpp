#include "ledger/records/node_keys.h"

#include <algorithm>

#include "ledger/records/codes.h"

namespace ledger {
namespace {

bool is_enrolled(const RuleContext& context, std::string_view public_key) {
  return find_counter(*context.state, node_key_counter(public_key)) != 0;
}

// Does it serve a validator, other than as the node key of `organisation`?
bool serves_validator(const proto::ValidatorSet& set, std::string_view organisation,
                      const std::string& key) {
  return std::any_of(set.validators().begin(), set.validators().end(), [&](const auto& each) {
    if (each.vote_key() == key || each.log_key() == key || each.cosigner_key() == key) return true;
    return each.node_key() == key && each.organisation() != organisation;
  });
}

bool has_in_force(const proto::OrganisationState& state, const std::string& node_key) {
  return std::any_of(state.keys().begin(), state.keys().end(), [&](const proto::KeyState& key) {
    return key.key().purpose() == proto::NODE && key.revoked_height() == 0 &&
           key.key().public_key() == node_key;
  });
}

Unexpected<Reject> taken(const Field& field, std::string_view public_key) {
  return refuse(kKeyInvalid, field,
                "The key " + crypto::to_hex(public_key) + " serves another purpose or member.",
                "Make a key for this purpose alone.");
}

}  // namespace

std::string node_key_counter(std::string_view public_key) {
  return std::string(kNodeKeyPrefix) + crypto::to_hex(public_key);
}

Checked<void> claim_keys(RuleContext& context, std::string_view organisation, const Field& list,
                         const google::protobuf::RepeatedPtrField<proto::Key>& added) {
  std::optional<proto::ValidatorSet> set;
  for (int i = 0; i < added.size(); ++i) {
    const proto::Key& key = added[i];
    const Field entry(*list.parent, list.name, i);
    if (is_enrolled(context, key.public_key())) return taken(entry, key.public_key());
    if (key.purpose() != proto::NODE) continue;
    if (!set) set = find_validators(*context.state).value_or(proto::ValidatorSet());
    if (serves_validator(*set, organisation, key.public_key())) {
      return taken(entry, key.public_key());
    }
    context.counters[node_key_counter(key.public_key())] = 1;
  }
  return {};
}

Checked<void> limit_node_keys(const proto::OrganisationState& state, const Field& list) {
  const auto in_force =
      std::count_if(state.keys().begin(), state.keys().end(), [](const proto::KeyState& key) {
        return key.key().purpose() == proto::NODE && key.revoked_height() == 0;
      });
  if (in_force <= kNodeKeysMax) return {};
  return refuse(kTooMany, list,
                "The organisation would have more than " + std::to_string(kNodeKeysMax) +
                    " node keys in force.",
                "Revoke those of nodes that are gone.");
}

Checked<void> require_free_keys(RuleContext& context, const proto::Validator& validator,
                                const Field& entry) {
  const std::pair<std::string_view, const std::string*> keys[] = {
      {"vote_key", &validator.vote_key()},
      {"log_key", &validator.log_key()},
      {"cosigner_key", &validator.cosigner_key()},
  };
  for (const auto& [name, key] : keys) {
    if (is_enrolled(context, *key)) return taken({entry, name}, *key);
  }
  const std::string& node_key = validator.node_key();
  if (!is_enrolled(context, node_key)) return {};
  const proto::OrganisationState* const own = organisation_of(context, validator.organisation());
  if (own != nullptr && has_in_force(*own, node_key)) return {};
  return taken({entry, "node_key"}, node_key);
}

}  // namespace ledger

// validator_set: who votes from the next epoch on. The record holds the whole set.
#include <algorithm>
#include <map>
#include <set>

#include "crypto/keys.h"
#include "ledger/records/codes.h"
#include "ledger/records/kinds.h"
#include "ledger/records/node_keys.h"
#include "ledger/records/signatures.h"

namespace ledger {
namespace {

constexpr int kValidatorsMost = 150;
constexpr int kAddressesMax = 8;
// With fewer than four no validator may fail (f = floor((n - 1) / 3)).
constexpr int kValidatorsLeast = 4;

bool is_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || text.size() > kNameBytesMax) return false;
  const std::string_view port = text.substr(colon + 1);
  if (port.empty() || port.size() > 5 || port.front() == '0' ||
      port.find_first_not_of("0123456789") != std::string_view::npos) {
    return false;
  }
  return std::stoul(std::string(port)) <= 65'535 && check_text(text) == TextFault::none &&
         text.find_first_of(" /") == std::string_view::npos;
}

void check_key(Faults& faults, const Field& field, const std::string& bytes,
               std::set<std::string_view>& seen) {
  const auto key = crypto::PublicKey::from_view(bytes);
  if (!key || !crypto::is_acceptable(*key)) {
    faults.add(kKeyInvalid, field,
               "The key is not an Ed25519 key that signatures may be made with.");
  } else if (!seen.insert(bytes).second) {
    faults.add(kKeyInvalid, field, "The key serves another purpose or validator already.",
               "Make a key for this purpose alone.");
  }
}

bool same_keys(const proto::Validator& a, const proto::Validator& b) {
  return a.vote_key() == b.vote_key() && a.log_key() == b.log_key() &&
         a.cosigner_key() == b.cosigner_key() && a.node_key() == b.node_key();
}

// Only what is new is judged: a member that stays must not stop the changes of others.
bool was_there(const proto::ValidatorSet& before, const proto::Validator& validator) {
  return std::any_of(
      before.validators().begin(), before.validators().end(), [&](const proto::Validator& old) {
        return old.organisation() == validator.organisation() && same_keys(old, validator);
      });
}

// Members that join, leave or bring another key.
int changed_members(const proto::ValidatorSet& before, const proto::ValidatorSet& after) {
  std::map<std::string_view, const proto::Validator*> old;
  for (const proto::Validator& validator : before.validators()) {
    old.emplace(validator.organisation(), &validator);
  }
  int changed = 0;
  for (const proto::Validator& validator : after.validators()) {
    const auto found = old.find(validator.organisation());
    if (found == old.end() || !same_keys(*found->second, validator)) ++changed;
    if (found != old.end()) old.erase(found);
  }
  return changed + static_cast<int>(old.size());
}

}  // namespace

void check_validator_set(Faults& faults, const proto::Record& record, const SubjectPath* /*path*/) {
  const proto::ValidatorSet& set = record.validator_set();
  const Field field("validator_set");
  const Field list(field, "validators");
  if (set.validators().empty()) faults.add(kFieldMissing, list, "The set is empty.");
  if (!check_count(faults, list, set.validators_size(), kValidatorsMost)) return;
  std::set<std::string_view> seen;
  for (int i = 0; i < set.validators_size(); ++i) {
    const proto::Validator& validator = set.validators(i);
    const Field entry(field, "validators", i);
    if (!is_organisation_id(validator.organisation())) {
      faults.add(kReferenceInvalid, {entry, "organisation"},
                 quoted(validator.organisation()) + " is not the id of an organisation.");
    } else if (i > 0 && set.validators(i - 1).organisation() >= validator.organisation()) {
      faults.add(kOrderInvalid, {entry, "organisation"},
                 "The validators are not in ascending order of their organisations, each once.");
    }
    check_key(faults, {entry, "vote_key"}, validator.vote_key(), seen);
    check_key(faults, {entry, "log_key"}, validator.log_key(), seen);
    check_key(faults, {entry, "cosigner_key"}, validator.cosigner_key(), seen);
    check_key(faults, {entry, "node_key"}, validator.node_key(), seen);
    if (!check_count(faults, {entry, "addresses"}, validator.addresses_size(), kAddressesMax)) {
      continue;
    }
    for (int k = 0; k < validator.addresses_size(); ++k) {
      if (is_address(validator.addresses(k))) continue;
      faults.add(kTextInvalid, {entry, "addresses", k},
                 quoted(validator.addresses(k)) + " is not an address.",
                 "Write the address as host:port.");
    }
  }
}

// A change touches at most max(1, floor(n / 10)) members, so that two thirds of any two sets that
// follow each other overlap and a light client can skip along them.
Checked<Bytes> apply_validator_set(RuleContext& context, const proto::Record& record,
                                   const Body& body) {
  const proto::ValidatorSet& set = record.validator_set();
  const Field field("validator_set");
  const Field list(field, "validators");
  if (auto agreed = require_two_thirds(context, record); !agreed) {
    return Unexpected{std::move(agreed).error()};
  }
  for (const proto::Validator& validator : set.validators()) {
    auto member = require_role(context, validator.organisation(), proto::VALIDATOR, list);
    if (!member) return Unexpected{std::move(member).error()};
  }
  const auto parameters = find_parameters(*context.state);
  const bool few_allowed = !parameters || parameters->development();
  if (set.validators_size() < kValidatorsLeast && !few_allowed) {
    return refuse(kValidatorsInvalid, list,
                  "A set of " + std::to_string(set.validators_size()) +
                      " can't lose a validator; it takes at least four.");
  }
  const auto before = body ? parse_body<proto::ValidatorSet>(*body) : proto::ValidatorSet();
  for (int i = 0; i < set.validators_size(); ++i) {
    if (was_there(before, set.validators(i))) continue;
    const Field entry(field, "validators", i);
    auto free = require_free_keys(context, set.validators(i), entry);
    if (!free) return Unexpected{std::move(free).error()};
  }
  if (body) {
    const int allowed = std::max(1, before.validators_size() / 10);
    const int changed = changed_members(before, set);
    if (changed > allowed) {
      return refuse(kValidatorsInvalid, list,
                    std::to_string(changed) + " validators change, at most " +
                        std::to_string(allowed) + " may at a time.");
    }
  }
  return set.SerializeAsString();
}

}  // namespace ledger

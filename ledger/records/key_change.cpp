// key_change: an organisation adds and revokes its own keys, with a root key.
#include <algorithm>

#include "ledger/records/codes.h"
#include "ledger/records/kinds.h"
#include "ledger/records/node_keys.h"

namespace ledger {
namespace {

constexpr int kRevocationsMax = 32;
// Revoked keys stay: old signatures are judged by them. Two changes a month for ten years.
constexpr int kKeysEverMax = 256;
constexpr std::size_t kKeyIdBytes = 16;

bool has_root_in_force(const proto::OrganisationState& state) {
  return std::any_of(state.keys().begin(), state.keys().end(), [](const proto::KeyState& key) {
    return key.key().purpose() == proto::ROOT && key.revoked_height() == 0;
  });
}

Checked<void> add_keys(proto::OrganisationState& state, const proto::KeyChange& change,
                       std::uint64_t height) {
  const Field field("key_change");
  for (int i = 0; i < change.add_size(); ++i) {
    proto::KeyState added = key_state(change.add(i), height);
    const bool known =
        std::any_of(state.keys().begin(), state.keys().end(),
                    [&](const proto::KeyState& key) { return key.key_id() == added.key_id(); });
    if (known) {
      return refuse(kKeyInvalid, {field, "add", i},
                    "The organisation has or had the key " + crypto::to_hex(added.key_id()) + ".",
                    "Make a new key; a key that was revoked never comes back.");
    }
    *state.add_keys() = std::move(added);
  }
  return {};
}

Checked<void> revoke_keys(proto::OrganisationState& state, const proto::KeyChange& change,
                          const RuleContext& context) {
  const Field list("key_change");
  for (int i = 0; i < change.revoke_size(); ++i) {
    const proto::KeyRevocation& revocation = change.revoke(i);
    const Field entry(list, "revoke", i);
    const auto key = std::find_if(
        state.mutable_keys()->begin(), state.mutable_keys()->end(),
        [&](const proto::KeyState& known) { return known.key_id() == revocation.key_id(); });
    if (key == state.mutable_keys()->end() || key->revoked_height() != 0) {
      return refuse(
          kReferenceInvalid, {entry, "key_id"},
          "The organisation has no key " + crypto::to_hex(revocation.key_id()) + " in force.",
          "Name a key that is in force (org show).");
    }
    if (!revocation.compromised_since().empty() &&
        Date::parse(revocation.compromised_since())->first() > Date::parse(context.today)->last()) {
      return refuse(kDateInvalid, {entry, "compromised_since"},
                    revocation.compromised_since() + " lies after today, " + context.today + ".");
    }
    key->set_revoked_height(context.height);
    key->set_compromised_since(revocation.compromised_since());
  }
  return {};
}

}  // namespace

void check_key_change(Faults& faults, const proto::Record& record, const SubjectPath* /*path*/) {
  const proto::KeyChange& change = record.key_change();
  const Field field("key_change");
  if (change.add().empty() && change.revoke().empty()) {
    faults.add(kFieldMissing, field, "The record neither adds nor revokes a key.");
  }
  check_keys(faults, {field, "add"}, change.add());
  if (!check_count(faults, {field, "revoke"}, change.revoke_size(), kRevocationsMax)) return;
  for (int i = 0; i < change.revoke_size(); ++i) {
    const proto::KeyRevocation& revocation = change.revoke(i);
    const Field entry(field, "revoke", i);
    if (revocation.key_id().size() != kKeyIdBytes) {
      faults.add(kKeyInvalid, {entry, "key_id"}, "The key id does not have 16 bytes.",
                 "Give the key id as org show lists it.");
    }
    const Field since(entry, "compromised_since");
    const std::optional<Date> date = check_date(faults, since, revocation.compromised_since());
    if (date && date->is_stated() && date->precision() != Precision::day) {
      faults.add(kDateInvalid, since, revocation.compromised_since() + " is not a day.",
                 "Name the first day on which the key may have been in other hands.");
    }
    check_text(faults, {entry, "reason"}, revocation.reason(), kSentenceBytesMax);
  }
}

// Only with a root key, and one root key always stays: an organisation without any could never act
// as a member again. Operation keys may all go, which is what a theft asks for.
Checked<Bytes> apply_key_change(RuleContext& context, const proto::Record& record,
                                const Body& body) {
  const Field field("key_change");
  if (!context.signed_by_root || context.submitter != owner_of(record.subject())) {
    return refuse(kSignaturesMissing, field,
                  "The submission is not signed with a root key of the organisation.",
                  "Sign the submission with a root key of the organisation itself.");
  }
  auto state = parse_body<proto::OrganisationState>(*body);
  if (auto added = add_keys(state, record.key_change(), context.height); !added) {
    return Unexpected{std::move(added).error()};
  }
  if (auto revoked = revoke_keys(state, record.key_change(), context); !revoked) {
    return Unexpected{std::move(revoked).error()};
  }
  const Field list(field, "add");
  auto claimed = claim_keys(context, context.submitter, list, record.key_change().add());
  if (claimed) claimed = limit_node_keys(state, list);
  if (!claimed) return Unexpected{std::move(claimed).error()};
  if (!has_root_in_force(state)) {
    return refuse(kStateInvalid, {field, "revoke"}, "No root key would be left.",
                  "Add a new root key in the same record.");
  }
  if (state.keys_size() > kKeysEverMax) {
    return refuse(
        kTooMany, {field, "add"},
        "The organisation would have had more than " + std::to_string(kKeysEverMax) + " keys.",
        "Ask the network to admit the organisation under a new id.");
  }
  return state.SerializeAsString();
}

}  // namespace ledger

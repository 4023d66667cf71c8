// organisation: who is a member, with which roles and keys.
#include <algorithm>

#include "crypto/keys.h"
#include "ledger/records/codes.h"
#include "ledger/records/kinds.h"
#include "ledger/records/lists/lists.h"
#include "ledger/records/node_keys.h"
#include "ledger/records/signatures.h"

namespace ledger {
namespace {

constexpr int kRecordsForMax = 256;
constexpr int kKeysMax = 32;
constexpr std::size_t kPublicKeyBytes = 32;

template <class List>
bool same(const List& a, const List& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin());
}

bool same_identifiers(const Identifiers& a, const Identifiers& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const proto::Identifier& x, const proto::Identifier& y) {
                      return x.scheme() == y.scheme() && x.value() == y.value();
                    });
}

void check_roles(Faults& faults, const Field& field, const proto::Organisation& organisation) {
  for (int i = 0; i < organisation.roles_size(); ++i) {
    const proto::Role role = organisation.roles(i);
    const Field entry(field, "roles", i);
    if (role == proto::ROLE_UNSPECIFIED || !proto::Role_IsValid(role)) {
      faults.add(kFieldMissing, entry, "The role is not one of those that the ledger knows.");
    } else if (i > 0 && organisation.roles(i - 1) >= role) {
      faults.add(kOrderInvalid, entry, "The roles are not in ascending order, each once.");
    }
  }
}

// "*", "<SCHEME>:<value>" or a name.
void check_mandates(Faults& faults, const Field& field, const proto::Organisation& organisation) {
  const Field list(field, "records_for");
  if (!check_count(faults, list, organisation.records_for_size(), kRecordsForMax)) return;
  for (int i = 0; i < organisation.records_for_size(); ++i) {
    const std::string& party = organisation.records_for(i);
    const Field entry(field, "records_for", i);
    check_text(faults, entry, party, kNameBytesMax, Need::required);
    const std::size_t colon = party.find(':');
    proto::IdentifierScheme scheme = proto::IDENTIFIER_SCHEME_UNSPECIFIED;
    if (colon == std::string::npos ||
        !proto::IdentifierScheme_Parse(party.substr(0, colon), &scheme)) {
      continue;
    }
    proto::Identifier identifier;
    identifier.set_scheme(scheme);
    identifier.set_value(party.substr(colon + 1));
    check_identifier(faults, entry, identifier);
  }
}

// What only the network may change: who the member is, what it may do, for whom it records.
bool changes_mandate(const proto::Organisation& before, const proto::Organisation& after) {
  return !same(before.roles(), after.roles()) || !same(before.records_for(), after.records_for()) ||
         !same_identifiers(before.identifiers(), after.identifiers());
}

}  // namespace

void check_keys(Faults& faults, const Field& field,
                const google::protobuf::RepeatedPtrField<proto::Key>& keys) {
  if (!check_count(faults, field, keys.size(), kKeysMax)) return;
  for (int i = 0; i < keys.size(); ++i) {
    const proto::Key& key = keys[i];
    const Field entry(*field.parent, field.name, i);
    if (key.purpose() == proto::KEY_PURPOSE_UNSPECIFIED ||
        !proto::KeyPurpose_IsValid(key.purpose())) {
      faults.add(kFieldMissing, {entry, "purpose"},
                 "The key is neither a root key nor an operation key nor a node key.");
    }
    const auto public_key = crypto::PublicKey::from_view(key.public_key());
    const bool known = std::any_of(keys.begin(), keys.begin() + i, [&](const proto::Key& other) {
      return other.public_key() == key.public_key();
    });
    if (key.algorithm() != proto::ED25519 || key.public_key().size() != kPublicKeyBytes) {
      faults.add(kKeyInvalid, entry, "The key is not an Ed25519 key of 32 bytes.");
    } else if (!crypto::is_acceptable(*public_key)) {
      faults.add(kKeyInvalid, entry, "The key is not a point that signatures may be made with.");
    } else if (known) {
      faults.add(kKeyInvalid, entry, "The key is listed twice.");
    }
    check_text(faults, {entry, "label"}, key.label(), kCodeBytesMax);
  }
}

proto::KeyState key_state(const proto::Key& key, std::uint64_t height) {
  proto::KeyState state;
  *state.mutable_key() = key;
  const auto public_key = crypto::PublicKey::from_view(key.public_key());
  CHECK(public_key.has_value());
  state.set_key_id(Bytes(crypto::key_id(*public_key).view()));
  state.set_since_height(height);
  return state;
}

void check_organisation(Faults& faults, const proto::Record& record, const SubjectPath* /*path*/) {
  const proto::Organisation& organisation = record.organisation();
  const Field field("organisation");
  check_text(faults, {field, "name"}, organisation.name(), kNameBytesMax, Need::required);
  check_text(faults, {field, "name_zh"}, organisation.name_zh(), kNameBytesMax);
  check_identifiers(faults, {field, "identifiers"}, organisation.identifiers());
  check_country(faults, {field, "country"}, organisation.country());
  check_roles(faults, field, organisation);
  const Field keys(field, "keys");
  if (record.place() == 1) {
    check_keys(faults, keys, organisation.keys());
    const bool has_root =
        std::any_of(organisation.keys().begin(), organisation.keys().end(),
                    [](const proto::Key& key) { return key.purpose() == proto::ROOT; });
    if (!has_root) faults.add(kFieldMissing, keys, "The organisation brings no root key.");
  } else if (!organisation.keys().empty()) {
    faults.add(kFieldExtra, keys, "Only an organisation's first record lists keys.",
               "Leave the keys out; send a key_change to add or revoke keys.");
  }
  check_mandates(faults, field, organisation);
  check_text(faults, {field, "website"}, organisation.website(), kUriBytesMax);
}

// Admission and every change of roles, mandates or identifiers take more than two thirds of the
// organisations. Names, country and website change with one root key of the organisation itself.
Checked<Bytes> apply_organisation(RuleContext& context, const proto::Record& record,
                                  const Body& body) {
  const proto::Organisation& organisation = record.organisation();
  const Field field("organisation");
  proto::OrganisationState state;
  if (!body) {
    if (auto agreed = require_two_thirds(context, record); !agreed) {
      return Unexpected{std::move(agreed).error()};
    }
    for (const proto::Key& key : organisation.keys()) {
      *state.add_keys() = key_state(key, context.height);
    }
    const Field keys(field, "keys");
    auto claimed = claim_keys(context, owner_of(record.subject()), keys, organisation.keys());
    if (claimed) claimed = limit_node_keys(state, keys);
    if (!claimed) return Unexpected{std::move(claimed).error()};
    context.counters[std::string(kOrganisationsKey)] = 1;
  } else {
    state = parse_body<proto::OrganisationState>(*body);
    const bool own = context.signed_by_root && context.submitter == owner_of(record.subject());
    if (!own || changes_mandate(state.organisation(), organisation)) {
      if (!own && record.countersignatures().empty()) {
        return refuse(kSignaturesMissing, field,
                      "The change is not signed with a root key of the organisation.",
                      "Sign the submission with a root key of the organisation itself.");
      }
      if (auto agreed = require_two_thirds(context, record); !agreed) {
        return Unexpected{std::move(agreed).error()};
      }
    }
  }
  *state.mutable_organisation() = organisation;
  state.mutable_organisation()->clear_keys();
  return state.SerializeAsString();
}

}  // namespace ledger

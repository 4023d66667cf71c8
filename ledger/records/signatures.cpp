#include "ledger/records/signatures.h"

#include <algorithm>

#include "crypto/keys.h"
#include "ledger/records/codes.h"
#include "ledger/records/kinds.h"

namespace ledger {
namespace {

// nullptr: the organisation has no such root key in force.
const proto::KeyState* root_key(const proto::OrganisationState& organisation, ByteView key_id) {
  const auto found = std::find_if(
      organisation.keys().begin(), organisation.keys().end(), [&](const proto::KeyState& key) {
        return key.key_id() == key_id && key.key().purpose() == proto::ROOT &&
               key.revoked_height() == 0;
      });
  return found == organisation.keys().end() ? nullptr : &*found;
}

}  // namespace

Bytes countersigned_bytes(const Hash& network_id, const proto::Record& record) {
  proto::Record bare = record;
  bare.clear_countersignatures();
  return Bytes(network_id.view()) + bare.SerializeAsString();
}

Checked<void> require_two_thirds(const RuleContext& context, const proto::Record& record) {
  if (context.genesis) return {};
  const Field field("countersignatures");
  const std::uint64_t members = find_counter(*context.state, kOrganisationsKey);
  const auto signers = static_cast<std::uint64_t>(record.countersignatures_size());
  if (3 * signers <= 2 * members) {
    return refuse(kSignaturesMissing, field,
                  std::to_string(signers) + " of " + std::to_string(members) +
                      " organisations have signed; it takes more than two thirds of them.");
  }
  const Bytes message = countersigned_bytes(context.network_id, record);
  for (int i = 0; i < record.countersignatures_size(); ++i) {
    const proto::Countersignature& entry = record.countersignatures(i);
    const Field entry_field("countersignatures", i);
    const auto member = find_organisation(*context.state, entry.organisation());
    const proto::KeyState* const key = member ? root_key(*member, entry.key_id()) : nullptr;
    if (key == nullptr) {
      return refuse(kSignaturesMissing, entry_field,
                    entry.organisation() + " has no root key " + crypto::to_hex(entry.key_id()) +
                        " in force.");
    }
    // check() asks for this order too; here a repeated signature would make a majority.
    if (i > 0 && record.countersignatures(i - 1).organisation() >= entry.organisation()) {
      return refuse(kOrderInvalid, entry_field, "An organisation may sign only once.");
    }
    const auto public_key = crypto::PublicKey::from_view(key->key().public_key());
    const auto signature = crypto::Signature::from_view(entry.signature());
    CHECK(public_key.has_value());
    if (!signature ||
        !crypto::verify(*public_key, crypto::tag::kCountersignature, message, *signature)) {
      return refuse(
          kSignaturesMissing, entry_field,
          "The signature of " + entry.organisation() + " does not fit this record on this network.",
          "Let " + entry.organisation() + " sign the record as it stands.");
    }
  }
  return {};
}

}  // namespace ledger

#include "ledger/chain/signing_key.h"

#include "ledger/chain/codes.h"

namespace ledger {
namespace {

crypto::Unexpected<crypto::Reject> no_such_key(const SubmissionHeader& header) {
  return {crypto::Reject(kKeyUnknown, "header.key_id",
                         header.organisation + " has no key " + header.key_id.hex() + ".")};
}

}  // namespace

Checked<const proto::KeyState*> find_signing_key(
    const SubmissionHeader& header, const std::optional<proto::OrganisationState>& organisation) {
  if (!organisation) {
    return crypto::Unexpected{
        crypto::Reject(kOrganisationUnknown, "header.organisation",
                       header.organisation + " is not a member of this network.")};
  }
  for (const proto::KeyState& key : organisation->keys()) {
    if (key.key_id() != header.key_id.view()) continue;
    if (key.key().purpose() == proto::NODE) {
      return crypto::Unexpected{
          crypto::Reject(kKeyPurpose, "header.key_id", "A node key signs no submission.")};
    }
    if (key.revoked_height() == 0) return &key;
    return crypto::Unexpected{crypto::Reject(
        kKeyRevoked, "header.key_id",
        "The key was revoked at height " + std::to_string(key.revoked_height()) + ".")};
  }
  return no_such_key(header);
}

Checked<crypto::PublicKey> find_signing_key(const SubmissionHeader& header,
                                            const ChainReader& reader, std::uint64_t height) {
  std::optional<proto::OrganisationState> organisation;
  if (const auto value = reader.subject("org/" + header.organisation, height)) {
    if (!organisation.emplace().ParseFromString(value->body)) organisation.reset();
  }
  const auto key = find_signing_key(header, organisation);
  if (!key) return crypto::Unexpected{key.error()};
  const auto public_key = crypto::PublicKey::from_view((*key)->key().public_key());
  if (!public_key) return no_such_key(header);
  return *public_key;
}

}  // namespace ledger

#include "tools/cli/org_records.h"

#include <algorithm>

#include "crypto/hash.h"
#include "ledger/records/rules.h"
#include "ledger/records/signatures.h"
#include "ledger/records/subject.h"
#include "tools/cli/error_codes.h"

namespace tools {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

proto::Record organisation_record(const ledger::KeyRequest& request,
                                  const std::vector<std::string>& records_for) {
  proto::Record record;
  record.set_subject(ledger::make_subject({"org", request.organisation}));
  record.set_place(1);
  *record.mutable_organisation() = request.entry;
  for (const std::string& party : records_for) {
    record.mutable_organisation()->add_records_for(party);
  }
  return record;
}

std::optional<crypto::Reject> form_fault(const proto::Record& record) {
  std::vector<crypto::Reject> faults = ledger::check(record);
  if (faults.empty()) return std::nullopt;
  return faults.front();
}

void countersign(Proposal& proposal, const std::string& organisation,
                 const crypto::PrivateKey& root_key) {
  const crypto::Bytes message = ledger::countersigned_bytes(proposal.network_id, proposal.record);
  proto::Countersignature entry;
  entry.set_organisation(organisation);
  entry.set_key_id(std::string(crypto::key_id(root_key.public_key()).view()));
  entry.set_signature(std::string(root_key.sign(crypto::tag::kCountersignature, message).view()));
  std::vector<proto::Countersignature> all;
  for (const proto::Countersignature& each : proposal.record.countersignatures()) {
    if (each.organisation() != organisation) all.push_back(each);
  }
  all.push_back(std::move(entry));
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.organisation() < b.organisation(); });
  proposal.record.clear_countersignatures();
  for (const proto::Countersignature& each : all) *proposal.record.add_countersignatures() = each;
}

std::vector<std::string> signers_of(const proto::Record& record) {
  std::vector<std::string> signers;
  for (const proto::Countersignature& each : record.countersignatures()) {
    signers.push_back(each.organisation());
  }
  return signers;
}

Result<proto::KeyChange> rotation(const ledger::KeyRequest& request, const Json& keys,
                                  bool keep_old, const std::string& reason) {
  proto::KeyChange change;
  for (const proto::Key& key : request.entry.keys()) {
    const std::string hex = crypto::to_hex(key.public_key());
    const bool known = std::any_of(keys.begin(), keys.end(), [&](const Json& each) {
      return each.value("public_key", "") == hex;
    });
    if (known) {
      return Unexpected{Error{std::string(error_code::kInput),
                              "The organisation has or had the key " + hex + ".",
                              "Make new keys with `greenledger keys new`."}};
    }
    *change.add_add() = key;
  }
  if (change.add().empty()) {
    return Unexpected{Error{std::string(error_code::kInput),
                            "The request brings no root, operation or node key.",
                            "Make new keys with `greenledger keys new`; those with which a node "
                            "votes change with the set of validators."}};
  }
  for (const Json& each : keys) {
    if (keep_old || each.contains("revoked_height")) continue;
    const bool replaced =
        std::any_of(change.add().begin(), change.add().end(), [&](const proto::Key& key) {
          return proto::KeyPurpose_Name(key.purpose()) == each.value("purpose", "");
        });
    const auto key_id = crypto::KeyId::from_hex(each.value("key_id", ""));
    if (!replaced || !key_id) continue;
    proto::KeyRevocation& revocation = *change.add_revoke();
    revocation.set_key_id(std::string(key_id->view()));
    revocation.set_reason(reason);
  }
  return change;
}

}  // namespace tools

// Records about members, made of requests, and the signatures of other members on them. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/expected.h"
#include "ledger/founding/key_request.h"
#include "tools/cli/record_json.h"

namespace tools {

// The record that admits who sent the request: its entry with its root and operation keys.
proto::Record organisation_record(const ledger::KeyRequest& request,
                                  const std::vector<std::string>& records_for);

// The first fault of form; nullopt: none.
std::optional<crypto::Reject> form_fault(const proto::Record& record);

// Adds the signature of an organisation, or puts it in the place of an earlier one of it.
// Signatures stand in the order of the organisations.
void countersign(Proposal& proposal, const std::string& organisation,
                 const crypto::PrivateKey& root_key);
std::vector<std::string> signers_of(const proto::Record& record);

// The request's keys added, and those in force for the same purposes revoked unless they are kept.
// `keys` is the list of a node's organisation document. E-INPUT: the request brings no root or
// operation key, or one that the organisation has or had.
crypto::Result<proto::KeyChange> rotation(const ledger::KeyRequest& request, const Json& keys,
                                          bool keep_old, const std::string& reason);

}  // namespace tools

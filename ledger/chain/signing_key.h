// The key that must have signed a submission: the one that its header names, as a state has it. One
// answer for the executor, the API and the wire.
//
// Pure; any thread.
#pragma once

#include <optional>

#include "ledger/chain/reader.h"
#include "ledger/chain/submission.h"
#include "proto/state.pb.h"

namespace ledger {

// Of the organisation that the header names; nullopt: no member. The pointer is into it.
// E-ORGANISATION-UNKNOWN, E-KEY-UNKNOWN, E-KEY-PURPOSE (a node key), E-KEY-REVOKED.
Checked<const proto::KeyState*> find_signing_key(
    const SubmissionHeader& header, const std::optional<proto::OrganisationState>& organisation);

// As the state after the block at `height` has it.
Checked<crypto::PublicKey> find_signing_key(const SubmissionHeader& header,
                                            const ChainReader& reader, std::uint64_t height);

}  // namespace ledger

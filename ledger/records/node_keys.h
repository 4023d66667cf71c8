// Keys with which nodes know each other. One stands for one organisation and this purpose alone:
// whoever answers for a peer must be one, and a key in two hands is nobody's. The node keys of
// validators are in the validator set; those of other members are enrolled like root and operation
// keys. In the state, `node-key/<64 hex of the key>` is 1 for each that was ever enrolled.
//
// A node key signs no record, so it is never looked up by who signed what.
#pragma once

#include "ledger/records/kinds.h"

namespace ledger {

// In force at a time, of one organisation: each may hold connections of every node.
inline constexpr int kNodeKeysMax = 16;

inline constexpr std::string_view kNodeKeyPrefix = "node-key/";
std::string node_key_counter(std::string_view public_key);

// E-KEY: a key of the list is a node key already, or is to be one and serves a validator, other
// than as the node key of `organisation` itself. Counts the node keys among them.
Checked<void> claim_keys(RuleContext& context, std::string_view organisation, const Field& list,
                         const google::protobuf::RepeatedPtrField<proto::Key>& added);
// E-TOO-MANY: more than kNodeKeysMax are in force.
Checked<void> limit_node_keys(const proto::OrganisationState& state, const Field& list);

// E-KEY: a key of the validator is an enrolled node key; as its node key it may be one that its own
// organisation has in force.
Checked<void> require_free_keys(RuleContext& context, const proto::Validator& validator,
                                const Field& entry);

}  // namespace ledger

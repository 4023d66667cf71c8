// From the genesis file to the validators of any later epoch, by the signatures of those before:
// each closing block names the set that follows, and a quorum has signed it.
//
// A link may pass over epochs: the certificate of a later closing block counts for an older set
// when so many of its signers are members of that set with unchanged vote keys that they are a
// quorum of it.
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/chain/epoch.h"
#include "ledger/chain/genesis.h"
#include "ledger/history/checkpoint.h"

namespace ledger {

// What an auditor trusts: the validators of an epoch, and the largest tree that was verified (size
// 0: none yet).
struct TrustPoint {
  std::string origin;  // of the checkpoints
  Epoch epoch;
  std::uint64_t height = 0;  // of the newest block that was verified
  TreeHead head;
};

// CHECK: the genesis file was parsed. E-GENESIS-RECORD: its records break a rule.
crypto::Result<TrustPoint> trust_genesis(const Genesis& genesis);

// Whose lines make a checkpoint of this set final: every member's log and cosigner key.
CheckpointPolicy checkpoint_policy(const std::string& origin, const ValidatorSet& validators);

// A member that joins or changes its keys, or (nullopt) leaves.
struct MemberChange {
  std::string organisation;
  std::optional<ValidatorKeySet> keys;
};

// What leads from one set to another, ascending by organisation.
std::vector<MemberChange> changes_between(const ValidatorSet& before, const ValidatorSet& after);

// nullopt: a member leaves that is none, a change changes nothing, or they do not ascend; or what
// comes out is no set.
std::optional<ValidatorSet> apply_changes(const ValidatorSet& before, std::uint64_t epoch,
                                          const std::vector<MemberChange>& changes);

struct EpochLink {
  Header closing;                    // the last block of an epoch
  Hash anchor;                       // of that epoch: the block that ended the one before
  std::vector<MemberChange> voters;  // from the known set to the one that voted on `closing`
  Certificate certificate;           // FINALIZE of `closing`
  std::vector<MemberChange> next;    // from the voters to the set that follows
};

// E-BUNDLE-LINK, E-BUNDLE-RULES.
crypto::Checked<TrustPoint> follow(const TrustPoint& known, const EpochLink& link);

// The fewest links from `known` to the epoch of `target`, found by the longest step from each.
// nullopt: the store lacks a closing block, its certificate or who voted on it.
std::optional<std::vector<EpochLink>> links_to(const ChainReader& reader, const Epoch& known,
                                               const Header& target);

}  // namespace ledger

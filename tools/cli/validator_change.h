// A change of who votes: the set after it, what it changes in words, and who agrees. Pure.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/expected.h"
#include "crypto/reject.h"
#include "ledger/founding/key_request.h"
#include "tools/cli/record_json.h"

namespace tools {

inline constexpr std::string_view kValidatorsSubject = "network/validators";

// Of one organisation each. To add one that votes already gives it the request's keys.
struct ValidatorChange {
  std::vector<ledger::KeyRequest> add;
  std::vector<std::string> remove;
  std::vector<std::pair<std::string, std::string>> move;  // organisation, host:port
};

// The present set with the change, in order. E-INPUT: a request lacks a key of a node, or nobody
// says where the node can be reached. E-NOT-FOUND: who is to go or move does not vote.
crypto::Result<proto::ValidatorSet> changed_set(const proto::ValidatorSet& present,
                                                const ValidatorChange& change);

// How a set differs from the one before it. Keys are shown as fingerprints, to be compared with
// what `keys show` says at their owner.
struct SetDifference {
  std::vector<std::string> lines;
  std::size_t members = 0;  // that join, leave or get other keys: what the ledger limits
};
SetDifference difference(const proto::ValidatorSet& before, const proto::ValidatorSet& after);

// What the ledger would say when all have approved: E-VALIDATORS.
std::optional<crypto::Reject> size_fault(const proto::ValidatorSet& before,
                                         const proto::ValidatorSet& after, bool development);

// Who has approved, judged by the members' root keys in force as a node states them.
struct Approvals {
  std::vector<std::string> by;      // that count
  std::vector<std::string> others;  // not a member, not its key, or over something else
  std::size_t members = 0;
  // More than two thirds of the members.
  std::size_t needed() const { return members * 2 / 3 + 1; }
};
Approvals count_approvals(const Proposal& proposal, const std::vector<Json>& organisations);
// Only those that count: one void signature would have the ledger refuse them all.
void keep_approvals(proto::Record& record, const std::vector<std::string>& by);

// Is it a root key that the organisation has in force? `organisation` is a node's document of it.
bool has_root_key(const Json& organisation, const crypto::KeyId& key_id);

}  // namespace tools

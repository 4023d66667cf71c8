// The validator set of an epoch: who votes, how many make a quorum, who leads a view.
// Source of the rules: consensus.md 2.1 and 2.10; of the hash: the design, section 4.
#pragma once

#include <string>
#include <vector>

#include "crypto/hash.h"
#include "crypto/keys.h"
#include "proto/records.pb.h"

namespace ledger {

using crypto::Hash;

inline constexpr std::size_t kValidatorsMax = 150;

struct ValidatorKeySet {
  std::string organisation;
  crypto::PublicKey vote;
  crypto::PublicKey log;
  crypto::PublicKey cosigner;
};

class ValidatorSet {
 public:
  ValidatorSet() = default;
  // The record has passed its rules: ascending by organisation, keys of 32 bytes (CHECK).
  static ValidatorSet from_record(std::uint64_t epoch, const proto::ValidatorSet& record);
  // nullopt: none, more than kValidatorsMax, or not ascending by organisation.
  static std::optional<ValidatorSet> from_members(std::uint64_t epoch,
                                                  std::vector<ValidatorKeySet> members);

  std::uint64_t epoch() const { return epoch_; }
  std::size_t size() const { return members_.size(); }
  const ValidatorKeySet& member(std::size_t index) const { return members_.at(index); }
  std::optional<std::uint16_t> index_of(std::string_view organisation) const;

  // f = floor((n - 1) / 3) may fail; q = n - f make a quorum.
  std::size_t faults() const { return members_.empty() ? 0 : (members_.size() - 1) / 3; }
  std::size_t quorum() const;

  // H("greenledger/valset/v1", epoch 8 || n 2 || n x (u16 length || organisation || vote key 32
  // || log key 32 || cosigner key 32)). The epoch makes it differ at every epoch end.
  Hash hash() const;

  // Who leads the views of this epoch: turns in an order shuffled by the epoch's anchor. View v is
  // led by order[v mod n].
  std::vector<std::uint16_t> leader_order(const Hash& anchor) const;

 private:
  std::uint64_t epoch_ = 0;
  std::vector<ValidatorKeySet> members_;
};

// Fisher-Yates over 0..n-1, driven by the 32-bit big-endian words of SHA-256(anchor || u32 counter)
// with rejection sampling.
std::vector<std::uint16_t> shuffled(std::size_t n, const Hash& anchor);

}  // namespace ledger

#include "ledger/chain/validators.h"

#include <numeric>
#include <utility>

#include "crypto/check.h"

namespace ledger {
namespace {

crypto::PublicKey key_of(const std::string& bytes) {
  const auto key = crypto::PublicKey::from_view(bytes);
  CHECK(key.has_value());
  return *key;
}

// The words of SHA-256(anchor || 0), SHA-256(anchor || 1), …
class Words {
 public:
  explicit Words(const Hash& anchor) : anchor_(anchor) {}

  std::uint32_t next() {
    if (used_ == block_.bytes.size() || counter_ == 0) {
      crypto::Bytes counter;
      crypto::append_u32(counter, counter_++);
      block_ = crypto::sha256({anchor_.view(), counter});
      used_ = 0;
    }
    const std::uint32_t word = crypto::read_u32(block_.view().substr(used_));
    used_ += 4;
    return word;
  }

  // Uniform in 0..bound-1: words of the incomplete last run are thrown away.
  std::uint32_t below(std::uint32_t bound) {
    const std::uint64_t range = std::uint64_t{1} << 32;
    const std::uint64_t limit = range - range % bound;
    std::uint32_t word = next();
    while (word >= limit) word = next();
    return word % bound;
  }

 private:
  Hash anchor_;
  Hash block_;
  std::size_t used_ = 0;
  std::uint32_t counter_ = 0;
};

}  // namespace

ValidatorSet ValidatorSet::from_record(std::uint64_t epoch, const proto::ValidatorSet& record) {
  ValidatorSet set;
  set.epoch_ = epoch;
  for (const proto::Validator& validator : record.validators()) {
    CHECK(set.members_.empty() || set.members_.back().organisation < validator.organisation());
    set.members_.push_back({validator.organisation(), key_of(validator.vote_key()),
                            key_of(validator.log_key()), key_of(validator.cosigner_key())});
  }
  return set;
}

std::optional<ValidatorSet> ValidatorSet::from_members(std::uint64_t epoch,
                                                       std::vector<ValidatorKeySet> members) {
  if (members.empty() || members.size() > kValidatorsMax) return std::nullopt;
  for (std::size_t i = 1; i < members.size(); ++i) {
    if (members[i - 1].organisation >= members[i].organisation) return std::nullopt;
  }
  ValidatorSet set;
  set.epoch_ = epoch;
  set.members_ = std::move(members);
  return set;
}

std::optional<std::uint16_t> ValidatorSet::index_of(std::string_view organisation) const {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].organisation == organisation) return static_cast<std::uint16_t>(i);
  }
  return std::nullopt;
}

std::size_t ValidatorSet::quorum() const { return members_.size() - faults(); }

Hash ValidatorSet::hash() const {
  crypto::Bytes bytes;
  crypto::append_u64(bytes, epoch_);
  crypto::append_u16(bytes, static_cast<std::uint16_t>(members_.size()));
  for (const ValidatorKeySet& member : members_) {
    crypto::append_u16(bytes, static_cast<std::uint16_t>(member.organisation.size()));
    bytes.append(member.organisation);
    bytes.append(member.vote.view());
    bytes.append(member.log.view());
    bytes.append(member.cosigner.view());
  }
  return crypto::tagged_hash(crypto::tag::kValidatorSet, bytes);
}

std::vector<std::uint16_t> ValidatorSet::leader_order(const Hash& anchor) const {
  return shuffled(members_.size(), anchor);
}

std::vector<std::uint16_t> shuffled(std::size_t n, const Hash& anchor) {
  std::vector<std::uint16_t> order(n);
  std::iota(order.begin(), order.end(), std::uint16_t{0});
  Words words(anchor);
  for (std::size_t i = n; i > 1; --i) {
    std::swap(order[i - 1], order[words.below(static_cast<std::uint32_t>(i))]);
  }
  return order;
}

}  // namespace ledger

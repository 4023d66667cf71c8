#include "ledger/chain/epoch.h"

#include "crypto/check.h"

namespace ledger {
namespace {

std::optional<ValidatorSet> set_at(const ChainReader& reader, std::uint64_t height,
                                   std::uint64_t epoch) {
  const auto value = reader.subject("network/validators", height);
  proto::ValidatorSet record;
  if (!value || !record.ParseFromString(value->body)) return std::nullopt;
  return ValidatorSet::from_record(epoch, record);
}

}  // namespace

Epoch epoch_after(const ChainReader& reader, const Header& tip) {
  Epoch epoch;
  const bool opens = tip.closes_epoch();
  epoch.scope.network_id = tip.seal.network_id;
  epoch.scope.epoch = tip.seal.epoch + (opens ? 1 : 0);
  epoch.scope.anchor = opens ? tip.hash() : epoch_anchor(reader, tip);
  auto set = set_at(reader, tip.seal.height, epoch.scope.epoch);
  CHECK(set.has_value());
  epoch.validators = *std::move(set);
  return epoch;
}

std::optional<Epoch> epoch_of(const ChainReader& reader, const Header& header) {
  const Seal& seal = header.seal;
  if (seal.height == 0) return std::nullopt;
  const auto start = find_history_start(reader.snapshot());
  if (start && start->epoch > 0 && start->anchor == header.hash()) {
    auto before = ValidatorSet::from_members(seal.epoch, start->members_before);
    if (!before || before->hash() != seal.set_hash) return std::nullopt;
    return Epoch{{seal.network_id, seal.epoch, start->anchor_before}, *std::move(before)};
  }
  auto set = set_at(reader, seal.height - 1, seal.epoch);
  if (!set || set->hash() != seal.set_hash) return std::nullopt;
  return Epoch{{seal.network_id, seal.epoch, epoch_anchor(reader, header)}, *std::move(set)};
}

}  // namespace ledger

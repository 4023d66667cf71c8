#include "ledger/chain/checkpoints.h"

namespace ledger {
namespace {

Bytes key_of(std::uint64_t size) {
  Bytes key;
  crypto::append_u64(key, size);
  return key;
}

}  // namespace

std::optional<KeptCheckpoint> newest_checkpoint(const Snapshot& snapshot) {
  auto newest = snapshot.seek_back(Column::checkpoints, key_of(~std::uint64_t{0}));
  if (!newest) return std::nullopt;
  return KeptCheckpoint{crypto::read_u64(newest->key), std::move(newest->value)};
}

std::optional<std::string> checkpoint_at(const Snapshot& snapshot, std::uint64_t size) {
  return snapshot.get(Column::checkpoints, key_of(size));
}

void put_checkpoint(WriteBatch& batch, std::uint64_t size, std::string note) {
  batch.put(Column::checkpoints, key_of(size), std::move(note));
}

}  // namespace ledger

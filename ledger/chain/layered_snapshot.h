// A snapshot as it will be once a block that is not final yet is committed: the block's batch over
// what lies below. Blocks build on blocks that are not final, so layers stack; when the lowest
// block becomes final, the layer above it is put onto the store that then holds it.
//
// A block only adds (CHECK): nothing below is hidden but by a newer value under the same key.
//
// Thread rule: one thread, and no reading while rebase() is called.
#pragma once

#include <array>
#include <map>

#include "ledger/chain/store.h"

namespace ledger {

class LayeredSnapshot : public Snapshot {
 public:
  LayeredSnapshot(std::shared_ptr<const Snapshot> below, const WriteBatch& batch);

  // `below` shows the same as what it replaces.
  void rebase(std::shared_ptr<const Snapshot> below) { below_ = std::move(below); }

  std::optional<Bytes> get(Column column, ByteView key) const override;
  std::optional<KeyValue> seek(Column column, ByteView from,
                               std::size_t prefix_size) const override;
  void scan(Column column, ByteView from, ByteView until, const Visit& visit) const override;
  std::optional<KeyValue> seek_back(Column column, ByteView at) const override;

 private:
  using Added = std::map<Bytes, Bytes, std::less<>>;
  const Added& added(Column column) const { return added_[static_cast<std::size_t>(column)]; }

  std::shared_ptr<const Snapshot> below_;
  std::array<Added, kColumnCount> added_;
};

}  // namespace ledger

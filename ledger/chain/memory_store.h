// The in-memory twin of the RocksDB store, for tests and simulation. Copying it is how a test keeps
// the disk of a moment.
#pragma once

#include <array>
#include <map>

#include "ledger/chain/store.h"

namespace ledger {

class MemoryStore final : public Store {
 public:
  using Columns = std::array<std::map<Bytes, Bytes, std::less<>>, kColumnCount>;

  MemoryStore();

  std::shared_ptr<const Snapshot> snapshot() const override;
  void write(WriteBatch batch) override;

  const Columns& columns() const { return *columns_; }

 private:
  std::shared_ptr<const Columns> columns_;  // replaced, never changed: snapshots share it
};

}  // namespace ledger

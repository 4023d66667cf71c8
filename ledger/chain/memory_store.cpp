#include "ledger/chain/memory_store.h"

namespace ledger {
namespace {

class MemorySnapshot final : public Snapshot {
 public:
  explicit MemorySnapshot(std::shared_ptr<const MemoryStore::Columns> columns)
      : columns_(std::move(columns)) {}

  std::optional<Bytes> get(Column column, ByteView key) const override {
    const auto& map = of(column);
    const auto found = map.find(key);
    if (found == map.end()) return std::nullopt;
    return found->second;
  }

  std::optional<KeyValue> seek(Column column, ByteView from,
                               std::size_t prefix_size) const override {
    const auto& map = of(column);
    const auto found = map.lower_bound(from);
    if (found == map.end()) return std::nullopt;
    if (ByteView(found->first).substr(0, prefix_size) != from.substr(0, prefix_size)) {
      return std::nullopt;
    }
    return KeyValue{found->first, found->second};
  }

  void scan(Column column, ByteView from, ByteView until, const Visit& visit) const override {
    const auto& map = of(column);
    for (auto it = map.lower_bound(from); it != map.end(); ++it) {
      if (!until.empty() && it->first >= until) return;
      if (!visit(it->first, it->second)) return;
    }
  }

  std::optional<KeyValue> seek_back(Column column, ByteView at) const override {
    const auto& map = of(column);
    auto it = map.upper_bound(at);
    if (it == map.begin()) return std::nullopt;
    --it;
    return KeyValue{it->first, it->second};
  }

 private:
  const std::map<Bytes, Bytes, std::less<>>& of(Column column) const {
    return (*columns_)[static_cast<std::size_t>(column)];
  }

  std::shared_ptr<const MemoryStore::Columns> columns_;
};

}  // namespace

MemoryStore::MemoryStore() : columns_(std::make_shared<Columns>()) {}

std::shared_ptr<const Snapshot> MemoryStore::snapshot() const {
  return std::make_shared<MemorySnapshot>(columns_);
}

void MemoryStore::write(WriteBatch batch) {
  // A copy is made only while somebody still looks at the old one.
  std::shared_ptr<Columns> next;
  if (columns_.use_count() == 1) {
    next = std::const_pointer_cast<Columns>(columns_);
  } else {
    next = std::make_shared<Columns>(*columns_);
  }
  for (auto& operation : batch.operations) {
    auto& map = (*next)[static_cast<std::size_t>(operation.column)];
    if (operation.value) {
      map.insert_or_assign(std::move(operation.key), std::move(*operation.value));
    } else {
      map.erase(operation.key);
    }
  }
  columns_ = next;
}

}  // namespace ledger

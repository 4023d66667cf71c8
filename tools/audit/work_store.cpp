#include "tools/audit/work_store.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "crypto/check.h"
#include "ledger/chain/memory_store.h"
#include "ledger/chain/reader.h"
#include "ledger/chain/rocks_store.h"
#include "ledger/state/overlay.h"

namespace tools {
namespace {

using crypto::Bytes;
using crypto::ByteView;
using ledger::Column;
using ledger::KeyValue;
using ledger::Snapshot;

constexpr std::size_t kHeightBytes = 8;  // first part of every key of Column::nodes
constexpr std::size_t kPathBytes = 32;   // first part of every key of Column::values
constexpr std::size_t kRowBytes = 64;    // of the tables, beside key and value

struct Hashed {
  using is_transparent = void;
  std::size_t operator()(ByteView key) const { return std::hash<ByteView>{}(key); }
};
template <class Value>
using Table = std::unordered_map<Bytes, Value, Hashed, std::equal_to<>>;

// What commit_batch() has of the newest state, and the tiles.
ledger::WriteBatch state_batch(const ledger::ExecutedBlock& block) {
  ledger::WriteBatch batch;
  block.tree.put_tiles(batch);
  ledger::add_to(batch, block.trie);
  const std::uint64_t height = block.header.seal.height;
  for (const ledger::StateWrite& write : block.state) {
    batch.put(Column::values, ledger::value_key(write.path, height),
              ledger::encode_value(write.key, write.value));
  }
  Bytes total;
  crypto::append_u64(total, block.record_total);
  batch.put(Column::meta, Bytes(ledger::kRecordTotalKey), std::move(total));
  std::erase_if(batch.operations,
                [](const auto& operation) { return operation.column == Column::stale; });
  return batch;
}

// Larger tables in memory than a node's, because batches are.
ledger::RocksOptions bulk_options(const std::string& folder, const crypto::Hash& network_id) {
  ledger::RocksOptions options;
  options.path = folder;
  options.network_id = network_id;
  options.memtable_bytes = std::size_t{32} << 20U;
  options.memtables_bytes = std::size_t{96} << 20U;
  options.cache_bytes = std::size_t{192} << 20U;
  options.log_bytes = std::size_t{128} << 20U;
  return options;
}

}  // namespace

// What lies above the disk. Only reads that the replay of the newest block needs are answered.
class WorkStore::Gathered final : public Snapshot {
 public:
  explicit Gathered(bool only_state) : only_state_(only_state) {}

  std::optional<Bytes> get(Column column, ByteView key) const override {
    const auto& table = tables_[static_cast<std::size_t>(column)];
    if (column == Column::nodes) key = node_key(key);
    const auto found = table.find(key);
    if (found != table.end()) return found->second;
    return below_->get(column, key);
  }

  // The newest value of a path stands for all its heights.
  std::optional<KeyValue> seek(Column column, ByteView from,
                               std::size_t prefix_size) const override {
    CHECK(column == Column::values && prefix_size == kPathBytes);
    const auto found = newest_.find(from.substr(0, kPathBytes));
    if (found == newest_.end()) return below_->seek(column, from, prefix_size);
    return KeyValue{found->second, values().find(found->second)->second};
  }

  void scan(Column column, ByteView from, ByteView until, const Visit& visit) const override {
    CHECK(tables_[static_cast<std::size_t>(column)].empty());
    below_->scan(column, from, until, visit);
  }
  std::optional<KeyValue> seek_back(Column column, ByteView at) const override {
    CHECK(tables_[static_cast<std::size_t>(column)].empty());
    return below_->seek_back(column, at);
  }

  void put(Column column, Bytes key, Bytes value) {
    auto& table = tables_[static_cast<std::size_t>(column)];
    const auto [row, is_new] = table.try_emplace(std::move(key));
    bytes_ += value.size() + (is_new ? row->first.size() + kRowBytes : 0);
    bytes_ -= row->second.size();
    row->second = std::move(value);
  }
  // `only`: earlier values of the path that were not written are dropped.
  void put_value(Bytes key, Bytes value, bool only) {
    Bytes& newest = newest_[key.substr(0, kPathBytes)];
    if (only && !newest.empty()) erase(Column::values, newest);
    newest = key;
    put(Column::values, std::move(key), std::move(value));
  }
  // Of a newest state alone each node is there once: its height is left out of its key, so that it
  // takes the place of the one before, and nothing has to be removed.
  ByteView node_key(ByteView key) const { return only_state_ ? key.substr(kHeightBytes) : key; }

  void start(std::shared_ptr<const Snapshot> below) {
    below_ = std::move(below);
    for (auto& table : tables_) table.clear();
    newest_.clear();
    bytes_ = 0;
  }
  ledger::WriteBatch take() {
    ledger::WriteBatch batch;
    for (std::size_t i = 0; i < ledger::kColumnCount; ++i) {
      for (auto& [key, value] : tables_[i]) {
        batch.put(static_cast<Column>(i), key, std::move(value));
      }
    }
    return batch;
  }
  std::size_t bytes() const { return bytes_; }
  const Table<Bytes>& tiles() const { return tables_[static_cast<std::size_t>(Column::tiles)]; }

 private:
  bool erase(Column column, const Bytes& key) {
    auto& table = tables_[static_cast<std::size_t>(column)];
    const auto row = table.find(key);
    if (row == table.end()) return false;
    bytes_ -= key.size() + row->second.size() + kRowBytes;
    table.erase(row);
    return true;
  }
  const Table<Bytes>& values() const { return tables_[static_cast<std::size_t>(Column::values)]; }

  bool only_state_;
  std::shared_ptr<const Snapshot> below_;
  std::array<Table<Bytes>, ledger::kColumnCount> tables_;
  Table<Bytes> newest_;  // path -> key of its newest value
  std::size_t bytes_ = 0;
};

struct WorkStore::Parts {
  Keep keep = Keep::state;
  std::size_t gathered_max = kGatheredBytesMax;
  std::unique_ptr<ledger::Store> store;
  std::shared_ptr<Gathered> gathered;
};

WorkStore::WorkStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
WorkStore::WorkStore(WorkStore&&) noexcept = default;
WorkStore::~WorkStore() = default;

crypto::Result<WorkStore> WorkStore::open(const std::string& folder, const crypto::Hash& network_id,
                                          Keep keep, std::size_t gathered_max) {
  auto parts = std::make_unique<Parts>();
  parts->keep = keep;
  parts->gathered_max = gathered_max;
  parts->gathered = std::make_shared<Gathered>(keep == Keep::state);
  if (folder.empty()) {
    parts->store = std::make_unique<ledger::MemoryStore>();
  } else {
    auto store = ledger::RocksStore::open(bulk_options(folder, network_id));
    if (!store) return crypto::Unexpected{store.error()};
    parts->store = *std::move(store);
  }
  parts->gathered->start(parts->store->snapshot());
  WorkStore work(std::move(parts));
  // Entries are not kept, and whoever looks for one that holds a place has to know it.
  if (keep == Keep::state) {
    work.put(Column::meta, Bytes(ledger::kHistoryStartKey), ledger::encode_history_start({}));
  }
  return work;
}

std::shared_ptr<const Snapshot> WorkStore::snapshot() const { return parts_->gathered; }

void WorkStore::add(const ledger::ExecutedBlock& block) {
  Gathered& gathered = *parts_->gathered;
  const bool only_state = parts_->keep == Keep::state;
  ledger::WriteBatch batch = only_state ? state_batch(block) : commit_batch(block);
  for (auto& operation : batch.operations) {
    const Column column = operation.column;
    if (column == Column::values) {
      gathered.put_value(std::move(operation.key), *std::move(operation.value), only_state);
    } else if (column == Column::nodes) {
      gathered.put(column, Bytes(gathered.node_key(operation.key)), *std::move(operation.value));
    } else {
      gathered.put(column, std::move(operation.key), *std::move(operation.value));
    }
  }
}

void WorkStore::put(Column column, Bytes key, Bytes value) {
  parts_->gathered->put(column, std::move(key), std::move(value));
}

std::vector<WorkStore::FullTile> WorkStore::full_tiles() const {
  std::vector<FullTile> full;
  for (const auto& [key, hashes] : parts_->gathered->tiles()) {
    const auto level = static_cast<unsigned>(static_cast<std::uint8_t>(key[0]));
    if (level == 0 || hashes.size() < ledger::kTileWidth * ledger::kHashBytes) continue;
    full.push_back({level, crypto::read_u64(ByteView(key).substr(1)), hashes});
  }
  std::sort(full.begin(), full.end(), [](const FullTile& a, const FullTile& b) {
    return a.index << (8 * a.level) < b.index << (8 * b.level);
  });
  return full;
}

bool WorkStore::wants_flush() const { return parts_->gathered->bytes() >= parts_->gathered_max; }

void WorkStore::flush() {
  parts_->store->write(parts_->gathered->take());
  parts_->gathered->start(parts_->store->snapshot());
}

}  // namespace tools

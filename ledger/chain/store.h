// Store and Snapshot: the only abstract classes of the program. A store is a set of columns, each
// an ordered map from bytes to bytes. RocksDB in production (rocks_store.h), a std::map in tests
// and simulation (memory_store.h).
//
// Thread rule: snapshots are immutable and may be read from any thread; write() belongs to one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "crypto/bytes.h"

namespace ledger {

using crypto::Bytes;
using crypto::ByteView;

// Every column with its key and value. All integers big-endian.
enum class Column : std::uint8_t {
  entries,       // index 8                       -> entry bytes
  tiles,         // level 1 || tile index 8       -> 32 x W bytes (history/)
  nodes,         // height 8 || nibble count 1 || packed nibbles -> radix-16 node (state/)
  roots,         // height 8                      -> state root and where its node is (state/)
  values,        // path 32 || ~height 8          -> 01 || u16 key size || key || value, or 00
  stale,         // height 8                      -> keys of nodes that pruning may remove
  blocks,        // height 8                      -> header (block.h)
  block_hashes,  // block hash 32                 -> height 8
  pending,       // candidate blocks and votes that are not final yet (journal)
  certificates,  // height 8                      -> FINALIZE certificate
  checkpoints,   // tree size 8                   -> signed note
  submissions,   // submission id 32              -> height 8 || first index 8
  indexes,       // secondary indexes (index.h): any node can rebuild them
  meta,          // format version, network id, tip, number of records
};
inline constexpr std::size_t kColumnCount = 14;

struct KeyValue {
  Bytes key;
  Bytes value;
};

class Snapshot {
 public:
  virtual ~Snapshot() = default;

  virtual std::optional<Bytes> get(Column column, ByteView key) const = 0;

  // The first pair whose key is not below `from` and shares its first `prefix_size` bytes.
  virtual std::optional<KeyValue> seek(Column column, ByteView from,
                                       std::size_t prefix_size) const = 0;

  // Visits pairs in ascending order of key, from `from` (included) to `until` (not included; empty:
  // to the end), until `visit` returns false. What was removed behind `until` costs nothing.
  using Visit = std::function<bool(ByteView key, ByteView value)>;
  virtual void scan(Column column, ByteView from, ByteView until, const Visit& visit) const = 0;
  void scan(Column column, ByteView from, const Visit& visit) const {
    scan(column, from, {}, visit);
  }

  // The last pair of the column whose key is below or equal to `at`; nullopt: there is none.
  virtual std::optional<KeyValue> seek_back(Column column, ByteView at) const = 0;
};

// Puts and removals that become true together or not at all.
struct WriteBatch {
  struct Operation {
    Column column;
    Bytes key;
    std::optional<Bytes> value;  // nullopt: remove
  };
  std::vector<Operation> operations;

  void put(Column column, Bytes key, Bytes value) {
    operations.push_back({column, std::move(key), std::move(value)});
  }
  void remove(Column column, Bytes key) {
    operations.push_back({column, std::move(key), std::nullopt});
  }
  bool empty() const { return operations.empty(); }
};

class Store {
 public:
  virtual ~Store() = default;

  virtual std::shared_ptr<const Snapshot> snapshot() const = 0;

  // Durable when it returns; if that cannot be had, the process stops.
  virtual void write(WriteBatch batch) = 0;
};

}  // namespace ledger

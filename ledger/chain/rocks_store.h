// The store on RocksDB: one column family a column, one synced batch a write, or one sync for
// several (group commit). What RocksDB does not promise is dealt with here: its own log file is
// replaced by a sink (a full disk aborts the process otherwise), errors after start stop the
// process (a failed write may be there after reopening, so going on would be guessing), and a
// folder says in a file of its own which network and format it belongs to before RocksDB may touch
// it. What nobody can see from inside, such as a deleted log, is found by comparing with the vote
// file (vote_file.h).
//
// Thread rule: write() belongs to one thread; snapshots are read from any. A snapshot keeps the
// database open: the folder is unlocked when the store and its last snapshot are gone.
#pragma once

#include <functional>
#include <string>

#include "crypto/expected.h"
#include "crypto/hash.h"
#include "ledger/chain/space.h"
#include "ledger/chain/store.h"
#include "ledger/chain/store_errors.h"

namespace ledger {

enum class StoreSeverity : std::uint8_t { note, warning, error };

struct RocksOptions {
  std::string path;         // the folder; made when absent, its parent must exist
  crypto::Hash network_id;  // a folder of another network is refused
  bool read_only = false;   // for offline tools: nothing is made, changed or repaired

  // Takes one line of at most kStoreLogLineBytes from RocksDB; called from any thread.
  std::function<void(StoreSeverity, std::string_view line)> log;

  std::uint64_t critical_free_bytes = SpaceMarks{}.critical_bytes;  // no write below; 0: no limit
  std::size_t cache_bytes = std::size_t{64} << 20U;      // blocks and, as part of it, memtables
  std::size_t memtables_bytes = std::size_t{32} << 20U;  // all columns together
  std::size_t memtable_bytes = std::size_t{8} << 20U;    // one column
  std::size_t log_bytes = std::size_t{64} << 20U;        // write-ahead log: what a start replays
};

inline constexpr std::size_t kStoreLogLineBytes = 1024;

class RocksStore final : public Store {
 public:
  // Every code of store_errors.h that starts with E-STORE can be the answer.
  static crypto::Result<std::unique_ptr<RocksStore>> open(RocksOptions options);

  std::shared_ptr<const Snapshot> snapshot() const override;
  void write(WriteBatch batch) override;
  // Readers see it at once; durable with the next sync() or write().
  void write_unsynced(WriteBatch batch);
  void sync();

  // Reads every stored block against its checksum, from disk: the whole store in minutes.
  crypto::Result<void> verify_checksums() const;

  // Makes the folder `path`, which must not exist, on the same disk: a store of its own with what
  // this one held at a moment. Tables are linked, not copied. Any thread, while others write.
  crypto::Result<void> checkpoint(const std::string& path) const;

  // Bytes on disk, and in memory beside the program's own.
  struct Sizes {
    std::uint64_t tables = 0;
    std::uint64_t logs = 0;
    std::uint64_t memory = 0;
  };
  Sizes sizes() const;

  // Bytes of one column in tables, as compressed.
  std::uint64_t column_bytes(Column column) const;

  // Merges everything into its last form; for the end of a bulk load and for measuring.
  void compact();

 private:
  struct Database;
  class View;
  explicit RocksStore(std::shared_ptr<Database> database);
  enum class Sync : bool { no, yes };
  void write(WriteBatch batch, Sync sync);

  std::shared_ptr<Database> database_;
};

}  // namespace ledger

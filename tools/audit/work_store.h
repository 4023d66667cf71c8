// Where a replay keeps the state that it computes: a store on disk under what many blocks changed,
// gathered in memory. Writing a block alone would sync for each, and write tops of the trie again
// and again.
//
// A kill loses what was gathered; what was written is whole, and the replay goes on behind it.
//
// Thread rule: one thread.
#pragma once

#include <string>

#include "crypto/expected.h"
#include "ledger/chain/executor.h"

namespace tools {

enum class Keep {
  state,       // for an audit: the newest state and the tiles, nothing else
  everything,  // for a node: all that a node keeps of a block
};

// Some 10,000 purchases and more. What lies deep in the trie changes once each, and gains nothing
// by waiting.
inline constexpr std::size_t kGatheredBytesMax = std::size_t{8} << 20U;

class WorkStore {
 public:
  // The folder is made when absent; its parent must exist. Empty: in memory, for small ledgers.
  // It wants a flush when it has gathered so many bytes. Errors of the store.
  static crypto::Result<WorkStore> open(const std::string& folder, const crypto::Hash& network_id,
                                        Keep keep, std::size_t gathered_max = kGatheredBytesMax);
  WorkStore(WorkStore&&) noexcept;
  ~WorkStore();

  // The state behind the last add(); reads newest state only.
  std::shared_ptr<const ledger::Snapshot> snapshot() const;

  void add(const ledger::ExecutedBlock& block);
  void put(ledger::Column column, crypto::Bytes key, crypto::Bytes value);

  // Tiles above the lowest level that are full and were completed since the last flush.
  struct FullTile {
    unsigned level = 0;
    std::uint64_t index = 0;
    crypto::Bytes hashes;
  };
  std::vector<FullTile> full_tiles() const;

  bool wants_flush() const;
  void flush();

 private:
  class Gathered;
  struct Parts;
  explicit WorkStore(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace tools

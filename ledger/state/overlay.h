// The state as execution sees it: the committed values of a snapshot, under the changes of blocks
// that are executed and not committed yet, under the changes of the block at hand.
//
// Values lie in Column::values as path 32 || ~height 8 -> 01 || u16 key size || key || value, or 00
// for removed; path = SHA-256(key). So the value at any height is one seek.
//
// Thread rule: an Overlay belongs to one thread, for reading too: it remembers what it read.
#pragma once

#include <map>

#include "crypto/hash.h"
#include "ledger/chain/store.h"

namespace ledger {

using crypto::Hash;

// The value of `key` as it was after the block at `height`; nullopt: there was none.
std::optional<Bytes> find_value(const Snapshot& snapshot, ByteView key, std::uint64_t height);

struct StateLeaf {
  Hash path;
  Bytes key;
  Bytes value;
};
// The first key behind the path `after` that had a value after the block at `height`; nullopt:
// there is none, or `paths` are used up: it falls by one with each path that is looked at, also of
// keys that came later or were removed.
std::optional<StateLeaf> next_value(const Snapshot& snapshot, const Hash& after,
                                    std::uint64_t height, std::size_t& paths);

// Key and value of one entry of Column::values.
Bytes value_key(const Hash& path, std::uint64_t height);
Bytes encode_value(ByteView key, const std::optional<Bytes>& value);

class Overlay {
 public:
  using Changes = std::map<Bytes, std::optional<Bytes>, std::less<>>;

  // `base` is read at `base_height`; `parent` may be null and must outlive this.
  Overlay(std::shared_ptr<const Snapshot> base, std::uint64_t base_height,
          const Overlay* parent = nullptr);

  std::optional<Bytes> find(ByteView key) const;
  void put(ByteView key, Bytes value);
  void erase(ByteView key);

  // All changes after mark() are taken back by rollback(), or kept by the next mark().
  void mark();
  void rollback();

  const Changes& changes() const { return changes_; }

 private:
  void remember(ByteView key);

  std::optional<Bytes> find_in_base(ByteView key) const;

  std::shared_ptr<const Snapshot> base_;
  std::uint64_t base_height_;
  const Overlay* parent_;
  // What was found in the base: a block asks for the same organisation with each submission. What
  // was not found is a new subject, and asked for once.
  mutable std::map<Bytes, Bytes, std::less<>> known_;
  Changes changes_;
  // What stood in changes_ before the first change after the mark; nullopt: nothing stood there.
  std::map<Bytes, std::optional<std::optional<Bytes>>, std::less<>> undo_;
};

}  // namespace ledger

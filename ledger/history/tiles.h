// The tree in storage and on the wire: C2SP tlog-tiles (c2sp.org/tlog-tiles).
//
// Hash i of tile n on tile level l is the root of leaves [(256n + i) * 256^l, (256n + i + 1) *
// 256^l); a tile holds at most 256 hashes and only complete subtrees appear above level 0. A tile
// is stored under one key and rewritten while it grows, so that every narrower tile is a prefix of
// the stored one and every older tree can still be proved:
//
//   Column::tiles    tile level 1 || tile index 8 -> 32 x W bytes, 1 <= W <= 256
//
// An entry bundle is made of the entries under a level-0 tile: u16 length || entry, for each.
//
// Pure. A HashReader of read_hashes() and an Appender belong to one thread at a time; the other
// functions may be called from any. Which sizes are published is not decided here.
#pragma once

#include <memory>
#include <string>

#include "ledger/chain/store.h"
#include "ledger/history/tree.h"

namespace ledger {

inline constexpr unsigned kTileWidth = 256;    // hashes in a full tile
inline constexpr unsigned kTileLevels = 8;     // 256^8 leaves are more than a u64 counts
inline constexpr std::size_t kHashBytes = 32;  // bytes
inline constexpr std::size_t kBundleEntryBytesMax =
    65535;  // bytes: what a bundle's u16 length can say

// ---- Names and forms ----

enum class TileKind : std::uint8_t { hashes, entries };

// A tile as a reader asks for it.
struct TileName {
  TileKind kind = TileKind::hashes;
  unsigned level = 0;           // 0 for entries
  std::uint64_t index = 0;      // zero-based place on its level
  unsigned width = kTileWidth;  // 1..256 hashes or entries

  friend bool operator==(const TileName&, const TileName&) = default;
};

// "tile/0/x001/x234/067", "tile/1/000.p/17", "tile/entries/273". Level 0..63, width 1..256 (CHECK).
std::string tile_path(const TileName& name);

// nullopt: not the one way to write a tile's path.
std::optional<TileName> parse_tile_path(std::string_view path);

// How many hashes a tree of `size` leaves has on tile level `level`.
std::uint64_t hashes_on_level(std::uint64_t size, unsigned level);

// The entry is at most kBundleEntryBytesMax bytes (CHECK).
void append_to_bundle(Bytes& bundle, ByteView entry);

// Views into `bundle`, which must hold exactly `count` entries. Rejects: E-BUNDLE-FORM.
Checked<std::vector<ByteView>> parse_bundle(ByteView bundle, std::size_t count);

// ---- Reading ----

Bytes tile_key(unsigned level, std::uint64_t index);

// The bytes of a tile or bundle of the tree of `tree_size` leaves; nullopt: that tree has no such
// tile of that width (404), or the store lacks it.
std::optional<Bytes> read_tile(const Snapshot& snapshot, const TileName& name,
                               std::uint64_t tree_size);

// Reads the hashes of any tree up to the stored size. Keeps the tiles that it has read, so make one
// for each proof or batch of proofs; the reader holds the snapshot.
HashReader read_hashes(std::shared_ptr<const Snapshot> snapshot);

// ---- Growing ----

// A tree that grows in memory: the compact range, and of each level the tile that is not full. A
// plain value: the tree of a block that is executed but not committed is the next() of its
// parent's. At most some 8 KiB a level to copy.
class Appender {
 public:
  Appender() = default;  // the empty tree

  // The stored tree at `size`, which may be less than all that is stored. nullopt: a tile is
  // missing or too short.
  static std::optional<Appender> open(const Snapshot& snapshot, std::uint64_t size);

  // The same tree without changes to store: what the following block starts from.
  Appender next() const;

  void append(const Hash& leaf);
  void append(std::span<const Hash> leaves);

  TreeHead head() const { return frontier_.head(); }
  std::uint64_t size() const { return frontier_.size(); }

  // Puts each tile that changed since open() or next(), whole.
  void put_tiles(WriteBatch& batch) const;

 private:
  struct Row {
    Bytes hashes;          // of the tile that is not full
    bool changed = false;  // since open() or next()
  };
  struct FullTile {
    unsigned level;
    std::uint64_t index;
    Bytes hashes;
  };

  void push(unsigned level, const Hash& hash);

  Frontier frontier_;
  std::vector<Row> rows_;  // by tile level
  std::vector<FullTile> full_;
};

}  // namespace ledger

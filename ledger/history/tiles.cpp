#include "ledger/history/tiles.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace ledger {
namespace {

using crypto::Reject;
using crypto::Unexpected;

constexpr std::string_view kHashesPrefix = "tile/";
constexpr std::string_view kEntriesPrefix = "tile/entries/";
constexpr unsigned kPathLevelMax = 63;

Hash hash_at(ByteView hashes, std::size_t index) {
  return *Hash::from_view(hashes.substr(index * kHashBytes, kHashBytes));
}

// The root of the complete subtree over the hashes of [begin, begin + count), a power of two.
Hash fold(ByteView hashes, std::size_t begin, std::size_t count) {
  if (count == 1) return hash_at(hashes, begin);
  const Hash left = fold(hashes, begin, count / 2);
  return node_hash(left, fold(hashes, begin + count / 2, count / 2));
}

// A decimal number without sign or leading zeros.
std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "x001/x234/067": groups of three digits, each but the last with an x in front.
std::string index_path(std::uint64_t index) {
  const std::string digits = std::to_string(index);
  const std::string padded = std::string((3 - digits.size() % 3) % 3, '0') + digits;
  std::string path;
  for (std::size_t at = 0; at < padded.size(); at += 3) {
    const bool last = at + 3 == padded.size();
    path += (last ? "" : "x") + padded.substr(at, 3) + (last ? "" : "/");
  }
  return path;
}

std::optional<std::uint64_t> parse_index_path(std::string_view path) {
  std::string digits;
  for (char c : path) {
    if (c >= '0' && c <= '9') digits.push_back(c);
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  const std::optional<std::uint64_t> index = parse_number(digits.empty() ? "0" : digits);
  if (!index || index_path(*index) != path) return std::nullopt;
  return index;
}

// Takes ".p/<width>" off the end of the path; nullopt: it is there and not well formed.
std::optional<unsigned> take_width(std::string_view& path) {
  const std::size_t mark = path.find(".p/");
  if (mark == std::string_view::npos) return kTileWidth;
  const std::optional<std::uint64_t> width = parse_number(path.substr(mark + 3));
  if (!width || *width == 0 || *width >= kTileWidth) return std::nullopt;
  path = path.substr(0, mark);
  return static_cast<unsigned>(*width);
}

std::optional<Bytes> read_bundle(const Snapshot& snapshot, const TileName& name) {
  Bytes first;
  crypto::append_u64(first, name.index * kTileWidth);
  Bytes bundle;
  unsigned count = 0;
  std::uint64_t expected = name.index * kTileWidth;
  snapshot.scan(Column::entries, first, [&](ByteView key, ByteView entry) {
    if (count == name.width || key.size() != 8 || crypto::read_u64(key) != expected) return false;
    append_to_bundle(bundle, entry);
    ++expected;
    return ++count < name.width;
  });
  if (count != name.width) return std::nullopt;
  return bundle;
}

}  // namespace

std::string tile_path(const TileName& name) {
  CHECK(name.level <= kPathLevelMax);
  CHECK(name.width >= 1 && name.width <= kTileWidth);
  std::string path = name.kind == TileKind::entries
                         ? std::string(kEntriesPrefix)
                         : std::string(kHashesPrefix) + std::to_string(name.level) + "/";
  path += index_path(name.index);
  if (name.width < kTileWidth) path += ".p/" + std::to_string(name.width);
  return path;
}

std::optional<TileName> parse_tile_path(std::string_view path) {
  TileName name;
  if (path.starts_with(kEntriesPrefix)) {
    name.kind = TileKind::entries;
    path.remove_prefix(kEntriesPrefix.size());
  } else if (path.starts_with(kHashesPrefix)) {
    path.remove_prefix(kHashesPrefix.size());
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::optional<std::uint64_t> level = parse_number(path.substr(0, slash));
    if (!level || *level > kPathLevelMax) return std::nullopt;
    name.level = static_cast<unsigned>(*level);
    path.remove_prefix(std::min(slash + 1, path.size()));
  } else {
    return std::nullopt;
  }
  const std::optional<unsigned> width = take_width(path);
  if (!width) return std::nullopt;
  name.width = *width;
  const std::optional<std::uint64_t> index = parse_index_path(path);
  if (!index) return std::nullopt;
  name.index = *index;
  return name;
}

std::uint64_t hashes_on_level(std::uint64_t size, unsigned level) {
  return level < kTileLevels ? size >> (8 * level) : 0;
}

void append_to_bundle(Bytes& bundle, ByteView entry) {
  CHECK(entry.size() <= kBundleEntryBytesMax);
  crypto::append_u16(bundle, static_cast<std::uint16_t>(entry.size()));
  bundle.append(entry);
}

Checked<std::vector<ByteView>> parse_bundle(ByteView bundle, std::size_t count) {
  std::vector<ByteView> entries;
  crypto::ByteReader reader(bundle);
  while (reader.ok() && entries.size() < count) entries.push_back(reader.bytes(reader.u16()));
  if (!reader.ok() || !reader.at_end()) {
    return Unexpected{Reject(kBundleForm, "bundle",
                             "The bundle does not hold exactly " + std::to_string(count) +
                                 " entries with their lengths.")};
  }
  return entries;
}

Bytes tile_key(unsigned level, std::uint64_t index) {
  Bytes key;
  crypto::append_u8(key, static_cast<std::uint8_t>(level));
  crypto::append_u64(key, index);
  return key;
}

std::optional<Bytes> read_tile(const Snapshot& snapshot, const TileName& name,
                               std::uint64_t tree_size) {
  const std::uint64_t hashes = hashes_on_level(tree_size, name.level);
  // Compared by tile first: 256 * index may be more than a u64 holds.
  if (name.width == 0 || name.width > kTileWidth || name.index > hashes / kTileWidth) {
    return std::nullopt;
  }
  if (name.index * kTileWidth + name.width > hashes) return std::nullopt;
  if (name.kind == TileKind::entries) return read_bundle(snapshot, name);
  std::optional<Bytes> tile = snapshot.get(Column::tiles, tile_key(name.level, name.index));
  if (!tile || tile->size() < name.width * kHashBytes) return std::nullopt;
  tile->resize(name.width * kHashBytes);
  return tile;
}

HashReader read_hashes(std::shared_ptr<const Snapshot> snapshot) {
  using Tiles = std::map<std::pair<unsigned, std::uint64_t>, std::optional<Bytes>>;
  return [snapshot, tiles = std::make_shared<Tiles>()](unsigned level,
                                                       std::uint64_t index) -> std::optional<Hash> {
    const unsigned tile_level = level / 8;
    const std::size_t count = std::size_t{1} << (level % 8);
    const std::uint64_t tile_index = index / (kTileWidth / count);
    const auto [found, is_new] = tiles->try_emplace({tile_level, tile_index});
    if (is_new) found->second = snapshot->get(Column::tiles, tile_key(tile_level, tile_index));
    const std::optional<Bytes>& tile = found->second;
    const std::size_t begin = static_cast<std::size_t>(index % (kTileWidth / count)) * count;
    if (!tile || tile->size() < (begin + count) * kHashBytes) return std::nullopt;
    return fold(*tile, begin, count);
  };
}

std::optional<Appender> Appender::open(const Snapshot& snapshot, std::uint64_t size) {
  Appender appender;
  std::vector<Hash> peaks;
  for (unsigned level = kTileLevels; level-- > 0;) {
    const std::uint64_t hashes = hashes_on_level(size, level);
    if (hashes == 0) continue;
    if (appender.rows_.empty()) appender.rows_.resize(level + 1);
    const auto width = static_cast<std::size_t>(hashes % kTileWidth);
    if (width == 0) continue;
    std::optional<Bytes> tile = snapshot.get(Column::tiles, tile_key(level, hashes / kTileWidth));
    if (!tile || tile->size() < width * kHashBytes) return std::nullopt;
    tile->resize(width * kHashBytes);
    // The row's complete subtrees, largest first, are the tree's peaks on these eight levels.
    std::size_t begin = 0;
    for (std::size_t count = kTileWidth / 2; count > 0; count /= 2) {
      if ((width & count) == 0) continue;
      peaks.push_back(fold(*tile, begin, count));
      begin += count;
    }
    appender.rows_[level].hashes = std::move(*tile);
  }
  appender.frontier_ = Frontier(size, std::move(peaks));
  return appender;
}

Appender Appender::next() const {
  Appender appender;
  appender.frontier_ = frontier_;
  appender.rows_ = rows_;
  for (Row& row : appender.rows_) row.changed = false;
  return appender;
}

void Appender::append(const Hash& leaf) {
  frontier_.append(leaf, [this](unsigned level, const Hash& hash) {
    if (level % 8 == 0) push(level / 8, hash);
  });
}

void Appender::append(std::span<const Hash> leaves) {
  for (const Hash& leaf : leaves) append(leaf);
}

void Appender::push(unsigned level, const Hash& hash) {
  if (rows_.size() <= level) rows_.resize(level + 1);
  Row& row = rows_[level];
  row.hashes.append(hash.view());
  row.changed = true;
  if (row.hashes.size() < kTileWidth * kHashBytes) return;
  // The leaf that fills this tile is not counted in the size yet.
  full_.push_back(
      {level, hashes_on_level(frontier_.size(), level) / kTileWidth, std::move(row.hashes)});
  row.hashes.clear();
  row.changed = false;
}

void Appender::put_tiles(WriteBatch& batch) const {
  for (const FullTile& tile : full_) {
    batch.put(Column::tiles, tile_key(tile.level, tile.index), tile.hashes);
  }
  for (unsigned level = 0; level < rows_.size(); ++level) {
    if (!rows_[level].changed) continue;
    const std::uint64_t index = hashes_on_level(frontier_.size(), level) / kTileWidth;
    batch.put(Column::tiles, tile_key(level, index), rows_[level].hashes);
  }
}

}  // namespace ledger

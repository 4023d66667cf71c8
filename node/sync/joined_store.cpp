#include "node/sync/joined_store.h"

#include "ledger/chain/memory_store.h"
#include "ledger/records/subject.h"

namespace node {
namespace {

using crypto::Bytes;
using crypto::Hash;
using ledger::Column;

constexpr crypto::ByteView kJoinKey = "join";
constexpr crypto::ByteView kFillKey = "fill";

Bytes key_of(std::uint64_t number) {
  Bytes key;
  crypto::append_u64(key, number);
  return key;
}

Bytes proved_key(std::size_t subtree) {
  Bytes key(kJoinKey);
  crypto::append_u16(key, static_cast<std::uint16_t>(subtree));
  return key;
}

Bytes fill_tile_key(unsigned level) {
  Bytes key(kFillKey);
  crypto::append_u8(key, static_cast<std::uint8_t>(level));
  return key;
}

void append_sized(Bytes& bytes, const Bytes& part) {
  crypto::append_u32(bytes, static_cast<std::uint32_t>(part.size()));
  bytes += part;
}

// A header and the certificate that names it.
std::optional<ClosingBlock> read_block(crypto::ByteReader& reader) {
  auto header = ledger::decode_header(reader.bytes(ledger::kHeaderBytes));
  auto certificate = ledger::decode_certificate(reader.bytes(reader.u32()));
  if (!header || !certificate) return std::nullopt;
  return ClosingBlock{*std::move(header), *std::move(certificate)};
}

void put_block(ledger::WriteBatch& batch, const ledger::Header& header,
               const ledger::Certificate& certificate) {
  const Bytes height = key_of(header.seal.height);
  batch.put(Column::blocks, height, ledger::encode_header(header));
  batch.put(Column::block_hashes, Bytes(header.hash().view()), height);
  batch.put(Column::certificates, height, ledger::encode_certificate(certificate));
}

std::vector<Hash> read_hashes(crypto::ByteReader& reader, std::size_t count) {
  std::vector<Hash> hashes;
  while (hashes.size() < count && reader.ok()) {
    hashes.push_back(Hash::from_view(reader.bytes(32)).value_or(Hash{}));
  }
  return hashes;
}

}  // namespace

void put_join_head(ledger::WriteBatch& batch, const JoinHead& join) {
  Bytes bytes;
  append_sized(bytes, ledger::encode_history_start(join.start));
  bytes += ledger::encode_header(join.head.header);
  append_sized(bytes, ledger::encode_certificate(join.head.certificate));
  if (join.closing) {
    bytes += ledger::encode_header(join.closing->header);
    append_sized(bytes, ledger::encode_certificate(join.closing->certificate));
  }
  crypto::append_u32(bytes, static_cast<std::uint32_t>(join.head.tree_edge.size()));
  for (const Hash& hash : join.head.tree_edge) bytes.append(hash.view());
  for (const Hash& hash : join.head.subtrees) bytes.append(hash.view());
  batch.put(Column::meta, Bytes(kJoinKey), std::move(bytes));
}

std::optional<JoinHead> find_join_head(const ledger::Snapshot& snapshot) {
  const std::optional<Bytes> bytes = snapshot.get(Column::meta, kJoinKey);
  if (!bytes) return std::nullopt;
  crypto::ByteReader reader(*bytes);
  auto start = ledger::decode_history_start(reader.bytes(reader.u32()));
  auto block = read_block(reader);
  if (!start || !block) return std::nullopt;
  std::optional<ClosingBlock> closing;
  if (start->epoch > 0) {
    closing = read_block(reader);
    if (!closing) return std::nullopt;
  }
  std::vector<Hash> edge = read_hashes(reader, reader.u32());
  std::vector<Hash> subtrees = read_hashes(reader, kSubtrees);
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return JoinHead{{std::move(block->header), std::move(block->certificate), std::move(edge),
                   std::move(subtrees)},
                  *std::move(start),
                  std::move(closing)};
}

void put_proved(ledger::WriteBatch& batch, std::size_t subtree, const ProvedSubtree& proved) {
  batch.put(Column::meta, proved_key(subtree),
            key_of(proved.records) + ledger::encode_root({proved.slot}));
}

void remove_proved(ledger::WriteBatch& batch, std::size_t subtree) {
  batch.remove(Column::meta, proved_key(subtree));
}

std::optional<ProvedSubtree> find_proved(const ledger::Snapshot& snapshot, std::size_t subtree) {
  const std::optional<Bytes> bytes = snapshot.get(Column::meta, proved_key(subtree));
  if (!bytes) return std::nullopt;
  crypto::ByteReader reader(*bytes);
  const std::uint64_t records = reader.u64();
  if (!reader.ok()) return std::nullopt;
  const auto root = ledger::decode_root(reader.rest());
  if (!root) return std::nullopt;
  return ProvedSubtree{root->slot, records};
}

std::optional<ledger::WriteBatch> edge_tiles(const ledger::Header& header,
                                             const std::vector<Hash>& edge) {
  ledger::WriteBatch batch;
  std::size_t used = 0;
  for (unsigned level = 0; level < ledger::kTileLevels; ++level) {
    const std::uint64_t hashes = ledger::hashes_on_level(header.tree_size, level);
    const auto width = static_cast<std::size_t>(hashes % ledger::kTileWidth);
    if (width == 0) continue;
    if (edge.size() - used < width) return std::nullopt;
    Bytes tile;
    for (std::size_t i = 0; i < width; ++i) tile.append(edge[used++].view());
    batch.put(Column::tiles, ledger::tile_key(level, hashes / ledger::kTileWidth), std::move(tile));
  }
  if (used != edge.size()) return std::nullopt;
  ledger::MemoryStore alone;
  alone.write(batch);
  const auto tree = ledger::Appender::open(*alone.snapshot(), header.tree_size);
  if (!tree || tree->head() != ledger::TreeHead{header.tree_size, header.tree_root}) {
    return std::nullopt;
  }
  return batch;
}

std::uint64_t records_of(const SnapshotLeaf& leaf) {
  if (!ledger::parse_subject(leaf.key)) return 0;
  return ledger::decode_subject_value(leaf.value).count;
}

GenesisState read_genesis_state(const ledger::Snapshot& snapshot) {
  GenesisState state;
  const Bytes suffix = key_of(~std::uint64_t{0});  // height 0
  snapshot.scan(Column::values, "", [&](crypto::ByteView key, crypto::ByteView) {
    if (key.ends_with(suffix)) state.paths.insert(*Hash::from_view(key.substr(0, 32)));
    return true;
  });
  const auto root = ledger::find_root(snapshot, 0);
  const auto header = snapshot.get(Column::blocks, key_of(0));
  CHECK(root.has_value() && header.has_value());
  state.trie_root = *root;
  const std::uint64_t size = ledger::decode_header(*header)->tree_size;
  for (unsigned level = 0; level < ledger::kTileLevels; ++level) {
    const std::uint64_t hashes = ledger::hashes_on_level(size, level);
    if (hashes % ledger::kTileWidth == 0) continue;
    const Bytes key = ledger::tile_key(level, hashes / ledger::kTileWidth);
    state.tiles.put(Column::tiles, key, snapshot.get(Column::tiles, key).value_or(Bytes()));
  }
  return state;
}

ledger::WriteBatch joined_batch(const JoinHead& join, std::span<const ledger::TrieSlot> slots,
                                std::uint64_t records, const GenesisState& genesis) {
  const ledger::Header& header = join.head.header;
  const std::uint64_t height = header.seal.height;
  std::optional<ledger::WriteBatch> tiles = edge_tiles(header, join.head.tree_edge);
  CHECK(tiles.has_value());
  ledger::WriteBatch batch = *std::move(tiles);
  const ledger::TrieRoot root = ledger::join_subtrees(slots, kSubtreeNibbles, height, batch);
  CHECK(root.hash() == header.seal.state_root);
  batch.put(Column::roots, key_of(height), ledger::encode_root(root));
  // What genesis wrote would be found where the state has nothing any more.
  for (const Hash& path : genesis.paths) {
    batch.put(Column::values, ledger::value_key(path, height),
              ledger::encode_value("", std::nullopt));
  }
  put_block(batch, header, join.head.certificate);
  if (join.closing) put_block(batch, join.closing->header, join.closing->certificate);
  batch.put(Column::meta, Bytes(ledger::kRecordTotalKey), key_of(records));
  batch.put(Column::meta, Bytes(ledger::kHistoryStartKey),
            ledger::encode_history_start(join.start));
  put_fill_head(batch, 0, genesis.trie_root);
  for (const auto& tile : genesis.tiles.operations) put_fill_tile(batch, tile.key, *tile.value);
  batch.remove(Column::meta, Bytes(kJoinKey));
  for (std::size_t i = 0; i < kSubtrees; ++i) remove_proved(batch, i);
  return batch;
}

void put_fill_head(ledger::WriteBatch& batch, std::uint64_t height,
                   const ledger::TrieRoot& trie_root) {
  batch.put(Column::meta, Bytes(kFillKey), key_of(height) + ledger::encode_root(trie_root));
}

void put_fill_tile(ledger::WriteBatch& batch, const Bytes& key, Bytes tile) {
  batch.put(Column::meta, fill_tile_key(static_cast<std::uint8_t>(key.at(0))), std::move(tile));
}

void remove_fill(ledger::WriteBatch& batch) {
  batch.remove(Column::meta, Bytes(kFillKey));
  for (unsigned level = 0; level < ledger::kTileLevels; ++level) {
    batch.remove(Column::meta, fill_tile_key(level));
  }
}

std::optional<FillHead> find_fill_head(const ledger::Snapshot& snapshot) {
  const auto bytes = snapshot.get(Column::meta, kFillKey);
  if (!bytes || bytes->size() < 8) return std::nullopt;
  const auto root = ledger::decode_root(crypto::ByteView(*bytes).substr(8));
  const auto header_bytes = snapshot.get(Column::blocks, crypto::ByteView(*bytes).substr(0, 8));
  const auto header = header_bytes ? ledger::decode_header(*header_bytes) : std::nullopt;
  if (!root || !header) return std::nullopt;
  ledger::MemoryStore alone;
  ledger::WriteBatch tiles;
  for (unsigned level = 0; level < ledger::kTileLevels; ++level) {
    const std::uint64_t hashes = ledger::hashes_on_level(header->tree_size, level);
    if (hashes % ledger::kTileWidth == 0) continue;
    tiles.put(Column::tiles, ledger::tile_key(level, hashes / ledger::kTileWidth),
              snapshot.get(Column::meta, fill_tile_key(level)).value_or(Bytes()));
  }
  alone.write(std::move(tiles));
  auto tree = ledger::Appender::open(*alone.snapshot(), header->tree_size);
  if (!tree || tree->head().root != header->tree_root) return std::nullopt;
  return FillHead{*header, *std::move(tree), *root};
}

}  // namespace node

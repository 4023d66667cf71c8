#include "node/sync/snapshot_read.h"

#include <algorithm>

#include "ledger/chain/vote.h"
#include "ledger/state/subtrees.h"

namespace node {
namespace {

using ledger::ChainReader;
using ledger::Header;

// The newest block that a certificate names is the tip, or not far below it.
constexpr std::uint64_t kBelowTipMax = 256;

std::optional<std::uint64_t> newest_certified(const ChainReader& reader) {
  const std::optional<Header> tip = reader.tip();
  if (!tip) return std::nullopt;
  for (std::uint64_t below = 0; below < kBelowTipMax && below < tip->seal.height; ++below) {
    const std::uint64_t height = tip->seal.height - below;
    const std::optional<Header> header = reader.header(height);
    if (!header) return std::nullopt;
    // Behind an epoch's last block the set before it would be asked for, which the state lacks.
    if (!header->closes_epoch() && reader.certificate(height)) return height;
  }
  return std::nullopt;
}

std::optional<SnapshotHead> read_head(const ChainReader& reader, const Header& header) {
  const std::uint64_t height = header.seal.height;
  const auto bytes = reader.certificate(height);
  const auto certificate = bytes ? ledger::decode_certificate(*bytes) : std::nullopt;
  const auto root = ledger::find_root(reader.snapshot(), height);
  auto edge = read_tree_edge(reader.snapshot(), header.tree_size);
  if (!certificate || !root || !edge) return std::nullopt;
  const ledger::NodeReader nodes(reader.shared_snapshot());
  return SnapshotHead{header, *certificate, *std::move(edge),
                      ledger::subtree_hashes(nodes, *root, kSubtreeNibbles)};
}

void read_leaves(const ChainReader& reader, const GetSnapshot& request, SnapshotPart& part) {
  const std::size_t bytes_max = std::min<std::size_t>(request.bytes_max, kSnapshotBytesMax);
  std::size_t paths = kSnapshotPathsMax;
  std::size_t bytes = 0;
  crypto::Hash after = request.after_path.value_or(crypto::Hash{});
  while (bytes < bytes_max) {
    auto leaf = ledger::next_value(reader.snapshot(), after, part.height, paths);
    if (!leaf) {
      part.last = paths > 0;
      return;
    }
    bytes += leaf->key.size() + leaf->value.size();
    if (bytes > bytes_max && !part.leaves.empty()) return;
    after = leaf->path;
    part.leaves.push_back({std::move(leaf->key), std::move(leaf->value)});
  }
}

}  // namespace

SnapshotPart read_snapshot(const ChainReader& reader, const GetSnapshot& request) {
  SnapshotPart part;
  part.height = request.height;
  part.after_path = request.after_path;
  if (part.height == 0) part.height = newest_certified(reader).value_or(0);
  const std::optional<Header> header = reader.header(part.height);
  const auto start = ledger::find_history_start(reader.snapshot());
  if (!header || part.height == 0 || (start && part.height < start->height)) return part;
  if (!request.after_path) {
    part.head = read_head(reader, *header);
    if (!part.head) return part;
  }
  read_leaves(reader, request, part);
  return part;
}

std::optional<std::vector<crypto::Hash>> read_tree_edge(const ledger::Snapshot& snapshot,
                                                        std::uint64_t tree_size) {
  std::vector<crypto::Hash> edge;
  for (unsigned level = 0; level < ledger::kTileLevels; ++level) {
    const std::uint64_t hashes = ledger::hashes_on_level(tree_size, level);
    ledger::TileName name;
    name.level = level;
    name.index = hashes / ledger::kTileWidth;
    name.width = static_cast<unsigned>(hashes % ledger::kTileWidth);
    if (name.width == 0) continue;
    const auto tile = ledger::read_tile(snapshot, name, tree_size);
    if (!tile) return std::nullopt;
    for (unsigned i = 0; i < name.width; ++i) {
      const crypto::ByteView hash = crypto::ByteView(*tile).substr(i * ledger::kHashBytes, 32);
      edge.push_back(*crypto::Hash::from_view(hash));
    }
  }
  return edge;
}

}  // namespace node

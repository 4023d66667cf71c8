#include "ledger/state/subtrees.h"

#include "crypto/check.h"

namespace ledger {
namespace {

constexpr unsigned kNibblesMax = 4;

std::size_t count_of(unsigned nibbles) {
  CHECK(nibbles <= kNibblesMax);
  return std::size_t{1} << (4 * nibbles);
}

void collect(const NodeReader& reader, const TrieSlot& slot, const Hash& path, unsigned depth,
             unsigned nibbles, std::vector<Hash>& hashes) {
  if (const auto* leaf = std::get_if<TrieLeaf>(&slot)) {
    hashes[subtree_of(leaf->path, nibbles)] = leaf_hash(*leaf);
    return;
  }
  const auto* child = std::get_if<TrieChild>(&slot);
  if (child == nullptr) return;
  if (depth == nibbles) {
    hashes[subtree_of(path, nibbles)] = child->hash;
    return;
  }
  const TrieNode node = reader.read(child->height, path, depth);
  const std::size_t step = count_of(nibbles - depth - 1);
  for (unsigned i = 0; i < TrieNode::kSlots; ++i) {
    const Hash below = first_path_of(subtree_of(path, nibbles) + i * step, nibbles);
    collect(reader, node.slot(i), below, depth + 1, nibbles, hashes);
  }
}

TrieSlot keep(TrieNode& node, const Hash& path, unsigned depth, std::uint64_t height,
              WriteBatch& batch) {
  const Hash hash = node.hash(depth);
  batch.put(Column::nodes, node_key(height, path, depth), encode_node(node));
  return TrieChild{height, hash};
}

}  // namespace

Hash first_path_of(std::size_t subtree, unsigned nibbles) {
  CHECK(subtree < count_of(nibbles));
  const std::size_t aligned = subtree << (4 * (kNibblesMax - nibbles));
  Hash path;
  path.bytes[0] = static_cast<std::uint8_t>(aligned >> 8);
  path.bytes[1] = static_cast<std::uint8_t>(aligned & 0xff);
  return path;
}

std::size_t subtree_of(const Hash& path, unsigned nibbles) {
  CHECK(nibbles <= kNibblesMax);
  const std::size_t aligned = static_cast<std::size_t>(path.bytes[0]) << 8 | path.bytes[1];
  return aligned >> (4 * (kNibblesMax - nibbles));
}

std::vector<Hash> subtree_hashes(const NodeReader& reader, const TrieRoot& root, unsigned nibbles) {
  std::vector<Hash> hashes(count_of(nibbles));
  collect(reader, root.slot, Hash{}, 0, nibbles, hashes);
  return hashes;
}

Hash root_of_subtrees(std::span<const Hash> hashes, unsigned nibbles) {
  CHECK(hashes.size() == count_of(nibbles));
  SortedRoot root;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    if (!hashes[i].is_zero()) CHECK(root.add(first_path_of(i, nibbles), hashes[i]));
  }
  return root.root();
}

TrieSlot build_subtree(std::span<const TrieLeaf> leaves, unsigned nibbles, std::uint64_t height,
                       WriteBatch& batch) {
  if (leaves.empty()) return {};
  if (leaves.size() == 1) return leaves.front();
  const Hash path = leaves.front().path;
  TrieNode node;
  for (std::size_t i = 1; i < leaves.size(); ++i) CHECK(leaves[i - 1].path < leaves[i].path);
  while (!leaves.empty()) {
    const unsigned nibble = path_nibble(leaves.front().path, nibbles);
    std::size_t size = 1;
    while (size < leaves.size() && path_nibble(leaves[size].path, nibbles) == nibble) ++size;
    node.set_slot(nibble, build_subtree(leaves.first(size), nibbles + 1, height, batch));
    leaves = leaves.subspan(size);
  }
  return keep(node, path, nibbles, height, batch);
}

TrieRoot join_subtrees(std::span<const TrieSlot> slots, unsigned nibbles, std::uint64_t height,
                       WriteBatch& batch) {
  CHECK(slots.size() == count_of(nibbles));
  std::vector<TrieSlot> level(slots.begin(), slots.end());
  while (nibbles-- > 0) {
    std::vector<TrieSlot> above(count_of(nibbles));
    for (std::size_t i = 0; i < above.size(); ++i) {
      TrieNode node;
      for (unsigned at = 0; at < TrieNode::kSlots; ++at) {
        const TrieSlot& slot = level[i * TrieNode::kSlots + at];
        if (!std::holds_alternative<std::monostate>(slot)) node.set_slot(at, slot);
      }
      if (node.count() == 0) continue;
      const TrieSlot& only = node.slot(node.count() == 1 ? node.only_slot() : 0);
      // A leaf alone stands higher up, where its path is no longer shared.
      const bool moves_up = node.count() == 1 && std::holds_alternative<TrieLeaf>(only);
      above[i] = moves_up ? only : keep(node, first_path_of(i, nibbles), nibbles, height, batch);
    }
    level = std::move(above);
  }
  return TrieRoot{level.front()};
}

}  // namespace ledger

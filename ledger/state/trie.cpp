#include "ledger/state/trie.h"

#include <algorithm>
#include <iterator>

#include "crypto/check.h"

namespace ledger {
namespace {

using Writes = std::span<const TrieWrite>;
using Leaves = std::span<const TrieLeaf>;

// The first elements of `sorted` whose nibble at `depth` is that of the first.
template <class T>
std::span<const T> first_group(std::span<const T> sorted, unsigned depth) {
  const unsigned nibble = path_nibble(sorted.front().path, depth);
  std::size_t size = 1;
  while (size < sorted.size() && path_nibble(sorted[size].path, depth) == nibble) ++size;
  return sorted.first(size);
}

// The leaves that `writes` leave, beside `old` where they do not name its path.
std::vector<TrieLeaf> merged(const TrieLeaf* old, Writes writes) {
  std::vector<TrieLeaf> leaves;
  leaves.reserve(writes.size() + 1);
  for (const TrieWrite& write : writes) {
    if (old != nullptr && old->path <= write.path) {
      if (old->path < write.path) leaves.push_back(*old);
      old = nullptr;
    }
    if (write.value_hash) leaves.push_back({write.path, *write.value_hash});
  }
  if (old != nullptr) leaves.push_back(*old);
  return leaves;
}

class Application {
 public:
  Application(const NodeReader& reader, std::uint64_t height) : reader_(reader) {
    update_.height = height;
  }

  TrieUpdate run(const TrieRoot& root, Writes writes) {
    update_.root.slot = change(root.slot, 0, writes);
    std::size_t count = 0;
    for (const auto& level : levels_) count += level.size();
    update_.nodes.reserve(count);
    for (auto& level : levels_) {
      std::move(level.begin(), level.end(), std::back_inserter(update_.nodes));
    }
    return std::move(update_);
  }

 private:
  // `slot` hangs `depth` nibbles below the root; the prefix is that of any of the writes.
  TrieSlot change(const TrieSlot& slot, unsigned depth, Writes writes) {
    if (writes.empty()) return slot;
    if (const auto* child = std::get_if<TrieChild>(&slot)) {
      return change_node(*child, depth, writes);
    }
    const std::vector<TrieLeaf> leaves = merged(std::get_if<TrieLeaf>(&slot), writes);
    return build(depth, leaves);
  }

  TrieSlot change_node(const TrieChild& child, unsigned depth, Writes writes) {
    CHECK(child.height < update_.height);
    const Hash& path = writes.front().path;
    TrieNode node = reader_.read(child.height, path, depth);
    bool changed = false;
    while (!writes.empty()) {
      const Writes group = first_group(writes, depth);
      const unsigned index = path_nibble(group.front().path, depth);
      TrieSlot slot = change(node.slot(index), depth + 1, group);
      if (slot != node.slot(index)) {
        node.set_slot(index, slot);
        changed = true;
      }
      writes = writes.subspan(group.size());
    }
    if (!changed) return child;

    update_.stale.push_back(node_key(child.height, path, depth));
    if (node.count() == 0) return {};
    if (node.count() == 1) {
      // A leaf alone moves up; a node alone stays below, so that its prefix does not change.
      const TrieSlot& only = node.slot(node.only_slot());
      if (std::holds_alternative<TrieLeaf>(only)) return only;
    }
    return keep(node, path, depth);
  }

  TrieSlot build(unsigned depth, Leaves leaves) {
    if (leaves.empty()) return {};
    if (leaves.size() == 1) return leaves.front();
    const Hash& path = leaves.front().path;
    TrieNode node;
    while (!leaves.empty()) {
      const Leaves group = first_group(leaves, depth);
      node.set_slot(path_nibble(group.front().path, depth), build(depth + 1, group));
      leaves = leaves.subspan(group.size());
    }
    return keep(node, path, depth);
  }

  TrieSlot keep(TrieNode& node, const Hash& path, unsigned depth) {
    const Hash hash = node.hash(depth);
    if (levels_.size() <= depth) levels_.resize(depth + 1);
    levels_[depth].push_back(
        {node_key(update_.height, path, depth), encode_node(node), node.hashes()});
    return TrieChild{update_.height, hash};
  }

  const NodeReader& reader_;
  TrieUpdate update_;
  // The nodes written, by their depth. One level is walked in the order of its paths, so that all
  // levels together are in the order of keys.
  std::vector<std::vector<TrieUpdate::Node>> levels_;
};

Bytes height_key(std::uint64_t height) {
  Bytes key;
  crypto::append_u64(key, height);
  return key;
}

// The first of the node keys that stand one after the other in a row of Column::stale.
ByteView first_node_key(ByteView keys) {
  const std::optional<std::size_t> size = node_key_size(keys);
  if (!size) stop_damaged("a list of stale nodes cannot be read.");
  return keys.substr(0, *size);
}

}  // namespace

TrieUpdate apply(const NodeReader& reader, const TrieRoot& root, std::uint64_t height,
                 std::span<const TrieWrite> writes) {
  for (std::size_t i = 1; i < writes.size(); ++i) CHECK(writes[i - 1].path < writes[i].path);
  return Application(reader, height).run(root, writes);
}

void add_to(WriteBatch& batch, const TrieUpdate& update) {
  for (const TrieUpdate::Node& node : update.nodes) {
    batch.put(Column::nodes, node.key, node.bytes);
  }
  batch.put(Column::roots, height_key(update.height), encode_root(update.root));
  if (update.stale.empty()) return;
  Bytes keys;
  for (const Bytes& key : update.stale) keys += key;
  batch.put(Column::stale, height_key(update.height), std::move(keys));
}

WriteBatch prune(const Snapshot& snapshot, std::uint64_t up_to_height, std::size_t limit,
                 PruneCursor& cursor) {
  CHECK(limit >= 2);
  WriteBatch batch;
  const std::optional<KeyValue> newest =
      snapshot.seek_back(Column::roots, height_key(up_to_height));
  if (!newest) return batch;

  // Roots go first, so that a height whose nodes are partly gone has no root any more.
  Bytes floor = newest->key;
  snapshot.scan(Column::roots, cursor.root, [&](ByteView key, ByteView) {
    cursor.root = Bytes(key);
    if (key >= newest->key) return false;
    if (batch.operations.size() >= limit) {
      floor = Bytes(key);
      return false;
    }
    batch.remove(Column::roots, Bytes(key));
    return true;
  });
  snapshot.scan(Column::stale, cursor.stale, [&](ByteView key, ByteView nodes) {
    if (key != cursor.stale) cursor.removed = 0;
    cursor.stale = Bytes(key);
    if (key > floor) return false;
    while (cursor.removed < nodes.size() && batch.operations.size() < limit) {
      const ByteView node = first_node_key(nodes.substr(cursor.removed));
      batch.remove(Column::nodes, Bytes(node));
      cursor.removed += node.size();
    }
    if (batch.operations.size() >= limit) return false;
    batch.remove(Column::stale, Bytes(key));
    return true;
  });
  return batch;
}

bool SortedRoot::add(const TrieLeaf& leaf) { return add(leaf.path, leaf_hash(leaf)); }

bool SortedRoot::add(const Hash& path, const Hash& root) {
  if (last_path_) {
    if (path <= *last_path_) return false;
    const unsigned bit = first_difference(*last_path_, path);
    close_below(bit);
    open_.push_back({bit, right_});
  }
  right_ = root;
  last_path_ = path;
  return true;
}

void SortedRoot::close_below(unsigned bit) {
  while (!open_.empty() && open_.back().bit > bit) {
    right_ = inner_hash(static_cast<std::uint8_t>(open_.back().bit), open_.back().left, right_);
    open_.pop_back();
  }
}

Hash SortedRoot::root() const {
  Hash hash = right_;
  for (auto open = open_.rbegin(); open != open_.rend(); ++open) {
    hash = inner_hash(static_cast<std::uint8_t>(open->bit), open->left, hash);
  }
  return hash;
}

}  // namespace ledger

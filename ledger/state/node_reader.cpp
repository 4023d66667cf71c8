#include "ledger/state/node_reader.h"

#include "crypto/check.h"

namespace ledger {
namespace {

constexpr std::uint8_t kRootNode = 0x00;
constexpr std::uint8_t kRootLeaf = 0x01;
constexpr std::uint8_t kRootEmpty = 0x02;
constexpr std::size_t kHashBytes = 32;

TrieNode decoded(ByteView bytes) {
  std::optional<TrieNode> node = decode_node(bytes);
  if (!node) crypto::fatal("The store is damaged: a node of the state trie cannot be read.");
  return *node;
}

}  // namespace

Bytes encode_root(const TrieRoot& root) {
  Bytes out;
  if (const auto* child = std::get_if<TrieChild>(&root.slot)) {
    crypto::append_u8(out, kRootNode);
    out.append(child->hash.view());
    crypto::append_u64(out, child->height);
  } else if (const auto* leaf = std::get_if<TrieLeaf>(&root.slot)) {
    crypto::append_u8(out, kRootLeaf);
    out.append(leaf->path.view());
    out.append(leaf->value_hash.view());
  } else {
    crypto::append_u8(out, kRootEmpty);
  }
  return out;
}

std::optional<TrieRoot> decode_root(ByteView bytes) {
  crypto::ByteReader reader(bytes);
  const std::uint8_t kind = reader.u8();
  TrieRoot root;
  if (kind == kRootNode) {
    TrieChild child;
    child.hash = Hash::from_view(reader.bytes(kHashBytes)).value_or(Hash{});
    child.height = reader.u64();
    root.slot = child;
  } else if (kind == kRootLeaf) {
    TrieLeaf leaf;
    leaf.path = Hash::from_view(reader.bytes(kHashBytes)).value_or(Hash{});
    leaf.value_hash = Hash::from_view(reader.bytes(kHashBytes)).value_or(Hash{});
    root.slot = leaf;
  } else if (kind != kRootEmpty) {
    return std::nullopt;
  }
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return root;
}

std::optional<TrieRoot> find_root(const Snapshot& snapshot, std::uint64_t height) {
  Bytes key;
  crypto::append_u64(key, height);
  const std::optional<KeyValue> found = snapshot.seek_back(Column::roots, key);
  if (!found) return std::nullopt;
  std::optional<TrieRoot> root = decode_root(found->value);
  if (!root) crypto::fatal("The store is damaged: a state root cannot be read.");
  return root;
}

std::optional<unsigned> hot_index(const Hash& path, unsigned nibble_count) {
  if (nibble_count > kHotNibbles) return std::nullopt;
  unsigned first = 0;   // index of the first node of this depth
  unsigned width = 1;   // nodes of this depth
  unsigned offset = 0;  // the prefix as a number
  for (unsigned i = 0; i < nibble_count; ++i) {
    first += width;
    width *= 16;
    offset = offset * 16 + path_nibble(path, i);
  }
  return first + offset;
}

void NodeCache::absorb(const TrieUpdate& update) {
  for (const auto& [index, node] : update.hot) {
    CHECK(index < entries_.size());
    entries_[index] = {update.height, node};
  }
}

const TrieNode* NodeCache::find(std::uint64_t height, unsigned index) const {
  const Entry& entry = entries_[index];
  return entry.height == height ? entry.node.get() : nullptr;
}

NodeReader::NodeReader(std::shared_ptr<const Snapshot> base, const NodeCache* cache,
                       std::vector<const TrieUpdate*> pending)
    : base_(std::move(base)), cache_(cache), pending_(std::move(pending)) {}

TrieNode NodeReader::read(std::uint64_t height, const Hash& path, unsigned nibble_count) const {
  const std::optional<unsigned> hot = hot_index(path, nibble_count);
  const Bytes key = node_key(height, path, nibble_count);
  for (const TrieUpdate* update : pending_) {
    if (update->height != height) continue;
    if (hot) {
      const auto found = update->hot.find(*hot);
      if (found != update->hot.end()) return *found->second;
    }
    const auto found = update->nodes.find(key);
    if (found != update->nodes.end()) return decoded(found->second);
  }
  if (cache_ != nullptr && hot) {
    const TrieNode* found = cache_->find(height, *hot);
    if (found != nullptr) return *found;
  }
  const std::optional<Bytes> bytes = base_->get(Column::nodes, key);
  if (!bytes) crypto::fatal("The store is damaged: a node of the state trie is missing.");
  return decoded(*bytes);
}

}  // namespace ledger

#include "ledger/state/node_reader.h"

#include <algorithm>

#include "crypto/check.h"
#include "ledger/chain/store_errors.h"

namespace ledger {
namespace {

constexpr std::uint8_t kRootNode = 0x00;
constexpr std::uint8_t kRootLeaf = 0x01;
constexpr std::uint8_t kRootEmpty = 0x02;
constexpr std::size_t kHashBytes = 32;

TrieNode decoded(ByteView bytes, ByteView hashes) {
  std::optional<TrieNode> node = decode_node(bytes);
  if (!node) stop_damaged("a node of the state trie cannot be read.");
  if (!hashes.empty()) node->restore_hashes(hashes);
  return *node;
}

// The first nibbles, at most four, of bytes that hold them.
std::size_t prefix_number(ByteView packed, unsigned nibble_count) {
  CHECK(nibble_count < NodeCache::kLevelsMax);
  std::size_t number = 0;
  for (unsigned i = 0; i < nibble_count; ++i) {
    const auto byte = static_cast<std::uint8_t>(packed[i / 2]);
    number = 16 * number + (i % 2 == 0 ? byte >> 4 : byte & 15);
  }
  return number;
}

}  // namespace

void stop_damaged(const char* what) {
  const std::string message = std::string("The store is damaged (E-STORE-DAMAGED): ") + what;
  crypto::fatal(message.c_str(), kDamageExit);
}

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
  if (!root) stop_damaged("a state root cannot be read.");
  return root;
}

const TrieUpdate::Node* TrieUpdate::find(ByteView key) const {
  const auto found =
      std::lower_bound(nodes.begin(), nodes.end(), key,
                       [](const Node& node, ByteView wanted) { return node.key < wanted; });
  return found != nodes.end() && found->key == key ? &*found : nullptr;
}

void NodeCache::absorb(const TrieUpdate& update) {
  for (const TrieUpdate::Node& node : update.nodes) {
    const ByteView prefix = ByteView(node.key).substr(sizeof(std::uint64_t));
    const auto nibble_count = static_cast<std::uint8_t>(prefix[0]);
    if (nibble_count >= levels_.size()) continue;
    std::vector<Entry>& level = levels_[nibble_count];
    if (level.empty()) level.resize(std::size_t{1} << (4 * nibble_count));
    level[prefix_number(prefix.substr(1), nibble_count)] = {update.height, node.bytes, node.hashes};
  }
}

std::optional<TrieNode> NodeCache::find(std::uint64_t height, const Hash& path,
                                        unsigned nibble_count) const {
  if (nibble_count >= levels_.size() || levels_[nibble_count].empty()) return std::nullopt;
  const Entry& entry = levels_[nibble_count][prefix_number(path.view(), nibble_count)];
  if (entry.bytes.empty() || entry.height != height) return std::nullopt;
  return decoded(entry.bytes, entry.hashes);
}

NodeReader::NodeReader(std::shared_ptr<const Snapshot> base, const NodeCache* cache,
                       std::vector<const TrieUpdate*> pending)
    : base_(std::move(base)), cache_(cache), pending_(std::move(pending)) {}

TrieNode NodeReader::read(std::uint64_t height, const Hash& path, unsigned nibble_count) const {
  const Bytes key = node_key(height, path, nibble_count);
  for (const TrieUpdate* update : pending_) {
    if (update->height != height) continue;
    const TrieUpdate::Node* node = update->find(key);
    if (node != nullptr) return decoded(node->bytes, node->hashes);
  }
  if (cache_ != nullptr) {
    std::optional<TrieNode> node = cache_->find(height, path, nibble_count);
    if (node) return *node;
  }
  const std::optional<Bytes> bytes = base_->get(Column::nodes, key);
  if (!bytes) stop_damaged("a node of the state trie is missing.");
  return decoded(*bytes, {});
}

}  // namespace ledger

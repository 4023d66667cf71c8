#include "ledger/state/node.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "crypto/check.h"

namespace ledger {
namespace {

constexpr std::uint8_t kLeafPrefix = 0x02;
constexpr std::uint8_t kInnerPrefix = 0x03;
constexpr char kChildSlot = 0x00;
constexpr char kLeafSlot = 0x01;
constexpr std::size_t kHashBytes = 32;
constexpr unsigned kLeafPosition = 16;  // heap position of slot 0

// The occupied slots below a heap position, as a bitmap.
std::uint16_t mask_below(unsigned position) {
  const unsigned level = static_cast<unsigned>(std::bit_width(position)) - 1;
  const unsigned span = TrieNode::kSlots >> level;
  const unsigned first = (position - (1u << level)) * span;
  return static_cast<std::uint16_t>(((1u << span) - 1u) << first);
}

template <std::size_t size>
ByteView view(const std::array<std::uint8_t, size>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Hash read_hash(crypto::ByteReader& reader) {
  Hash hash;
  const ByteView bytes = reader.bytes(kHashBytes);
  if (bytes.size() == kHashBytes) std::memcpy(hash.bytes.data(), bytes.data(), kHashBytes);
  return hash;
}

}  // namespace

Hash leaf_hash(const TrieLeaf& leaf) {
  std::array<std::uint8_t, 1 + 2 * kHashBytes> input{kLeafPrefix};
  std::copy(leaf.path.bytes.begin(), leaf.path.bytes.end(), input.begin() + 1);
  std::copy(leaf.value_hash.bytes.begin(), leaf.value_hash.bytes.end(),
            input.begin() + 1 + kHashBytes);
  return crypto::sha256(view(input));
}

Hash inner_hash(std::uint8_t bit, const Hash& left, const Hash& right) {
  std::array<std::uint8_t, 2 + 2 * kHashBytes> input{kInnerPrefix, bit};
  std::copy(left.bytes.begin(), left.bytes.end(), input.begin() + 2);
  std::copy(right.bytes.begin(), right.bytes.end(), input.begin() + 2 + kHashBytes);
  return crypto::sha256(view(input));
}

Hash slot_hash(const TrieSlot& slot) {
  if (const auto* child = std::get_if<TrieChild>(&slot)) return child->hash;
  if (const auto* leaf = std::get_if<TrieLeaf>(&slot)) return leaf_hash(*leaf);
  return {};
}

bool path_bit(const Hash& path, unsigned bit) {
  CHECK(bit < kPathBits);
  return ((path.bytes[bit / 8] >> (7 - bit % 8)) & 1) != 0;
}

unsigned path_nibble(const Hash& path, unsigned nibble) {
  CHECK(nibble < kPathNibbles);
  const unsigned byte = path.bytes[nibble / 2];
  return nibble % 2 == 0 ? byte >> 4 : byte & 15;
}

unsigned first_difference(const Hash& a, const Hash& b) {
  CHECK(a != b);
  unsigned i = 0;
  while (a.bytes[i] == b.bytes[i]) ++i;
  const auto differing = static_cast<std::uint8_t>(a.bytes[i] ^ b.bytes[i]);
  return 8 * i + static_cast<unsigned>(std::countl_zero(differing));
}

Bytes node_key(std::uint64_t height, const Hash& path, unsigned nibble_count) {
  CHECK(nibble_count < kPathNibbles);
  Bytes key;
  key.reserve(9 + (nibble_count + 1) / 2);
  crypto::append_u64(key, height);
  crypto::append_u8(key, static_cast<std::uint8_t>(nibble_count));
  key.append(path.view().substr(0, nibble_count / 2));
  if (nibble_count % 2 == 1) {
    crypto::append_u8(key, static_cast<std::uint8_t>(path_nibble(path, nibble_count - 1) << 4));
  }
  return key;
}

std::optional<std::size_t> node_key_size(ByteView bytes) {
  constexpr std::size_t kFixed = sizeof(std::uint64_t) + 1;
  if (bytes.size() < kFixed) return std::nullopt;
  const unsigned nibble_count = static_cast<std::uint8_t>(bytes[kFixed - 1]);
  const std::size_t size = kFixed + (nibble_count + 1) / 2;
  if (nibble_count >= kPathNibbles || bytes.size() < size) return std::nullopt;
  return size;
}

const TrieSlot& TrieNode::slot(unsigned index) const {
  CHECK(index < kSlots);
  return slots_[index];
}

void TrieNode::set_slot(unsigned index, TrieSlot slot) {
  CHECK(index < kSlots);
  const auto bit = static_cast<std::uint16_t>(1u << index);
  const bool occupied = !std::holds_alternative<std::monostate>(slot);
  bitmap_ = static_cast<std::uint16_t>(occupied ? bitmap_ | bit : bitmap_ & ~bit);
  slots_[index] = slot;
  for (unsigned position = kLeafPosition + index; position > 0; position /= 2) {
    known_ &= ~(1u << position);
  }
}

unsigned TrieNode::count() const { return static_cast<unsigned>(std::popcount(bitmap_)); }

unsigned TrieNode::only_slot() const {
  CHECK(count() == 1);
  return static_cast<unsigned>(std::countr_zero(bitmap_));
}

bool TrieNode::has_subtree(unsigned position) const {
  return (bitmap_ & mask_below(position)) != 0;
}

const Hash& TrieNode::subtree(unsigned position, unsigned nibble_depth) {
  CHECK(has_subtree(position));
  Hash& hash = hashes_[position];
  const std::uint32_t bit = 1u << position;
  if ((known_ & bit) != 0) return hash;

  if (position >= kLeafPosition) {
    hash = slot_hash(slots_[position - kLeafPosition]);
  } else if (!has_subtree(2 * position)) {
    hash = subtree(2 * position + 1, nibble_depth);
  } else if (!has_subtree(2 * position + 1)) {
    hash = subtree(2 * position, nibble_depth);
  } else {
    const unsigned level = static_cast<unsigned>(std::bit_width(position)) - 1;
    hash = inner_hash(static_cast<std::uint8_t>(4 * nibble_depth + level),
                      subtree(2 * position, nibble_depth), subtree(2 * position + 1, nibble_depth));
  }
  known_ |= bit;
  return hash;
}

bool TrieNode::makes_hash(unsigned position) const {
  if (position < kLeafPosition) return has_subtree(2 * position) && has_subtree(2 * position + 1);
  return std::holds_alternative<TrieLeaf>(slots_[position - kLeafPosition]);
}

Bytes TrieNode::hashes() const {
  Bytes out;
  out.reserve(2 * count() * kHashBytes);
  for (unsigned position = 1; position < hashes_.size(); ++position) {
    if (!makes_hash(position)) continue;
    CHECK((known_ & (1u << position)) != 0);
    out.append(hashes_[position].view());
  }
  return out;
}

void TrieNode::restore_hashes(ByteView hashes) {
  for (unsigned position = 1; position < hashes_.size(); ++position) {
    if (!makes_hash(position)) continue;
    CHECK(hashes.size() >= kHashBytes);
    std::memcpy(hashes_[position].bytes.data(), hashes.data(), kHashBytes);
    hashes.remove_prefix(kHashBytes);
    known_ |= 1u << position;
  }
  CHECK(hashes.empty());
}

Bytes encode_node(const TrieNode& node) {
  Bytes out(2, '\0');
  out.reserve(2 + node.count() * (1 + 2 * kHashBytes));
  for (unsigned i = 0; i < TrieNode::kSlots; ++i) {
    if (const auto* child = std::get_if<TrieChild>(&node.slot(i))) {
      out.push_back(kChildSlot);
      crypto::append_u64(out, child->height);
      out.append(child->hash.view());
    } else if (const auto* leaf = std::get_if<TrieLeaf>(&node.slot(i))) {
      out.push_back(kLeafSlot);
      out.append(leaf->path.view());
      out.append(leaf->value_hash.view());
    } else {
      continue;
    }
    char& byte = out[i < 8 ? 1 : 0];
    byte = static_cast<char>(byte | (1 << (i % 8)));
  }
  return out;
}

std::optional<TrieNode> decode_node(ByteView bytes) {
  crypto::ByteReader reader(bytes);
  TrieNode node;
  const unsigned bitmap = reader.u16();
  for (unsigned i = 0; i < TrieNode::kSlots; ++i) {
    if ((bitmap & (1u << i)) == 0) continue;
    const char kind = static_cast<char>(reader.u8());
    if (kind == kChildSlot) {
      TrieChild child;
      child.height = reader.u64();
      child.hash = read_hash(reader);
      node.set_slot(i, child);
    } else if (kind == kLeafSlot) {
      TrieLeaf leaf;
      leaf.path = read_hash(reader);
      leaf.value_hash = read_hash(reader);
      node.set_slot(i, leaf);
    } else {
      return std::nullopt;
    }
  }
  if (!reader.ok() || !reader.at_end() || node.count() == 0) return std::nullopt;
  if (node.count() == 1 && std::holds_alternative<TrieLeaf>(node.slot(node.only_slot()))) {
    return std::nullopt;
  }
  return node;
}

}  // namespace ledger

#include "ledger/state/overlay.h"

#include "crypto/check.h"

namespace ledger {
namespace {

constexpr char kRemoved = '\x00';
constexpr char kPresent = '\x01';
constexpr std::size_t kPathBytes = 32;

}  // namespace

Bytes value_key(const Hash& path, std::uint64_t height) {
  Bytes key(path.view());
  crypto::append_u64(key, ~height);
  return key;
}

Bytes encode_value(ByteView key, const std::optional<Bytes>& value) {
  if (!value) return Bytes(1, kRemoved);
  Bytes out;
  out.reserve(3 + key.size() + value->size());
  out.push_back(kPresent);
  crypto::append_u16(out, static_cast<std::uint16_t>(key.size()));
  out.append(key);
  out.append(*value);
  return out;
}

std::optional<Bytes> find_value(const Snapshot& snapshot, ByteView key, std::uint64_t height) {
  const std::optional<KeyValue> found =
      snapshot.seek(Column::values, value_key(crypto::sha256(key), height), kPathBytes);
  if (!found) return std::nullopt;
  crypto::ByteReader reader(found->value);
  if (reader.u8() != kPresent) return std::nullopt;
  reader.bytes(reader.u16());
  CHECK(reader.ok());
  return Bytes(reader.rest());
}

std::optional<StateLeaf> next_value(const Snapshot& snapshot, const Hash& after,
                                    std::uint64_t height, std::size_t& paths) {
  Hash path = after;
  for (; paths > 0; --paths) {
    // One byte longer than the last key of a path, and so behind it.
    const Bytes from = Bytes(path.view()) + Bytes(9, '\xff');
    std::optional<KeyValue> found = snapshot.seek(Column::values, from, 0);
    if (!found) return std::nullopt;
    path = *Hash::from_view(ByteView(found->key).substr(0, kPathBytes));
    const Bytes wanted = value_key(path, height);
    if (found->key < wanted) found = snapshot.seek(Column::values, wanted, kPathBytes);
    if (!found) continue;
    crypto::ByteReader reader(found->value);
    if (reader.u8() != kPresent) continue;
    StateLeaf leaf;
    leaf.path = path;
    leaf.key = Bytes(reader.bytes(reader.u16()));
    CHECK(reader.ok());
    leaf.value = Bytes(reader.rest());
    --paths;
    return leaf;
  }
  return std::nullopt;
}

Overlay::Overlay(std::shared_ptr<const Snapshot> base, std::uint64_t base_height,
                 const Overlay* parent)
    : base_(std::move(base)), base_height_(base_height), parent_(parent) {}

std::optional<Bytes> Overlay::find(ByteView key) const {
  for (const Overlay* overlay = this; overlay != nullptr; overlay = overlay->parent_) {
    const auto found = overlay->changes_.find(key);
    if (found != overlay->changes_.end()) return found->second;
  }
  return find_in_base(key);
}

std::optional<Bytes> Overlay::find_in_base(ByteView key) const {
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  std::optional<Bytes> value = find_value(*base_, key, base_height_);
  if (value) known_.emplace(Bytes(key), *value);
  return value;
}

void Overlay::put(ByteView key, Bytes value) {
  CHECK(!value.empty());
  remember(key);
  changes_.insert_or_assign(Bytes(key), std::move(value));
}

void Overlay::erase(ByteView key) {
  remember(key);
  changes_.insert_or_assign(Bytes(key), std::nullopt);
}

void Overlay::mark() { undo_.clear(); }

void Overlay::rollback() {
  for (auto& [key, before] : undo_) {
    if (before) {
      changes_.insert_or_assign(key, std::move(*before));
    } else {
      changes_.erase(key);
    }
  }
  undo_.clear();
}

void Overlay::remember(ByteView key) {
  if (undo_.find(key) != undo_.end()) return;
  const auto found = changes_.find(key);
  std::optional<std::optional<Bytes>> before;
  if (found != changes_.end()) before = found->second;
  undo_.emplace(Bytes(key), std::move(before));
}

}  // namespace ledger

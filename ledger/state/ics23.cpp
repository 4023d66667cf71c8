#include "ledger/state/ics23.h"

#include "crypto/check.h"
#include "proto/ics23.pb.h"

namespace ledger {
namespace {

namespace ics23 = proto::ics23;

// Of cosmos.ics23.v1.
constexpr int kSha256 = 1;            // HashOp
constexpr int kRequire32Bytes = 7;    // LengthOp
constexpr char kLeafPrefix = '\x02';  // node.h
constexpr char kInnerPrefix = '\x03';

enum class Side { left, right };

void set_nibble(Hash& path, unsigned nibble, unsigned value) {
  std::uint8_t& byte = path.bytes[nibble / 2];
  byte = static_cast<std::uint8_t>(nibble % 2 == 0 ? (byte & 0x0f) | (value << 4)
                                                   : (byte & 0xf0) | value);
}

// Walks the slots of nodes from one side.
class Neighbour {
 public:
  Neighbour(const NodeReader& reader, Side side) : reader_(reader), side_(side) {}

  // The leaf next to `path` on this side among those of a slot, which begin as `path` does in its
  // first `depth` nibbles.
  std::optional<TrieLeaf> beside(const TrieSlot& slot, const Hash& path, unsigned depth) const {
    if (const auto* leaf = std::get_if<TrieLeaf>(&slot)) {
      const bool fits = side_ == Side::left ? leaf->path < path : path < leaf->path;
      return fits ? std::optional(*leaf) : std::nullopt;
    }
    const auto* child = std::get_if<TrieChild>(&slot);
    if (child == nullptr) return std::nullopt;
    const TrieNode node = reader_.read(child->height, path, depth);
    const unsigned own = path_nibble(path, depth);
    if (auto found = beside(node.slot(own), path, depth + 1)) return found;
    for (unsigned i = 1; i < TrieNode::kSlots; ++i) {
      const unsigned index = side_ == Side::left ? own - i : own + i;
      if (index >= TrieNode::kSlots) break;  // also below 0
      if (std::holds_alternative<std::monostate>(node.slot(index))) continue;
      Hash prefix = path;
      set_nibble(prefix, depth, index);
      return nearest(node.slot(index), prefix, depth + 1);
    }
    return std::nullopt;
  }

 private:
  // The leaf of an occupied slot that is nearest to what lies beyond it.
  TrieLeaf nearest(TrieSlot slot, Hash prefix, unsigned depth) const {
    while (const auto* child = std::get_if<TrieChild>(&slot)) {
      const TrieNode node = reader_.read(child->height, prefix, depth);
      unsigned index = side_ == Side::left ? TrieNode::kSlots - 1 : 0;
      while (std::holds_alternative<std::monostate>(node.slot(index))) {
        index = side_ == Side::left ? index - 1 : index + 1;
      }
      set_nibble(prefix, depth, index);
      slot = node.slot(index);
      ++depth;
    }
    return std::get<TrieLeaf>(slot);
  }

  const NodeReader& reader_;
  Side side_;
};

void write_existence(const StateProof& proof, const Hash& path, Bytes value,
                     ics23::ExistenceProof& out) {
  CHECK(proof.kind == StateProof::Kind::inclusion);
  out.set_key(Bytes(path.view()));
  out.set_value(std::move(value));
  ics23::LeafOp& leaf = *out.mutable_leaf();
  leaf.set_hash(kSha256);
  leaf.set_prehash_value(kSha256);
  leaf.set_length(kRequire32Bytes);
  leaf.set_prefix(Bytes(1, kLeafPrefix));
  for (const StateProof::Step& step : proof.steps) {
    ics23::InnerOp& inner = *out.add_path();
    inner.set_hash(kSha256);
    Bytes prefix{kInnerPrefix, static_cast<char>(step.bit)};
    if (path_bit(path, step.bit)) {
      prefix.append(step.sibling.view());
    } else {
      inner.set_suffix(Bytes(step.sibling.view()));
    }
    inner.set_prefix(std::move(prefix));
  }
}

}  // namespace

TrieNeighbours find_neighbours(const NodeReader& reader, const TrieRoot& root, const Hash& path) {
  return {Neighbour(reader, Side::left).beside(root.slot, path, 0),
          Neighbour(reader, Side::right).beside(root.slot, path, 0)};
}

std::optional<Bytes> prove_ics23(const NodeReader& reader, const TrieRoot& root, const Hash& path,
                                 const ValueAt& value_at) {
  const StateProof proof = prove(reader, root, path);
  if (proof.kind == StateProof::Kind::empty) return std::nullopt;
  ics23::CommitmentProof out;
  if (proof.kind == StateProof::Kind::inclusion) {
    write_existence(proof, path, value_at(path), *out.mutable_exist());
    return out.SerializeAsString();
  }
  ics23::NonExistenceProof& absence = *out.mutable_nonexist();
  absence.set_key(Bytes(path.view()));
  const auto [left, right] = find_neighbours(reader, root, path);
  if (left) {
    write_existence(prove(reader, root, left->path), left->path, value_at(left->path),
                    *absence.mutable_left());
  }
  if (right) {
    write_existence(prove(reader, root, right->path), right->path, value_at(right->path),
                    *absence.mutable_right());
  }
  return out.SerializeAsString();
}

}  // namespace ledger

#include "ledger/state/proof.h"

#include <algorithm>

#include "crypto/check.h"
#include "ledger/state/codes.h"

namespace ledger {
namespace {

using crypto::Checked;
using crypto::Reject;
using crypto::Unexpected;

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHashBytes = 32;
constexpr unsigned kSlotPosition = 16;  // heap position of slot 0 in a node

Unexpected<Reject> refused(crypto::RejectCode code, std::string message) {
  return Unexpected{Reject(code, "proof", std::move(message))};
}

// The slot that the search for `path` reaches in a node: at each bit where the node divides the
// side of the path, elsewhere the only side there is. Adds the steps from the root downwards.
unsigned descend(TrieNode& node, const Hash& path, unsigned depth,
                 std::vector<StateProof::Step>& steps) {
  unsigned position = 1;
  for (unsigned level = 0; level < 4; ++level) {
    const unsigned lower = 2 * position;
    if (node.has_subtree(lower) && node.has_subtree(lower + 1)) {
      const unsigned bit = 4 * depth + level;
      const unsigned side = path_bit(path, bit) ? 1 : 0;
      steps.push_back({static_cast<std::uint8_t>(bit), node.subtree(lower + 1 - side, depth)});
      position = lower + side;
    } else {
      position = node.has_subtree(lower) ? lower : lower + 1;
    }
  }
  return position - kSlotPosition;
}

void set_nibble(Hash& path, unsigned nibble, unsigned value) {
  std::uint8_t& byte = path.bytes[nibble / 2];
  byte = static_cast<std::uint8_t>(nibble % 2 == 0 ? (byte & 0x0f) | (value << 4)
                                                   : (byte & 0xf0) | value);
}

// `leaf` is under `root`, and `path` takes its side at every step.
Checked<void> verify_way(const Hash& root, const TrieLeaf& leaf, const Hash& path,
                         const std::vector<StateProof::Step>& steps) {
  Hash hash = leaf_hash(leaf);
  unsigned above = kPathBits;
  for (const StateProof::Step& step : steps) {
    if (step.bit >= above) {
      return refused(kStateProofPath, "The bits of the steps do not fall towards the root.");
    }
    above = step.bit;
    const bool right = path_bit(leaf.path, step.bit);
    if (path_bit(path, step.bit) != right) {
      return refused(kStateProofPath, "The key leaves the way of the proof at bit " +
                                          std::to_string(step.bit) + ".");
    }
    hash =
        right ? inner_hash(step.bit, step.sibling, hash) : inner_hash(step.bit, hash, step.sibling);
  }
  if (hash != root) {
    return refused(kStateProofRoot,
                   "The proof leads to " + hash.hex() + ", the state root is " + root.hex() + ".");
  }
  return {};
}

}  // namespace

StateProof prove(const NodeReader& reader, const TrieRoot& root, const Hash& path) {
  StateProof proof;
  TrieSlot slot = root.slot;
  if (std::holds_alternative<std::monostate>(slot)) return proof;

  Hash prefix;  // the nibbles on the way down; they may leave those of `path`
  for (unsigned depth = 0; std::holds_alternative<TrieChild>(slot); ++depth) {
    TrieNode node = reader.read(std::get<TrieChild>(slot).height, prefix, depth);
    const unsigned index = descend(node, path, depth, proof.steps);
    set_nibble(prefix, depth, index);
    slot = node.slot(index);
  }
  std::reverse(proof.steps.begin(), proof.steps.end());

  const TrieLeaf& found = std::get<TrieLeaf>(slot);
  if (found.path == path) {
    proof.kind = StateProof::Kind::inclusion;
  } else {
    proof.kind = StateProof::Kind::absence;
    proof.leaf = found;
  }
  return proof;
}

Bytes encode_state_proof(const StateProof& proof) {
  Bytes out;
  crypto::append_u8(out, kVersion);
  crypto::append_u8(out, static_cast<std::uint8_t>(proof.kind));
  if (proof.kind == StateProof::Kind::empty) return out;
  if (proof.kind == StateProof::Kind::absence) {
    out.append(proof.leaf.path.view());
    out.append(proof.leaf.value_hash.view());
  }
  CHECK(proof.steps.size() <= 255);
  crypto::append_u8(out, static_cast<std::uint8_t>(proof.steps.size()));
  for (const StateProof::Step& step : proof.steps) {
    crypto::append_u8(out, step.bit);
    out.append(step.sibling.view());
  }
  return out;
}

Checked<StateProof> decode_state_proof(ByteView bytes) {
  crypto::ByteReader reader(bytes);
  StateProof proof;
  if (reader.u8() != kVersion) {
    return refused(kStateProofForm, "The proof does not begin with version 1.");
  }
  const std::uint8_t kind = reader.u8();
  if (kind < 1 || kind > 3) {
    return refused(kStateProofForm, "The proof is of unknown kind " + std::to_string(kind) + ".");
  }
  proof.kind = static_cast<StateProof::Kind>(kind);
  const auto read_hash = [&] { return Hash::from_view(reader.bytes(kHashBytes)).value_or(Hash{}); };
  if (proof.kind == StateProof::Kind::absence) {
    proof.leaf.path = read_hash();
    proof.leaf.value_hash = read_hash();
  }
  const unsigned count = proof.kind == StateProof::Kind::empty ? 0 : reader.u8();
  for (unsigned i = 0; i < count && reader.ok(); ++i) {
    StateProof::Step step;
    step.bit = reader.u8();
    step.sibling = read_hash();
    proof.steps.push_back(step);
  }
  if (!reader.ok()) return refused(kStateProofForm, "The proof ends too early.");
  if (!reader.at_end()) {
    return refused(kStateProofForm,
                   "The proof has " + std::to_string(reader.rest().size()) + " bytes too many.");
  }
  return proof;
}

Checked<void> verify_leaf_inclusion(const Hash& root, const TrieLeaf& leaf,
                                    const StateProof& proof) {
  if (proof.kind != StateProof::Kind::inclusion) {
    return refused(kStateProofKind, "The proof shows absence, not a value.");
  }
  return verify_way(root, leaf, leaf.path, proof.steps);
}

Checked<void> verify_path_absence(const Hash& root, const Hash& path, const StateProof& proof) {
  if (proof.kind == StateProof::Kind::inclusion) {
    return refused(kStateProofKind, "The proof shows a value, not absence.");
  }
  if (proof.kind == StateProof::Kind::empty) {
    if (root.is_zero()) return {};
    return refused(kStateProofRoot, "The proof speaks of an empty state, the state root does not.");
  }
  if (proof.leaf.path == path) {
    return refused(kStateProofPath, "The proof of absence shows the key itself.");
  }
  return verify_way(root, proof.leaf, path, proof.steps);
}

Checked<void> verify_state_inclusion(const Hash& root, ByteView key, ByteView value,
                                     const StateProof& proof) {
  return verify_leaf_inclusion(root, {crypto::sha256(key), crypto::sha256(value)}, proof);
}

Checked<void> verify_state_absence(const Hash& root, ByteView key, const StateProof& proof) {
  return verify_path_absence(root, crypto::sha256(key), proof);
}

}  // namespace ledger

#include "ledger/state/proof.h"

#include <gtest/gtest.h>

#include "ledger/state/codes.h"
#include "tests/ledger/state/reference_trie.h"

namespace ledger {
namespace {

const Hash kValue = crypto::sha256("value");

bool shows(const Hash& root, const Hash& path, const std::optional<Hash>& value_hash,
           ByteView bytes) {
  const crypto::Checked<StateProof> proof = decode_state_proof(bytes);
  if (!proof) return false;
  if (value_hash) return verify_leaf_inclusion(root, {path, *value_hash}, *proof).has_value();
  return verify_path_absence(root, path, *proof).has_value();
}

std::optional<Hash> value_in(const LeafSet& set, const Hash& path) {
  const auto found = set.find(path);
  return found == set.end() ? std::nullopt : std::optional(found->second);
}

TEST(StateProof, ShowsWhatIsThereAndWhatIsNot) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    RandomWrites random(seed);
    CommittedTrie trie;
    LeafSet set;
    for (int block = 0; block < 5; ++block) trie.commit(random.next(60, set));
    const NodeReader reader(trie.store().snapshot());

    std::vector<Hash> paths = random.known();  // some of them removed
    for (int i = 0; i < 50; ++i) paths.push_back(random.path());
    for (const Hash& path : paths) {
      const Bytes bytes = encode_state_proof(prove(reader, trie.root(), path));
      const std::optional<Hash> value_hash = value_in(set, path);
      EXPECT_TRUE(shows(trie.root().hash(), path, value_hash, bytes)) << seed;
      EXPECT_FALSE(shows(trie.root().hash(), path, random.value_hash(), bytes) && !value_hash);
    }
  }
}

TEST(StateProof, FailsWithAnyBitOfAnyByteFlipped) {
  RandomWrites random(3);
  CommittedTrie trie;
  LeafSet set;
  trie.commit(random.next(60, set));
  const NodeReader reader(trie.store().snapshot());
  std::vector<Hash> paths(random.known().begin(), random.known().begin() + 20);
  for (int i = 0; i < 20; ++i) paths.push_back(random.path());

  for (const Hash& path : paths) {
    const Bytes bytes = encode_state_proof(prove(reader, trie.root(), path));
    const std::optional<Hash> value_hash = value_in(set, path);
    ASSERT_TRUE(shows(trie.root().hash(), path, value_hash, bytes));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      for (int bit = 0; bit < 8; ++bit) {
        Bytes altered = bytes;
        altered[i] = static_cast<char>(altered[i] ^ (1 << bit));
        ASSERT_FALSE(shows(trie.root().hash(), path, value_hash, altered)) << i << " " << bit;
      }
    }
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      ASSERT_FALSE(shows(trie.root().hash(), path, value_hash, ByteView(bytes).substr(0, size)));
    }
    ASSERT_FALSE(shows(trie.root().hash(), path, value_hash, bytes + '\0'));
  }
}

TEST(StateProof, OfOneHeightFailsAtAnother) {
  RandomWrites random(4);
  CommittedTrie trie;
  LeafSet set;
  std::vector<LeafSet> sets;
  for (int block = 0; block < 8; ++block) {
    trie.commit(random.next(40, set));
    sets.push_back(set);
  }
  const NodeReader reader(trie.store().snapshot());

  for (std::uint64_t height = 0; height < sets.size(); ++height) {
    const TrieRoot root = trie.root_at(height).value();
    const Hash& path = random.known()[height];
    const Bytes bytes = encode_state_proof(prove(reader, root, path));
    for (std::uint64_t other = 0; other < sets.size(); ++other) {
      const Hash other_root = trie.root_at(other).value().hash();
      EXPECT_EQ(shows(other_root, path, value_in(sets[height], path), bytes), height == other);
    }
  }
}

TEST(StateProof, AnEmptyStateProvesAbsenceOfEveryKey) {
  CommittedTrie trie;
  trie.commit({});

  const StateProof proof =
      prove(NodeReader(trie.store().snapshot()), trie.root(), crypto::sha256("key"));

  EXPECT_EQ(crypto::to_hex(encode_state_proof(proof)), "0103");
  EXPECT_TRUE(verify_state_absence(Hash{}, "key", proof));
  EXPECT_EQ(verify_state_absence(kValue, "key", proof).error().code, kStateProofRoot);
  EXPECT_EQ(verify_state_inclusion(Hash{}, "key", "value", proof).error().code, kStateProofKind);
}

TEST(StateProof, RefusesOtherForms) {
  EXPECT_EQ(decode_state_proof("").error().code, kStateProofForm);
  EXPECT_EQ(decode_state_proof(Bytes("\x02\x03", 2)).error().code, kStateProofForm);
  EXPECT_EQ(decode_state_proof(Bytes("\x01\x00", 2)).error().code, kStateProofForm);
  EXPECT_EQ(decode_state_proof(Bytes("\x01\x04", 2)).error().code, kStateProofForm);
  EXPECT_EQ(decode_state_proof(Bytes("\x01\x03\x00", 3)).error().code, kStateProofForm);
  EXPECT_EQ(decode_state_proof(Bytes("\x01\x01\x01", 3)).error().code, kStateProofForm);
  EXPECT_TRUE(decode_state_proof(Bytes("\x01\x01\x00", 3)));
}

// A key that is in the trie cannot be shown absent with the true way to another leaf.
TEST(StateProof, RefusesTheWayToAnotherLeaf) {
  CommittedTrie trie;
  LeafSet set;
  RandomWrites random(5);
  trie.commit(random.next(60, set));
  const NodeReader reader(trie.store().snapshot());
  const Hash root = trie.root().hash();

  for (const auto& [path, value_hash] : set) {
    for (const auto& [other, other_value_hash] : set) {
      StateProof proof = prove(reader, trie.root(), other);
      proof.kind = StateProof::Kind::absence;
      proof.leaf = {other, other_value_hash};
      ASSERT_EQ(verify_path_absence(root, path, proof).error().code, kStateProofPath);
    }
  }
}

TEST(StateProof, RefusesStepsOutOfOrder) {
  const TrieLeaf leaf{Hash{}, kValue};
  StateProof proof;
  proof.kind = StateProof::Kind::inclusion;
  proof.steps = {{9, kValue}, {4, kValue}};
  const Hash upper = inner_hash(4, inner_hash(9, leaf_hash(leaf), kValue), kValue);
  ASSERT_TRUE(verify_leaf_inclusion(upper, leaf, proof));

  proof.steps = {{4, kValue}, {4, kValue}};
  const Hash twice = inner_hash(4, inner_hash(4, leaf_hash(leaf), kValue), kValue);
  EXPECT_EQ(verify_leaf_inclusion(twice, leaf, proof).error().code, kStateProofPath);
}

}  // namespace
}  // namespace ledger

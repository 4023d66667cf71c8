#include "ledger/history/tree.h"

#include <gtest/gtest.h>

#include "tests/ledger/history/reference_tree.h"
#include "tests/support/vectors.h"

namespace ledger {
namespace {

using Leaves = std::span<const Hash>;

// Reads complete subtrees from a list of leaves by the definition.
HashReader reader_of(Leaves leaves) {
  return [leaves](unsigned level, std::uint64_t index) -> std::optional<Hash> {
    const std::size_t count = std::size_t{1} << level;
    if ((index + 1) * count > leaves.size()) return std::nullopt;
    return reference::root(leaves.subspan(index * count, count));
  };
}

// The same, each subtree hashed once.
class SubtreeTable {
 public:
  explicit SubtreeTable(Leaves leaves) {
    levels_.emplace_back(leaves.begin(), leaves.end());
    while (levels_.back().size() > 1) {
      const std::vector<Hash>& below = levels_.back();
      std::vector<Hash> level;
      for (std::size_t i = 0; i + 1 < below.size(); i += 2) {
        level.push_back(reference::node(below[i], below[i + 1]));
      }
      levels_.push_back(std::move(level));
    }
  }
  std::optional<Hash> operator()(unsigned level, std::uint64_t index) const {
    if (level >= levels_.size() || index >= levels_[level].size()) return std::nullopt;
    return levels_[level][index];
  }

 private:
  std::vector<std::vector<Hash>> levels_;
};

constexpr std::size_t kSmall = 130;

TEST(MerkleTree, EqualsTheRecursiveDefinitionForEverySmallSize) {
  const std::vector<Hash> leaves = reference::vector_leaves(kSmall);
  const HashReader read = reader_of(leaves);
  Frontier frontier;

  for (std::size_t size = 0; size <= kSmall; ++size) {
    const Hash expected = reference::root(Leaves(leaves).first(size));
    EXPECT_EQ(tree_root(size, read), expected) << size;
    EXPECT_EQ(frontier.head(), (TreeHead{size, expected})) << size;
    EXPECT_EQ(root_of_leaves(Leaves(leaves).first(size)), expected) << size;
    if (size < kSmall) frontier.append(leaves[size]);
  }
}

TEST(MerkleTree, ProvesEveryInclusionOfEverySmallSize) {
  const std::vector<Hash> leaves = reference::vector_leaves(kSmall);
  const HashReader read = SubtreeTable(leaves);

  for (std::size_t size = 1; size <= kSmall; ++size) {
    const TreeHead head{size, reference::root(Leaves(leaves).first(size))};
    for (std::size_t index = 0; index < size; ++index) {
      const auto proof = inclusion_proof(index, size, read);
      ASSERT_TRUE(proof);
      ASSERT_EQ(*proof, reference::path(index, Leaves(leaves).first(size)));
      ASSERT_TRUE(verify_inclusion(leaves[index], index, head, *proof));
      // The place is part of what is proved.
      for (std::size_t other = 0; other < size; ++other) {
        ASSERT_EQ(verify_inclusion(leaves[index], other, head, *proof).has_value(), other == index);
      }
    }
  }
}

TEST(MerkleTree, ProvesEveryConsistencyOfEverySmallSize) {
  const std::vector<Hash> leaves = reference::vector_leaves(kSmall);
  const HashReader read = SubtreeTable(leaves);
  std::vector<Hash> roots;
  for (std::size_t size = 0; size <= kSmall; ++size) {
    roots.push_back(reference::root(Leaves(leaves).first(size)));
  }

  for (std::size_t newer = 1; newer <= kSmall; ++newer) {
    for (std::size_t older = 1; older <= newer; ++older) {
      const auto proof = consistency_proof(older, newer, read);
      ASSERT_TRUE(proof);
      ASSERT_EQ(*proof, reference::subproof(older, Leaves(leaves).first(newer), true));
      ASSERT_TRUE(verify_consistency({older, roots[older]}, {newer, roots[newer]}, *proof));
      ASSERT_FALSE(verify_consistency({older, roots[older - 1]}, {newer, roots[newer]}, *proof));
      ASSERT_FALSE(verify_consistency({older, roots[older]}, {newer, roots[newer - 1]}, *proof));
    }
    EXPECT_EQ(consistency_proof(0, newer, read), std::vector<Hash>{});
  }
}

TEST(MerkleTree, HasNoProofOfWhatIsNotThere) {
  const std::vector<Hash> leaves = reference::vector_leaves(5);
  const HashReader read = reader_of(leaves);

  EXPECT_TRUE(inclusion_proof(4, 5, read));
  EXPECT_FALSE(inclusion_proof(5, 5, read));
  EXPECT_FALSE(inclusion_proof(0, 6, read));  // the reader has five leaves
  EXPECT_TRUE(consistency_proof(3, 5, read));
  EXPECT_FALSE(consistency_proof(6, 5, read));
  EXPECT_FALSE(consistency_proof(3, 6, read));
  EXPECT_FALSE(tree_root(6, read));
}

// Every byte of every hash, in a proof, the leaf and the root.
TEST(MerkleProof, RejectsEveryTamperedByte) {
  for (std::size_t size : {2U, 7U, 13U, 64U}) {
    const std::vector<Hash> leaves = reference::vector_leaves(size);
    const HashReader read = reader_of(leaves);
    const TreeHead head{size, reference::root(leaves)};
    for (std::size_t index = 0; index < size; ++index) {
      std::vector<Hash> proof = *inclusion_proof(index, size, read);
      for (Hash& hash : proof) {
        for (std::uint8_t& byte : hash.bytes) {
          byte ^= 1;
          const auto verdict = verify_inclusion(leaves[index], index, head, proof);
          ASSERT_FALSE(verdict);
          ASSERT_EQ(verdict.error().code, kProofRoot);
          byte ^= 1;
        }
      }
      for (std::size_t at = 0; at < 32; ++at) {
        Hash leaf = leaves[index];
        leaf.bytes[at] ^= 0x80;
        ASSERT_FALSE(verify_inclusion(leaf, index, head, proof));
        TreeHead other = head;
        other.root.bytes[at] ^= 0x80;
        ASSERT_FALSE(verify_inclusion(leaves[index], index, other, proof));
      }
    }
  }
}

TEST(ConsistencyProof, RejectsEveryTamperedByte) {
  for (std::size_t newer_size : {2U, 7U, 13U, 64U}) {
    const std::vector<Hash> leaves = reference::vector_leaves(newer_size);
    const HashReader read = reader_of(leaves);
    const TreeHead newer{newer_size, reference::root(leaves)};
    for (std::size_t size = 1; size < newer_size; ++size) {
      const TreeHead older{size, reference::root(Leaves(leaves).first(size))};
      std::vector<Hash> proof = *consistency_proof(size, newer_size, read);
      for (Hash& hash : proof) {
        for (std::uint8_t& byte : hash.bytes) {
          byte ^= 1;
          const auto verdict = verify_consistency(older, newer, proof);
          ASSERT_FALSE(verdict);
          ASSERT_EQ(verdict.error().code, kProofRoot);
          byte ^= 1;
        }
      }
    }
  }
}

TEST(MerkleProof, RejectsAHashTooManyOrTooFew) {
  const std::vector<Hash> leaves = reference::vector_leaves(11);
  const HashReader read = reader_of(leaves);
  const TreeHead head{11, reference::root(leaves)};
  const TreeHead older{6, reference::root(Leaves(leaves).first(6))};

  std::vector<Hash> proof = *inclusion_proof(3, 11, read);
  proof.push_back(leaves[0]);
  EXPECT_EQ(verify_inclusion(leaves[3], 3, head, proof).error().code, kProofLength);
  proof.resize(proof.size() - 2);
  EXPECT_EQ(verify_inclusion(leaves[3], 3, head, proof).error().code, kProofLength);

  proof = *consistency_proof(6, 11, read);
  proof.push_back(leaves[0]);
  EXPECT_EQ(verify_consistency(older, head, proof).error().code, kProofLength);
  proof.resize(proof.size() - 2);
  EXPECT_EQ(verify_consistency(older, head, proof).error().code, kProofLength);
  EXPECT_EQ(verify_consistency(older, head, {}).error().code, kProofLength);
}

TEST(MerkleProof, RejectsSizesThatCannotBe) {
  const Hash hash = reference::leaf("a");

  EXPECT_EQ(verify_inclusion(hash, 1, {1, hash}, {}).error().code, kProofSizes);
  EXPECT_EQ(verify_inclusion(hash, 0, {0, empty_root()}, {}).error().code, kProofSizes);
  EXPECT_EQ(verify_consistency({2, hash}, {1, hash}, {}).error().code, kProofSizes);
  EXPECT_EQ(verify_consistency({0, empty_root()}, {1, hash}, {}).error().code, kProofSizes);
  EXPECT_TRUE(verify_inclusion(hash, 0, {1, hash}, {}));
  EXPECT_TRUE(verify_consistency({1, hash}, {1, hash}, {}));
}

// ---- Vectors ----

TEST(MerkleVectors, EightLeavesOfCertificateTransparency) {
  const auto vectors = support::read_vectors("generated/rfc6962_8leaf.json");
  std::vector<Hash> leaves;
  for (const auto& hex : vectors["leaves_hex"]) {
    leaves.push_back(leaf_hash(*crypto::from_hex(hex.get<std::string>())));
  }
  const HashReader read = reader_of(leaves);

  ASSERT_EQ(vectors["roots_by_size"].size(), 9U);
  for (std::size_t size = 0; size <= 8; ++size) {
    EXPECT_EQ(tree_root(size, read), support::hash_of_hex(vectors["roots_by_size"][size]));
  }
  for (const auto& v : vectors["inclusion"]) {
    EXPECT_EQ(inclusion_proof(v["index"], v["size"], read), support::hashes_of_hex(v["proof"]));
  }
  for (const auto& v : vectors["consistency"]) {
    EXPECT_EQ(consistency_proof(v["size1"], v["size2"], read), support::hashes_of_hex(v["proof"]));
  }
}

// An absent hash (empty) cannot even be written as a Hash: refused. Words in the place of a hash
// ("dont care 1") become the hash of these words, so that the case reaches what it is about.
std::optional<std::vector<Hash>> hashes_of_base64(const nlohmann::json& texts) {
  std::vector<Hash> hashes;
  if (texts.is_null()) return hashes;
  for (const auto& text : texts) {
    const auto bytes = crypto::from_base64(text.get<std::string>());
    if (!bytes || bytes->empty()) return std::nullopt;
    hashes.push_back(Hash::from_view(*bytes).value_or(crypto::sha256(*bytes)));
  }
  return hashes;
}

TEST(MerkleVectors, InclusionVerdictsOfTransparencyDev) {
  const auto vectors = support::read_vectors("transparency-dev-merkle/inclusion.json");
  ASSERT_EQ(vectors["cases"].size(), 98U);

  for (const auto& v : vectors["cases"]) {
    const auto proof = hashes_of_base64(v["proof"]);
    const auto fixed = hashes_of_base64({v["leafHash"], v["root"]});
    const bool accepted =
        proof && fixed &&
        verify_inclusion((*fixed)[0], v["leafIdx"], {v["treeSize"], (*fixed)[1]}, *proof);
    EXPECT_NE(accepted, v["wantErr"].get<bool>()) << v["file"];
  }
}

TEST(MerkleVectors, ConsistencyVerdictsOfTransparencyDev) {
  const auto vectors = support::read_vectors("transparency-dev-merkle/consistency.json");
  ASSERT_EQ(vectors["cases"].size(), 98U);

  for (const auto& v : vectors["cases"]) {
    const auto proof = hashes_of_base64(v["proof"]);
    const auto roots = hashes_of_base64({v["root1"], v["root2"]});
    const bool accepted =
        proof && roots &&
        verify_consistency({v["size1"], (*roots)[0]}, {v["size2"], (*roots)[1]}, *proof);
    EXPECT_NE(accepted, v["wantErr"].get<bool>()) << v["file"];
  }
}

}  // namespace
}  // namespace ledger

#include <gtest/gtest.h>

#include <set>

#include "ledger/state/codes.h"
#include "ledger/state/ics23.h"
#include "ledger/state/proof.h"
#include "tests/ledger/state/reference_trie.h"
#include "tests/support/vectors.h"

namespace ledger {
namespace {

using nlohmann::json;
using support::hash_of_hex;
using support::read_vectors;

std::string text(const json& value) { return value.get<std::string>(); }

std::optional<std::string> text_or_null(const json& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<std::string>();
}

std::vector<TrieWrite> formula_writes(unsigned count) {
  std::map<Hash, std::optional<Hash>> writes;
  for (unsigned i = 0; i < count; ++i) {
    writes[crypto::sha256("cert/" + std::to_string(i))] =
        crypto::sha256("status=" + std::to_string(i % 5));
  }
  std::vector<TrieWrite> sorted;
  for (const auto& [path, value_hash] : writes) sorted.push_back({path, value_hash});
  return sorted;
}

Hash sorted_root(const std::vector<TrieWrite>& writes) {
  SortedRoot stream;
  for (const TrieWrite& write : writes) {
    EXPECT_TRUE(stream.add({write.path, write.value_hash.value()}));
  }
  return stream.root();
}

TEST(TrieVectors, StaticSetsHaveTheirRoots) {
  const json vectors = read_vectors("generated/critbit_state_trie.json");

  ASSERT_EQ(vectors["static"].size(), 9u);
  for (const json& entry : vectors["static"]) {
    const std::vector<TrieWrite> writes = formula_writes(entry["n"].get<unsigned>());
    CommittedTrie trie;
    EXPECT_EQ(trie.commit(writes).root.hash(), hash_of_hex(entry["root"])) << entry["n"];
    EXPECT_EQ(sorted_root(writes), hash_of_hex(entry["root"])) << entry["n"];
  }
}

TEST(TrieVectors, BlocksHaveTheirRoots) {
  const json vectors = read_vectors("generated/critbit_state_trie.json");
  CommittedTrie trie;
  LeafSet set;

  ASSERT_EQ(vectors["batches"].size(), 20u);
  for (const json& block : vectors["batches"]) {
    std::map<Hash, std::optional<Hash>> last;
    for (const json& op : block["ops"]) {
      const std::optional<std::string> value = text_or_null(op["value"]);
      last[crypto::sha256(text(op["key"]))] =
          value ? std::optional(crypto::sha256(*value)) : std::nullopt;
    }
    std::vector<TrieWrite> writes;
    for (const auto& [path, value_hash] : last) {
      writes.push_back({path, value_hash});
      if (value_hash) {
        set[path] = *value_hash;
      } else {
        set.erase(path);
      }
    }

    EXPECT_EQ(trie.commit(writes).root.hash(), hash_of_hex(block["root"])) << block["height"];
    EXPECT_EQ(set.size(), block["count"]) << block["height"];
  }
}

// The trie that the proofs with this root speak of: 500 keys by formula, a single one, or none.
CommittedTrie trie_of(const Hash& root) {
  const std::vector<std::vector<TrieWrite>> sets = {
      formula_writes(500), {{crypto::sha256("only"), crypto::sha256("v")}}, {}};
  for (const std::vector<TrieWrite>& writes : sets) {
    CommittedTrie trie;
    if (trie.commit(writes).root.hash() == root) return trie;
  }
  ADD_FAILURE() << "no set has root " << root.hex();
  return {};
}

TEST(TrieVectors, ProofsAreTheSameBytesAndVerify) {
  const json vectors = read_vectors("generated/critbit_state_trie.json");
  std::map<Hash, CommittedTrie> tries;

  ASSERT_EQ(vectors["proofs"].size(), 84u);
  for (const json& entry : vectors["proofs"]) {
    const Hash root = hash_of_hex(entry["root"]);
    const std::string key = text(entry["key"]);
    if (!tries.contains(root)) tries.emplace(root, trie_of(root));
    CommittedTrie& trie = tries.at(root);
    ASSERT_EQ(crypto::sha256(key), hash_of_hex(entry["path"]));

    const StateProof proof =
        prove(NodeReader(trie.store().snapshot()), trie.root(), crypto::sha256(key));
    const auto decoded = decode_state_proof(*crypto::from_hex(text(entry["native"])));

    EXPECT_EQ(crypto::to_hex(encode_state_proof(proof)), text(entry["native"])) << key;
    ASSERT_TRUE(decoded) << key;
    EXPECT_EQ(*decoded, proof) << key;
    if (const std::optional<std::string> value = text_or_null(entry["value"])) {
      EXPECT_TRUE(verify_state_inclusion(root, key, *value, *decoded)) << key;
      EXPECT_EQ(verify_state_inclusion(root, key, *value + "x", *decoded).error().code,
                kStateProofRoot);
      EXPECT_EQ(verify_state_absence(root, key, *decoded).error().code, kStateProofKind);
    } else {
      EXPECT_TRUE(verify_state_absence(root, key, *decoded)) << key;
      EXPECT_EQ(verify_state_inclusion(root, key, "status=0", *decoded).error().code,
                kStateProofKind);
    }
  }
}

// The values are of the formula of the vectors.
TEST(TrieVectors, ProofsInTheFormOfIcs23AreTheSameBytes) {
  const json vectors = read_vectors("generated/critbit_state_trie.json");
  std::map<Hash, std::string> values = {{crypto::sha256("only"), "v"}};
  for (unsigned i = 0; i < 500; ++i) {
    values[crypto::sha256("cert/" + std::to_string(i))] = "status=" + std::to_string(i % 5);
  }
  std::map<Hash, CommittedTrie> tries;
  unsigned compared = 0;

  for (const json& entry : vectors["proofs"]) {
    const Hash root = hash_of_hex(entry["root"]);
    if (!tries.contains(root)) tries.emplace(root, trie_of(root));
    CommittedTrie& trie = tries.at(root);
    const auto proof =
        prove_ics23(NodeReader(trie.store().snapshot()), trie.root(), hash_of_hex(entry["path"]),
                    [&](const Hash& path) { return values.at(path); });
    if (entry["ics23"].is_null()) {
      EXPECT_EQ(proof, std::nullopt) << entry["key"];
      continue;
    }
    ASSERT_TRUE(proof) << entry["key"];
    EXPECT_EQ(crypto::to_hex(*proof), text(entry["ics23"])) << entry["key"];
    ++compared;
  }
  EXPECT_EQ(compared, 83u);  // all but the one of an empty trie
}

CommittedTrie committed(const json& blocks) {
  CommittedTrie trie;
  for (const json& block : blocks) {
    std::vector<TrieWrite> writes;
    for (const json& write : block["writes"]) {
      const std::optional<std::string> value_hash = text_or_null(write[1]);
      writes.push_back(
          {hash_of_hex(write[0]), value_hash ? Hash::from_hex(*value_hash) : std::nullopt});
    }
    EXPECT_EQ(trie.commit(writes).root.hash(), hash_of_hex(block["root"])) << block["height"];
  }
  return trie;
}

// A row of Column::stale as the specification has it: a row for each node, named by height and key.
void unpack(const Bytes& height, ByteView nodes, json& rows) {
  constexpr std::size_t kNibbleCountAt = 8;
  while (!nodes.empty()) {
    const auto nibbles = static_cast<std::uint8_t>(nodes.at(kNibbleCountAt));
    const ByteView key = nodes.substr(0, kNibbleCountAt + 1 + (nibbles + 1u) / 2);
    const std::string name = crypto::to_hex(height) + crypto::to_hex(key);
    EXPECT_FALSE(rows.contains(name)) << name;
    rows[name] = "";
    nodes.remove_prefix(key.size());
  }
}

// Column::nodes and the others after each block, against a program that works them out from the
// definition (make_state_storage.py).
TEST(TrieVectors, ColumnsHoldExactlyTheSpecifiedBytes) {
  const json vectors = read_vectors("generated/state_storage.json");
  CommittedTrie trie = committed(vectors["blocks"]);

  const std::vector<std::pair<Column, std::string>> columns = {
      {Column::nodes, "nodes"}, {Column::roots, "roots"}, {Column::stale, "stale"}};
  for (const auto& [column, name] : columns) {
    json found = json::object();
    for (const auto& [key, value] : trie.store().columns()[static_cast<std::size_t>(column)]) {
      if (column != Column::stale) found[crypto::to_hex(key)] = crypto::to_hex(value);
      if (column == Column::stale) unpack(key, value, found);
    }
    EXPECT_EQ(found, vectors["columns"][name]) << name;
  }
}

TEST(TrieVectors, PruningLeavesExactlyTheNodesOfTheKeptHeights) {
  const json vectors = read_vectors("generated/state_storage.json");
  CommittedTrie trie = committed(vectors["blocks"]);

  PruneCursor cursor;
  for (std::size_t floor = 0; floor < vectors["blocks"].size(); ++floor) {
    std::set<std::string> live;  // nodes of the heights from `floor` on
    for (std::size_t i = floor; i < vectors["blocks"].size(); ++i) {
      for (const json& key : vectors["blocks"][i]["live_nodes"]) live.insert(text(key));
    }
    for (;;) {
      WriteBatch batch = prune(*trie.store().snapshot(), floor, 3, cursor);
      if (batch.empty()) break;
      EXPECT_LE(batch.operations.size(), 3u);
      trie.store().write(std::move(batch));
    }

    std::set<std::string> kept;
    for (const auto& [key, value] :
         trie.store().columns()[static_cast<std::size_t>(Column::nodes)]) {
      kept.insert(crypto::to_hex(key));
    }
    EXPECT_EQ(kept, live) << floor;
    EXPECT_EQ(trie.root_at(floor).value().hash(), hash_of_hex(vectors["blocks"][floor]["root"]));
    if (floor > 0) {
      EXPECT_EQ(trie.root_at(floor - 1), std::nullopt);
    }
  }
}

}  // namespace
}  // namespace ledger

#include "ledger/state/node.h"

#include <gtest/gtest.h>

namespace ledger {
namespace {

Hash filled(std::uint8_t byte) {
  Hash hash;
  hash.bytes.fill(byte);
  return hash;
}

TEST(TrieNode, HasOneFormInBytes) {
  TrieNode node;
  node.set_slot(9, TrieLeaf{filled(0x9a), filled(0x01)});
  node.set_slot(0, TrieChild{258, filled(0x02)});

  const Bytes bytes = encode_node(node);

  EXPECT_EQ(crypto::to_hex(bytes),
            "0201"
            "00"
            "0000000000000102" +
                filled(0x02).hex() + "01" + filled(0x9a).hex() + filled(0x01).hex());
  const std::optional<TrieNode> decoded = decode_node(bytes);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(encode_node(*decoded), bytes);
}

TEST(TrieNode, RefusesOtherForms) {
  TrieNode node;
  node.set_slot(3, TrieLeaf{filled(0x30), filled(0x01)});
  EXPECT_EQ(decode_node(encode_node(node)), std::nullopt) << "a single leaf has no node";
  node.set_slot(4, TrieChild{1, filled(0x02)});
  const Bytes bytes = encode_node(node);
  ASSERT_TRUE(decode_node(bytes));

  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(decode_node(ByteView(bytes).substr(0, size)), std::nullopt) << size;
  }
  EXPECT_EQ(decode_node(bytes + '\0'), std::nullopt);
  EXPECT_EQ(decode_node(Bytes(2, '\0')), std::nullopt);
  Bytes unknown_kind = bytes;
  unknown_kind[2] = '\x02';
  EXPECT_EQ(decode_node(unknown_kind), std::nullopt);
}

TEST(TrieNode, KeyIsHeightThenPackedPrefix) {
  const Hash path = filled(0xab);

  EXPECT_EQ(crypto::to_hex(node_key(1, path, 0)),
            "0000000000000001"
            "00");
  EXPECT_EQ(crypto::to_hex(node_key(1, path, 1)),
            "0000000000000001"
            "01"
            "a0");
  EXPECT_EQ(crypto::to_hex(node_key(1, path, 2)),
            "0000000000000001"
            "02"
            "ab");
  EXPECT_EQ(crypto::to_hex(node_key(1, path, 5)),
            "0000000000000001"
            "05"
            "ababa0");
}

TEST(TrieNode, PassesThroughWhereOneSideIsEmpty) {
  TrieNode node;
  node.set_slot(5, TrieChild{1, filled(0x05)});
  EXPECT_EQ(node.hash(0), filled(0x05));

  // 5 = 0101 and 7 = 0111 part at bit 2 of the nibble.
  node.set_slot(7, TrieChild{1, filled(0x07)});
  EXPECT_EQ(node.hash(3), inner_hash(4 * 3 + 2, filled(0x05), filled(0x07)));
}

TEST(TrieNode, ForgetsTheHashesAboveAChangedSlot) {
  TrieNode node;
  for (unsigned i = 0; i < 16; ++i) {
    node.set_slot(i, TrieChild{1, filled(static_cast<std::uint8_t>(i))});
  }
  for (unsigned i = 0; i < 16; ++i) {
    TrieNode fresh;
    for (unsigned j = 0; j < 16; ++j) {
      if (j != i) fresh.set_slot(j, node.slot(j));
    }
    const Hash before = node.hash(2);
    TrieNode changed = node;
    changed.set_slot(i, {});

    EXPECT_EQ(changed.hash(2), fresh.hash(2)) << i;
    EXPECT_NE(changed.hash(2), before) << i;
  }
}

TEST(Path, BitsAndNibblesStartAtTheTop) {
  const Hash path = Hash::from_hex("81" + std::string(60, '0') + "07").value();

  EXPECT_TRUE(path_bit(path, 0));
  EXPECT_FALSE(path_bit(path, 1));
  EXPECT_TRUE(path_bit(path, 7));
  EXPECT_TRUE(path_bit(path, 255));
  EXPECT_EQ(path_nibble(path, 0), 8u);
  EXPECT_EQ(path_nibble(path, 1), 1u);
  EXPECT_EQ(path_nibble(path, 63), 7u);
  EXPECT_EQ(first_difference(path, Hash{}), 0u);
  EXPECT_EQ(first_difference(path, Hash::from_hex("81" + std::string(60, '0') + "06").value()),
            255u);
}

}  // namespace
}  // namespace ledger

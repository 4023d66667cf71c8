#include "ledger/proofs/receipt.h"

#include <gtest/gtest.h>

#include "tests/ledger/history/reference_tree.h"
#include "tests/support/vectors.h"

namespace ledger {
namespace {

// One that @auth0/cose 1.0.2 accepted: the bytes are the same.
TEST(Receipt, HasTheBytesOfOneThatAnotherProgramAccepts) {
  const nlohmann::json vectors = support::read_vectors("generated/interop_tlog.json");
  const nlohmann::json& vector = vectors["cose_receipt"];
  const auto key = crypto::PrivateKey::from_seed(
      crypto::Secret(*crypto::from_hex(vector["seed_hex"].get<std::string>())));
  const auto leaves = reference::vector_leaves(vector["tree_size"].get<std::size_t>());
  const TreeHead head{leaves.size(), reference::root(leaves)};
  ASSERT_EQ(head.root.hex(), vector["root_hex"].get<std::string>());
  const auto index = vector["entry_index"].get<std::uint64_t>();

  const Bytes receipt =
      make_receipt({"https://ledger.example/ecolabel-test", "urn:ecolabel:cert:DE-123"}, head,
                   index, reference::path(index, leaves), key);
  EXPECT_EQ(crypto::to_hex(receipt), vector["receipt_hex"].get<std::string>());
}

}  // namespace
}  // namespace ledger

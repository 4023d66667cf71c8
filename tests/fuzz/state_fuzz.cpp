#include "crypto/check.h"
#include "ledger/state/proof.h"

// Proofs about the state come from strangers, nodes and roots from a disk that may be damaged: what
// is accepted is written back as the same bytes, and no proof holds under a root of something else.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const crypto::ByteView bytes(reinterpret_cast<const char*>(data), size);

  if (const auto proof = ledger::decode_state_proof(bytes)) {
    CHECK(ledger::encode_state_proof(*proof) == bytes);
    const ledger::Hash root = crypto::sha256("root");
    CHECK(!ledger::verify_state_inclusion(root, "key", "value", *proof));
    CHECK(!ledger::verify_state_absence(root, "key", *proof));
  }
  if (auto node = ledger::decode_node(bytes)) {
    CHECK(ledger::encode_node(*node) == bytes);
    const ledger::Hash hash = node->hash(0);
    auto again = ledger::decode_node(bytes);
    again->restore_hashes(node->hashes());
    CHECK(again->hash(0) == hash);
  }
  if (const auto root = ledger::decode_root(bytes)) CHECK(ledger::encode_root(*root) == bytes);
  return 0;
}

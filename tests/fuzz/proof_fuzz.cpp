#include "ledger/history/tiles.h"
#include "ledger/history/tlog_proof.h"

namespace {

// Sizes and hashes from the front of the input, so that every length meets every pair of sizes.
void verify_any(crypto::ByteView bytes) {
  crypto::ByteReader reader(bytes);
  const std::uint64_t index = reader.u64();
  const std::uint64_t size = reader.u64();
  std::vector<crypto::Hash> proof;
  while (const auto hash = crypto::Hash::from_view(reader.bytes(32))) proof.push_back(*hash);
  const crypto::Hash first = proof.empty() ? crypto::Hash{} : proof.front();

  // Only a tree of one leaf can be proved by somebody who knows no preimage.
  const bool included = ledger::verify_inclusion(first, index, {size, first}, proof).has_value();
  CHECK(!included || (size == 1 && proof.empty()));
  const bool consistent =
      ledger::verify_consistency({index, first}, {size, first}, proof).has_value();
  CHECK(!consistent || (index == size && proof.empty()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const crypto::ByteView bytes(reinterpret_cast<const char*>(data), size);

  if (const auto proof = ledger::parse_tlog_proof(bytes)) {
    CHECK(ledger::format_tlog_proof(*proof) == bytes || ledger::format_spicy(*proof) == bytes);
  }
  if (const auto name = ledger::parse_tile_path(bytes)) CHECK(ledger::tile_path(*name) == bytes);
  for (std::size_t count = 0; count < 4; ++count) {
    if (const auto entries = ledger::parse_bundle(bytes, count)) {
      crypto::Bytes bundle;
      for (crypto::ByteView entry : *entries) ledger::append_to_bundle(bundle, entry);
      CHECK(bundle == bytes);
    }
  }
  verify_any(bytes);
  return 0;
}

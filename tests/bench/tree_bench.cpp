#include <benchmark/benchmark.h>

#include <utility>

#include "ledger/chain/memory_store.h"
#include "ledger/history/tiles.h"

namespace {

using ledger::Appender;
using ledger::Hash;

constexpr std::size_t kEntryBytes = 250;
constexpr std::size_t kBlockEntries = 1000;
constexpr std::uint64_t kTreeSize = 1'000'000;

// Leaves that cost little to make: what is measured is the tree above them.
std::vector<Hash> some_leaves(std::size_t count) {
  std::vector<Hash> leaves(count);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t b = 0; b < 8; ++b) leaves[i].bytes[b] = static_cast<std::uint8_t>(i >> 8 * b);
  }
  return leaves;
}

const ledger::MemoryStore& stored_tree() {
  static const ledger::MemoryStore kStore = [] {
    ledger::MemoryStore store;
    Appender appender;
    appender.append(some_leaves(kTreeSize));
    ledger::WriteBatch batch;
    appender.put_tiles(batch);
    store.write(std::move(batch));
    return store;
  }();
  return kStore;
}

void hash_leaves(benchmark::State& state) {
  const crypto::Bytes entry(static_cast<std::size_t>(state.range(0)), 'e');
  for (auto _ : state) benchmark::DoNotOptimize(ledger::leaf_hash(entry));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(hash_leaves)->Arg(32)->Arg(250)->Arg(1024);

void append_leaves(benchmark::State& state) {
  const std::vector<Hash> leaves = some_leaves(kBlockEntries);
  Appender appender;
  for (auto _ : state) {
    appender = appender.next();
    appender.append(leaves);
    benchmark::DoNotOptimize(appender.head());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBlockEntries));
}
BENCHMARK(append_leaves);

// All that a block costs: leaf hashes, tree, head and the batch of tiles.
void append_block(benchmark::State& state) {
  const std::vector<crypto::Bytes> entries(static_cast<std::size_t>(state.range(0)),
                                           crypto::Bytes(kEntryBytes, 'e'));
  Appender appender;
  for (auto _ : state) {
    appender = appender.next();
    for (const crypto::Bytes& entry : entries) appender.append(ledger::leaf_hash(entry));
    ledger::WriteBatch batch;
    appender.put_tiles(batch);
    benchmark::DoNotOptimize(appender.head());
    benchmark::DoNotOptimize(batch.operations.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(append_block)->Arg(1)->Arg(10)->Arg(1000)->Arg(4096);

void prove_inclusion(benchmark::State& state) {
  const auto snapshot = stored_tree().snapshot();
  std::uint64_t index = 0;
  for (auto _ : state) {
    index = (index + 611'953) % kTreeSize;
    benchmark::DoNotOptimize(
        ledger::inclusion_proof(index, kTreeSize, ledger::read_hashes(snapshot)));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(prove_inclusion);

void prove_consistency(benchmark::State& state) {
  const auto snapshot = stored_tree().snapshot();
  std::uint64_t older = 1;
  for (auto _ : state) {
    older = (older + 611'953) % (kTreeSize - 1) + 1;
    benchmark::DoNotOptimize(
        ledger::consistency_proof(older, kTreeSize, ledger::read_hashes(snapshot)));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(prove_consistency);

void verify_inclusion(benchmark::State& state) {
  const auto snapshot = stored_tree().snapshot();
  const ledger::HashReader read = ledger::read_hashes(snapshot);
  const ledger::TreeHead head{kTreeSize, *ledger::tree_root(kTreeSize, read)};
  const auto proof = *ledger::inclusion_proof(123'456, kTreeSize, read);
  const Hash leaf = *read(0, 123'456);
  for (auto _ : state) {
    const bool good = ledger::verify_inclusion(leaf, 123'456, head, proof).has_value();
    if (!good) state.SkipWithError("refused");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(verify_inclusion);

void open_appender(benchmark::State& state) {
  const auto snapshot = stored_tree().snapshot();
  for (auto _ : state) benchmark::DoNotOptimize(Appender::open(*snapshot, kTreeSize));
}
BENCHMARK(open_appender);

}  // namespace

// The state trie at a million keys: blocks of updates to random keys, applied and committed.
// `us_per_update` is the time of apply() with its reads; `nodes_per_update` what the block writes.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <utility>

#include "crypto/check.h"
#include "ledger/chain/memory_store.h"
#include "ledger/chain/rocks_store.h"
#include "ledger/state/proof.h"
#include "ledger/state/trie.h"

namespace {

using ledger::Hash;

class Chain {
 public:
  Chain(std::unique_ptr<ledger::Store> store, std::size_t keys) : store_(std::move(store)) {
    constexpr std::size_t kBlock = 20'000;
    for (std::size_t i = 0; i < keys; ++i) {
      paths_.push_back(crypto::sha256("key " + std::to_string(i)));
    }
    for (std::size_t first = 0; first < keys; first += kBlock) {
      std::vector<ledger::TrieWrite> writes;
      for (std::size_t i = first; i < std::min(keys, first + kBlock); ++i) {
        writes.push_back({paths_[i], value_hash()});
      }
      commit(apply_sorted(std::move(writes)));
    }
  }

  std::vector<ledger::TrieWrite> random_block(std::size_t count) {
    std::vector<ledger::TrieWrite> writes;
    for (std::size_t i = 0; i < count; ++i) {
      writes.push_back({paths_[random_() % paths_.size()], value_hash()});
    }
    sort(writes);
    return writes;
  }

  ledger::TrieUpdate apply(const std::vector<ledger::TrieWrite>& writes) const {
    return ledger::apply(ledger::NodeReader(store_->snapshot(), &cache_), root_, height_, writes);
  }

  void commit(const ledger::TrieUpdate& update) {
    ledger::WriteBatch batch;
    add_to(batch, update);
    store_->write(std::exchange(batch, {}));
    cache_.absorb(update);
    root_ = update.root;
    ++height_;
    batch = prune(*store_->snapshot(), height_ - 1, 1u << 20, prune_cursor_);
    store_->write(std::move(batch));
  }

  ledger::StateProof random_proof() {
    return prove(ledger::NodeReader(store_->snapshot()), root_, paths_[random_() % paths_.size()]);
  }

 private:
  Hash value_hash() { return crypto::sha256("value " + std::to_string(random_())); }

  static void sort(std::vector<ledger::TrieWrite>& writes) {
    std::sort(writes.begin(), writes.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    const auto end = std::unique(writes.begin(), writes.end(),
                                 [](const auto& a, const auto& b) { return a.path == b.path; });
    writes.erase(end, writes.end());
  }

  ledger::TrieUpdate apply_sorted(std::vector<ledger::TrieWrite> writes) {
    sort(writes);
    return apply(writes);
  }

  std::unique_ptr<ledger::Store> store_;
  ledger::NodeCache cache_;
  ledger::PruneCursor prune_cursor_;
  ledger::TrieRoot root_;
  std::uint64_t height_ = 0;
  std::vector<Hash> paths_;
  std::mt19937_64 random_{1};
};

Chain& memory_chain() {
  static Chain chain(std::make_unique<ledger::MemoryStore>(), 1'000'000);
  return chain;
}

struct TemporaryFolder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("trie_bench." + std::to_string(getpid()));

  ~TemporaryFolder() { std::filesystem::remove_all(path); }
};

Chain& rocks_chain() {
  static const TemporaryFolder folder;
  static Chain chain(
      [] {
        ledger::RocksOptions options;
        options.path = folder.path;
        auto store = ledger::RocksStore::open(std::move(options));
        CHECK(store.has_value());
        return std::move(*store);
      }(),
      1'000'000);
  return chain;
}

void apply_blocks(benchmark::State& state, Chain& chain) {
  const auto block = static_cast<std::size_t>(state.range(0));
  std::size_t updates = 0;
  std::size_t nodes = 0;
  std::size_t bytes = 0;
  for (auto unused : state) {
    state.PauseTiming();
    const std::vector<ledger::TrieWrite> writes = chain.random_block(block);
    state.ResumeTiming();
    const ledger::TrieUpdate update = chain.apply(writes);
    state.PauseTiming();
    updates += writes.size();
    nodes += update.nodes.size();
    for (const auto& node : update.nodes) bytes += node.key.size() + node.bytes.size();
    chain.commit(update);
    state.ResumeTiming();
  }
  const auto count = static_cast<double>(updates);
  state.counters["nodes_per_update"] = static_cast<double>(nodes) / count;
  state.counters["bytes_per_update"] = static_cast<double>(bytes) / count;
  state.counters["us_per_update"] =
      benchmark::Counter(count / 1e6, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void BM_ApplyInMemory(benchmark::State& state) { apply_blocks(state, memory_chain()); }
BENCHMARK(BM_ApplyInMemory)->Arg(1)->Arg(1'000)->Arg(5'000)->Unit(benchmark::kMicrosecond);

void BM_ApplyOnRocks(benchmark::State& state) { apply_blocks(state, rocks_chain()); }
BENCHMARK(BM_ApplyOnRocks)->Arg(1)->Arg(1'000)->Arg(5'000)->Unit(benchmark::kMicrosecond);

void BM_ProveInMemory(benchmark::State& state) {
  Chain& chain = memory_chain();
  std::size_t bytes = 0;
  for (auto unused : state) bytes += encode_state_proof(chain.random_proof()).size();
  state.counters["bytes"] =
      benchmark::Counter(static_cast<double>(bytes), benchmark::Counter::kAvgIterations);
}
BENCHMARK(BM_ProveInMemory)->Unit(benchmark::kMicrosecond);

}  // namespace

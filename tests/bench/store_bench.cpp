// The store under the work it is made for: purchases go through the executor into blocks of a
// thousand records, each one synced batch. Bytes on disk and in memory are counters of `commit`;
// the readers that follow ask the store that it filled. RECORDS in the environment, 100,000 when
// unset, says how many.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdlib>
#include <fstream>

#include "ledger/chain/rocks_store.h"
#include "node/replica.h"
#include "tests/ledger/chain/scratch_folder.h"
#include "tests/support/test_network.h"

namespace {

using ledger::Bytes;
using ledger::Column;

constexpr std::uint64_t kBlockRecords = 1000;
constexpr int kScanRows = 1000;
constexpr std::size_t kPruneRows = 10'000;

std::uint64_t records_wanted() {
  const char* text = std::getenv("RECORDS");
  return text == nullptr ? 100'000 : std::strtoull(text, nullptr, 10);
}

// About what a buyer's system knows of a line: the hash stands for its row.
proto::Record purchase_line(std::uint64_t number) {
  const crypto::Hash dice = crypto::sha256(std::to_string(number));
  const auto pick = [&](std::size_t at, unsigned of) {
    return std::to_string(dice.bytes[at] % of);
  };
  proto::Record record =
      tests::purchase("INV-2019-" + std::to_string(number / 20), std::to_string(number % 20 + 1),
                      "Brand " + pick(0, 60), "Model " + pick(1, 200) + "-" + pick(2, 9));
  proto::Purchase& entry = *record.mutable_purchase();
  entry.set_date("2019-0" + std::to_string(dice.bytes[3] % 2 + 1) + "-" +
                 std::to_string(dice.bytes[4] % 18 + 10));
  entry.mutable_buyer()->set_name("Department " + pick(5, 40) + " of the City of Example");
  entry.mutable_buyer()->set_country("US");
  entry.mutable_seller()->set_name("Supplier " + pick(6, 250) + " Incorporated");
  entry.mutable_product()->set_description("Notebook computer, 14 inch, class " + pick(7, 30));
  entry.set_quantity(std::to_string(dice.bytes[8] + 1));
  entry.set_document_type("invoice");
  entry.set_evidence_sha256(Bytes(dice.view()));
  return record;
}

Bytes value_from(std::uint64_t number, bool present) {
  const std::string subject = "purchase/shop/till/" + std::string(present ? "INV-2019-" : "NO-") +
                              std::to_string(number / 20) + "/" + std::to_string(number % 20 + 1);
  return Bytes(crypto::sha256(subject).view()) + Bytes(8, '\0');
}

std::uint64_t resident_bytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word != "VmRSS:") continue;
    std::uint64_t kibibytes = 0;
    status >> kibibytes;
    return kibibytes * 1024;
  }
  return 0;
}

// The chain that all benchmarks of one run share.
class FilledStore {
 public:
  FilledStore() : genesis_(tests::make_genesis()) {
    ledger::RocksOptions options;
    options.path = folder_.path() + "/db";
    options.network_id = genesis_.network_id;
    auto opened = ledger::RocksStore::open(options);
    CHECK(opened.has_value());
    store_ = *std::move(opened);
    auto chain = ledger::open_chain(*store_, genesis_, {});
    CHECK(chain.has_value());
    chain_ = *std::move(chain);
  }

  // Executes the next block and gives its batch; the store has not seen it yet.
  ledger::WriteBatch next_batch() {
    std::vector<proto::Record> records;
    for (std::uint64_t i = 0; i < kBlockRecords; ++i) records.push_back(purchase_line(count_ + i));
    const std::uint64_t time_ms = chain_.tip.seal.time_ms + 1000;
    ledger::BlockBase base{store_->snapshot(), genesis_.network_id, false,
                           chain_.tip,         chain_.tip.hash(),   chain_.tip.seal.next_set_hash,
                           chain_.tree,        chain_.trie_root,    &cache_};
    ledger::BlockBuilder builder(base, {0, chain_.tip.seal.view + 1, time_ms, 0});
    const auto added = builder.add(tests::submission(genesis_, "shop", records, time_ms));
    CHECK(added.outcome == ledger::Outcome::included);
    ledger::ExecutedBlock block = std::move(builder).finish();
    chain_ = {block.header, block.tree, block.trie.root};
    cache_.absorb(block.trie);
    count_ += kBlockRecords;
    return ledger::commit_batch(block);
  }

  std::uint64_t count() const { return count_; }
  std::uint64_t height() const { return chain_.tip.seal.height; }
  ledger::RocksStore& store() { return *store_; }

 private:
  tests::ScratchFolder folder_;
  ledger::Genesis genesis_;
  std::unique_ptr<ledger::RocksStore> store_;
  ledger::OpenedChain chain_;
  ledger::NodeCache cache_;
  std::uint64_t count_ = 0;
};

FilledStore& filled() {
  static FilledStore store;
  return store;
}

// Time is that of the writes alone; execution is measured elsewhere.
void commit(benchmark::State& state) {
  using Clock = std::chrono::steady_clock;
  FilledStore& chain = filled();
  for (auto _ : state) {
    Clock::duration writing{};
    while (chain.count() < records_wanted()) {
      ledger::WriteBatch batch = chain.next_batch();
      const auto start = Clock::now();
      chain.store().write(std::move(batch));
      writing += Clock::now() - start;
    }
    state.SetIterationTime(std::chrono::duration<double>(writing).count());
  }
  const auto count = static_cast<double>(chain.count());
  state.SetItemsProcessed(static_cast<std::int64_t>(chain.count()));
  const auto before = chain.store().sizes();
  state.counters["disk_B_per_record"] = static_cast<double>(before.tables + before.logs) / count;
  state.counters["memory_MiB"] = static_cast<double>(before.memory) / (1U << 20U);
  state.counters["process_MiB"] = static_cast<double>(resident_bytes()) / (1U << 20U);
}

// Everything in its last form, by column, with the trie of the newest `heights` alone.
void measure_compacted(benchmark::State& state, std::uint64_t heights) {
  const std::uint64_t newest = filled().height();
  for (auto _ : state) {
    ledger::PruneCursor cursor;
    while (newest >= heights) {
      ledger::WriteBatch batch =
          ledger::prune(*filled().store().snapshot(), newest - heights + 1, kPruneRows, cursor);
      if (batch.empty()) break;
      filled().store().write(std::move(batch));
    }
    filled().store().compact();
  }
  const auto count = static_cast<double>(filled().count());
  for (const auto& [name, column] :
       std::initializer_list<std::pair<const char*, Column>>{{"entries", Column::entries},
                                                             {"tiles", Column::tiles},
                                                             {"nodes", Column::nodes},
                                                             {"values", Column::values},
                                                             {"stale", Column::stale},
                                                             {"indexes", Column::indexes},
                                                             {"pending", Column::pending}}) {
    state.counters[name] = static_cast<double>(filled().store().column_bytes(column)) / count;
  }
  const auto sizes = filled().store().sizes();
  state.counters["disk_B_per_record"] = static_cast<double>(sizes.tables + sizes.logs) / count;
  state.counters["process_MiB"] = static_cast<double>(resident_bytes()) / (1U << 20U);
}

void read_entry(benchmark::State& state) {
  const auto now = filled().store().snapshot();
  std::uint64_t number = 0;
  for (auto _ : state) {
    Bytes key;
    crypto::append_u64(key, (number += 7919) % filled().count() + 7);
    benchmark::DoNotOptimize(now->get(Column::entries, key));
  }
  state.SetItemsProcessed(state.iterations());
}

void find_value(benchmark::State& state, bool present) {
  const auto now = filled().store().snapshot();
  std::uint64_t number = 0;
  for (auto _ : state) {
    number = (number + 7919) % filled().count();
    const auto found = now->seek(Column::values, value_from(number, present), 32);
    CHECK(found.has_value() == present);
  }
  state.SetItemsProcessed(state.iterations());
}

void take_snapshot(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(filled().store().snapshot());
}

void scan_entries(benchmark::State& state) {
  const auto now = filled().store().snapshot();
  std::int64_t rows = 0;
  for (auto _ : state) {
    int left = kScanRows;
    now->scan(Column::entries, "", [&](auto, auto) { return --left > 0; });
    rows += kScanRows;
  }
  state.SetItemsProcessed(rows);
}

void read_process(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(resident_bytes());
  state.counters["process_MiB"] = static_cast<double>(resident_bytes()) / (1U << 20U);
}

// In this order: the first fills the store for the others.
BENCHMARK(commit)->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(measure_compacted, all, ~0ULL)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(measure_compacted, usual, node::ReplicaOptions{}.trie_heights_kept)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(measure_compacted, newest, 1)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(read_entry);
BENCHMARK_CAPTURE(find_value, present, true);
BENCHMARK_CAPTURE(find_value, missing, false);
BENCHMARK(take_snapshot);
BENCHMARK(scan_entries);
BENCHMARK(read_process)->Iterations(1);

}  // namespace

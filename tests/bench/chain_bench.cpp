// What a record costs on its way through the node, without HTTP: decoding and verifying a
// submission, executing a block, and committing it to RocksDB with one synced write.
#include <benchmark/benchmark.h>

#include <chrono>
#include <filesystem>

#include "ledger/chain/rocks_store.h"
#include "tests/support/test_network.h"

namespace {

using tests::kGenesisTimeMs;

proto::Submission submission_of(const ledger::Genesis& genesis, int records, std::uint64_t start) {
  std::vector<proto::Record> batch;
  for (int i = 0; i < records; ++i) {
    batch.push_back(tests::purchase("D" + std::to_string(start / 1000),
                                    std::to_string(start + static_cast<std::uint64_t>(i)), "Acura",
                                    "ILX"));
  }
  return tests::sign(genesis, "shop", batch);
}

// Decoding, checking the form of every record, the records root, the signature.
void decode_and_verify(benchmark::State& state) {
  const ledger::Genesis genesis = tests::make_genesis();
  const int records = static_cast<int>(state.range(0));
  const proto::Submission message = submission_of(genesis, records, 0);
  const crypto::PublicKey key = tests::key_named("shop/operation").public_key();
  for (auto _ : state) {
    auto decoded = ledger::decode_submission(message);
    benchmark::DoNotOptimize(ledger::verify_submission(*std::move(decoded), key));
  }
  state.SetItemsProcessed(state.iterations() * records);
}
BENCHMARK(decode_and_verify)->Arg(1)->Arg(100)->Arg(1000);

// Blocks of `submissions` submissions of `records` records on a growing chain. The second number
// says whether the block is committed to RocksDB as well.
void execute(benchmark::State& state) {
  const int records = static_cast<int>(state.range(0));
  const int submissions = static_cast<int>(state.range(1));
  const auto path = std::filesystem::temp_directory_path() / "greenledger_chain_bench";
  std::filesystem::remove_all(path);
  const ledger::Genesis genesis = tests::make_genesis([](std::vector<proto::Record>& founding) {
    founding[0].mutable_parameters()->set_organisation_bytes_per_day(1ull << 50);
  });
  ledger::RocksOptions options;
  options.path = path.string();
  options.network_id = genesis.network_id;
  auto store = ledger::RocksStore::open(options);
  if (!store) {
    state.SkipWithError("no store");
    return;
  }
  {
    tests::TestChain chain(genesis, **store);
    std::uint64_t next = 0;
    double execute_us = 0;
    double commit_us = 0;
    for (auto _ : state) {
      state.PauseTiming();
      std::vector<ledger::VerifiedSubmission> batch;
      for (int i = 0; i < submissions; ++i) {
        auto decoded = ledger::decode_submission(submission_of(genesis, records, next));
        next += static_cast<std::uint64_t>(records);
        batch.push_back(*ledger::verify_submission(
            *std::move(decoded), tests::key_named("shop/operation").public_key()));
      }
      state.ResumeTiming();
      const auto started = std::chrono::steady_clock::now();
      ledger::ExecutedBlock block = chain.execute(batch, chain.tip().seal.time_ms + 1).block;
      const auto executed = std::chrono::steady_clock::now();
      chain.commit(std::move(block));
      const auto committed = std::chrono::steady_clock::now();
      execute_us += std::chrono::duration<double, std::micro>(executed - started).count();
      commit_us += std::chrono::duration<double, std::micro>(committed - executed).count();
    }
    const double total = static_cast<double>(state.iterations()) * records * submissions;
    state.SetItemsProcessed(static_cast<std::int64_t>(total));
    state.counters["execute_us_per_record"] = execute_us / total;
    state.counters["commit_us_per_record"] = commit_us / total;
  }
  std::filesystem::remove_all(path);
}
BENCHMARK(execute)->Args({100, 10})->Args({1, 200})->UseRealTime()->MinTime(3);

}  // namespace

// What a full audit costs: a ledger of purchases in submissions of a hundred, ten a block, is made
// once as a tile directory, and audited from it as `greenledger audit` does it, its state on disk.
// RECORDS in the environment, 100,000 when unset, says how many; LEDGER names a folder in which the
// tile directory is kept from one run to the next.
//
// Prints the rate, the CPU time of all threads, and the memory at each tenth of the ledger.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "ledger/chain/checkpoints.h"
#include "ledger/chain/rocks_store.h"
#include "ledger/proofs/trust_chain.h"
#include "tests/support/test_network.h"
#include "tools/audit/open_source.h"
#include "tools/audit/replay.h"
#include "tools/audit/tile_folder.h"

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kBatch = 100;
constexpr std::uint64_t kBlock = 1000;

std::uint64_t wanted(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

ledger::Genesis genesis() {
  return tests::make_genesis([](std::vector<proto::Record>& founding) {
    founding[0].mutable_parameters()->set_organisation_bytes_per_day(1ull << 50);
  });
}

// The validator of the network signs the tip.
void sign_tip(ledger::Store& store, const tests::TestChain& chain) {
  const std::string origin = ledger::log_origin(chain.genesis());
  const ledger::Header& tip = chain.tip();
  ledger::Note note{ledger::format_checkpoint({origin, {tip.tree_size, tip.tree_root}}), {}};
  note.lines.push_back(ledger::sign_note(origin, tests::key_named("acme/log"), note.text));
  note.lines.push_back(ledger::cosign_note(ledger::cosigner_name(origin, "acme"),
                                           tests::key_named("acme/cosigner"), note.text,
                                           tip.seal.time_ms / 1000));
  ledger::WriteBatch batch;
  ledger::put_checkpoint(batch, tip.tree_size, format_note(note));
  store.write(std::move(batch));
}

bool make_ledger(const fs::path& folder, std::uint64_t records) {
  const ledger::Genesis file = genesis();
  ledger::RocksOptions options;
  options.path = (folder / "db").string();
  options.network_id = file.network_id;
  auto store = ledger::RocksStore::open(options);
  if (!store) return false;
  tests::TestChain chain(file, **store);
  for (std::uint64_t begin = 0; begin < records; begin += kBlock) {
    std::vector<ledger::VerifiedSubmission> block;
    for (std::uint64_t batch = begin; batch < begin + kBlock; batch += kBatch) {
      std::vector<proto::Record> some;
      for (std::uint64_t i = batch; i < batch + kBatch; ++i) {
        some.push_back(
            tests::purchase("D" + std::to_string(i / 1000), std::to_string(i), "Acura", "ILX"));
      }
      block.push_back(tests::submission(file, "shop", some, chain.tip().seal.time_ms));
    }
    chain.add(block, chain.tip().seal.time_ms + 100);
  }
  sign_tip(**store, chain);
  const auto source = tools::snapshot_source("made", (*store)->snapshot(), file);
  return source && tools::export_tiles(*source, file, (folder / "log").string(),
                                       [](std::uint64_t, std::uint64_t) {});
}

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return of(used.ru_utime) + of(used.ru_stime);
}

std::size_t resident_mib() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  file >> pages >> pages;
  return pages * 4096 >> 20U;
}

int audit(const fs::path& folder) {
  const ledger::Genesis file = genesis();
  const auto source = tools::open_source((folder / "log").string(), file, {});
  if (!source) return 1;
  tools::AuditOptions options;
  options.work = (folder / "work").string();
  options.threads = static_cast<unsigned>(wanted("THREADS", 0));
  fs::remove_all(options.work);
  std::uint64_t tenth = 0;
  options.progress = [&](std::uint64_t done, std::uint64_t total) {
    if (done * 10 / total == tenth) return;
    tenth = done * 10 / total;
    std::printf("  %3u %%  %zu MiB\n", static_cast<unsigned>(tenth * 10), resident_mib());
  };
  const double cpu = cpu_seconds();
  const auto started = std::chrono::steady_clock::now();
  const auto report = tools::audit_ledger(*source, file, options);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - started;
  if (!report || report->verdict != ledger::Verdict::valid) return 1;
  const auto records = static_cast<double>(report->counts.records);
  const double used = cpu_seconds() - cpu;
  std::printf(
      "%.0f records in %.1f s: %.0f a second; CPU %.1f s, %.1f us a record: %.0f a second "
      "and core\n",
      records, wall.count(), records / wall.count(), used, used * 1e6 / records, records / used);
  fs::remove_all(options.work);
  return 0;
}

}  // namespace

int main() {
  const char* kept = std::getenv("LEDGER");
  const fs::path folder =
      kept == nullptr ? fs::temp_directory_path() / "greenledger_audit_bench" : fs::path(kept);
  fs::create_directories(folder);
  if (!fs::exists(folder / "log" / "checkpoint") &&
      !make_ledger(folder, wanted("RECORDS", 100'000))) {
    return 1;
  }
  const int code = audit(folder);
  if (kept == nullptr) fs::remove_all(folder);
  return code;
}

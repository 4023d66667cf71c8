// What a proof costs: its bytes, making it and judging it, over ledgers of so many records from
// submissions of 100. Four validators.
#include <benchmark/benchmark.h>

#include <map>

#include "ledger/proofs/prove.h"
#include "ledger/proofs/verify.h"
#include "tests/ledger/proofs/proof_chain.h"

namespace {

using ledger::Question;
using ledger::QuestionKind;

constexpr std::uint64_t kBatch = 100;

// Made once for each size. A certification stands at its beginning, purchases follow.
const ledger::ProofChain& chain_of(std::uint64_t records) {
  static std::map<std::uint64_t, ledger::ProofChain> chains;
  const auto [place, added] = chains.try_emplace(records);
  ledger::ProofChain& chain = place->second;
  if (!added) return chain;
  chain.add("epa", {tests::certification("A1", "Acura", "ILX")});
  for (std::uint64_t begin = 0; begin < records; begin += 10 * kBatch) {
    std::vector<ledger::VerifiedSubmission> block;
    for (std::uint64_t batch = begin; batch < begin + 10 * kBatch; batch += kBatch) {
      std::vector<proto::Record> some;
      for (std::uint64_t i = batch; i < batch + kBatch; ++i) {
        some.push_back(
            tests::purchase("D" + std::to_string(i / 1000), std::to_string(i), "Acura", "ILX"));
      }
      block.push_back(tests::submission(chain.genesis(), "shop", some, chain.tip().seal.time_ms));
    }
    chain.add(block);
  }
  chain.checkpoint();
  return chain;
}

Question question_of(int number, std::uint64_t records) {
  const std::uint64_t middle = records / 2 + 77;
  const std::string purchase =
      "purchase/shop/till/D" + std::to_string(middle / 1000) + "/" + std::to_string(middle);
  const std::string cert = "cert/epa/smartway/A1";
  switch (number) {
    case 0:
      return {QuestionKind::record, purchase, 1, "", 0};
    case 1:
      return {QuestionKind::standing, cert, 0, "2019-02-02", 0};
    case 2:
      return {QuestionKind::purchase, purchase, 0, "", 0};
    default:
      return {QuestionKind::absence, "gtin/05901234123457", 0, "", 0};
  }
}

void make_proof(benchmark::State& state) {
  const auto records = static_cast<std::uint64_t>(state.range(1));
  const ledger::ProofChain& chain = chain_of(records);
  const Question question = question_of(static_cast<int>(state.range(0)), records);
  std::size_t bytes = 0;
  for (auto _ : state) {
    const auto bundle = ledger::prove(chain.reader(), question);
    if (!bundle) {
      state.SkipWithError(bundle.error().message.c_str());
      return;
    }
    bytes = ledger::encode_bundle(*bundle).size();
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}

void verify_proof(benchmark::State& state) {
  const auto records = static_cast<std::uint64_t>(state.range(1));
  const ledger::ProofChain& chain = chain_of(records);
  const auto bundle =
      ledger::prove(chain.reader(), question_of(static_cast<int>(state.range(0)), records));
  if (!bundle) {
    state.SkipWithError(bundle.error().message.c_str());
    return;
  }
  const crypto::Bytes file = ledger::encode_bundle(*bundle);
  const ledger::Auditor auditor{chain.genesis(), std::nullopt, {}, 0, 0};
  for (auto _ : state) {
    const auto verdict = ledger::verify_bundle(file, auditor);
    if (verdict.verdict != ledger::Verdict::valid) state.SkipWithError("not valid");
  }
}

// Question (0 a record, 1 a standing, 2 a purchase, 3 an absence), records on the ledger.
void cases(benchmark::internal::Benchmark* bench) {
  for (const std::int64_t records : {10'000, 1'000'000}) {
    for (const std::int64_t question : {0, 1, 2, 3}) bench->Args({question, records});
  }
  bench->Unit(benchmark::kMicrosecond);
}
BENCHMARK(make_proof)->Apply(cases);
BENCHMARK(verify_proof)->Apply(cases);

}  // namespace

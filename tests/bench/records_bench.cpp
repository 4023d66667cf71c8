// What the rules cost a record: form, rules, invariants, on records like those of real files.
#include <benchmark/benchmark.h>

#include "ledger/records/invariants.h"
#include "tests/ledger/records/world.h"

namespace ledger {
namespace {

// As the world's tests have it: with parties, attributes, amounts and a unit price.
void check_purchase_form(benchmark::State& state) {
  const proto::Record record = world::purchase();
  for (auto _ : state) benchmark::DoNotOptimize(check(record));
}
BENCHMARK(check_purchase_form);

void check_certification_form(benchmark::State& state) {
  const proto::Record record = world::certification();
  for (auto _ : state) benchmark::DoNotOptimize(check(record));
}
BENCHMARK(check_certification_form);

void apply_records(benchmark::State& state, const proto::Record& record) {
  const world::World world;
  RuleContext context;
  context.state = &world.state();
  context.today = world::kToday;
  context.submitter = "shop";
  context.index = 100;
  for (auto _ : state) {
    context.counters.clear();
    const Checked<Bytes> body = apply(context, record, std::nullopt);
    if (!body) state.SkipWithError("refused");
    benchmark::DoNotOptimize(
        broken_invariant(record.subject(), std::nullopt, {1, context.index, *body}));
  }
}
BENCHMARK_CAPTURE(apply_records, purchase, world::purchase());
BENCHMARK_CAPTURE(apply_records, certification, world::certification());

// A certificate of the register of six thousand bytes: the most that one record asks for.
void check_wide_certification(benchmark::State& state) {
  proto::Record record = world::certification();
  proto::Certification* const content = record.mutable_certification();
  content->clear_products();
  for (int i = 0; i < 64; ++i) {
    proto::Product* const product = content->add_products();
    product->set_brand("北京汽车");
    product->set_model("EU" + std::to_string(i) + " Électrique");
  }
  for (auto _ : state) benchmark::DoNotOptimize(check(record));
}
BENCHMARK(check_wide_certification);

}  // namespace
}  // namespace ledger

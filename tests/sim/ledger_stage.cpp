#include "tests/sim/ledger_stage.h"

#include "crypto/check.h"
#include "ledger/chain/memory_store.h"
#include "ledger/chain/open.h"
#include "tests/support/test_network.h"

namespace sim {
namespace {

std::set<std::string> organisations_of(const std::vector<LedgerFault>& faults) {
  std::set<std::string> all;
  for (const LedgerFault& fault : faults) all.insert(tests::validator_name(fault.validator));
  return all;
}

ledger::Header block_zero(const ledger::Genesis& genesis) {
  ledger::MemoryStore store;
  const auto opened = ledger::open_chain(store, genesis, {});
  CHECK(opened.has_value());
  return opened->tip;
}

}  // namespace

node::ReplicaOptions LedgerOptions::fast_replica() {
  node::ReplicaOptions options;
  options.core = StageOptions::fast_core();
  options.rejoin.ask_us = 200'000;
  options.rejoin.ping_us = 2'000'000;
  options.rejoin.lease_us = 6'000'000;
  options.rejoin.quiet_us = 6'000'000;
  options.trie_cache_levels = 1;
  return options;
}

LedgerStage::LedgerStage(LedgerOptions options)
    : options_(std::move(options)),
      dice_(options_.seed),
      trace_(options_.keeps_lines),
      genesis_(tests::make_validators_genesis(options_.validators)),
      judge_(block_zero(genesis_), organisations_of(options_.faults)) {}

void LedgerStage::add_place(bool honest) {
  honest_.push_back(honest);
  const auto error = static_cast<std::int64_t>(options_.clock_error_ms);
  const auto drawn = static_cast<std::int64_t>(dice_.below(2 * options_.clock_error_ms + 1));
  clock_errors_ms_.push_back(drawn - error);
}

node::Moment LedgerStage::moment(std::size_t place) const {
  const std::int64_t wall =
      static_cast<std::int64_t>(tests::kGenesisTimeMs + 60'000 + now_us() / 1000) +
      clock_errors_ms_.at(place);
  return {5'000'000 + now_us(), static_cast<std::uint64_t>(wall)};
}

}  // namespace sim

// A small network for tests: three organisations with keys made from fixed seeds, a scheme, and a
// chain over a store of the test's choosing. The keys are public: never use them for anything real.
//   acme   validator
//   epa    scheme owner and certifier of scheme/epa/smartway
//   shop   recorder for everybody
#pragma once

#include <map>

#include "crypto/keys.h"
#include "ledger/chain/memory_store.h"
#include "ledger/chain/open.h"
#include "ledger/chain/submission.h"

namespace tests {

using crypto::Bytes;

// 2019-03-01T00:00:00Z
inline constexpr std::uint64_t kGenesisTimeMs = 1551398400000;

// A key that depends on nothing but its name.
crypto::PrivateKey key_named(const std::string& name);

// The founding records; `change` may alter them before the file is written.
ledger::Genesis make_genesis(const std::function<void(std::vector<proto::Record>&)>& change = {});

// The same with validators "v00", "v01", … in place of acme, and two more organisations behind them
// that may become validators.
ledger::Genesis make_validators_genesis(
    std::size_t validators, const std::function<void(std::vector<proto::Record>&)>& change = {});
std::string validator_name(std::size_t number);
// Its keys are "<organisation>/vote", "/log", "/cosigner" and "/node".
proto::Validator validator_entry(const std::string& organisation);

// Signed with "<organisation>/operation", valid for an hour from `time_ms`.
proto::Submission sign(const ledger::Genesis& genesis, const std::string& organisation,
                       const std::vector<proto::Record>& records,
                       std::uint64_t time_ms = kGenesisTimeMs,
                       const std::string& key = "operation");
// The same, decoded and verified. CHECK: it is well formed.
ledger::VerifiedSubmission submission(const ledger::Genesis& genesis,
                                      const std::string& organisation,
                                      const std::vector<proto::Record>& records,
                                      std::uint64_t time_ms = kGenesisTimeMs,
                                      const std::string& key = "operation");

// Signed by root keys "<organisation>/root", as records that change the network need it.
proto::Record countersigned(const crypto::Hash& network_id, proto::Record record,
                            const std::vector<std::string>& organisations);

proto::Record certification(const std::string& number, const std::string& brand,
                            const std::string& model);
proto::Record status_change(const std::string& number, std::uint64_t place, proto::Status status,
                            const std::string& effective_from);
proto::Record purchase(const std::string& document, const std::string& line,
                       const std::string& brand, const std::string& model,
                       const std::string& date = "2019-02-01");

// A chain without consensus: blocks are executed and committed one after the other.
class TestChain {
 public:
  explicit TestChain(ledger::Genesis genesis);
  // Over a store of the caller's, which must be empty and outlive the chain.
  TestChain(ledger::Genesis genesis, ledger::Store& store);

  struct Block {
    std::vector<ledger::Added> added;
    ledger::Header header;
    crypto::Hash hash;
  };
  // Executes the submissions as one block and commits it. Its time is `time_ms`, or a second after
  // the block before.
  Block add(const std::vector<ledger::VerifiedSubmission>& submissions, std::uint64_t time_ms = 0);

  // The two halves of add().
  struct Executed {
    std::vector<ledger::Added> added;
    ledger::ExecutedBlock block;
  };
  // `epoch_entry`: what a block begins with whose parent closes an epoch.
  Executed execute(const std::vector<ledger::VerifiedSubmission>& submissions,
                   std::uint64_t time_ms = 0, const Bytes& epoch_entry = {});
  void commit(ledger::ExecutedBlock block);

  ledger::ChainReader reader() const { return ledger::ChainReader(store_->snapshot()); }
  const ledger::Store& store() const { return *store_; }
  const ledger::Genesis& genesis() const { return genesis_; }
  const ledger::Header& tip() const { return tip_; }

 private:
  ledger::Genesis genesis_;
  ledger::MemoryStore memory_;
  ledger::Store* store_;
  ledger::Header tip_;
  ledger::Appender tree_;
  ledger::TrieRoot trie_root_;
  ledger::NodeCache cache_;
};

}  // namespace tests

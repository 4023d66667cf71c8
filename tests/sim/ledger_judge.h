// LedgerJudge: judges a run of whole replicas, with arithmetic of its own where votes and
// certificates are concerned. Labels as in checker.h; the second judge (abstract_model.h) sees
// every vote of every epoch here too. Of epochs it knows who validates and what they stand on; who
// is honest it knows from the run.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "ledger/chain/block.h"
#include "ledger/chain/store.h"
#include "ledger/chain/vote.h"
#include "tests/sim/abstract_model.h"

namespace sim {

class LedgerJudge {
 public:
  LedgerJudge(const ledger::Header& genesis, std::set<std::string> faulty);

  // A block that anyone has shown.
  void publish(const ledger::Header& header);
  // Who votes in an epoch, on the block that its anchor names.
  void on_epoch(const ledger::VoteScope& scope, const ledger::ValidatorSet& validators);

  // What an honest validator had on disk when the vote left, or was found after a crash.
  struct Durable {
    std::uint64_t floor = 0;  // of this epoch
    std::set<ledger::Vote> votes;
    std::set<ledger::Vote> certificates;
    std::set<crypto::Hash> bodies;
    crypto::Hash head;
  };
  bool knows(const std::string& organisation, std::uint64_t epoch, const ledger::Vote& vote) const {
    return sent_.contains({organisation, epoch, vote});
  }
  void on_vote(const std::string& organisation, std::uint64_t epoch, const ledger::Vote& vote,
               const Durable& durable);
  // A block that is final and durable at an honest place.
  void on_final(std::size_t place, const ledger::Header& header);
  // What is final at an honest place after a restart.
  void on_start(std::size_t place, std::uint64_t height, const crypto::Hash& hash);
  void on_evidence(std::uint64_t epoch, std::uint16_t signer);
  // A block that an honest place executed and refused: no honest validator makes such a block.
  void on_refused(const crypto::Hash& block);
  // An old copy of its disk was put back.
  void on_restored(std::size_t place, std::uint64_t height) { heights_[place] = height; }
  // S12: everything that the store of an honest place says is final, from genesis.
  void check_proofs(std::size_t place, const ledger::Snapshot& snapshot);
  // S15: two honest stores with the same tip hold the same.
  void compare(std::size_t place, const ledger::Snapshot& snapshot, std::size_t other,
               const ledger::Snapshot& other_snapshot);
  void fail(const std::string& what);

  bool is_faulty(const std::string& organisation) const { return faulty_.contains(organisation); }
  std::uint64_t delivered(std::size_t place) const {
    const auto found = heights_.find(place);
    return found == heights_.end() ? 0 : found->second;
  }
  const std::string& violation() const { return violation_; }
  const std::vector<crypto::Hash>& chain() const { return chain_; }  // genesis first
  std::uint64_t epochs() const { return epochs_.size(); }
  std::size_t votes() const { return sent_.size(); }

 private:
  struct Epoch {
    ledger::VoteScope scope;
    std::vector<std::string> organisations;
    std::vector<crypto::PublicKey> keys;
    AbstractModel model;
  };

  void check_certificate(const Epoch& epoch, const ledger::Header& header, ledger::ByteView bytes);
  void check_double(const std::string& organisation, std::uint64_t epoch, const ledger::Vote& vote);
  void check_basis(const std::string& who, const ledger::Vote& vote, const Durable& durable);

  std::set<std::string> faulty_;
  std::map<crypto::Hash, ledger::Header> headers_;
  std::map<std::uint64_t, Epoch> epochs_;
  std::set<std::tuple<std::string, std::uint64_t, ledger::Vote>> sent_;  // by honest validators
  std::vector<crypto::Hash> chain_;
  std::map<std::size_t, std::uint64_t> heights_;  // delivered, by place
  std::string violation_;
};

}  // namespace sim

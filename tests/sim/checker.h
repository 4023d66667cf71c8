// Checker: the first judge of a run, from what nodes had on disk, showed and delivered, with
// arithmetic of its own and no predicate of the product. What votes alone could have led to is the
// affair of the second judge (abstract_model.h). The labels are the specification's invariants:
//   S1 agreement          S2 one notarization a view    S3 never nullified and finalized
//   S4 final is notarized S5 no skipped view            S6 no honest double vote, ever
//   S7 votes rest on what is durable (with S8)          S9 evidence names no honest validator
//   S10 certificates      S11 nothing after the closing block   S13 time grows
//   S14 nothing goes back
// S2 to S5 are about certificates that some honest validator held.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "node/consensus/core.h"
#include "tests/sim/book.h"

namespace sim {

class Checker {
 public:
  Checker(const Book& book, std::size_t validators, std::set<std::uint16_t> faulty);

  // What an honest validator had on disk when it sent a vote for the first time.
  struct Durable {
    std::uint64_t final_view = 0;
    crypto::Hash final_block;
    std::set<ledger::Vote> certificates;
    std::set<ledger::Vote> votes;
    std::set<crypto::Hash> bodies;
  };
  // Cheap first question: whether this vote of this signer was judged before.
  bool knows(std::uint16_t signer, const ledger::Vote& vote) const {
    return sent_.contains({signer, vote});
  }
  void on_vote(std::uint16_t signer, const ledger::Vote& vote, const Durable& durable);
  void on_certificate(const ledger::Certificate& certificate);
  void on_evidence(const node::Evidence& evidence);
  void on_final(std::size_t place, const node::Finalized& final);
  // All final blocks that a restart finds, by height.
  void on_start(std::size_t place, const std::vector<ledger::Header>& blocks);
  // After every step of an honest node; `restarted`: the first after a restart.
  void on_progress(std::size_t place, std::uint64_t view, std::uint64_t final_view,
                   std::uint64_t height, bool restarted);
  // D6: what a restart finds must forbid every view that finality has made it forget.
  void on_floor(std::size_t place, std::uint64_t floor, std::uint64_t final_view);
  // L9: more messages in a second than any history can excuse.
  void on_storm(std::uint64_t second, std::size_t kind);
  void on_stop(std::size_t place, const std::string& why);

  // The first violation; empty: none.
  const std::string& violation() const { return violation_; }
  // The first of S1.
  const std::string& fork() const { return fork_; }
  // The longest chain that any honest node has delivered, without the base.
  const std::vector<crypto::Hash>& chain() const { return chain_; }
  std::size_t delivered(std::size_t place) const {
    const auto found = heights_.find(place);
    return found == heights_.end() ? 0 : found->second;
  }

 private:
  struct Progress {
    std::uint64_t view = 0;
    std::uint64_t final_view = 0;
    std::uint64_t height = 0;
  };

  void fail(const std::string& what);
  bool is_faulty(std::uint16_t signer) const { return faulty_.contains(signer); }
  void check_double(std::uint16_t signer, const ledger::Vote& vote);
  void check_basis(std::uint16_t signer, const ledger::Vote& vote, const Durable& durable);
  void check_view(const ledger::Vote& certified);
  void check_path(const ledger::Candidate& final);
  void deliver(std::size_t place, const ledger::Header& header);

  const Book& book_;
  std::size_t quorum_;
  std::size_t validators_;
  std::set<std::uint16_t> faulty_;
  std::set<std::pair<std::uint16_t, ledger::Vote>> sent_;  // by honest validators
  std::map<std::uint64_t, ledger::Candidate> notarized_;   // by view
  std::map<std::uint64_t, ledger::Candidate> finalized_;
  std::set<std::uint64_t> nullified_;
  std::set<ledger::Candidate> walked_;
  std::vector<crypto::Hash> chain_;
  std::map<std::size_t, std::size_t> heights_;  // blocks delivered, by place
  std::map<std::size_t, Progress> progress_;
  std::string violation_;
  std::string fork_;
};

}  // namespace sim

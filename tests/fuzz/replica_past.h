// ReplicaPast: what three validators of four said to the fourth, which heard nothing, while they
// made a small ledger of two epochs. A fuzzed run lets the fourth hear it, or what is made of it.
#pragma once

#include <deque>
#include <vector>

#include "tests/sim/ledger_work.h"
#include "tests/sim/ledger_world.h"
#include "tests/sim/replica_node.h"
#include "tests/support/test_network.h"

namespace fuzz {

inline constexpr std::size_t kValidators = 4;
inline constexpr std::size_t kLiar = 3;  // its keys are the fuzzer's

class ReplicaPast {
 public:
  struct Said {
    std::size_t from = 0;
    node::Message message;
    node::ProbeAnswer facts;  // what `from` would have answered to a probe
  };

  ReplicaPast() {
    sim::LedgerOptions options;
    options.network = {2'000, 2'000, 0, 0};
    world_ = std::make_unique<sim::LedgerWorld>(options);
    world_->links().partition({0, 1, 1, 1});
    world_->set_filter([this](std::size_t from, std::size_t to, const node::Message& message) {
      if (to == 0 && from != 0) hear(from, message);
      return to == 0;
    });
    world_->run_for(1'500'000);
    for (int block = 0; block < 4; ++block) submit_purchase();
    submit(sim::change_parameters(world_->genesis(), kValidators, 1).submission);
    for (int block = 0; block < 5; ++block) submit_purchase();
    world_->run_for(2'000'000);
    CHECK(world_->violation().empty() && head().seal.epoch == 1);
    for (const auto& one : submissions_) CHECK(world_->has_final(1, one->id));
  }

  const std::vector<Said>& said() const { return said_; }
  const std::vector<ledger::VerifiedSubmission>& submissions() const { return submissions_; }
  const ledger::Header& head() const { return node(1).replica().head(); }
  const sim::ReplicaNode& node(std::size_t place) const { return world_->node(place); }
  ledger::ChainReader reader() const { return ledger::ChainReader(node(1).disk().snapshot()); }
  // What a validator knew when this was said, or at last.
  node::ProbeAnswer facts(std::size_t place, std::size_t until) const {
    for (std::size_t at = std::min(until, said_.size()); at > 0; --at) {
      if (said_[at - 1].from == place) return said_[at - 1].facts;
    }
    return {};
  }
  // The votes of the honest ones, for which the judge of another run then knows.
  void tell(sim::LedgerJudge& judge) const {
    for (std::uint64_t height = 0; height <= head().seal.height; ++height) {
      judge.publish(*reader().header(height));
    }
    const node::Keyring& keyring = *node(1).replica().keyring();
    judge.on_epoch(*keyring.last_scope, keyring.last_validators);
    judge.on_epoch(keyring.scope, keyring.validators);
    sim::LedgerJudge::Durable unknown;
    unknown.floor = ~std::uint64_t{0};
    for (const Said& one : said_) {
      if (one.from == kLiar) continue;
      const auto* sent = std::get_if<node::ProposalSent>(&one.message);
      if (sent != nullptr) judge.publish(sent->proposal.header);
      const auto* vote = std::get_if<node::VerifiedVote>(&one.message);
      if (sent != nullptr) vote = &sent->proposal.vote;
      if (vote == nullptr) continue;
      judge.on_vote(tests::validator_name((*vote)->signer), (*vote)->epoch, (*vote)->vote, unknown);
    }
  }

 private:
  void hear(std::size_t from, const node::Message& message) {
    const node::Replica& replica = node(from).replica();
    node::ProbeAnswer facts;
    facts.epoch = replica.keyring()->scope.epoch;
    facts.view = replica.core().view();
    if (const auto entered = replica.core().entered_by()) facts.highest = **entered;
    facts.closing_open = replica.core().closing_open();
    said_.push_back({from, message, facts});
  }
  void submit(const ledger::VerifiedSubmission& submission) {
    submissions_.push_back(submission);
    world_->submit(submission, {1, 2, 3});
    world_->run_for(200'000);
  }
  void submit_purchase() {
    const std::string line = std::to_string(submissions_.size());
    submit(
        tests::submission(world_->genesis(), "shop", {tests::purchase("D", line, "Acura", "ILX")}));
  }

  std::vector<Said> said_;
  std::vector<ledger::VerifiedSubmission> submissions_;
  std::unique_ptr<sim::LedgerWorld> world_;
};

}  // namespace fuzz

// What a hostile member does to the nodes of its network, each plan for a time, with one thread for
// each node. It holds the keys of one validator, whose own node does not run.
//
// Thread rule: a plan is called by one thread for each node, all with the same Hostile; Counts are
// each thread's own.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "ledger/chain/genesis.h"
#include "ledger/chain/memory_store.h"
#include "node/wire/read.h"
#include "tests/cluster/member_line.h"

namespace tests {

using Counts = std::map<std::string, std::uint64_t>;
using Chance = std::mt19937_64;

class Hostile {
 public:
  // A home with keystores that have no passphrase. CHECK: it is one, of a validator.
  Hostile(const std::filesystem::path& home, std::string organisation,
          std::vector<std::string> nodes);

  const std::vector<std::string>& nodes() const { return nodes_; }
  Caller& caller() { return *caller_; }
  // Why a node of the founding epoch refuses this frame; empty: it does not.
  std::string fault_of(crypto::ByteView frame) const;
  // nullopt: refused. Submissions are left out of it.
  std::optional<node::Message> read(crypto::ByteView frame) const;
  // Signed with its vote key; nullopt: no vote has this form.
  std::optional<node::VerifiedVote> sign(const ledger::Vote& vote) const;

  // One of every kind of frame that it can make or has heard from the nodes.
  void learn(crypto::ByteView frame);
  void learn_from(const std::string& node);
  crypto::Bytes sample(Chance& chance) const;
  std::size_t kinds() const;

 private:
  void make_own();

  std::vector<std::string> nodes_;
  ledger::Genesis genesis_;
  ledger::MemoryStore store_;
  std::optional<Caller> caller_;
  std::optional<crypto::PrivateKey> vote_key_;
  std::string organisation_;
  std::shared_ptr<const node::Keyring> keyring_;
  mutable std::mutex mutex_;
  std::map<std::uint8_t, std::vector<crypto::Bytes>> samples_;  // by kind
};

// Of one node, for so long or so often; `seed` is of the thread.
struct PlanTask {
  Hostile& hostile;
  std::size_t node = 0;
  std::uint64_t amount = 0;  // seconds, or frames
  std::uint64_t seed = 0;
};
using Plan = Counts (*)(const PlanTask& task);

// By name; nullptr: there is none.
Plan find_plan(const std::string& name);
std::vector<std::string> plan_names();

}  // namespace tests

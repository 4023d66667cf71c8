// LedgerWork: what clients of a simulated network of replicas submit: real records with real
// signatures. Of each submission it knows what must become of it, by the rules of the records and
// not by the product.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ledger/chain/genesis.h"
#include "ledger/chain/submission.h"
#include "tests/sim/dice.h"

namespace sim {

struct Work {
  ledger::VerifiedSubmission submission;
  enum class Fate : std::uint8_t {
    final,     // nothing speaks against it
    rivals,    // exactly one of those of its group becomes final, the others never do
    rejected,  // it breaks a rule in every state
  };
  Fate fate = Fate::final;
  std::size_t group = 0;  // of rivals
};

// Certifications and purchases that nothing speaks against, chains of records on one subject,
// rivals for one place, and records that nobody may write.
std::vector<Work> draw_work(const ledger::Genesis& genesis, std::size_t count, Dice& dice);

// The record that makes these organisations the validators, as the change number `change` (from 1)
// of the set; signed by all organisations of a network of `validators`. `vote_keys`: names of the
// keys of those that bring a new one.
Work change_validators(const ledger::Genesis& genesis, std::size_t validators,
                       const std::vector<std::size_t>& numbers, std::uint64_t change,
                       const std::map<std::size_t, std::string>& vote_keys = {});

// One more record for the ledger that says nothing new of the network: it closes the epoch.
Work change_parameters(const ledger::Genesis& genesis, std::size_t validators,
                       std::uint64_t change);

}  // namespace sim

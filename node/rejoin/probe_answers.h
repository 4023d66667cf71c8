// The other side of rollback protection: what this node tells a validator that asks what it knows
// of it, and the sessions of each that it has met of late.
//
// Pure; one thread. Time comes with every call.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "node/moment.h"
#include "node/wire/messages.h"

namespace node {

class ProbeAnswers {
 public:
  // A session that has not asked for so long is over: those that live ask every 10 s.
  static constexpr std::uint64_t kSessionUs = 30'000'000;
  // Of one organisation; it has two connections at most, and a twin as many.
  static constexpr std::size_t kSessionsMax = 8;

  // What this node has: the facts of its core, and of the epoch before in an epoch's first view.
  struct Facts {
    std::uint64_t epoch = 0;
    std::uint64_t view = 1;
    std::optional<ledger::Certificate> highest;
    std::vector<VerifiedVote> yours;  // of the asker, newest views first
    bool closing_open = false;
  };

  // `organisation`: whose connection it came by, which proved its key.
  ProbeAnswer answer(const std::string& organisation, const Probe& probe, Facts facts, Moment now);

  std::size_t organisations() const { return sessions_.size(); }

 private:
  struct Session {
    crypto::Hash session;
    std::uint64_t incarnation = 0;
    std::uint64_t heard_us = 0;
  };
  void forget_silent(Moment now);

  std::map<std::string, std::vector<Session>> sessions_;
};

}  // namespace node

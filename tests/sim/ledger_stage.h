// LedgerStage: what surrounds each replica of a run, as it sees it: time, chance, judges and a way
// for messages to leave. ledger_world.h makes a network of it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ledger/chain/genesis.h"
#include "node/replica.h"
#include "tests/sim/ledger_judge.h"
#include "tests/sim/links.h"
#include "tests/sim/stage.h"
#include "tests/sim/timeline.h"

namespace sim {

struct LedgerFault {
  std::size_t validator = 0;
  std::string liar;  // a name of liars.h; empty: a twin
};

struct LedgerOptions {
  std::size_t validators = 4;
  std::size_t observers = 0;  // at most two
  std::uint64_t seed = 1;
  std::vector<LedgerFault> faults;
  NetworkOptions network;
  bool in_order = true;  // on each connection, as TCP has it
  std::uint64_t resets =
      0;  // of a thousand messages: the connection is lost, with what is under way
  CrashOptions crashes;
  KillOptions kill;  // of place 0
  std::uint64_t clock_error_ms = 0;
  std::uint64_t sync_us = 0;
  bool keeps_lines = false;
  node::ReplicaOptions replica = fast_replica();

  static node::ReplicaOptions fast_replica();
};

class LedgerStage {
 public:
  explicit LedgerStage(LedgerOptions options);
  LedgerStage(const LedgerStage&) = delete;
  LedgerStage& operator=(const LedgerStage&) = delete;
  virtual ~LedgerStage() = default;

  std::uint64_t now_us() const { return timeline_.now_us(); }
  node::Moment moment(std::size_t place) const;
  // From now on the wall clock of a place is wrong by this much.
  void set_clock_error(std::size_t place, std::int64_t ms) { clock_errors_ms_.at(place) = ms; }
  void at(std::uint64_t time_us, std::function<void()> action) {
    timeline_.at(time_us, std::move(action));
  }
  // A message of a place leaves by one of its connections.
  virtual void send(std::size_t from, node::PeerId connection, const node::Message& message) = 0;
  virtual void on_boot(std::size_t place) = 0;
  virtual void on_crash(std::size_t place) = 0;

  bool is_honest(std::size_t place) const { return honest_.at(place); }
  LedgerJudge& judge() { return judge_; }
  const LedgerJudge& judge() const { return judge_; }
  Trace& trace() { return trace_; }
  Dice& dice() { return dice_; }
  CrashOptions& crashes() { return options_.crashes; }
  const LedgerOptions& options() const { return options_; }
  const ledger::Genesis& genesis() const { return genesis_; }
  void log(std::size_t place, const std::string& text) { trace_.line(now_us(), place, text); }

 protected:
  void add_place(bool honest);

  LedgerOptions options_;
  Dice dice_;
  Trace trace_;
  Timeline timeline_{trace_};
  ledger::Genesis genesis_;
  LedgerJudge judge_;

 private:
  std::vector<bool> honest_;  // by place
  std::vector<std::int64_t> clock_errors_ms_;
};

}  // namespace sim

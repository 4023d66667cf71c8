// Stage: what surrounds the validators of a run: time, network, chance, the book of blocks, the
// checker and the trace, in one thread and one order that comes from a seed.
//
// A place is where a validator runs. Honest validators have one; a twin has two with one key.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <variant>

#include "tests/sim/abstract_model.h"
#include "tests/sim/checker.h"
#include "tests/sim/dice.h"
#include "tests/sim/links.h"
#include "tests/sim/sim_disk.h"
#include "tests/sim/timeline.h"

namespace sim {

// What travels. A proposal and a block's answer bring the body along, unless it is withheld.
struct BodyWanted {
  crypto::Hash hash;
};
struct BodySent {
  crypto::Hash hash;
};
struct Wire {
  std::variant<node::CoreMessage, BodyWanted, BodySent> content;
  bool with_body = true;
};

struct Fault {
  enum class Kind : std::uint8_t { strategy, twin };
  std::uint16_t validator = 0;
  Kind kind = Kind::strategy;
  std::string strategy;  // a name of strategies.h
};

struct CrashOptions {
  std::uint64_t before_sync = 0;  // of a thousand syncs: kept, dropped or torn, by chance
  std::uint64_t after_sync = 0;   // durable, and nothing sent
  std::uint64_t mid_sends = 0;    // of a thousand steps with messages: a part of them left
  std::uint64_t down_min_us = 100'000;
  std::uint64_t down_max_us = 4'000'000;
};

// Kills place 0 at one of its writes: before the sync that would make it durable, after that, or
// among the messages that follow.
enum class Cut : std::uint8_t { before_sync, after_sync, mid_sends };
struct KillOptions {
  std::uint64_t at_write = 0;  // counted from 1; 0: never
  Cut cut = Cut::before_sync;
  Unsynced policy = Unsynced::dropped;
};

// Whether a node dies at this cut of its writes from `first` to `last`: as planned, if it is the
// one, or by chance; and what becomes of what was not synced.
struct Death {
  bool planned = false;
  Unsynced policy = Unsynced::dropped;
};
std::optional<Death> draw_death(const CrashOptions& crashes, const KillOptions& kill,
                                bool is_planned, Cut cut, std::uint64_t first, std::uint64_t last,
                                Dice& dice);

struct StageOptions {
  std::size_t validators = 4;
  std::uint64_t seed = 1;
  std::vector<Fault> faults;
  NetworkOptions network;
  CrashOptions crashes;
  KillOptions kill;
  std::uint64_t clock_error_ms = 0;  // each wall clock is wrong by up to this much
  std::uint64_t sync_us = 0;         // a sync takes this long, and serves all writes until then
  bool loses_journal = false;        // a restart finds an empty disk: amnesia
  bool keeps_lines = false;
  bool stops_at_forks_only = false;  // no other violation counts
  node::CoreOptions core = fast_core();

  // Timeouts for a network whose Delta is 100 ms.
  static node::CoreOptions fast_core();
};

class Stage {
 public:
  explicit Stage(StageOptions options);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // ---- time ----
  std::uint64_t now_us() const { return timeline_.now_us(); }
  node::Moment moment(std::size_t place) const;
  // From now on the wall clock of a place is wrong by this much.
  void set_clock_error(std::size_t place, std::int64_t ms) { clock_errors_ms_.at(place) = ms; }
  void at(std::uint64_t time_us, std::function<void()> action) {
    timeline_.at(time_us, std::move(action));
  }
  // Runs events until the time has come, `until` holds after one (true), or a check fails.
  bool run_until(std::uint64_t time_us, const std::function<bool()>& until = {});

  // ---- network ----
  NetworkOptions& network() { return links_.options(); }
  void partition(std::vector<int> groups) { links_.partition(std::move(groups)); }
  void cut(std::size_t from, std::size_t to) { links_.cut(from, to); }
  void mend(std::size_t from, std::size_t to) { links_.mend(from, to); }
  void heal() { links_.heal(); }
  // Messages for which it says true are lost.
  using Filter = std::function<bool(std::size_t from, std::size_t to, const Wire&)>;
  void set_filter(Filter drops) { drops_ = std::move(drops); }
  // To every place of a validator, or to every place of the others.
  void send(std::size_t from, std::optional<std::uint16_t> to, const Wire& wire);
  void send_to_place(std::size_t from, std::size_t to, const Wire& wire);
  // Who takes what arrives.
  using Receiver = std::function<void(std::uint16_t from, const Wire& wire)>;
  void set_receiver(std::size_t place, Receiver receiver) {
    receivers_.at(place) = std::move(receiver);
  }

  // ---- validators ----
  std::size_t places() const { return validators_.size(); }
  std::uint16_t validator_at(std::size_t place) const { return validators_.at(place); }
  std::size_t place_of(std::uint16_t validator) const;  // the first
  bool is_faulty(std::uint16_t validator) const { return faulty_.contains(validator); }
  const std::set<std::uint16_t>& faulty() const { return faulty_; }
  std::uint16_t leader(std::uint64_t view) const { return leaders_[view % leaders_.size()]; }
  const ledger::VoteScope& scope() const { return scope_; }
  const ledger::ValidatorSet& set() const { return set_; }
  const ledger::Header& base() const { return base_; }
  crypto::PrivateKey key_of(std::uint16_t validator) const;
  // Signs anything: for faulty validators.
  node::VerifiedVote sign(std::uint16_t validator, const ledger::Vote& vote) const;

  CrashOptions& crashes() { return options_.crashes; }
  const StageOptions& options() const { return options_; }
  Book& book() { return book_; }
  const Book& book() const { return book_; }
  // What an honest validator gives away, to both judges. Once for each vote is enough.
  void judge(std::uint16_t signer, const ledger::Vote& vote, const Checker::Durable& durable);
  // Of both judges; empty: none.
  const std::string& violation() const;
  Checker& checker() { return checker_; }
  const Checker& checker() const { return checker_; }
  Trace& trace() { return trace_; }
  const Trace& trace() const { return trace_; }
  Dice& dice() { return dice_; }
  void log(std::size_t place, const std::string& text) { trace_.line(now_us(), place, text); }
  void count_step() { ++steps_; }
  void count_vote() { ++votes_; }
  std::uint64_t steps() const { return steps_; }
  std::uint64_t votes() const { return votes_; }  // signed by cores
  std::uint64_t messages() const { return messages_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  void add_place(std::uint16_t validator);

  StageOptions options_;
  Dice dice_;
  ledger::ValidatorSet set_;
  ledger::Header base_;
  ledger::VoteScope scope_;
  std::vector<std::uint16_t> leaders_;
  std::set<std::uint16_t> faulty_;
  Book book_;
  Checker checker_;
  AbstractModel model_;
  Trace trace_;
  Timeline timeline_{trace_};
  Links links_;
  std::vector<std::uint16_t> validators_;  // by place
  std::vector<Receiver> receivers_;
  std::vector<std::int64_t> clock_errors_ms_;
  Filter drops_;
  std::uint64_t steps_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t votes_ = 0;
  std::uint64_t traffic_ = 0;  // messages in the second of the run
  std::uint64_t traffic_second_ = 0;
};

}  // namespace sim

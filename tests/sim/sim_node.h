// SimNode: drives one core as a node does, over a simulated disk with the product's journal: a
// step's batch is written, becomes durable with the next sync, and then its messages leave, in the
// order of the steps. It can be killed before, between and after these, and comes back with what
// the disk kept.
#pragma once

#include <deque>
#include <memory>

#include "tests/sim/stage.h"

namespace sim {

class SimNode {
 public:
  SimNode(Stage& stage, std::size_t place);

  // From what is durable.
  void boot();
  // Comes back by itself; with an empty disk where the options say so.
  void crash(std::uint64_t down_us, Unsynced policy = Unsynced::dropped);
  bool is_up() const { return core_ != nullptr; }

  void receive(std::uint16_t from, const Wire& wire);
  void add_records(const Records& records);

  const node::Core& core() const { return *core_; }
  std::uint64_t writes() const { return writes_; }
  // The records on the chain that is durable here.
  const Records& final_records() const;

 private:
  void step(node::CoreEvent event);
  // A step's consequences that wait for the disk.
  struct Held {
    std::uint64_t write = 0;  // its number; 0: nothing to wait for
    ledger::JournalStep journal;
    std::vector<node::Finalized> finals;
    std::vector<node::CoreSend> sends;
    std::uint64_t view = 0, final_view = 0, height = 0;
  };
  void perform(node::CoreOutput output);
  void write(node::CoreOutput& output);
  void sync();
  void release();
  void settle(const Held& held);
  void add_final(const node::Finalized& final, ledger::WriteBatch& batch);
  bool send_all(const Held& held);
  void request(const node::CoreRequest& request);
  void check(const crypto::Hash& hash);
  void build(const node::BuildBlock& order);
  void take_body(const crypto::Hash& hash);
  void note(const node::CoreNote& note);
  void judge(const ledger::Vote& vote);
  void update_work();
  node::CoreStart recover();
  Checker::Durable durable() const;
  Records pending_on(const crypto::Hash& parent) const;
  bool dies(Cut cut, std::uint64_t first_write, std::uint64_t last_write);
  void later(std::uint64_t us, std::function<void()> action);

  Stage& stage_;
  std::size_t place_;
  std::uint16_t validator_;
  std::unique_ptr<SimDisk> disk_ = std::make_unique<SimDisk>();
  std::uint64_t writes_ = 0;
  bool killed_ = false;     // as planned
  std::uint64_t life_ = 0;  // a restart makes what was under way meaningless

  // All of it is gone with a crash.
  std::unique_ptr<node::SigningGate> gate_;
  std::unique_ptr<node::Core> core_;
  ledger::JournalHead journal_;
  std::deque<Held> held_;
  std::uint64_t synced_ = 0;  // the newest write that is durable
  bool syncing_ = false;
  Records records_;                 // known here
  std::set<crypto::Hash> bodies_;   // at hand
  std::set<crypto::Hash> checks_;   // asked for by the core, waiting for the body
  std::set<crypto::Hash> fetches_;  // asked for once already
  crypto::Hash head_;
  bool work_ = false;  // what the core was told, and of which tip
  crypto::Hash work_tip_;
  bool restarted_ = false;
};

}  // namespace sim

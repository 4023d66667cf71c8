// ReplicaNode: runs one replica as the runtime does, over a simulated disk. The batch of a step is
// visible at once and durable with the next sync; then the vote file is written, and then the
// messages leave as bytes. It can be killed before, between and among these.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "ledger/chain/vote_guard.h"
#include "node/replica.h"
#include "tests/sim/ledger_stage.h"
#include "tests/sim/sim_disk.h"

namespace sim {

class ReplicaNode {
 public:
  ReplicaNode(LedgerStage& stage, std::size_t place, std::string organisation);

  // From the disk, if the vote file allows it.
  void boot();
  void crash(std::uint64_t down_us, Unsynced policy);
  // The operator puts an old copy of the disk back. It stays down.
  void restore(const SimDisk::Image& image, bool loses_vote_file);
  // The operator gives it another vote key for its next start.
  void set_vote_key(std::string name) { vote_key_ = std::move(name); }
  // The operator starts it as one that may have forgotten votes.
  void recover_votes();
  bool is_up() const { return replica_ != nullptr; }
  // It would not start: a person has to look.
  bool is_refused() const { return !is_up() && verdict_ && !verdict_->may_vote(); }
  const std::optional<ledger::VoteJudgement>& verdict() const { return verdict_; }

  void connect(node::PeerId peer, const std::string& organisation);
  void disconnect(node::PeerId peer);
  void receive(node::PeerId peer, std::size_t from, const crypto::Bytes& frame);
  void submit(const ledger::VerifiedSubmission& submission);

  const std::string& organisation() const { return organisation_; }
  const node::Replica& replica() const { return *replica_; }
  SimDisk& disk() { return *disk_; }
  const SimDisk& disk() const { return *disk_; }
  std::uint64_t writes() const { return writes_; }
  std::uint64_t steps() const { return steps_; }
  // What clients were told last of their submissions, in this life.
  const std::map<crypto::Hash, node::SubmissionState>& told() const { return told_; }

 private:
  struct Held {
    std::uint64_t write = 0;  // its number; 0: nothing to wait for
    std::optional<ledger::VoteSlot> slot;
    std::vector<node::Send> sends;
    std::vector<node::SubmissionUpdate> updates;
    std::vector<ledger::Header> finals;
  };
  void step(node::Event event);
  void perform(node::Actions actions);
  void sync();
  void release();
  void judge(const Held& held);
  void judge(const ledger::SignedVote& vote);
  void note(const node::Note& note, Held& held);
  bool dies(Cut cut, std::uint64_t first_write, std::uint64_t last_write);
  bool send_all(const Held& held);
  void await(const node::TimerRequest& request);
  bool is_honest() const;
  node::ReplicaStart recover();

  LedgerStage& stage_;
  std::size_t place_;
  std::string organisation_;
  std::string vote_key_ = organisation_ + "/vote";
  std::unique_ptr<SimDisk> disk_ = std::make_unique<SimDisk>();
  std::optional<ledger::VoteJudgement> verdict_;
  std::uint64_t writes_ = 0;
  std::uint64_t synced_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t steps_before_ = 0;  // the second of the run
  std::uint64_t second_ = 0;
  std::uint64_t life_ = 0;
  std::uint64_t starts_ = 0;
  bool recovers_ = false;
  bool killed_ = false;  // as planned
  bool syncing_ = false;

  // All of it is gone with a crash.
  std::unique_ptr<node::Replica> replica_;
  std::shared_ptr<const node::Keyring> keyring_;
  std::deque<Held> held_;
  std::map<crypto::Hash, node::SubmissionState> told_;
};

}  // namespace sim

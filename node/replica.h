// Replica: the deciding value of a node. step(now, event) -> actions, and nothing else: it has no
// clock, socket, thread or disk write. It reads the store and never writes it; it asks for timers
// and never waits. Whoever drives it performs the actions in their order: write, the vote file,
// send, timers, answers. The simulator runs the same code.
//
// It joins what decides votes (consensus/), what executes blocks (execution/), what waits for a
// block (mempool) and what comes from peers (wire/, gossip/, sync/). One validator runs the same
// code with a quorum of one: a block is proposed, notarized and final in one step.
//
// The batch of a step must be visible in the store before the next step.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <variant>

#include "ledger/chain/execute_block.h"
#include "ledger/chain/genesis.h"
#include "ledger/chain/journal.h"
#include "ledger/chain/vote_file.h"
#include "node/checkpoints.h"
#include "node/consensus/core.h"
#include "node/execution/block_tree.h"
#include "node/gossip/submission_gossip.h"
#include "node/mempool.h"
#include "node/moment.h"
#include "node/rejoin/probe_answers.h"
#include "node/rejoin/rejoin.h"
#include "node/sync/block_fetch.h"
#include "node/sync/history_fill.h"
#include "node/sync/range_sync.h"
#include "node/sync/serve.h"
#include "node/wire/read.h"

namespace node {

struct ReplicaOptions {
  CoreOptions core;
  // The tip is signed as a checkpoint when no block has followed for this long.
  std::uint64_t idle_checkpoint_us = 1'000'000;
  // Heights whose state can be proved; values and history are kept for ever. 0: all of them.
  std::uint64_t trie_heights_kept = 1000;
  unsigned trie_cache_levels = ledger::NodeCache::kLevelsMax;
  MempoolOptions mempool;
  RejoinOptions rejoin;
  // Of a steady clock, in microseconds; ends a build after CoreOptions::build_us. Null: none ends.
  std::function<std::uint64_t()> stopwatch_us;
};

// ---- events ----

struct ClientSubmitted {
  ledger::VerifiedSubmission submission;
};
// Of an authenticated member; several connections of one are as many peers.
struct PeerConnected {
  PeerId peer = 0;
  std::string organisation;
};
struct PeerGone {
  PeerId peer = 0;
};
struct MessageFrom {
  PeerId peer = 0;
  Message message;
};
// resume: there is more to do as soon as the step's batch is in the store.
enum class Timer : std::uint8_t { consensus, checkpoint, tick, resume };
struct TimerRequest {
  Timer timer = Timer::resume;
  std::uint64_t core = 0;   // that asked for `view`; those of an earlier core are void
  ViewTimerRequest view{};  // of Timer::consensus
  std::uint64_t at_us = 0;  // on the monotonic clock
};
struct TimerFired {
  TimerRequest request;
};
using Event = std::variant<ClientSubmitted, PeerConnected, PeerGone, MessageFrom, TimerFired>;

// ---- actions ----

enum class SubmissionState : std::uint8_t { accepted, final, recorded, rejected };

// What became of a submission. `final` names its place; `recorded` means that the ledger held all
// of its records before.
struct SubmissionUpdate {
  crypto::Hash id;
  SubmissionState state = SubmissionState::accepted;
  std::uint64_t height = 0;
  std::uint64_t first_index = 0;
  ledger::SubmissionRejects rejects;
};

struct BlockCommitted {
  ledger::Header header;
  crypto::Hash hash;
  std::uint32_t records = 0;
  std::uint32_t submissions = 0;
};
// A quorum has signed it.
struct CheckpointSigned {
  std::uint64_t tree_size = 0;
};
struct SubmissionDropped {
  crypto::Hash id;
  std::string_view reason;
};
struct EpochEntered {
  std::uint64_t epoch = 0;
  std::size_t validators = 0;
  bool member = false;  // this node votes in it
};
// Executing it gives another header than its proposer says.
struct BlockRefused {
  crypto::Hash hash;
  std::string reason;
};
// Whether this node may vote has changed (rejoin/rejoin.h). `voting` is said when its view is above
// its floor: votes of this node count from then on.
struct StandingChanged {
  Standing standing = Standing::asking;
};
using Note =
    std::variant<BlockCommitted, CheckpointSigned, SubmissionDropped, EpochEntered, BlockRefused,
                 CoreNote, SyncNote, StandingChanged, TwinFound, HistoryDiffers, HistoryFilled>;

struct Actions {                              // performed in this order, never another
  ledger::WriteBatch writes;                  // 1 durable before anything below
  std::optional<ledger::VoteSlot> vote_slot;  // 2 and this too
  std::vector<Send> sends;                    // 3
  std::vector<TimerRequest> timers;           // 4 beside those that run
  std::vector<SubmissionUpdate> updates;      // 5 to clients
  std::vector<Note> notes;                    //   what happened: logs, metrics, events
  std::shared_ptr<const Keyring> keyring;     // what messages are checked against from now on
};

// The keys with which this node takes part; an organisation that is no validator observes.
struct ValidatorKeys {
  crypto::PrivateKey vote;
  crypto::PrivateKey log;
  crypto::PrivateKey cosigner;
  std::string organisation;
};

// Where a replica begins: what open_chain found, and what the vote file says.
struct ReplicaStart {
  ledger::Header tip;
  ledger::Appender tree;
  ledger::TrieRoot trie_root;
  ledger::JournalHead journal;
  ledger::Journal records;      // of the epoch that follows the tip (ledger/chain/epoch.h)
  ledger::TreeHead checkpoint;  // the newest that was signed
  // What the vote file says of the store; after amnesia `journal.now` is the longer of both chains.
  ledger::VoteVerdict verdict = ledger::VoteVerdict::fresh;
  std::uint64_t incarnation = 1;  // higher than at every start before
  crypto::Hash seed;              // random, of this start
};

class Replica {
 public:
  // How often what waits for peers is looked at, while something does.
  static constexpr std::uint64_t kTickUs = 100'000;

  // The store must hold the tip of `start` and outlive the replica.
  Replica(ReplicaOptions options, const ledger::Genesis& genesis, ValidatorKeys keys,
          ReplicaStart start, const ledger::Store& store);

  Actions start(Moment now);
  Actions step(Moment now, Event event);

  std::size_t mempool_size() const { return mempool_.size(); }
  std::size_t mempool_bytes() const { return mempool_.bytes(); }
  std::shared_ptr<const Intake> intake() const { return mempool_.intake(); }
  const ledger::Header& head() const { return tree_.head().header; }
  const Core& core() const { return *core_; }
  Standing standing() const { return standing_; }
  // The blocks below the one that it joined with are not all here: it neither votes nor judges.
  bool fills_history() const { return history_.has_value(); }
  const std::shared_ptr<const Keyring>& keyring() const { return keyring_; }

 private:
  struct Peer {
    std::string organisation;
    std::optional<std::uint16_t> validator;  // of the epoch at hand
    std::uint64_t answered_us = 0;           // when it was told last that it is behind
  };
  // A proposal's block, to be rebuilt from submissions.
  struct Draft {
    ledger::Header header;
    crypto::Hash hash;
    Outline outline;
    PeerId from = 0;
  };
  struct ReceivedBody {
    ledger::Header header;
    ledger::Body body;
    std::optional<PeerId> from;  // none: from the journal
  };
  // A block that consensus asked to have executed, and what it waits for.
  struct Check {
    ledger::Header header;
    std::uint64_t since_us = 0;
    bool wants_body = false;  // its outline did not do
  };

  // replica.cpp: the way of a step.
  void on(ClientSubmitted event);
  void on(PeerConnected event);
  void on(PeerGone event);
  void on(MessageFrom event);
  void on(TimerFired event);
  void drive(CoreEvent event);
  void take(CoreOutput output);
  static bool becomes_final(const std::vector<Finalized>& finals, const crypto::Hash& hash);
  crypto::Bytes body_for_journal(const crypto::Hash& hash) const;
  void settle();
  bool say_work();
  void begin_next_epoch();
  void make_core(const ledger::Journal& records);
  void find_standing();
  void raise_floor();
  ledger::Journal read_records() const;
  void enter_epoch(ledger::Journal records);
  CoreStart core_start(const ledger::Journal& records);
  std::optional<std::uint16_t> find_me(const ledger::ValidatorSet& validators) const;
  void write_journal();
  void finish_step();
  void ask_timer(Timer timer, std::uint64_t at_us);
  ledger::VoteSlot vote_slot() const;

  // replica_blocks.cpp: building, checking and committing.
  void admit(const ledger::VerifiedSubmission& submission, std::optional<PeerId> from);
  bool take_in(const ledger::VerifiedSubmission& submission, std::optional<PeerId> from);
  ledger::Added judge(const ledger::VerifiedSubmission& submission);
  Mempool::Fate decide(const ledger::VerifiedSubmission& submission, ledger::Added added);
  void review(std::uint64_t height);
  void review_passed_by();
  void review_at_rest();
  void expire();
  void build(const BuildBlock& request);
  crypto::Bytes closing_entry() const;
  void begin_check(const CheckBlock& request);
  void try_check(const crypto::Hash& hash);
  bool check_draft(const Draft& draft);
  bool check_body(const crypto::Hash& hash);
  void finish_check(ledger::ExecutedBlock block);
  const ledger::Header* find_unchecked(const crypto::Hash& hash) const;
  const Draft* find_draft(const crypto::Hash& hash) const;
  void commit(const Finalized& finals);
  void commit_block(const ledger::Header& header);
  void forget_below_head();
  void prune_trie(std::size_t stale_nodes);
  void checkpoint_idle_tip();
  void sign_checkpoint();
  void take_checkpoint(const CheckpointSent& sent);

  // replica_peers.cpp: what peers say and hear.
  void take(PeerId from, VerifiedVote message);
  void take(PeerId from, VerifiedCertificate message);
  void take(PeerId from, ProposalSent message);
  void take(PeerId from, PeerStatus message);
  void take(PeerId from, Evidence message);
  void take(PeerId from, OtherEpoch message);
  void take(PeerId from, LateFinalize message);
  void take(PeerId from, Announce message);
  void take(PeerId from, GetSubmissions message);
  void take(PeerId from, SubmissionsSent message);
  void take(PeerId from, GetBlock message);
  void take(PeerId from, GetRange message);
  void take(PeerId from, RangeSent message);
  void take(PeerId from, GetEpochProofs message);
  void take(PeerId from, GetSnapshot message);
  void take(PeerId from, BlockSent message);
  void take(PeerId from, BlockAbsent message);
  void take(PeerId from, CheckpointSent message);
  void take(PeerId from, Probe message);
  void take(PeerId from, ProbeAnswer message);
  template <class Other>
  void take(PeerId, Other) {}
  void send(const CoreSend& one);
  Message message_of(const CoreMessage& message) const;
  PeerStatus peer_status() const;
  Outline outline_of(const crypto::Hash& hash) const;
  std::vector<PeerId> peers_of(std::optional<std::uint16_t> validator) const;
  std::optional<std::uint16_t> validator_at(PeerId peer) const;
  bool is_followed(const ledger::Candidate& candidate) const;
  void answer_older(PeerId from);
  void assign_validators();
  FindSubmission find_submission() const;
  void fetch(const FetchBlock& request);
  std::optional<BlockSent> find_candidate(const crypto::Hash& hash) const;
  template <class Request>
  void serve(PeerId from, const Request& request);
  void keep_evidence(const Evidence& evidence);
  void follow_head();
  std::optional<VerifiedCertificate> next_range_end();
  void fill_history();
  void tell_observers(const VerifiedCertificate& certificate);
  void announce_again();
  bool is_busy() const;
  void on_tick();

  ReplicaOptions options_;
  const ledger::Genesis& genesis_;
  const ledger::Store& store_;
  std::string organisation_;

  // The epoch.
  std::shared_ptr<const Keyring> keyring_;
  std::optional<ledger::Epoch> closed_;  // the epoch before
  crypto::Hash set_hash_;
  std::optional<std::uint16_t> me_;
  bool votes_ = false;  // the core signs; else it follows as an observer does
  Standing standing_ = Standing::asking;
  Standing told_ = Standing::asking;  // by the newest note
  std::size_t block_bytes_max_ = 0;
  std::size_t block_records_max_ = 0;

  SigningGate gate_;
  Rejoin rejoin_;
  ProbeAnswers probe_answers_;
  std::optional<ledger::VoteFloor> floor_written_;  // by the step before
  bool has_forgotten_ = false;  // the journal's votes are not all: they are not read
  std::unique_ptr<Core> core_;
  std::uint64_t cores_ = 0;  // made so far
  BlockTree tree_;
  Mempool mempool_;
  Checkpoints checkpoints_;
  SubmissionGossip gossip_;
  BlockFetch block_fetch_;
  std::optional<RangeSync> range_sync_;
  std::deque<VerifiedCertificate> range_ends_;  // of ranges that are here and not final yet
  std::uint64_t range_end_driven_ = 0;          // height of the one that consensus has heard of
  std::optional<HistoryFill> history_;          // while the ledger begins above genesis
  Serve serve_;
  ledger::JournalHead journal_;
  ledger::PruneCursor prune_cursor_;

  std::map<PeerId, Peer> peers_;
  std::map<std::uint64_t, Draft> drafts_;  // by view of the candidate
  std::map<crypto::Hash, ReceivedBody> bodies_;
  std::map<crypto::Hash, Check> checks_;
  std::set<crypto::Hash> ripe_;  // of these, for which something came while the store was behind

  WorkChanged work_said_;
  crypto::Hash taken_for_;  // the tip for which the mempool's marks stand
  std::uint64_t last_block_us_ = 0;
  std::uint64_t last_expiry_ms_ = 0;
  std::uint64_t reviewed_us_ = 0;
  std::uint64_t announced_us_ = 0;
  crypto::Hash announced_last_;

  // Of the step at hand.
  Moment now_;
  Actions actions_;
  ledger::JournalStep step_;
  std::deque<CoreRequest> requests_;
  bool moved_ = false;     // the final view did
  bool slot_due_ = false;  // the vote file has something new to say
  bool resumes_ = false;   // something waits for the step's batch
  bool gathers_ = false;   // submissions came
  bool review_due_ = false;
  bool tick_asked_ = false;
};

}  // namespace node

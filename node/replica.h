// Replica: the deciding value of a node. step(now, event) -> actions, and nothing else: it has no
// clock, socket, thread or disk write. It reads the store and never writes it; it asks for timers
// and never waits. The runtime performs the actions in one order: write durably, the vote file,
// timers, replies. The simulator runs the same code.
//
// With one validator the quorum is 1: a block is proposed, executed, notarized and finalized in one
// step, with real votes and certificates, and everything becomes durable in one batch before anyone
// hears of it.
#pragma once

#include <optional>
#include <variant>

#include "ledger/chain/genesis.h"
#include "ledger/chain/journal.h"
#include "ledger/chain/vote.h"
#include "ledger/chain/vote_file.h"
#include "node/consensus/gate.h"
#include "node/mempool.h"
#include "node/moment.h"

namespace node {

struct ReplicaOptions {
  // No two blocks closer than this, except when the one before was full.
  std::uint64_t block_interval_us = 20'000;
  // The tip is signed as a checkpoint when no block has followed for this long.
  std::uint64_t idle_checkpoint_us = 1'000'000;
  // Heights whose state can be proved; values and history are kept for ever. 0: all of them.
  std::uint64_t trie_heights_kept = 1000;
  MempoolOptions mempool;
};

// ---- events ----

struct ClientSubmitted {
  ledger::VerifiedSubmission submission;
};
enum class Timer : std::uint8_t { build, checkpoint };
struct TimerFired {
  Timer timer;
};
using Event = std::variant<ClientSubmitted, TimerFired>;

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

struct TimerRequest {
  Timer timer;
  std::uint64_t at_us = 0;  // on the monotonic clock
};

struct BlockCommitted {
  ledger::Header header;
  crypto::Hash hash;
  std::uint32_t records = 0;
  std::uint32_t submissions = 0;
};
struct CheckpointSigned {
  std::uint64_t tree_size = 0;
};
struct SubmissionDropped {
  crypto::Hash id;
  std::string_view reason;
};
using Note = std::variant<BlockCommitted, CheckpointSigned, SubmissionDropped>;

struct Actions {                              // performed in this order, never another
  ledger::WriteBatch writes;                  // 1 durable before anything below
  std::optional<ledger::VoteSlot> vote_slot;  // 2 and this too
  std::vector<TimerRequest> timers;           // 3
  std::vector<SubmissionUpdate> updates;      // 4 to clients
  std::vector<Note> notes;                    //   what happened: logs, metrics, events
};

// The keys with which this node takes part; none: an observer.
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
  ledger::TreeHead checkpoint;  // the newest that was signed
};

class Replica {
 public:
  // The store must hold the tip of `start`.
  Replica(ReplicaOptions options, const ledger::Genesis& genesis, ValidatorKeys keys,
          ReplicaStart start, const ledger::Store& store);

  Actions start(Moment now);
  Actions step(Moment now, Event event);

  std::size_t mempool_size() const { return mempool_.size(); }
  std::size_t mempool_bytes() const { return mempool_.bytes(); }

 private:
  void on(Moment now, ClientSubmitted event, Actions& actions);
  void on(Moment now, TimerFired event, Actions& actions);
  void enter_epoch();
  std::optional<std::uint16_t> find_me() const;
  void schedule_build(Moment now, Actions& actions);
  void build_soon(Moment now, Actions& actions);
  void build(Moment now, Actions& actions);
  crypto::Bytes closing_entry() const;
  void report(const std::vector<Mempool::Offered>& offered, Actions& actions) const;
  ledger::Certificate certify(const ledger::Vote& vote, ledger::JournalStep& step);
  void record_votes(const ledger::Candidate& candidate, ledger::WriteBatch& writes);
  void commit(Moment now, ledger::ExecutedBlock block, Actions& actions);
  void prune_trie(std::size_t stale_nodes, ledger::WriteBatch& writes);
  void sign_checkpoint(Moment now, Actions& actions);
  ledger::VoteSlot vote_slot() const;
  ledger::BlockBase block_base() const;
  // The tip closed its epoch: the next block is due at once, and opens the next one.
  bool opens_epoch() const { return tip_.closes_epoch(); }

  ReplicaOptions options_;
  const ledger::Genesis& genesis_;
  const ledger::Store& store_;
  SigningGate gate_;
  crypto::PrivateKey log_key_;
  crypto::PrivateKey cosigner_key_;
  std::string organisation_;

  ledger::Header tip_;
  crypto::Hash tip_hash_;
  ledger::Appender tree_;
  ledger::TrieRoot trie_root_;
  ledger::NodeCache node_cache_;
  ledger::PruneCursor prune_cursor_;
  ledger::ValidatorSet validators_;  // of the epoch that the next block belongs to
  ledger::VoteScope scope_;
  std::optional<std::uint16_t> me_;  // place in the set; none: this node does not vote
  std::uint64_t view_ = 1;           // of the next proposal
  ledger::JournalHead journal_;
  ledger::TreeHead checkpoint_;
  std::uint64_t last_block_us_ = 0;
  std::uint64_t last_expiry_ms_ = 0;
  bool build_scheduled_ = false;
  Mempool mempool_;
};

}  // namespace node

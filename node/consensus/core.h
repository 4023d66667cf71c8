// Core: the view protocol of one epoch (consensus.md section 2) as one deciding value. An event
// goes in with the time; what is to be made durable, sent, asked and delivered comes out.
// Every rule keeps the label it has there: R-CERT, R-ADV, R-NOTARIZE, ...
//
// All conditions are level-triggered: after each event settle() looks at every rule until nothing
// changes, so that no order of events can lose a step. The one exception is asking again, which a
// timer does.
//
// It belongs to the replica's thread. It has no clock, disk, socket or random number, knows blocks
// by their headers alone, and signs only through the gate.
#pragma once

#include <bitset>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "ledger/chain/block.h"
#include "ledger/chain/journal.h"
#include "node/consensus/gate.h"
#include "node/consensus/tally.h"
#include "node/moment.h"

namespace node {

// Local policy: validators may differ. Times in microseconds, but where a name says otherwise.
struct CoreOptions {
  std::uint64_t delta_us = 500'000;  // what a message is assumed to take
  std::uint64_t build_us = 300'000;
  std::uint64_t check_us = 700'000;          // one fetch included
  std::uint64_t block_interval_us = 20'000;  // none after a full block
  std::uint64_t status_us = 2'500'000;
  std::uint64_t dead_us = 10'000'000;  // silence after which a leader counts as dead
  std::uint64_t resend_first_us = 1'000'000;
  std::uint64_t resend_last_us = 30'000'000;
  std::uint64_t drift_ms = 10'000;
  std::uint64_t window_views = 64;  // votes and proposals further ahead are not kept
};

// ---- what validators tell each other ----

// The leader's NOTARIZE vote is its signature of the proposal. `justification`: the certificate of
// the parent and the nullifications between, as many as fit.
struct Proposal {
  VerifiedVote vote;
  ledger::Header header;
  std::vector<VerifiedCertificate> justification;
};

// What the sender has. It is also how certificates are asked for: whoever has one that the sender
// lacks sends it. Bit i stands for view final_view + 1 + i.
struct Status {
  static constexpr std::size_t kViews = 256;
  std::uint64_t view = 0;
  std::uint64_t final_view = 0;
  std::bitset<kViews> notarized;
  std::bitset<kViews> nullified;
};

using CoreMessage = std::variant<VerifiedVote, VerifiedCertificate, Proposal, Status, Evidence>;

// ---- events ----

// `from`: the validator whose connection it came by; none for an observer's.
struct MessageReceived {
  std::optional<std::uint16_t> from;
  CoreMessage message;
};
// A block that was asked for; the body is at hand too.
struct BlockReceived {
  ledger::Header header;
};
// Executed on its parent: the header is what the body gives, or it is not.
struct BlockChecked {
  crypto::Hash hash;
  bool valid = false;
};
// Answers to BuildBlock. A declined one nullifies the view.
struct BlockBuilt {
  ledger::Header header;
};
struct BuildDeclined {
  std::uint64_t view = 0;
};
// Whether there are records that the tip does not contain, and whether they fill a block. It is
// said of one tip, and again whenever the tip has changed: until then there is nothing to do.
struct WorkChanged {
  crypto::Hash tip;
  bool work = false;
  bool fills_a_block = false;
};
enum class ViewTimer : std::uint8_t { leader, advance, seal, pace, hold, status, resend };
struct ViewTimerFired {
  ViewTimer timer;
  std::uint64_t view = 0;  // of the request; zero for timers that belong to no view
};
using CoreEvent = std::variant<MessageReceived, BlockReceived, BlockChecked, BlockBuilt,
                               BuildDeclined, WorkChanged, ViewTimerFired>;

// ---- what comes out ----

struct CoreSend {
  std::optional<std::uint16_t> to;  // none: all validators
  CoreMessage message;
};
struct ViewTimerRequest {
  ViewTimer timer;
  std::uint64_t view = 0;
  std::uint64_t at_us = 0;  // on the monotonic clock
};

struct BuildBlock {
  std::uint64_t view = 0;
  ledger::Candidate parent;
};
// Bring the body and execute it; all its ancestors are valid.
struct CheckBlock {
  crypto::Hash hash;
  ledger::Header header;
};
// From `prefer` first, then from anyone.
struct FetchBlock {
  crypto::Hash hash;
  std::uint16_t prefer = 0;
};
using CoreRequest = std::variant<BuildBlock, CheckBlock, FetchBlock>;

// The blocks that the certificate makes final, in order of height; none: a later certificate for
// the head. The journal's floor rises to the certificate's view in the same batch (D6).
struct Finalized {
  VerifiedCertificate certificate;
  std::vector<ledger::Header> blocks;
};

enum class NullifyReason : std::uint8_t { no_proposal, late, bad, equivocation, leader, declined };
struct ViewEntered {
  std::uint64_t view = 0;
  ledger::VoteKind by = ledger::VoteKind::notarize;
};
struct VoteCast {
  ledger::Vote vote;
  std::optional<NullifyReason> reason;  // of a NULLIFY
};
// A block whose time lies further from this node's clock than it votes for: held until it is due,
// or given no vote. Said once in a view. When more than f clocks are off, nothing becomes final.
struct TimeDiffers {
  std::uint64_t view = 0;
  std::uint16_t proposer = 0;
  std::uint64_t time_ms = 0;  // the block's
  std::uint64_t wall_ms = 0;  // this node's when the proposal came, or now if the time lies ahead
};
// What follows stops this node's voting: more than f validators break the rules, another copy of
// this node votes, or execution differs from the network's.
struct CertificatesContradict {
  VerifiedCertificate first;
  VerifiedCertificate second;
};
struct GateRefused {
  ledger::Vote vote;
};
struct UnknownOwnVote {
  VerifiedVote vote;
};
struct FinalBlockRefused {
  crypto::Hash hash;
};
using CoreNote = std::variant<ViewEntered, VoteCast, Evidence, TimeDiffers, CertificatesContradict,
                              GateRefused, UnknownOwnVote, FinalBlockRefused>;

struct CoreOutput {               // performed in this order
  ledger::JournalStep journal;    // 1 one synced batch; the driver puts in the bodies' bytes (D1)
  std::vector<Finalized> finals;  //   and this, with effects of the blocks (D5)
  std::vector<CoreSend> sends;    // 2 nothing leaves before
  std::vector<ViewTimerRequest> timers;
  std::vector<CoreRequest> requests;
  std::vector<CoreNote> notes;
};

// Where a core begins: the newest final block with its certificate, and what the journal holds.
struct CoreStart {
  ledger::VoteScope scope;
  ledger::ValidatorSet validators;
  std::optional<std::uint16_t> me;  // none: an observer
  ledger::Header head;
  std::optional<VerifiedCertificate> certificate;  // none: the head is the epoch's base
  std::vector<ledger::Header> blocks;
  std::vector<VerifiedCertificate> certificates;
  std::vector<VerifiedVote> votes;  // own; the gate knows them too
};

class Core {
 public:
  // The gate is in this epoch, and outlives the core.
  Core(CoreOptions options, CoreStart start, SigningGate& gate);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  CoreOutput start(Moment now);
  CoreOutput step(Moment now, CoreEvent event);

  std::uint64_t view() const { return view_; }
  const ledger::Candidate& final_candidate() const { return final_; }
  const ledger::Header& head() const { return head_; }
  // The block that the next one would extend.
  ledger::Candidate tip() const;
  std::uint16_t leader(std::uint64_t view) const;
  Status status() const;
  bool armed() const { return turn_.armed; }
  std::uint32_t back_off() const { return slow_; }
  // The epoch's last block is final, and nothing more is signed in it.
  bool ended() const { return ended_; }
  // Something happened that must not: nothing is signed before a person has looked.
  bool halted() const { return halted_; }

  // What others are told who ask what this node knows (rejoin/). The certificate by which this view
  // was entered; none: it is the epoch's first.
  std::optional<VerifiedCertificate> entered_by() const;
  // Whether a block is notarized or final that closes the epoch, or may: its header is not here.
  // It stays so until the next epoch has a core.
  bool closing_open() const;
  // Votes above the final view, at most so many, newest views first.
  std::vector<VerifiedVote> votes_of(std::uint16_t signer, std::size_t count_max) const {
    return tally_.votes_of(signer, count_max);
  }

 private:
  struct View {
    std::optional<VerifiedCertificate> notarization;
    std::optional<VerifiedCertificate> nullification;
    std::optional<ledger::Candidate> proposal;  // the first that the leader signed
    std::uint64_t proposal_wall_ms = 0;         // when it came
    std::optional<VerifiedVote> notarized;      // own votes
    std::optional<VerifiedVote> nullified;
    std::optional<VerifiedVote> finalized;
  };
  enum class Check : std::uint8_t { unknown, asked, valid, invalid };
  struct Block {
    ledger::Header header;
    std::uint64_t known_us = 0;
    Check check = Check::unknown;
    bool written = false;  // the body is in the journal
  };
  // What is forgotten with the current view.
  struct Turn {
    bool armed = false, seal_set = false, seal_due = false, pace_set = false, hold_set = false;
    bool leader_fired = false, advance_fired = false, declined = false, asked = false;
    bool time_said = false;
    std::optional<ledger::Candidate> building_on;
  };
  struct Peer {
    std::uint64_t heard_us = 0;     // anything at all
    std::uint64_t answered_us = 0;  // the last certificates that it did not ask for
    std::uint64_t asked_us = 0;     // the last status in answer to one of its own
  };
  enum class Justified : std::uint8_t { ok, wait, bad };

  void recover(const CoreStart& start);
  static std::optional<VerifiedVote>& own_vote(View& view, ledger::VoteKind kind);
  void on(MessageReceived event);
  void on(BlockReceived event);
  void on(BlockChecked event);
  void on(BlockBuilt event);
  void on(BuildDeclined event);
  void on(WorkChanged event);
  void on(ViewTimerFired event);
  void take(std::optional<std::uint16_t> from, const VerifiedVote& vote);
  void take(std::optional<std::uint16_t>, const VerifiedCertificate& one) { accept(one); }
  void take(std::optional<std::uint16_t> from, const Proposal& proposal);
  void take(std::optional<std::uint16_t> from, const Status& status);
  void take(std::optional<std::uint16_t> from, const Evidence& evidence);

  // Certificates and views (core.cpp).
  void settle();
  bool take_formed();
  void accept(const VerifiedCertificate& certificate);
  void advance(const ledger::Vote& vote);
  void finalize_view(const VerifiedCertificate& certificate);
  bool commit();
  void deliver(const std::vector<ledger::Header>& blocks);
  void halt(CoreNote note);

  // Proposing and voting (core_votes.cpp).
  bool try_finalize();
  bool try_seal();
  bool try_arm();
  bool try_propose();
  bool try_notarize();
  bool try_nullify();
  std::optional<NullifyReason> reason_to_nullify() const;
  Justified justified(const ledger::Candidate& candidate) const;
  Justified timely(const ledger::Candidate& candidate);
  void say_time(const ledger::Seal& seal, std::uint64_t wall_ms);
  bool propose(const ledger::Candidate& candidate);
  bool cast(const ledger::Vote& vote, std::optional<VerifiedVote>& place,
            std::optional<NullifyReason> reason = std::nullopt);
  bool may_vote() const { return me_ && !halted_ && !ended_; }
  bool is_unsealed() const { return tip().block_hash != final_.block_hash; }
  bool has_work() const;
  bool has_votable(std::uint64_t view) const { return view > gate_.floor().view; }
  void write_bodies(crypto::Hash hash);
  bool is_gap_nullified(std::uint64_t after, std::uint64_t before) const;

  // Blocks, and what others have and lack (core_sync.cpp).
  Block* find_block(const crypto::Hash& hash);
  const Block* find_block(const crypto::Hash& hash) const;
  const ledger::Header* find_header(const crypto::Hash& hash) const;
  std::uint64_t known_us(const crypto::Hash& hash) const;
  bool is_valid(const crypto::Hash& hash) const;
  bool fits(const ledger::Header& header, const ledger::Header& parent) const;
  void add_block(const ledger::Header& header);
  bool want_blocks();
  bool want(const ledger::Certificate& certificate);
  bool want(const crypto::Hash& hash, std::uint16_t prefer);
  bool is_fork(const ledger::Header& header) const;
  void send_missing(std::uint16_t to, const Status& theirs);
  void push(const VerifiedCertificate& certificate);
  void send_proposal(const View& view);
  void resend();
  void try_resend_timer();

  // Time.
  bool is_dead(std::uint16_t leader) const;
  std::uint64_t backed_off(std::uint64_t us) const;
  std::uint64_t leader_timeout() const;
  std::uint64_t advance_timeout() const;
  void set_timer(ViewTimer timer, std::uint64_t view, std::uint64_t at_us);

  CoreOptions options_;
  ledger::VoteScope scope_;
  ledger::ValidatorSet validators_;
  std::vector<std::uint16_t> leaders_;
  std::optional<std::uint16_t> me_;
  SigningGate& gate_;
  Tally tally_;

  std::uint64_t view_ = 1;
  ledger::Candidate final_;
  std::optional<VerifiedCertificate> final_certificate_;  // none: the epoch's base
  std::uint64_t delivered_view_ = 0;                      // of the newest finality delivered
  ledger::Header head_;                                   // the newest block delivered
  crypto::Hash head_hash_;
  std::uint64_t head_known_us_ = 0;
  crypto::Hash set_hash_;
  std::map<std::uint64_t, View> views_;   // above the final view
  std::map<crypto::Hash, Block> blocks_;  // above the head
  std::set<crypto::Hash> asked_;          // blocks that are wanted and not here
  WorkChanged work_;
  bool ended_ = false;
  bool halted_ = false;

  Turn turn_;

  std::uint32_t slow_ = 0;
  std::uint64_t start_us_ = 0;
  std::vector<Peer> peers_;      // by validator
  std::uint64_t resend_us_ = 0;  // the interval, which doubles
  bool resend_set_ = false;
  std::uint64_t resend_mark_ = 0;  // sum of view and final view when the timer was set

  Moment now_;
  CoreOutput out_;
};

}  // namespace node

// Rejoin: whether this validator may vote, in view of what it may have forgotten (reliability.md
// 4.1, consensus.md 2.13 and 2.14, by epoch, view and kind). It asks all validators what they know
// of it, with nonces that are fresh for every question, and judges their answers:
//
//   after a clean start  q organisations, itself counted, have answered in the epoch at hand; then
//                        it listens while the chain moves without it ("join quiet");
//   after amnesia        q - 1 others have answered in the epoch at hand with no end of it open;
//                        then a floor above anything it can have signed, durable first;
//   always               answers of q organisations, itself counted, to questions of the last 30 s
//                        (the lease), and no sign of a second copy of it.
//
// README.md has the proof of the floor and what is left uncovered.
//
// Pure; one thread. Time comes with every call; on_tick() every 100 ms or so, always. It signs
// nothing and writes nothing: the driver does what standing() says.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>

#include "ledger/chain/vote_guard.h"
#include "node/consensus/gate.h"
#include "node/moment.h"
#include "node/wire/messages.h"
#include "node/wire/read.h"

namespace node {

struct RejoinOptions {
  std::uint64_t ask_us = 1'000'000;     // between questions while answers are lacking
  std::uint64_t ping_us = 10'000'000;   // and otherwise
  std::uint64_t lease_us = 30'000'000;  // three pings
  std::uint64_t quiet_us = 30'000'000;  // without certified progress, the network waits for us
  std::uint64_t jump_ms = 10'000;       // of one clock against the other: this machine slept
};

struct RejoinStart {
  ledger::VoteVerdict verdict = ledger::VoteVerdict::fresh;
  std::string organisation;
  std::uint64_t incarnation = 0;  // higher than at every start before
  crypto::Hash seed;              // random, of this start: session and nonces follow from it
};

enum class Standing : std::uint8_t {
  outside,  // no member of the set: there is nothing to sign
  asking,   // too few have answered
  floor,    // they have; floor() is to be made durable (ledger::raise_floor), then on_floor()
  quiet,    // the chain moves without us: listen
  lapsed,   // the lease ran out: too few answers of late
  voting,
  twin,  // a copy of this node has run or runs; nothing is signed any more in this life
};

// What shows that there is another copy: a vote that this node does not know, or a higher
// incarnation that more than f organisations say they have met.
struct TwinFound {
  std::optional<VerifiedVote> vote;
  std::uint64_t incarnation = 0;
};

class Rejoin {
 public:
  // consensus.md 2.14: a vote may be this far above the highest certificate that q - 1 others show.
  static constexpr std::uint64_t kMargin = 2;
  // Questions to one peer that may still be answered: a peer that is sixteen seconds away counts.
  static constexpr std::size_t kQuestionsMax = 16;

  Rejoin(const RejoinOptions& options, RejoinStart start, Moment now);

  // At the start and with each epoch; before it nothing is asked.
  void on_epoch(const Keyring& keyring, std::uint64_t view, Moment now);
  // The view that the core is in; it was entered by a certificate.
  void on_view(std::uint64_t view, Moment now);
  // This floor is in the store, and the gate has it. Should it have risen since: again.
  void on_floor(ledger::VoteFloor durable);

  void on_peer(PeerId peer, std::string organisation, Moment now, std::vector<Send>& sends);
  void on_gone(PeerId peer) { peers_.erase(peer); }
  // The gate is in this epoch, with all that the journal has.
  void on(PeerId peer, const ProbeAnswer& answer, const SigningGate& gate, Moment now);
  void on_tick(Moment now, std::vector<Send>& sends);

  Standing standing(Moment now) const;
  bool may_sign(Moment now) const { return standing(now) == Standing::voting; }
  // With Standing::floor.
  ledger::VoteFloor floor() const;
  // Once, when it is found.
  std::optional<TwinFound> take_twin();

 private:
  struct Question {
    crypto::Hash nonce;
    std::uint64_t at_us = 0;
  };
  struct Peer {
    std::string organisation;
    std::deque<Question> questions;
    std::uint64_t asked_us = 0;
    bool asked = false;
  };
  enum class Phase : std::uint8_t { asking, floor, quiet, clear, twin };

  bool is_member() const { return me_.has_value(); }
  bool has_forgotten() const;
  bool is_alone() const { return validators_.size() == 1; }
  void ask(PeerId number, Peer& peer, Moment now, std::vector<Send>& sends);
  std::optional<std::uint64_t> take_question(Peer& peer, const crypto::Hash& nonce);
  bool certifies(const ProbeAnswer& answer, Moment now);
  void look_at_votes(const ProbeAnswer& answer, const SigningGate& gate);
  void look_at_incarnation(const std::string& organisation, std::uint64_t other);
  void judge(Moment now);
  bool is_quiet_over(Moment now) const;
  bool has_lease(Moment now) const;
  void begin_again(Moment now);
  void find_jump(Moment now);
  void twin(TwinFound found);

  RejoinOptions options_;
  RejoinStart start_;
  crypto::Hash session_;
  std::uint64_t next_nonce_ = 1;

  ledger::VoteScope scope_;
  ledger::ValidatorSet validators_;
  std::optional<std::uint16_t> me_;
  std::uint64_t view_ = 1;

  Phase phase_ = Phase::asking;
  std::uint64_t certified_ = 0;    // the highest view shown with its certificate
  std::uint64_t progress_us_ = 0;  // when that, or the own view, rose
  std::uint64_t silent_view_ = 0;  // the last of those that are left out, by quiet or by floor
  std::uint64_t shown_ = 0;        // highest view of own votes that others showed after amnesia
  std::set<std::string> heard_;    // who answered in this epoch, as it has to
  std::map<std::string, std::uint64_t> fresh_;   // when the newest answered question was asked
  std::map<std::string, std::uint64_t> claims_;  // other incarnations, by who met them
  std::optional<TwinFound> twin_;
  std::optional<Moment> last_tick_;
  std::map<PeerId, Peer> peers_;
};

}  // namespace node

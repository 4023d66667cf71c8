// How submissions spread: whoever takes one into its pool announces the id to all peers, and they
// fetch what they lack, each once. The node at which a client submitted is the only one that has it
// then, and sends it along to the first peers unasked: that saves a round trip and costs no byte.
//
// An id is wanted from the moment somebody announces it, or the replica wants it for a proposal,
// until on_processed() or on_final(). At any time one peer at most is asked for it; when that peer
// does not answer, another that announced it is. What is wanted for a proposal is asked of anyone.
//
// Pure; one thread. Time comes with every call; on_tick() every 100 ms while busy(). It holds ids
// only: submissions are the pool's.
#pragma once

#include <deque>
#include <map>
#include <set>

#include "node/gossip/submission_serving.h"

namespace node {

class SubmissionGossip {
 public:
  // A request is given this long since the peer last sent anything that was asked of it, and twice
  // as long at each further attempt.
  static constexpr std::uint64_t kTimeoutFirstUs = 500'000;
  static constexpr std::uint64_t kTimeoutLastUs = 30'000'000;
  // A peer that sends a little all the time holds an id no longer than this.
  static constexpr std::uint64_t kHoldMaxUs = 10'000'000;
  // After so many requests, which take one and a half minutes, nobody has it any more.
  static constexpr std::size_t kAttemptsMax = 8;
  // Under way at one peer. Submissions of single records are answered by the thousand in a second.
  static constexpr std::size_t kAskedMax = 512;
  // Announced by one peer and not fetched: most of a full pool (MempoolOptions). Beyond it
  // announcements are lost, and a proposal that names the ids brings them back.
  static constexpr std::size_t kAnnouncedMax = 16384;
  // For proposals: four of the largest.
  static constexpr std::size_t kNeededMax = 16384;
  // Processed and final ids that are remembered, so that late announcements cost nothing.
  static constexpr std::size_t kSeenMax = 65536;
  // Peers that get what a client submitted here without asking.
  static constexpr std::size_t kPushedPeers = 12;
  // Submissions nobody asked for, of one peer: at most so many at once, five thousand a second.
  static constexpr std::uint64_t kUnaskedMax = 1024;
  static constexpr std::uint64_t kUnaskedIntervalUs = 200;
  // Announcements of what came within this time are sent as one.
  static constexpr std::uint64_t kAnnounceIntervalUs = 100'000;

  // Announces `pool`, which is all that there is here.
  void on_peer(PeerId peer, std::span<const crypto::Hash> pool, std::vector<Send>& sends);
  void on_gone(PeerId peer, Moment now, std::vector<Send>& sends);

  void on(PeerId peer, const Announce& announce, const FindSubmission& find, Moment now,
          std::vector<Send>& sends);
  void on(PeerId peer, const GetSubmissions& request, const FindSubmission& find, Moment now,
          std::vector<Send>& sends);
  // What of it is to be processed: offer each to the pool and then say on_processed().
  std::vector<ledger::VerifiedSubmission> on(PeerId peer, SubmissionsSent sent, Moment now,
                                             std::vector<Send>& sends);

  // A client submitted it here, and it is not processed yet.
  void push(const ledger::VerifiedSubmission& submission, std::vector<Send>& sends);
  // `pooled`: it is in the pool, and others are told. For what clients submit too, then `from` is
  // none. False: refused; it is not fetched again unless a proposal needs it.
  void on_processed(const crypto::Hash& id, bool pooled, std::optional<PeerId> from, Moment now,
                    std::vector<Send>& sends);
  // There was no room for it, or no longer: whoever announces it again is asked again.
  void on_no_room(const crypto::Hash& id);
  void on_final(std::span<const crypto::Hash> ids);

  // A proposal names these: those that are neither here nor asked for already are asked of
  // `prefer` at once, and then of anyone. The proposal is whole when none of its ids is_wanted() or
  // lacking any more, so look again after every on_processed(). To be said again when an id is
  // neither here nor wanted: nobody had it.
  void want(std::span<const crypto::Hash> ids, std::optional<PeerId> prefer,
            const FindSubmission& find, Moment now, std::vector<Send>& sends);
  bool is_wanted(const crypto::Hash& id) const { return wants_.contains(id); }

  void on_tick(const FindSubmission& find, Moment now, std::vector<Send>& sends);
  bool busy() const;

  std::size_t wants() const { return wants_.size(); }
  std::size_t seen() const { return seen_.size(); }

 private:
  struct Want {
    std::deque<PeerId> sources;  // who announced it; the next to be asked is first
    bool needed = false;         // for a proposal
    std::optional<PeerId> at;    // in whose line it is, or who was asked; none: it came, or nobody
    bool asked = false;
    std::uint64_t place = 0;  // in that line
    std::uint64_t asked_us = 0;
    std::size_t attempts = 0;
  };
  struct Peer {
    std::set<crypto::Hash> announced;            // and still wanted
    std::map<std::uint64_t, crypto::Hash> line;  // to be asked for, by place
    std::set<crypto::Hash> asked;
    std::uint64_t answered_us = 0;
    std::uint64_t unasked = 0;  // taken of kUnaskedMax
    std::uint64_t unasked_us = 0;
  };
  struct News {
    crypto::Hash id;
    std::set<PeerId> holders;  // they need not be told
  };

  void line_up(const crypto::Hash& id, Want& want, PeerId peer);
  void ask(PeerId peer, Moment now, std::vector<Send>& sends);
  void ask_lines(Moment now, std::vector<Send>& sends);
  void leave(const crypto::Hash& id, Want& want);
  void hand_on(const crypto::Hash& id, std::optional<PeerId> except);
  std::optional<PeerId> anyone(std::optional<PeerId> except);
  void erase(const crypto::Hash& id);
  void remember(const crypto::Hash& id);
  static bool takes_unasked(Peer& peer, Moment now);
  bool is_late(const Peer& peer, const Want& want, Moment now) const;
  void give_up_late(Moment now);
  void tell(Moment now, std::vector<Send>& sends);

  SubmissionServing serving_;
  std::map<PeerId, Peer> peers_;
  std::map<crypto::Hash, Want> wants_;
  std::size_t needed_ = 0;
  std::uint64_t next_place_ = 0;
  PeerId last_anyone_ = 0;
  PeerId last_pushed_ = 0;
  std::set<crypto::Hash> orphans_;  // needed, and there is no peer
  std::set<crypto::Hash> seen_;
  std::deque<crypto::Hash> seen_order_;
  std::vector<News> news_;
  std::uint64_t told_us_ = 0;
};

}  // namespace node

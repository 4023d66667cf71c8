// A whole validator with its store in memory, among three others that are a record of the past: two
// said what they said, late, twice or not at all; the third lies with its own keys, and answers
// what it likes. Nothing of it may stop the validator, make it vote twice or lead it to another
// ledger; and when the two honest ones speak again it has the same ledger as they.
#include <algorithm>
#include <map>
#include <optional>

#include "node/sync/serve.h"
#include "node/sync/snapshot_read.h"
#include "node/wire/write.h"
#include "tests/fuzz/replica_past.h"
#include "tests/support/script.h"
#include "tests/support/spoil.h"
#include "tests/support/test_network.h"

namespace fuzz {
namespace {

using tests::Script;
using tests::spoil;

using node::Message;
using node::PeerId;

constexpr std::size_t kStepsMax = 600;
constexpr std::size_t kAsksMax = 64;
constexpr std::size_t kMempoolBytesMax = 16 << 10;
constexpr std::uint64_t kMs = 1000;

const ReplicaPast& past() {
  static const ReplicaPast one;
  return one;
}

sim::LedgerOptions stage_options(bool slow_disk) {
  sim::LedgerOptions options;
  options.faults = {{kLiar, ""}};
  options.sync_us = slow_disk ? 3 * kMs : 0;
  options.replica.mempool.bytes_max = kMempoolBytesMax;
  options.replica.mempool.organisation_bytes_max = kMempoolBytesMax / 2;
  return options;
}

class Run final : public sim::LedgerStage {
 public:
  explicit Run(Script& script)
      : LedgerStage(stage_options(script.flag())),
        script_(script),
        node_(*this, 0, tests::validator_name(0)) {
    for (std::size_t place = 0; place < kLiar; ++place) add_place(true);
    add_place(false);
    add_place(false);  // who observes
    past().tell(judge());
    node_.boot();
  }

  void play() {
    for (std::size_t step = 0; step < kStepsMax && !script_.over(); ++step) {
      act();
      check();
    }
    finish();
  }

  void send(std::size_t, PeerId to, const Message& message) override {
    CHECK(node::write_message(message).size() <= node::kFrameBytesMax);
    const bool asks = std::holds_alternative<node::GetBlock>(message) ||
                      std::holds_alternative<node::GetRange>(message) ||
                      std::holds_alternative<node::GetEpochProofs>(message) ||
                      std::holds_alternative<node::GetSnapshot>(message) ||
                      std::holds_alternative<node::GetSubmissions>(message) ||
                      std::holds_alternative<node::Probe>(message);
    if (!asks) return;
    asks_.push_back({to, message});
    if (asks_.size() > kAsksMax) asks_.pop_front();
  }
  void on_boot(std::size_t) override {
    for (std::size_t who = 1; who < kValidators; ++who) connect(who);
  }
  void on_crash(std::size_t) override {
    peers_.clear();
    asks_.clear();
  }

 private:
  struct Ask {
    PeerId peer = 0;
    Message message;
  };

  void act();
  void check() const;
  void finish();

  // ---- connections ----

  void connect(std::size_t who) {
    if (!node_.is_up()) return;
    const PeerId peer = ++last_peer_;
    peers_[peer] = who;
    node_.connect(peer, who < kValidators ? tests::validator_name(who) : "shop (observer)");
  }
  std::optional<PeerId> peer_of(std::size_t who) const {
    for (const auto& [peer, its] : peers_) {
      if (its == who) return peer;
    }
    return std::nullopt;
  }
  void reconnect(std::size_t who) {
    if (const auto peer = peer_of(who)) {
      peers_.erase(*peer);
      node_.disconnect(*peer);
    }
    connect(who);
  }

  // ---- what is heard ----

  void hear(std::size_t who, const crypto::Bytes& frame) {
    if (const auto peer = peer_of(who)) node_.receive(*peer, who, frame);
  }
  void hear_said(std::size_t at) {
    seen_ = std::max(seen_, at + 1);
    const ReplicaPast::Said& said = past().said()[at];
    hear(said.from, node::write_message(said.message));
  }
  void say_next(std::size_t who) {
    const auto& said = past().said();
    std::size_t& at = next_[who];
    while (at < said.size() && said[at].from != who) ++at;
    if (at < said.size()) hear_said(at++);
  }
  void say_many(std::size_t count) {
    for (; count > 0; --count) {
      std::size_t& all = next_[0];
      if (all >= past().said().size()) return;
      hear_said(all++);
      pass(2 * kMs);
    }
  }
  void pass(std::uint64_t us) {
    timeline_.run_until(now_us() + us, [this] { return !judge().violation().empty(); });
  }

  // ---- answers ----

  std::optional<Message> answer(std::size_t who, const Message& ask);
  std::optional<Message> answer_probe(std::size_t who, const node::Probe& probe);
  void answer_oldest(bool may_lie);

  // ---- lies ----

  std::optional<node::VerifiedVote> sign(const ledger::Vote& vote) const;
  ledger::Vote make_up_vote();
  void lie_by_vote();
  void lie_by_proposal();
  void lie_by_message();
  void make_up_claim();

  Script& script_;
  sim::ReplicaNode node_;
  std::map<PeerId, std::size_t> peers_;
  PeerId last_peer_ = 0;
  std::size_t next_[kValidators + 1] = {};  // of each; 0: of all in their order
  std::size_t seen_ = 0;                    // so far the past has gone
  std::deque<Ask> asks_;
  std::size_t crashes_ = 0;
};

void Run::act() {
  switch (script_.below(16)) {
    case 0:
    case 1:
      return say_next(1 + script_.below(kValidators - 1));
    case 2:
      return say_many(1 + script_.below(32));
    case 3:
      return hear_said(script_.below(past().said().size()));
    case 4:
      next_[script_.below(kValidators)] += script_.below(64);
      return;
    case 5:
    case 6:
      return answer_oldest(false);
    case 7:
      return answer_oldest(true);
    case 8:
      return lie_by_vote();
    case 9:
      return lie_by_proposal();
    case 10:
      return lie_by_message();
    case 11:
      return make_up_claim();
    case 12:
      return pass(kMs << script_.below(13));
    case 13:
      return reconnect(1 + script_.below(kValidators));
    case 14:
      if (!node_.is_up()) return;
      return node_.submit(past().submissions()[script_.below(past().submissions().size())]);
    default:
      if (++crashes_ > 3) return;
      return node_.crash(10 * kMs, static_cast<sim::Unsynced>(script_.below(3)));
  }
}

// ---- answers -------------------------------------------------------------------------------

std::optional<Message> Run::answer_probe(std::size_t who, const node::Probe& probe) {
  node::ProbeAnswer answer = past().facts(who, seen_);
  answer.nonce = probe.nonce;
  return answer;
}

std::optional<Message> Run::answer(std::size_t who, const Message& ask) {
  if (const auto* probe = std::get_if<node::Probe>(&ask)) return answer_probe(who, *probe);
  if (const auto* wanted = std::get_if<node::GetSubmissions>(&ask)) {
    node::SubmissionsSent sent;
    for (const auto& one : past().submissions()) {
      const bool asked =
          std::find(wanted->ids.begin(), wanted->ids.end(), one->id) != wanted->ids.end();
      if (asked) sent.submissions.push_back(one);
    }
    return sent;
  }
  seen_ = past().said().size();  // the store is that of the end
  const ledger::ChainReader reader = past().reader();
  if (const auto* block = std::get_if<node::GetBlock>(&ask)) {
    const auto found = node::find_final_block(reader, block->hash);
    if (found) return *found;
    return node::BlockAbsent{block->hash};
  }
  if (const auto* range = std::get_if<node::GetRange>(&ask)) {
    return node::read_range(reader, *range);
  }
  if (const auto* proofs = std::get_if<node::GetEpochProofs>(&ask)) {
    return node::read_epoch_proofs(reader, proofs->from_epoch);
  }
  return node::read_snapshot(reader, std::get<node::GetSnapshot>(ask));
}

void Run::answer_oldest(bool may_lie) {
  if (asks_.empty()) return;
  const Ask ask = std::move(asks_.front());
  asks_.pop_front();
  const auto peer = peers_.find(ask.peer);
  if (peer == peers_.end() || peer->second >= kValidators) return;
  auto message = answer(peer->second, ask.message);
  if (!message) return;
  if (may_lie && peer->second == kLiar) spoil(*message, script_);
  hear(peer->second, node::write_message(*message));
}

// ---- lies ----------------------------------------------------------------------------------

// nullopt: no vote has this form.
std::optional<node::VerifiedVote> Run::sign(const ledger::Vote& vote) const {
  const node::Keyring& keyring = *node_.replica().keyring();
  const auto me = keyring.validators.index_of(tests::validator_name(kLiar));
  const auto signature = tests::key_named(tests::validator_name(kLiar) + "/vote")
                             .sign(ledger::vote_bytes(keyring.scope, vote));
  auto verified = ledger::verify_vote({keyring.scope.epoch, vote, *me, signature}, keyring.scope,
                                      keyring.validators);
  if (!verified) return std::nullopt;
  return *std::move(verified);
}

// About a block of the past or one of its own, in a view that is near.
ledger::Vote Run::make_up_vote() {
  ledger::Vote vote;
  vote.kind = static_cast<ledger::VoteKind>(1 + script_.below(3));
  ledger::Candidate& candidate = vote.candidate;
  candidate.view = node_.replica().core().view() + script_.below(4);
  if (candidate.view > 1) candidate.view -= script_.below(2);
  if (vote.kind == ledger::VoteKind::nullify) return ledger::nullify_vote(candidate.view);
  for (std::size_t tries = script_.below(256); tries < past().said().size(); ++tries) {
    const auto* sent = std::get_if<node::ProposalSent>(&past().said()[tries].message);
    if (sent == nullptr) continue;
    candidate = sent->proposal.vote->vote.candidate;
    break;
  }
  if (script_.below(3) == 0) candidate.height += script_.below(3);
  if (script_.below(3) == 0) candidate.parent_view = candidate.view - script_.below(3);
  if (script_.below(3) == 0) candidate.block_hash.bytes[0] ^= script_.byte();
  if (script_.below(3) == 0) candidate.view += script_.below(4);
  return vote;
}

void Run::lie_by_vote() {
  if (!node_.is_up()) return;
  const auto first = sign(make_up_vote());
  if (!first) return;
  hear(kLiar, node::write_message(*first));
  if (script_.below(3) != 0) return;
  const auto second = sign(make_up_vote());
  if (second) hear(kLiar, node::write_message(node::Evidence{*first, *second}));
}

void Run::lie_by_proposal() {
  if (!node_.is_up()) return;
  const auto& said = past().said();
  for (std::size_t at = script_.below(said.size()); at < said.size(); ++at) {
    const auto* sent = std::get_if<node::ProposalSent>(&said[at].message);
    if (sent == nullptr) continue;
    node::ProposalSent lie = *sent;
    ledger::Vote vote = lie.proposal.vote->vote;
    if (script_.flag()) {
      lie.proposal.header.seal.time_ms += script_.below(3);
      lie.proposal.header.seal.state_root.bytes[0] ^= script_.byte();
      lie.proposal.header.seal.proposer = kLiar;
      vote.candidate.block_hash = lie.proposal.header.hash();
    }
    if (script_.flag()) vote.candidate.view = node_.replica().core().view() + script_.below(3);
    const auto signed_again = sign(vote);
    if (!signed_again) return;
    lie.proposal.vote = *signed_again;
    Message message = std::move(lie);
    if (script_.flag()) spoil(message, script_);
    return hear(kLiar, node::write_message(message));
  }
}

void Run::lie_by_message() {
  const auto& said = past().said();
  Message message = said[script_.below(said.size())].message;
  if (script_.flag()) spoil(message, script_);
  crypto::Bytes frame = node::write_message(message);
  if (script_.flag()) spoil(frame, script_);
  hear(kLiar, frame);
}

void Run::make_up_claim() {
  const crypto::Hash hash = crypto::sha256(script_.bytes(1));
  const std::size_t who = script_.flag() ? kLiar : kValidators;
  const std::uint64_t number = script_.below(1 << 16);
  switch (script_.below(8)) {
    case 0:
      return hear(who, node::write_message(node::Announce{{hash, crypto::sha256("other")}}));
    case 1:
      return hear(who, node::write_message(node::GetBlock{past().head().hash()}));
    case 2:
      return hear(who, node::write_message(node::GetRange{number % 16, number}));
    case 3:
      return hear(who, node::write_message(node::GetSnapshot{number % 16, hash, number}));
    case 4:
      return hear(who, node::write_message(node::GetEpochProofs{number % 4}));
    case 5:
      return hear(who, node::write_message(node::Probe{hash, hash, number}));
    case 6:
      return hear(who, node::write_message(node::GetSubmissions{{hash}}));
    default: {
      node::PeerStatus status;
      status.epoch = number % 3;
      status.head = number;
      status.views.view = script_.below(1 << 16);
      status.views.final_view = script_.below(1 << 16);
      return hear(who, node::write_message(status));
    }
  }
}

// ---- what must hold ------------------------------------------------------------------------

void Run::check() const {
  if (!judge().violation().empty()) crypto::fatal(judge().violation().c_str());
  CHECK(!node_.is_refused());
  if (!node_.is_up()) return;
  CHECK(node_.replica().mempool_bytes() <= kMempoolBytesMax);
  const ledger::Header& head = node_.replica().head();
  const auto known = past().reader().header(head.seal.height);
  CHECK(known && known->hash() == head.hash());
}

// The two honest ones come back, say it all again and answer what they are asked.
void Run::finish() {
  pass(5'000 * kMs);
  CHECK(node_.is_up());
  for (const auto& [peer, who] : std::map<PeerId, std::size_t>(peers_)) {
    peers_.erase(peer);
    node_.disconnect(peer);
  }
  connect(1);
  connect(2);
  const crypto::Hash wanted = past().head().hash();
  for (int round = 0; node_.replica().head().hash() != wanted; ++round) {
    CHECK(round < 1200);
    if (round % 100 == 0) {
      for (std::size_t at = 0; at < past().said().size(); ++at) {
        if (past().said()[at].from != kLiar) hear_said(at);
      }
    }
    while (!asks_.empty()) answer_oldest(false);
    pass(100 * kMs);
    check();
  }
  const auto mine = node_.disk().snapshot();
  judge().check_proofs(0, *mine);
  judge().compare(0, *mine, 1, *past().node(1).disk().snapshot());
  check();
}

}  // namespace
}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tests::Script script(data, size);
  fuzz::Run(script).play();
  return 0;
}

#include "tests/sim/replica_node.h"

#include <algorithm>
#include <utility>

#include "crypto/check.h"
#include "ledger/chain/epoch.h"
#include "ledger/chain/open.h"
#include "ledger/chain/signing_key.h"
#include "node/wire/write.h"
#include "tests/support/test_network.h"

namespace sim {

using crypto::Hash;

namespace {

// More than any history can excuse.
constexpr std::uint64_t kStepsPerSecond = 20'000;

}  // namespace

ReplicaNode::ReplicaNode(LedgerStage& stage, std::size_t place, std::string organisation)
    : stage_(stage), place_(place), organisation_(std::move(organisation)) {}

bool ReplicaNode::is_honest() const { return stage_.is_honest(place_); }

// ---- life ----

void ReplicaNode::boot() {
  ++life_;
  node::ReplicaStart start = recover();
  if (!recovers_ && is_refused()) {
    stage_.log(place_, "does not start: " + verdict_->reason);
    return;
  }
  const auto key = [this](const char* role) { return tests::key_named(organisation_ + role); };
  replica_ =
      std::make_unique<node::Replica>(stage_.options().replica, stage_.genesis(),
                                      node::ValidatorKeys{tests::key_named(vote_key_), key("/log"),
                                                          key("/cosigner"), organisation_},
                                      std::move(start), *disk_);
  stage_.log(place_, "starts at height " + std::to_string(replica_->head().seal.height));
  keyring_ = replica_->keyring();
  if (is_honest()) {
    stage_.judge().on_epoch(keyring_->scope, keyring_->validators);
    // It may have been kept without a sync, and never have left.
    const auto snapshot = disk_->snapshot();
    const auto head = *ledger::read_journal_head(*snapshot);
    const auto journal = ledger::read_journal(*snapshot, keyring_->scope, head);
    CHECK(journal.has_value());
    for (const ledger::CandidateBody& body : journal->bodies) {
      const crypto::ByteView bytes(body.body);  // the header first
      stage_.judge().publish(*ledger::decode_header(bytes.substr(0, ledger::kHeaderBytes)));
    }
    for (const ledger::SignedVote& vote : journal->votes) judge(vote);
  }
  perform(replica_->start(stage_.moment(place_)));
  if (is_up()) stage_.on_boot(place_);
}

node::ReplicaStart ReplicaNode::recover() {
  auto opened = ledger::open_chain(*disk_, stage_.genesis(), {});
  if (!opened) crypto::fatal(opened.error().message.c_str());
  disk_->sync();
  const auto snapshot = disk_->snapshot();
  const ledger::ChainReader reader(snapshot);
  const ledger::VoteScope scope = ledger::epoch_after(reader, opened->tip).scope;
  const auto slot = disk_->newest_slot();
  const auto evidence = ledger::read_evidence(snapshot, scope, slot);
  CHECK(evidence.has_value());
  verdict_ = ledger::judge(slot, *evidence);
  node::ReplicaStart start;
  start.tip = opened->tip;
  start.tree = std::move(opened->tree);
  start.trie_root = opened->trie_root;
  start.journal = evidence->journal;
  start.verdict = recovers_ ? ledger::VoteVerdict::amnesia : verdict_->verdict;
  start.incarnation = ++starts_;
  start.seed = crypto::sha256(organisation_ + std::to_string(place_) + std::to_string(starts_));
  if (slot) start.checkpoint = slot->checkpoint;
  if (recovers_) {
    if (slot && slot->chain.count > start.journal.now.count) start.journal.now = slot->chain;
  } else {
    start.records = *ledger::read_journal(*snapshot, scope, start.journal);
  }
  if (is_honest() && recovers_) stage_.judge().on_restored(place_, start.tip.seal.height);
  if (is_honest() && (recovers_ || !is_refused())) {
    for (std::uint64_t h = stage_.judge().delivered(place_) + 1; h <= start.tip.seal.height; ++h) {
      stage_.judge().on_final(place_, *reader.header(h));
    }
    stage_.judge().on_start(place_, start.tip.seal.height, start.tip.hash());
  }
  return start;
}

void ReplicaNode::restore(const SimDisk::Image& image, bool loses_vote_file) {
  crash(~std::uint64_t{0} / 2, Unsynced::dropped);
  disk_->restore(image);
  if (loses_vote_file) disk_->lose_slots();
}

void ReplicaNode::recover_votes() {
  recovers_ = true;
  boot();
  recovers_ = false;
}

void ReplicaNode::crash(std::uint64_t down_us, Unsynced policy) {
  if (!is_up()) return;
  stage_.log(place_, "is killed");
  ++life_;
  replica_.reset();
  keyring_.reset();
  held_.clear();
  told_.clear();
  syncing_ = false;
  synced_ = writes_;
  disk_->crash(policy, stage_.dice());
  stage_.on_crash(place_);
  stage_.at(stage_.now_us() + down_us, [this, life = life_] {
    if (life == life_) boot();
  });
}

// ---- events ----

void ReplicaNode::connect(node::PeerId peer, const std::string& organisation) {
  step(node::PeerConnected{peer, organisation});
}

void ReplicaNode::disconnect(node::PeerId peer) { step(node::PeerGone{peer}); }

void ReplicaNode::submit(const ledger::VerifiedSubmission& submission) {
  step(node::ClientSubmitted{submission});
}

void ReplicaNode::receive(node::PeerId peer, std::size_t from, const crypto::Bytes& frame) {
  if (!is_up()) return;
  const node::FindKey find_key = [this](const ledger::SubmissionHeader& header) {
    const ledger::ChainReader chain(disk_->snapshot());
    const auto key = ledger::find_signing_key(header, chain, replica_->head().seal.height);
    return key ? std::optional(*key) : std::nullopt;
  };
  auto message = node::read_message(frame, *keyring_, find_key);
  if (!message) {
    if (stage_.is_honest(from) && is_honest()) {
      stage_.judge().fail("A3: an honest peer's message is refused: " + message.error().message);
    }
    stage_.log(place_, "refuses a message of #" + std::to_string(from));
    return;
  }
  if (const auto* proposal = std::get_if<node::ProposalSent>(&*message)) {
    stage_.judge().publish(proposal->proposal.header);
  }
  step(node::MessageFrom{peer, *std::move(message)});
}

void ReplicaNode::step(node::Event event) {
  if (!is_up()) return;
  perform(replica_->step(stage_.moment(place_), std::move(event)));
}

// ---- actions ----

void ReplicaNode::perform(node::Actions actions) {
  // Of the steps under one sync at most one may write the vote file: after a cut between the two it
  // is one step behind, which the journal can still show, and never more.
  const auto has_slot = [](const Held& held) { return held.slot.has_value(); };
  if (actions.vote_slot && std::any_of(held_.begin(), held_.end(), has_slot)) {
    sync();
    if (!is_up()) return;
  }
  ++steps_;
  if (stage_.now_us() / 1'000'000 != second_) steps_before_ = steps_;
  second_ = stage_.now_us() / 1'000'000;
  if (steps_ - steps_before_ > kStepsPerSecond) {
    stage_.judge().fail("L9: a storm of steps in second " + std::to_string(second_));
  }
  Held held;
  if (!actions.writes.empty() || actions.vote_slot) held.write = ++writes_;
  if (!actions.writes.empty()) disk_->write(std::move(actions.writes));
  held.slot = std::move(actions.vote_slot);
  held.sends = std::move(actions.sends);
  held.updates = std::move(actions.updates);
  for (const node::Note& entry : actions.notes) note(entry, held);
  if (actions.keyring) {
    keyring_ = std::move(actions.keyring);
    if (is_honest()) stage_.judge().on_epoch(keyring_->scope, keyring_->validators);
  }
  held_.push_back(std::move(held));
  stage_.trace().mix(replica_->core().view());
  stage_.trace().mix(replica_->head().tree_root);
  for (const node::TimerRequest& request : actions.timers) await(request);
  if (synced_ == writes_) return release();
  if (stage_.options().sync_us == 0) return sync();
  if (std::exchange(syncing_, true)) return;
  stage_.at(stage_.now_us() + stage_.options().sync_us, [this, life = life_] {
    if (life == life_) sync();
  });
}

void ReplicaNode::await(const node::TimerRequest& request) {
  const std::uint64_t now = stage_.moment(place_).monotonic_us;
  const std::uint64_t wait = std::max(request.at_us, now) - now;
  stage_.at(stage_.now_us() + wait, [this, request, life = life_] {
    if (life == life_) step(node::TimerFired{request});
  });
}

// One sync serves all writes until then, and one slot says the newest of them.
void ReplicaNode::sync() {
  syncing_ = false;
  const std::uint64_t first = synced_ + 1;
  if (dies(Cut::before_sync, first, writes_)) return;
  disk_->sync();
  synced_ = writes_;
  if (dies(Cut::after_sync, first, synced_)) return;
  for (auto it = held_.rbegin(); it != held_.rend(); ++it) {
    if (!it->slot) continue;
    disk_->write_slot(*it->slot);
    break;
  }
  for (const Held& held : held_) judge(held);
  release();
}

void ReplicaNode::release() {
  while (is_up() && !held_.empty() && held_.front().write <= synced_) {
    const Held held = std::move(held_.front());
    held_.pop_front();
    for (const node::SubmissionUpdate& update : held.updates) told_[update.id] = update.state;
    if (!send_all(held)) return;
  }
}

// False: it died among its messages.
bool ReplicaNode::send_all(const Held& held) {
  const std::uint64_t write = held.write == 0 ? ~std::uint64_t{0} : held.write;
  if (held.write == 0) judge(held);
  std::size_t left = ~std::size_t{0};
  const bool dies_here = !held.sends.empty() && dies(Cut::mid_sends, write, write);
  if (dies_here) left = stage_.dice().below(held.sends.size());
  for (const node::Send& send : held.sends) {
    if (left-- == 0) break;
    for (const node::PeerId to : send.to) stage_.send(place_, to, send.message);
  }
  return !dies_here;
}

// By chance, or because this is the moment that the run is about.
bool ReplicaNode::dies(Cut cut, std::uint64_t first_write, std::uint64_t last_write) {
  if (!is_honest()) return false;
  Dice& dice = stage_.dice();
  const auto death = draw_death(stage_.crashes(), stage_.options().kill, place_ == 0 && !killed_,
                                cut, first_write, last_write, dice);
  if (!death) return false;
  killed_ = killed_ || death->planned;
  // The cut may fall into the writing of the vote file.
  const auto slot = std::find_if(held_.begin(), held_.end(),
                                 [](const Held& held) { return held.slot.has_value(); });
  if (cut == Cut::after_sync && slot != held_.end() && dice.chance(500)) {
    disk_->write_slot(*slot->slot);
    disk_->tear_slot(dice);
  }
  const CrashOptions times;
  crash(dice.between(times.down_min_us, times.down_max_us), death->policy);
  return true;
}

// ---- judges ----

// Votes that leave, before they do; and blocks that are final for good.
void ReplicaNode::judge(const Held& held) {
  if (!is_honest()) return;
  for (const ledger::Header& header : held.finals) stage_.judge().on_final(place_, header);
  const auto mine = [&](const node::VerifiedVote& vote) {
    const bool old = vote->epoch != keyring_->scope.epoch;
    const ledger::ValidatorSet& set = old ? keyring_->last_validators : keyring_->validators;
    return vote->signer < set.size() && set.member(vote->signer).organisation == organisation_;
  };
  for (const node::Send& send : held.sends) {
    if (const auto* vote = std::get_if<node::VerifiedVote>(&send.message); vote && mine(*vote)) {
      judge(**vote);
    }
    if (const auto* sent = std::get_if<node::ProposalSent>(&send.message)) {
      stage_.judge().publish(sent->proposal.header);
      if (mine(sent->proposal.vote)) judge(*sent->proposal.vote);
    }
  }
}

void ReplicaNode::judge(const ledger::SignedVote& vote) {
  if (stage_.judge().knows(organisation_, vote.epoch, vote.vote)) return;
  const auto snapshot = disk_->durable();
  const auto head = *ledger::read_journal_head(*snapshot);
  LedgerJudge::Durable durable;
  if (head.floor.epoch == vote.epoch) durable.floor = head.floor.view;
  if (head.floor.epoch > vote.epoch) durable.floor = ~std::uint64_t{0};
  const bool old = vote.epoch != keyring_->scope.epoch;
  const auto journal =
      ledger::read_journal(*snapshot, old ? *keyring_->last_scope : keyring_->scope, head);
  CHECK(journal.has_value());
  for (const auto& one : journal->votes) durable.votes.insert(one.vote);
  for (const auto& one : journal->certificates) durable.certificates.insert(one.vote);
  for (const auto& one : journal->bodies) durable.bodies.insert(one.block_hash);
  durable.head = ledger::ChainReader(snapshot).tip()->hash();
  stage_.judge().on_vote(organisation_, vote.epoch, vote.vote, durable);
}

void ReplicaNode::note(const node::Note& note, Held& held) {
  LedgerJudge& judge = stage_.judge();
  const std::string who = "honest #" + std::to_string(place_);
  if (const auto* block = std::get_if<node::BlockCommitted>(&note)) {
    judge.publish(block->header);
    held.finals.push_back(block->header);
    stage_.log(place_, "final: height " + std::to_string(block->header.seal.height) + " epoch " +
                           std::to_string(block->header.seal.epoch) + " with " +
                           std::to_string(block->submissions) + " submissions");
    return;
  }
  if (const auto* standing = std::get_if<node::StandingChanged>(&note)) {
    stage_.log(place_, "standing " + std::to_string(static_cast<int>(standing->standing)));
  }
  if (!is_honest()) return;
  if (const auto* refused = std::get_if<node::BlockRefused>(&note)) {
    stage_.log(place_, "refuses a block: " + refused->reason);
    judge.on_refused(refused->hash);
  } else if (const auto* sync = std::get_if<node::SyncNote>(&note)) {
    const auto* range = std::get_if<node::RangeRefused>(sync);
    if (range == nullptr) return;
    stage_.log(place_, "refuses a range of " + range->organisation);
    if (!judge.is_faulty(range->organisation)) {
      judge.fail(who + " refuses an honest range: " + range->reject.message);
    }
  } else if (const auto* core = std::get_if<node::CoreNote>(&note)) {
    if (const auto* cast = std::get_if<node::VoteCast>(core)) {
      if (stage_.trace().keeps_lines()) stage_.log(place_, text_of(cast->vote));
    } else if (const auto* found = std::get_if<node::Evidence>(core)) {
      judge.on_evidence(found->first->epoch, found->first->signer);
    } else if (const auto* time = std::get_if<node::TimeDiffers>(core)) {
      stage_.log(place_, "clock differs from that of " + std::to_string(time->proposer));
    } else if (!std::holds_alternative<node::ViewEntered>(*core)) {
      judge.fail(who + " stops, note " + std::to_string(core->index()));
    }
  }
}

}  // namespace sim

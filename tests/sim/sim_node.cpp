#include "tests/sim/sim_node.h"

#include <algorithm>
#include <utility>

#include "crypto/check.h"

namespace sim {

using crypto::Bytes;
using crypto::Hash;
using ledger::Column;
using ledger::Vote;

namespace {

Bytes height_key(std::uint64_t height) {
  Bytes key;
  crypto::append_u64(key, height);
  return key;
}

}  // namespace

SimNode::SimNode(Stage& stage, std::size_t place)
    : stage_(stage), place_(place), validator_(stage.validator_at(place)) {}

void SimNode::boot() {
  ++life_;
  node::CoreStart start = recover();
  core_ = std::make_unique<node::Core>(stage_.options().core, std::move(start), *gate_);
  restarted_ = true;
  stage_.log(place_, "starts in view " + std::to_string(core_->view()));
  perform(core_->start(stage_.moment(place_)));
  if (is_up()) update_work();
}

void SimNode::crash(std::uint64_t down_us, Unsynced policy) {
  if (!is_up()) return;
  stage_.log(place_, "is killed");
  ++life_;
  core_.reset();
  gate_.reset();
  bodies_.clear();
  checks_.clear();
  fetches_.clear();
  work_tip_ = {};
  held_.clear();
  syncing_ = false;
  synced_ = writes_;
  disk_->crash(policy, stage_.dice());
  if (stage_.options().loses_journal) disk_ = std::make_unique<SimDisk>();
  stage_.at(stage_.now_us() + down_us, [this] {
    if (!is_up()) boot();
  });
}

node::CoreStart SimNode::recover() {
  const auto snapshot = disk_->snapshot();
  const ledger::VoteScope& scope = stage_.scope();
  node::CoreStart start;
  start.scope = scope;
  start.validators = stage_.set();
  start.me = validator_;
  start.head = stage_.base();
  bodies_.insert(stage_.book().base());
  std::vector<ledger::Header> blocks;
  snapshot->scan(Column::blocks, "", [&](crypto::ByteView, crypto::ByteView value) {
    start.head = *ledger::decode_header(value);
    blocks.push_back(start.head);
    bodies_.insert(start.head.hash());
    return true;
  });
  head_ = start.head.hash();
  if (!stage_.is_faulty(validator_) && !stage_.options().loses_journal) {
    stage_.checker().on_start(place_, blocks);
  }
  if (const auto bytes = snapshot->get(Column::certificates, height_key(start.head.seal.height))) {
    start.certificate =
        *ledger::verify_certificate(*ledger::decode_certificate(*bytes), scope, stage_.set());
  }
  journal_ = *ledger::read_journal_head(*snapshot);
  if (start.certificate && !stage_.is_faulty(validator_)) {
    stage_.checker().on_floor(place_, journal_.floor.view,
                              (*start.certificate)->vote.candidate.view);
  }
  const auto journal = ledger::read_journal(*snapshot, scope, journal_);
  CHECK(journal.has_value());
  gate_ = std::make_unique<node::SigningGate>(stage_.key_of(validator_), journal_.now);
  gate_->enter_epoch(scope, journal_.floor.view);
  for (const ledger::SignedVote& vote : journal->votes) {
    gate_->recall(vote.vote);
    judge(vote.vote);  // it may have been kept without a sync
    start.votes.push_back(*ledger::verify_vote(vote, scope, stage_.set()));
  }
  // A batch that was kept without a sync may hold the vote that made its block final, and no record
  // of it: what is final needs none.
  if (start.certificate) {
    const auto signers = ledger::signers_of(**start.certificate);
    if (std::find(signers.begin(), signers.end(), validator_) != signers.end()) {
      judge((*start.certificate)->vote);
    }
  }
  for (const ledger::Certificate& certificate : journal->certificates) {
    if (!stage_.is_faulty(validator_)) stage_.checker().on_certificate(certificate);
    start.certificates.push_back(*ledger::verify_certificate(certificate, scope, stage_.set()));
  }
  for (const ledger::CandidateBody& body : journal->bodies) {
    CHECK(stage_.book().at(body.block_hash).body == body.body);
    start.blocks.push_back(stage_.book().at(body.block_hash).header);
    bodies_.insert(body.block_hash);
  }
  return start;
}

void SimNode::receive(std::uint16_t from, const Wire& wire) {
  if (!is_up()) return;
  if (const auto* wanted = std::get_if<BodyWanted>(&wire.content)) {
    if (bodies_.contains(wanted->hash)) stage_.send(place_, from, {BodySent{wanted->hash}});
    return;
  }
  if (const auto* body = std::get_if<BodySent>(&wire.content)) {
    take_body(body->hash);
    step(node::BlockReceived{stage_.book().at(body->hash).header});
    return;
  }
  const auto& message = std::get<node::CoreMessage>(wire.content);
  if (const auto* proposal = std::get_if<node::Proposal>(&message); proposal && wire.with_body) {
    take_body(proposal->header.hash());
  }
  if (is_up()) step(node::MessageReceived{from, message});
}

void SimNode::add_records(const Records& records) {
  records_ |= records;
  if (is_up()) update_work();
}

const Records& SimNode::final_records() const { return stage_.book().at(head_).chain; }

Records SimNode::pending_on(const Hash& parent) const {
  const Book::Entry& entry = stage_.book().at(bodies_.contains(parent) ? parent : head_);
  if (entry.chain[kClosingRecord]) return {};
  return records_ & ~entry.chain;
}

// Said again whenever the tip has changed.
void SimNode::update_work() {
  const Hash tip = core_->tip().block_hash;
  const bool work = pending_on(tip).any();
  if (work == work_ && tip == work_tip_) return;
  work_ = work;
  work_tip_ = tip;
  step(node::WorkChanged{tip, work, false});
}

void SimNode::step(node::CoreEvent event) {
  perform(core_->step(stage_.moment(place_), std::move(event)));
  if (is_up()) update_work();
}

// By chance, or because this is the moment that the run is about.
bool SimNode::dies(Cut cut, std::uint64_t first_write, std::uint64_t last_write) {
  if (stage_.is_faulty(validator_)) return false;
  Dice& dice = stage_.dice();
  const auto death = draw_death(stage_.crashes(), stage_.options().kill, place_ == 0 && !killed_,
                                cut, first_write, last_write, dice);
  if (!death) return false;
  killed_ = killed_ || death->planned;
  const CrashOptions& times = stage_.crashes();
  crash(dice.between(times.down_min_us, times.down_max_us), death->policy);
  return true;
}

// Durable first, then everything that others see, and a power cut anywhere.
void SimNode::perform(node::CoreOutput output) {
  Held held;
  if (!output.journal.votes.empty() || !output.journal.certificates.empty() ||
      !output.finals.empty()) {
    held.write = ++writes_;
    write(output);
  }
  held.journal = std::move(output.journal);
  held.finals = std::move(output.finals);
  held.sends = std::move(output.sends);
  held.view = core_->view();
  held.final_view = core_->final_candidate().view;
  held.height = core_->head().seal.height;
  held_.push_back(std::move(held));
  stage_.count_step();
  stage_.trace().mix(core_->view());
  stage_.trace().mix(core_->head().tree_root);
  for (const node::CoreNote& entry : output.notes) note(entry);
  for (const node::ViewTimerRequest& timer : output.timers) {
    const std::uint64_t now = stage_.moment(place_).monotonic_us;
    const std::uint64_t wait = std::max(timer.at_us, now) - now;
    later(wait, [this, timer] {
      if (timer.timer == node::ViewTimer::status) {
        for (const Hash& hash : checks_) stage_.send(place_, std::nullopt, {BodyWanted{hash}});
      }
      step(node::ViewTimerFired{timer.timer, timer.view});
    });
  }
  for (const node::CoreRequest& order : output.requests) request(order);
  if (synced_ == writes_) return release();
  if (stage_.options().sync_us == 0) return sync();
  if (!std::exchange(syncing_, true)) later(stage_.options().sync_us, [this] { sync(); });
}

void SimNode::sync() {
  syncing_ = false;
  const std::uint64_t first = synced_ + 1;
  if (dies(Cut::before_sync, first, writes_)) return;
  disk_->sync();
  synced_ = writes_;
  for (const Held& held : held_) settle(held);
  if (!dies(Cut::after_sync, first, synced_)) release();
}

// The judges hear of what is durable, whether or not its messages ever leave.
void SimNode::settle(const Held& held) {
  if (stage_.is_faulty(validator_)) return;
  for (const ledger::SignedVote& vote : held.journal.votes) judge(vote.vote);
  for (const ledger::Certificate& certificate : held.journal.certificates) {
    stage_.checker().on_certificate(certificate);
  }
  for (const node::Finalized& final : held.finals) stage_.checker().on_final(place_, final);
}

void SimNode::release() {
  while (is_up() && !held_.empty() && held_.front().write <= synced_) {
    const Held held = std::move(held_.front());
    held_.pop_front();
    if (!send_all(held)) return;
    if (stage_.is_faulty(validator_)) continue;
    stage_.checker().on_progress(place_, held.view, held.final_view, held.height, restarted_);
    restarted_ = false;
  }
}

void SimNode::write(node::CoreOutput& output) {
  ledger::WriteBatch batch;
  for (ledger::CandidateBody& body : output.journal.bodies) {
    body.body = stage_.book().at(body.block_hash).body;
  }
  ledger::append_step(batch, journal_, stage_.scope(), output.journal);
  for (const node::Finalized& final : output.finals) add_final(final, batch);
  disk_->write(std::move(batch));
}

// D6: the floor rises in the batch that makes the blocks final.
void SimNode::add_final(const node::Finalized& final, ledger::WriteBatch& batch) {
  const ledger::Candidate& candidate = final.certificate->vote.candidate;
  for (const ledger::Header& header : final.blocks) {
    batch.put(Column::blocks, height_key(header.seal.height), ledger::encode_header(header));
    head_ = header.hash();
    stage_.log(place_, "final: height " + std::to_string(header.seal.height) + " " +
                           head_.hex().substr(0, 6));
  }
  batch.put(Column::certificates, height_key(candidate.height),
            ledger::encode_certificate(*final.certificate));
  ledger::prune_journal(batch, journal_, stage_.scope(), *disk_->snapshot(),
                        {stage_.scope().epoch, candidate.view});
}

// False: it died among its messages.
bool SimNode::send_all(const Held& held) {
  const std::vector<node::CoreSend>& sends = held.sends;
  const std::uint64_t write = held.write == 0 ? ~std::uint64_t{0} : held.write;
  const bool dies_here = !sends.empty() && dies(Cut::mid_sends, write, write);
  const std::size_t count = dies_here ? stage_.dice().below(sends.size()) : sends.size();
  for (std::size_t i = 0; i < count; ++i) {
    const node::CoreMessage& message = sends[i].message;
    if (const auto* vote = std::get_if<node::VerifiedVote>(&message)) judge((*vote)->vote);
    if (const auto* proposal = std::get_if<node::Proposal>(&message)) judge(proposal->vote->vote);
    stage_.send(place_, sends[i].to, {message});
  }
  return !dies_here;
}

void SimNode::judge(const Vote& vote) {
  if (stage_.is_faulty(validator_) || stage_.checker().knows(validator_, vote)) return;
  stage_.judge(validator_, vote, durable());
}

Checker::Durable SimNode::durable() const {
  const auto snapshot = disk_->durable();
  const auto head = ledger::read_journal_head(*snapshot);
  const auto journal = ledger::read_journal(*snapshot, stage_.scope(), *head);
  CHECK(journal.has_value());
  Checker::Durable durable;
  for (const auto& certificate : journal->certificates) {
    durable.certificates.insert(certificate.vote);
  }
  for (const auto& vote : journal->votes) durable.votes.insert(vote.vote);
  for (const auto& body : journal->bodies) durable.bodies.insert(body.block_hash);
  durable.final_block = stage_.book().base();
  if (const auto last = snapshot->seek_back(Column::certificates, height_key(~0ull))) {
    const ledger::Candidate final = ledger::decode_certificate(last->value)->vote.candidate;
    durable.final_view = final.view;
    durable.final_block = final.block_hash;
  }
  return durable;
}

void SimNode::request(const node::CoreRequest& request) {
  if (const auto* build_block = std::get_if<node::BuildBlock>(&request)) {
    later(1'000, [this, order = *build_block] { build(order); });
  } else if (const auto* check_block = std::get_if<node::CheckBlock>(&request)) {
    check(check_block->hash);
  } else if (const auto* fetch = std::get_if<node::FetchBlock>(&request)) {
    // From the preferred one first, then from all.
    const bool first = fetches_.insert(fetch->hash).second && fetch->prefer != validator_;
    std::optional<std::uint16_t> to;
    if (first) to = fetch->prefer;
    stage_.send(place_, to, {BodyWanted{fetch->hash}});
  }
}

void SimNode::check(const Hash& hash) {
  if (!bodies_.contains(hash)) {
    checks_.insert(hash);
    stage_.send(place_, std::nullopt, {BodyWanted{hash}});
    return;
  }
  checks_.erase(hash);
  later(2'000, [this, hash] { step(node::BlockChecked{hash, stage_.book().at(hash).valid}); });
}

void SimNode::take_body(const Hash& hash) {
  if (!stage_.book().has(hash)) return;
  bodies_.insert(hash);
  if (checks_.contains(hash)) check(hash);
}

void SimNode::build(const node::BuildBlock& order) {
  Book::Draft draft;
  const Records pending = pending_on(order.parent.block_hash);
  if (pending.none()) {
    step(node::BuildDeclined{order.view});
    return;
  }
  std::size_t count = 0;
  for (std::size_t record = 0; record < kRecordsMax && count < 3; ++record) {
    if (!pending[record]) continue;
    if (record == kClosingRecord && count != 0) break;  // it stands alone
    draft.records.set(record);
    ++count;
  }
  draft.view = order.view;
  draft.proposer = validator_;
  draft.parent = order.parent.block_hash;
  draft.time_ms = std::max(stage_.moment(place_).wall_ms,
                           stage_.book().at(draft.parent).header.seal.time_ms + 1);
  const ledger::Header header = stage_.book().make(draft).header;
  bodies_.insert(header.hash());
  step(node::BlockBuilt{header});
}

void SimNode::note(const node::CoreNote& note) {
  if (const auto* cast = std::get_if<node::VoteCast>(&note)) {
    stage_.count_vote();
    if (stage_.trace().keeps_lines()) stage_.log(place_, text_of(cast->vote));
  } else if (const auto* entered = std::get_if<node::ViewEntered>(&note)) {
    if (stage_.trace().keeps_lines()) {
      stage_.log(place_, "enters view " + std::to_string(entered->view));
    }
  } else if (const auto* found = std::get_if<node::Evidence>(&note)) {
    stage_.log(place_, "evidence against " + std::to_string(found->first->signer));
    stage_.checker().on_evidence(*found);
  } else if (const auto* time = std::get_if<node::TimeDiffers>(&note)) {
    stage_.log(place_, "clock differs from that of " + std::to_string(time->proposer));
  } else if (!stage_.is_faulty(validator_)) {
    static constexpr const char* kWhy[] = {"",
                                           "",
                                           "",
                                           "",
                                           "certificates contradict",
                                           "the gate refuses",
                                           "an unknown vote of its own",
                                           "a final block is refused"};
    stage_.checker().on_stop(place_, kWhy[note.index()]);
  }
}

void SimNode::later(std::uint64_t us, std::function<void()> action) {
  stage_.at(stage_.now_us() + us, [this, life = life_, action = std::move(action)] {
    if (life == life_ && is_up()) action();
  });
}

}  // namespace sim

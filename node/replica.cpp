#include "node/replica.h"

#include <algorithm>
#include <utility>

#include "crypto/check.h"
#include "ledger/chain/reader.h"

namespace node {

using crypto::Hash;

namespace {

BlockTree::Head head_of(const ReplicaStart& start) {
  return {start.tip, start.tip.hash(), start.tree, start.trie_root};
}

RejoinStart rejoin_start(const ReplicaStart& start, const std::string& organisation) {
  return {start.verdict, organisation, start.incarnation, start.seed};
}

// A body in the journal: the block's header before its entries.
crypto::Bytes journal_body(const ledger::ExecutedBlock& block) {
  return ledger::encode_header(block.header) + crypto::Bytes(ledger::body_of(block).bytes());
}

}  // namespace

Replica::Replica(ReplicaOptions options, const ledger::Genesis& genesis, ValidatorKeys keys,
                 ReplicaStart start, const ledger::Store& store)
    : options_(options),
      genesis_(genesis),
      store_(store),
      organisation_(keys.organisation),
      gate_(std::move(keys.vote), start.journal.now),
      rejoin_(options.rejoin, rejoin_start(start, organisation_), Moment{}),
      has_forgotten_(start.verdict == ledger::VoteVerdict::amnesia ||
                     start.verdict == ledger::VoteVerdict::rolled_back),
      tree_(genesis.network_id, head_of(start), store, options.trie_cache_levels),
      mempool_(options.mempool),
      checkpoints_(ledger::log_origin(genesis), organisation_, std::move(keys.log),
                   std::move(keys.cosigner), start.checkpoint),
      journal_(start.journal) {
  const auto snapshot = store.snapshot();
  if (ledger::find_history_start(*snapshot)) history_.emplace(snapshot);
  enter_epoch(std::move(start.records));
}

// Who votes on the next block, in which scope; `records` is what the journal holds of it.
void Replica::enter_epoch(ledger::Journal records) {
  const ledger::ChainReader reader(store_.snapshot());
  ledger::Epoch epoch = ledger::epoch_after(reader, head());
  closed_.reset();
  if (epoch.scope.epoch > 0) {
    const auto height = reader.height_of(epoch.scope.anchor);
    const auto closing = height ? reader.header(*height) : std::nullopt;
    closed_ = closing ? ledger::epoch_of(reader, *closing) : std::nullopt;
    CHECK(closed_.has_value());
  }
  keyring_ = keyring_of(epoch, closed_, ledger::log_origin(genesis_));
  set_hash_ = epoch.validators.hash();
  const auto value = reader.subject("network/parameters", head().seal.height);
  proto::Parameters parameters;
  CHECK(value && parameters.ParseFromString(value->body));
  block_bytes_max_ = parameters.block_bytes_max();
  block_records_max_ = parameters.block_records_max();
  me_ = find_me(keyring_->validators);
  const bool has_floor = journal_.floor.epoch == epoch.scope.epoch;
  gate_.enter_epoch(epoch.scope, has_floor ? journal_.floor.view : 0);
  drafts_.clear();
  bodies_.clear();
  checks_.clear();
  ripe_.clear();
  requests_.clear();
  range_ends_.clear();
  assign_validators();
  follow_head();
  make_core(records);
}

// While this node may not sign, its core follows as an observer's does.
void Replica::make_core(const ledger::Journal& records) {
  checks_.clear();
  ripe_.clear();
  requests_.clear();
  range_end_driven_ = 0;
  core_ = std::make_unique<Core>(options_.core, core_start(records), gate_);
  ++cores_;
}

// A set that names other keys than this node's waits for a node that has them.
std::optional<std::uint16_t> Replica::find_me(const ledger::ValidatorSet& validators) const {
  const std::optional<std::uint16_t> place = validators.index_of(organisation_);
  if (!place) return std::nullopt;
  const ledger::ValidatorKeySet& member = validators.member(*place);
  const bool same = member.vote == gate_.public_key() && member.log == checkpoints_.log_key() &&
                    member.cosigner == checkpoints_.cosigner_key();
  return same ? place : std::nullopt;
}

// What the journal holds was checked before it was written; a signature that fails now was damaged
// on disk, and what it stood for is asked for again.
CoreStart Replica::core_start(const ledger::Journal& records) {
  const ledger::VoteScope& scope = keyring_->scope;
  const ledger::ValidatorSet& validators = keyring_->validators;
  CoreStart start;
  start.scope = scope;
  start.validators = validators;
  if (votes_) start.me = me_;
  start.head = head();
  if (!head().closes_epoch() && head().seal.height > 0) {
    const auto bytes = ledger::ChainReader(store_.snapshot()).certificate(head().seal.height);
    auto certificate = bytes ? ledger::decode_certificate(*bytes) : std::nullopt;
    CHECK(certificate.has_value());
    auto verified = ledger::verify_certificate(*std::move(certificate), scope, validators);
    CHECK(verified.has_value());
    start.certificate = *std::move(verified);
  }
  for (const ledger::CandidateBody& record : records.bodies) {
    const crypto::ByteView bytes(record.body);
    const auto header = ledger::decode_header(bytes.substr(0, ledger::kHeaderBytes));
    auto body = header ? ledger::Body::decode(crypto::Bytes(bytes.substr(ledger::kHeaderBytes)))
                       : crypto::Checked<ledger::Body>(ledger::Body());
    if (!header || !body || header->hash() != record.block_hash) continue;
    start.blocks.push_back(*header);
    bodies_.emplace(record.block_hash, ReceivedBody{*header, *std::move(body), std::nullopt});
  }
  for (const ledger::Certificate& record : records.certificates) {
    if (auto one = ledger::verify_certificate(record, scope, validators)) {
      start.certificates.push_back(*std::move(one));
    }
  }
  for (const ledger::SignedVote& record : records.votes) {
    if (record.vote.candidate.view <= gate_.floor().view) continue;
    gate_.recall(record.vote);
    auto one = ledger::verify_vote(record, scope, validators);
    if (one && start.me == (*one)->signer) start.votes.push_back(*std::move(one));
  }
  return start;
}

// The vote file first: it may lack the newest step of the store, and must never lack two.
Actions Replica::start(Moment now) {
  now_ = now;
  actions_ = {};
  slot_due_ = true;
  actions_.keyring = keyring_;
  rejoin_.on_epoch(*keyring_, core_->view(), now);
  find_standing();
  ask_timer(Timer::checkpoint, now.monotonic_us + options_.idle_checkpoint_us);
  if (!votes_) take(core_->start(now));  // else it is another core, and has begun
  settle();
  finish_step();
  return std::exchange(actions_, {});
}

Actions Replica::step(Moment now, Event event) {
  now_ = now;
  actions_ = {};
  tree_.on_written();
  find_standing();
  std::visit([this](auto& kind) { on(std::move(kind)); }, event);
  settle();
  fill_history();
  finish_step();
  return std::exchange(actions_, {});
}

// ---- events ----

void Replica::on(ClientSubmitted event) { admit(event.submission, std::nullopt); }

void Replica::on(TimerFired event) {
  switch (event.request.timer) {
    case Timer::consensus:
      if (event.request.core != cores_) return;
      drive(ViewTimerFired{event.request.view.timer, event.request.view.view});
      return;
    case Timer::checkpoint:
      ask_timer(Timer::checkpoint, now_.monotonic_us + options_.idle_checkpoint_us);
      expire();
      checkpoint_idle_tip();
      return;
    case Timer::tick:
      tick_asked_ = false;
      on_tick();
      return;
    case Timer::resume:
      return;  // settle() goes on
  }
}

// ---- the core ----

void Replica::drive(CoreEvent event) { take(core_->step(now_, std::move(event))); }

void Replica::take(CoreOutput output) {
  for (ledger::CandidateBody& body : output.journal.bodies) {
    // What this very step makes final lies in its place, not in the journal.
    if (becomes_final(output.finals, body.block_hash)) continue;
    body.body = body_for_journal(body.block_hash);
    step_.bodies.push_back(std::move(body));
  }
  std::move(output.journal.certificates.begin(), output.journal.certificates.end(),
            std::back_inserter(step_.certificates));
  std::move(output.journal.votes.begin(), output.journal.votes.end(),
            std::back_inserter(step_.votes));
  for (const CoreSend& one : output.sends) send(one);  // before a commit forgets their blocks
  for (const Finalized& finals : output.finals) commit(finals);
  for (const ViewTimerRequest& one : output.timers) {
    actions_.timers.push_back({Timer::consensus, cores_, one, one.at_us});
  }
  for (CoreRequest& one : output.requests) requests_.push_back(std::move(one));
  for (CoreNote& one : output.notes) {
    if (std::holds_alternative<ViewEntered>(one)) review_due_ = true;
    if (const auto* evidence = std::get_if<Evidence>(&one)) keep_evidence(*evidence);
    actions_.notes.push_back(std::move(one));
  }
}

bool Replica::becomes_final(const std::vector<Finalized>& finals, const Hash& hash) {
  return std::any_of(finals.begin(), finals.end(), [&](const Finalized& one) {
    return std::any_of(one.blocks.begin(), one.blocks.end(),
                       [&](const ledger::Header& header) { return header.hash() == hash; });
  });
}

crypto::Bytes Replica::body_for_journal(const Hash& hash) const {
  const ledger::ExecutedBlock* block = tree_.find(hash);
  CHECK(block != nullptr);
  return journal_body(*block);
}

// Answers what consensus asked for, until it has nothing more to ask. What builds on a block that
// this step makes final waits until the store has it.
void Replica::settle() {
  for (;;) {
    if (tree_.is_behind()) {
      resumes_ = !requests_.empty() || !ripe_.empty() || !range_ends_.empty() || core_->ended() ||
                 mempool_.size() > 0;
      return;
    }
    if (core_->ended()) {
      begin_next_epoch();
    } else if (!ripe_.empty()) {
      for (const Hash& hash : std::exchange(ripe_, {})) try_check(hash);
    } else if (auto certificate = next_range_end()) {
      drive(MessageReceived{std::nullopt, *std::move(certificate)});
    } else if (std::exchange(review_due_, false)) {
      review_passed_by();
    } else if (gathers_ && !requests_.empty() &&
               std::holds_alternative<BuildBlock>(requests_.front())) {
      resumes_ = true;  // what has come with this submission goes into the same block
      return;
    } else if (!requests_.empty()) {
      const CoreRequest request = std::move(requests_.front());
      requests_.pop_front();
      if (const auto* wanted = std::get_if<BuildBlock>(&request)) build(*wanted);
      if (const auto* wanted = std::get_if<CheckBlock>(&request)) begin_check(*wanted);
      if (const auto* wanted = std::get_if<FetchBlock>(&request)) fetch(*wanted);
    } else if (!say_work()) {
      return;
    }
  }
}

void Replica::begin_next_epoch() {
  write_journal();  // a certificate of the closing block may have come with this step
  enter_epoch({});
  work_said_ = {};
  taken_for_ = {};
  rejoin_.on_epoch(*keyring_, core_->view(), now_);
  actions_.keyring = keyring_;
  actions_.notes.push_back(
      EpochEntered{keyring_->scope.epoch, keyring_->validators.size(), me_.has_value()});
  take(core_->start(now_));
}

// Tells the core whether there is something to propose on its tip. True: it was told.
bool Replica::say_work() {
  const Hash tip = core_->tip().block_hash;
  if (tip != taken_for_ && tree_.has(tip)) {
    taken_for_ = tip;
    mempool_.set_taken(tree_.submissions_below(tip));
  }
  const WorkChanged work{
      tip, mempool_.ready() > 0,
      mempool_.ready_bytes() >= block_bytes_max_ || mempool_.ready_records() >= block_records_max_};
  if (work.tip == work_said_.tip && work.work == work_said_.work &&
      work.fills_a_block == work_said_.fills_a_block) {
    return false;
  }
  work_said_ = work;
  drive(work);
  return true;
}

// ---- whether this node may vote ----

// Between steps only: what the core decided so far is in the journal then.
void Replica::find_standing() {
  if (floor_written_) {
    rejoin_.on_floor(*std::exchange(floor_written_, std::nullopt));
    has_forgotten_ = false;
  }
  rejoin_.on_view(core_->view(), now_);
  if (auto twin = rejoin_.take_twin()) actions_.notes.push_back(*std::move(twin));
  const Standing standing = rejoin_.standing(now_);
  if (standing == Standing::floor) raise_floor();
  standing_ = standing;
  // Who reads that it votes may stop another node: below its floor it signs nothing yet, and
  // without history it follows.
  const bool waits =
      standing == Standing::voting && (history_ || core_->view() <= gate_.floor().view);
  if (!waits && std::exchange(told_, standing) != standing) {
    actions_.notes.push_back(StandingChanged{standing});
  }
  const bool votes = standing == Standing::voting && me_ && !history_;
  if (std::exchange(votes_, votes) == votes) return;
  if (core_->ended()) return;  // it signs nothing, and the next epoch's is about to be made
  make_core(read_records());
  work_said_ = {};
  take(core_->start(now_));
}

// Durable with this step, and only then is anything signed again.
void Replica::raise_floor() {
  const ledger::VoteFloor floor = rejoin_.floor();
  ledger::raise_floor(actions_.writes, journal_, floor);
  gate_.raise_floor(floor.view);
  floor_written_ = floor;
  resumes_ = true;
}

// After amnesia the votes that are there are not all that there were: they lie below the floor.
ledger::Journal Replica::read_records() const {
  if (has_forgotten_) return {};
  auto records = ledger::read_journal(*store_.snapshot(), keyring_->scope, journal_);
  if (!records) ledger::stop_damaged(records.error().message.c_str());
  return *std::move(records);
}

// The journal's part of what was decided in this epoch.
void Replica::write_journal() {
  slot_due_ = slot_due_ || moved_ || !step_.votes.empty();
  if (!step_.votes.empty() || !step_.bodies.empty() || !step_.certificates.empty()) {
    ledger::append_step(actions_.writes, journal_, keyring_->scope, std::exchange(step_, {}));
  }
  if (!std::exchange(moved_, false)) return;
  if (range_sync_->busy()) range_sync_->on_tick(now_, actions_.sends);
  ledger::prune_journal(actions_.writes, journal_, keyring_->scope, *store_.snapshot(),
                        gate_.floor());
}

// One batch holds all that the step decided, so the vote file is never more than one step behind.
void Replica::finish_step() {
  write_journal();
  // What the vote file says of a store that went back in time stays until the floor is there.
  const bool slot = std::exchange(slot_due_, false) && !has_forgotten_;
  if (slot || floor_written_) actions_.vote_slot = vote_slot();
  for (SyncNote& note : range_sync_->take_notes()) actions_.notes.push_back(std::move(note));
  gathers_ = false;
  if (std::exchange(resumes_, false)) ask_timer(Timer::resume, now_.monotonic_us);
  if (!tick_asked_ && is_busy()) {
    tick_asked_ = true;
    ask_timer(Timer::tick, now_.monotonic_us + kTickUs);
  }
}

void Replica::ask_timer(Timer timer, std::uint64_t at_us) {
  actions_.timers.push_back({timer, cores_, {}, at_us});
}

// What the vote file has to say once this step is durable: no more than the journal, whose floor
// stays in the epoch before until the new one has a block.
ledger::VoteSlot Replica::vote_slot() const {
  ledger::VoteSlot slot;
  slot.network_id = genesis_.network_id;
  slot.floor = journal_.floor;
  slot.chain = journal_.now;
  slot.checkpoint = checkpoints_.newest();
  slot.tip_height = head().seal.height;
  slot.tip_hash = tree_.head().hash;
  return slot;
}

}  // namespace node

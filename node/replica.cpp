#include "node/replica.h"

#include <algorithm>

#include "crypto/check.h"
#include "ledger/chain/codes.h"
#include "ledger/chain/reader.h"
#include "ledger/history/checkpoint.h"

namespace node {
namespace {

using ledger::Candidate;
using ledger::Outcome;
using ledger::Vote;
using ledger::VoteKind;

// What cannot be recorded any more is looked for once in this many milliseconds.
constexpr std::uint64_t kExpiryIntervalMs = 1000;

SubmissionUpdate update_of(const crypto::Hash& id, SubmissionState state) {
  SubmissionUpdate update;
  update.id = id;
  update.state = state;
  return update;
}

}  // namespace

Replica::Replica(ReplicaOptions options, const ledger::Genesis& genesis, ValidatorKeys keys,
                 ReplicaStart start, const ledger::Store& store)
    : options_(options),
      genesis_(genesis),
      store_(store),
      gate_(std::move(keys.vote), start.journal.now),
      log_key_(std::move(keys.log)),
      cosigner_key_(std::move(keys.cosigner)),
      organisation_(std::move(keys.organisation)),
      tip_(start.tip),
      tip_hash_(start.tip.hash()),
      tree_(std::move(start.tree)),
      trie_root_(start.trie_root),
      journal_(start.journal),
      checkpoint_(start.checkpoint),
      mempool_(options.mempool) {
  enter_epoch();
}

// Who votes on the next block, in which scope, and the view after the parent's.
void Replica::enter_epoch() {
  const ledger::ChainReader reader(store_.snapshot());
  const std::uint64_t height = tip_.seal.height;
  const bool opens = tip_.closes_epoch();
  scope_.network_id = genesis_.network_id;
  scope_.epoch = tip_.seal.epoch + (opens ? 1 : 0);
  const auto members = reader.subject("network/validators", height);
  CHECK(members.has_value());
  proto::ValidatorSet record;
  CHECK(record.ParseFromString(members->body));
  validators_ = ledger::ValidatorSet::from_record(scope_.epoch, record);
  scope_.anchor = opens ? tip_hash_ : ledger::epoch_anchor(reader, tip_);
  view_ = opens ? 1 : tip_.seal.view + 1;
  me_ = find_me();
  gate_.enter_epoch(scope_, view_ - 1);
}

// A set that names other keys than this node's waits for a node that has them.
std::optional<std::uint16_t> Replica::find_me() const {
  const std::optional<std::uint16_t> place = validators_.index_of(organisation_);
  if (!place) return std::nullopt;
  const ledger::ValidatorKeySet& member = validators_.member(*place);
  const bool same = member.vote == gate_.public_key() && member.log == log_key_.public_key() &&
                    member.cosigner == cosigner_key_.public_key();
  return same ? place : std::nullopt;
}

// The vote file first: it may lack the newest step of the store, and must never lack two.
Actions Replica::start(Moment now) {
  Actions actions;
  actions.vote_slot = vote_slot();
  if (opens_epoch()) build_soon(now, actions);
  actions.timers.push_back({Timer::checkpoint, now.monotonic_us + options_.idle_checkpoint_us});
  return actions;
}

Actions Replica::step(Moment now, Event event) {
  Actions actions;
  std::visit([&](auto& kind) { on(now, std::move(kind), actions); }, event);
  return actions;
}

void Replica::on(Moment now, ClientSubmitted event, Actions& actions) {
  const crypto::Hash id = event.submission->id;
  std::vector<crypto::Hash> dropped;
  const Mempool::Admission admission = mempool_.add(std::move(event.submission), dropped);
  for (const crypto::Hash& other : dropped) {
    SubmissionUpdate update = update_of(other, SubmissionState::rejected);
    update.rejects.push_back({0, {ledger::kMempoolFull, "", "Others' submissions came first."}});
    actions.updates.push_back(std::move(update));
    actions.notes.push_back(SubmissionDropped{other, "mempool full"});
  }
  if (admission == Mempool::Admission::full) {
    SubmissionUpdate update = update_of(id, SubmissionState::rejected);
    update.rejects.push_back({0, {ledger::kMempoolFull, "", "The mempool is full."}});
    actions.updates.push_back(std::move(update));
    return;
  }
  actions.updates.push_back(update_of(id, SubmissionState::accepted));
  schedule_build(now, actions);
}

void Replica::on(Moment now, TimerFired event, Actions& actions) {
  switch (event.timer) {
    case Timer::build:
      build_scheduled_ = false;
      build(now, actions);
      return;
    case Timer::checkpoint:
      if (now.monotonic_us >= last_block_us_ + options_.idle_checkpoint_us &&
          checkpoint_.size < tip_.tree_size) {
        sign_checkpoint(now, actions);
      }
      actions.timers.push_back({Timer::checkpoint, now.monotonic_us + options_.idle_checkpoint_us});
      return;
  }
}

void Replica::schedule_build(Moment now, Actions& actions) {
  if (build_scheduled_ || !mempool_.has_ready()) return;
  build_scheduled_ = true;
  const std::uint64_t due = last_block_us_ == 0 ? 0 : last_block_us_ + options_.block_interval_us;
  actions.timers.push_back({Timer::build, std::max(due, now.monotonic_us)});
}

void Replica::build_soon(Moment now, Actions& actions) {
  build_scheduled_ = true;
  actions.timers.push_back({Timer::build, now.monotonic_us});
}

ledger::BlockBase Replica::block_base() const {
  ledger::BlockBase base;
  base.snapshot = store_.snapshot();
  base.network_id = genesis_.network_id;
  base.parent = tip_;
  base.parent_hash = tip_hash_;
  base.set_hash = validators_.hash();
  base.tree = tree_;
  base.trie_root = trie_root_;
  base.cache = &node_cache_;
  return base;
}

void Replica::build(Moment now, Actions& actions) {
  if (opens_epoch() && scope_.epoch == tip_.seal.epoch) enter_epoch();
  // One vote makes no block of a set whose quorum is larger.
  if (!me_ || validators_.quorum() != 1) return;
  if (now.wall_ms >= last_expiry_ms_ + kExpiryIntervalMs) {
    last_expiry_ms_ = now.wall_ms;
    for (const crypto::Hash& id : mempool_.expire(now.wall_ms)) {
      SubmissionUpdate update = update_of(id, SubmissionState::rejected);
      update.rejects.push_back(
          {0, {ledger::kSubmissionExpired, "header.not_after", "Its time ran out while waiting."}});
      actions.updates.push_back(std::move(update));
    }
  }
  ledger::Turn turn;
  turn.epoch = scope_.epoch;
  turn.view = view_;
  turn.time_ms = std::max(now.wall_ms, tip_.seal.time_ms + 1);
  turn.proposer = *me_;
  ledger::BlockBuilder builder(block_base(), turn);
  if (opens_epoch()) builder.add_epoch_entry(closing_entry());
  bool full = false;
  const std::vector<Mempool::Offered> offered =
      mempool_.offer([&](const ledger::VerifiedSubmission& submission) {
        ledger::Added added = builder.add(submission);
        full = full || added.outcome == Outcome::full;
        return added;
      });
  report(offered, actions);
  if (builder.record_count() == 0 && !opens_epoch()) return;
  commit(now, std::move(builder).finish(), actions);
  if (full) last_block_us_ = 0;  // a full block is followed at once
  if (opens_epoch()) {
    build_soon(now, actions);
  } else {
    schedule_build(now, actions);
  }
}

// The epoch certificate: the FINALIZE certificate of the block that closed the epoch before.
crypto::Bytes Replica::closing_entry() const {
  const auto bytes = ledger::ChainReader(store_.snapshot()).certificate(tip_.seal.height);
  CHECK(bytes.has_value());
  const auto certificate = ledger::decode_certificate(*bytes);
  CHECK(certificate.has_value());
  return ledger::epoch_entry(*certificate);
}

// What did not make it is known at once; what did becomes final with the block.
void Replica::report(const std::vector<Mempool::Offered>& offered, Actions& actions) const {
  for (const Mempool::Offered& offer : offered) {
    switch (offer.added.outcome) {
      case Outcome::included:
      case Outcome::ahead:
      case Outcome::full:
        break;
      case Outcome::recorded:
      case Outcome::rejected: {
        SubmissionUpdate update = update_of(offer.id, offer.added.outcome == Outcome::recorded
                                                          ? SubmissionState::recorded
                                                          : SubmissionState::rejected);
        update.rejects = offer.added.rejects;
        actions.updates.push_back(std::move(update));
        break;
      }
    }
  }
}

// Signs a vote and makes the certificate that it is with a quorum of one.
ledger::Certificate Replica::certify(const Vote& vote, ledger::JournalStep& step) {
  const std::optional<crypto::Signature> signature = gate_.sign(scope_, vote);
  CHECK(signature.has_value());
  step.votes.push_back({scope_.epoch, vote, *me_, *signature});
  const auto verified = ledger::verify_vote(step.votes.back(), scope_, validators_);
  CHECK(verified.has_value());
  const auto certificate = ledger::make_certificate(validators_, {&*verified, 1});
  CHECK(certificate.has_value());
  return **certificate;
}

// NOTARIZE and FINALIZE with the certificates they make. The block is final in the same batch, so
// the journal keeps the chain over the votes and nothing else.
void Replica::record_votes(const Candidate& candidate, ledger::WriteBatch& writes) {
  ledger::JournalStep step;
  step.certificates.push_back(certify({VoteKind::notarize, candidate}, step));
  const ledger::Certificate finalized = certify({VoteKind::finalize, candidate}, step);
  crypto::Bytes height;
  crypto::append_u64(height, candidate.height);
  writes.put(ledger::Column::certificates, height, ledger::encode_certificate(finalized));
  ledger::append_step(writes, journal_, scope_, step);
  gate_.raise_floor(candidate.view);
  ledger::prune_journal(writes, journal_, scope_, *store_.snapshot(), gate_.floor());
}

// With a quorum of one, the own vote is the certificate: notarized, finalized and committed in one
// step, and one batch holds all of it before anyone hears of it.
void Replica::commit(Moment now, ledger::ExecutedBlock block, Actions& actions) {
  CHECK(validators_.quorum() == 1);
  const ledger::Seal& seal = block.header.seal;
  const std::uint64_t parent_view = tip_.seal.epoch == seal.epoch ? tip_.seal.view : 0;
  actions.writes = ledger::commit_batch(block);
  record_votes({seal.view, parent_view, seal.height, block.hash}, actions.writes);
  prune_trie(block.trie.stale.size(), actions.writes);

  for (const ledger::IncludedSubmission& submission : block.submissions) {
    SubmissionUpdate update = update_of(submission.id, SubmissionState::final);
    update.height = seal.height;
    update.first_index = submission.first_index;
    actions.updates.push_back(std::move(update));
  }
  actions.notes.push_back(BlockCommitted{block.header, block.hash, block.record_count,
                                         static_cast<std::uint32_t>(block.submissions.size())});
  const std::uint64_t parent_time = tip_.seal.time_ms;
  tip_ = block.header;
  tip_hash_ = block.hash;
  tree_ = std::move(block.tree);
  trie_root_ = block.trie.root;
  node_cache_.absorb(block.trie);
  ++view_;
  last_block_us_ = now.monotonic_us;
  mempool_.release();
  if (ledger::is_checkpoint_block(seal, parent_time)) {
    sign_checkpoint(now, actions);
  } else {
    actions.vote_slot = vote_slot();
  }
}

// What the vote file has to say once this step is durable: no more than the journal, whose floor
// stays in the epoch before until the new one has a block.
ledger::VoteSlot Replica::vote_slot() const {
  ledger::VoteSlot slot;
  slot.network_id = genesis_.network_id;
  slot.floor = journal_.floor;
  slot.chain = journal_.now;
  slot.checkpoint = checkpoint_;
  slot.tip_height = tip_.seal.height;
  slot.tip_hash = tip_hash_;
  return slot;
}

// Removes up to twice as many old nodes as this block made stale, so that pruning keeps up and no
// block pays for many.
void Replica::prune_trie(std::size_t stale_nodes, ledger::WriteBatch& writes) {
  if (options_.trie_heights_kept == 0 || tip_.seal.height < options_.trie_heights_kept) return;
  ledger::WriteBatch removals =
      ledger::prune(*store_.snapshot(), tip_.seal.height - options_.trie_heights_kept,
                    2 * stale_nodes + 4, prune_cursor_);
  for (auto& operation : removals.operations) writes.operations.push_back(std::move(operation));
}

// The C2SP checkpoint of the tip, signed with the log key (01) and the cosigner key (04). Sizes
// never fall: it is called for tips only, and they only grow.
void Replica::sign_checkpoint(Moment now, Actions& actions) {
  if (!me_) return;
  const std::string origin = ledger::log_origin(genesis_);
  const ledger::TreeHead head{tip_.tree_size, tip_.tree_root};
  ledger::Note note;
  note.text = ledger::format_checkpoint({origin, head});
  note.lines.push_back(ledger::sign_note(origin, log_key_, note.text));
  note.lines.push_back(ledger::cosign_note(ledger::cosigner_name(origin, organisation_),
                                           cosigner_key_, note.text, now.wall_ms / 1000));
  crypto::Bytes size;
  crypto::append_u64(size, head.size);
  actions.writes.put(ledger::Column::checkpoints, size, ledger::format_note(note));
  checkpoint_ = head;
  actions.vote_slot = vote_slot();
  actions.notes.push_back(CheckpointSigned{head.size});
}

}  // namespace node

#include "node/sync/snapshot_join.h"

#include <algorithm>
#include <utility>

#include "ledger/chain/index.h"
#include "node/sync/codes.h"
#include "node/sync/joined_store.h"

namespace node {
SnapshotJoin::SnapshotJoin(std::shared_ptr<const ledger::Snapshot> snapshot)
    : slots_(kSubtrees), genesis_(read_genesis_state(*snapshot)) {
  const ledger::ChainReader reader(snapshot);
  const std::optional<ledger::Header> genesis = reader.tip();
  CHECK(genesis && genesis->seal.height == 0);
  known_ = ledger::epoch_after(reader, *genesis);
  resume(*snapshot);
}

void SnapshotJoin::resume(const ledger::Snapshot& snapshot) {
  std::optional<JoinHead> join = find_join_head(snapshot);
  if (!join) return;
  const std::uint64_t height = join->head.header.seal.height;
  known_.scope.epoch = join->start.epoch;
  known_.scope.anchor = join->start.anchor;
  before_.scope.anchor = join->start.anchor_before;
  if (join->closing) {
    auto members = ledger::ValidatorSet::from_members(join->start.epoch - 1,
                                                      std::move(join->start.members_before));
    if (members) before_.validators = *std::move(members);
  }
  closing_ = std::move(join->closing);
  head_ = std::move(join->head);
  phase_ = Phase::leaves;
  make_runs();
  for (Run& run : runs_) {
    while (!run.finished()) {
      const auto proved = find_proved(snapshot, run.subtree);
      if (!proved) break;
      slots_[run.subtree++] = proved->slot;
      records_ += proved->records;
    }
  }
  std::erase_if(genesis_.paths, [&](const crypto::Hash& path) {
    return snapshot.get(ledger::Column::values, ledger::value_key(path, height)).has_value();
  });
  notes_.push_back(JoinBegan{height});
  finish();
}

void SnapshotJoin::make_runs() {
  for (std::size_t i = 0; i < kRuns; ++i) {
    Run run;
    run.subtree = i * (kSubtrees / kRuns);
    run.end = run.subtree + kSubtrees / kRuns;
    runs_.push_back(std::move(run));
  }
}

void SnapshotJoin::on_peer(PeerId peer, std::string organisation) {
  sources_.on_peer(peer, std::move(organisation));
}

void SnapshotJoin::on_gone(PeerId peer) {
  sources_.on_gone(peer);
  failed_.erase(peer);
  heads_asked_.erase(peer);
  heads_answered_.erase(peer);
  if (epochs_asked_ && epochs_asked_->peer == peer) epochs_asked_.reset();
  if (claims_newer_ == peer) claims_newer_.reset();
  for (Run& run : runs_) {
    if (run.request && run.request->peer == peer) run.request.reset();
  }
}

crypto::Hash SnapshotJoin::Run::after() const {
  if (!hashes.empty()) return hashes.back().path;
  if (subtree == 0) return {};
  // The last path of the subtree before.
  crypto::Hash path = ledger::first_path_of(subtree - 1, kSubtreeNibbles);
  path.bytes[1] |= 0x0f;
  std::fill(path.bytes.begin() + 2, path.bytes.end(), std::uint8_t{0xff});
  return path;
}

void SnapshotJoin::Run::drop() {
  leaves.clear();
  hashes.clear();
  bytes = 0;
  giver.reset();
}

// ---- asking ----

void SnapshotJoin::on_tick(Moment now, std::vector<Send>& sends) {
  expire(now);
  if (idle_until_us_ != 0 && now.monotonic_us >= idle_until_us_) {
    idle_until_us_ = 0;
    failed_.clear();
  }
  if (phase_ == Phase::heads) choose_head();
  switch (phase_) {
    case Phase::epochs:
      return ask_epochs(now, sends);
    case Phase::heads:
      return ask_heads(now, sends);
    case Phase::leaves:
      return ask_leaves(now, sends);
    case Phase::done:
      return;
  }
}

void SnapshotJoin::expire(Moment now) {
  const auto is_late = [&](const Request& request) {
    return request.deadline_us <= now.monotonic_us;
  };
  if (epochs_asked_ && is_late(*epochs_asked_)) {
    fail(epochs_asked_->peer, now, kNoAnswerUs);
    epochs_asked_.reset();
    claims_newer_.reset();
  }
  std::erase_if(heads_asked_, [&](const auto& entry) {
    if (!is_late(entry.second)) return false;
    fail(entry.first, now, kNoAnswerUs);
    return true;
  });
  for (Run& run : runs_) {
    if (!run.request || !is_late(*run.request)) continue;
    fail(run.request->peer, now, kNoAnswerUs);
    run.request.reset();
    bytes_max_ = std::max(bytes_max_ / 2, kBytesLeast);
  }
}

std::optional<PeerId> SnapshotJoin::choose(Moment now, const std::function<bool(PeerId)>& may) {
  const auto may_answer = [&](PeerId peer) { return !failed_.contains(peer); };
  const auto in_its_place = [&](PeerId peer) {
    return may_answer(peer) && !sources_.is_demoted(peer, now);
  };
  const bool last_resort = !sources_.any(in_its_place);
  const auto peer = sources_.next(now, [&](PeerId candidate) {
    return may(candidate) && (last_resort ? may_answer(candidate) : in_its_place(candidate));
  });
  if (!peer && idle_until_us_ == 0 && !sources_.any(may_answer)) {
    notes_.push_back(JoinStalled{pause_us_});
    idle_until_us_ = now.monotonic_us + pause_us_;
    pause_us_ = std::min(2 * pause_us_, kPauseLastUs);
  }
  return peer;
}

void SnapshotJoin::ask_epochs(Moment now, std::vector<Send>& sends) {
  if (epochs_asked_) return;
  auto peer = claims_newer_;
  if (!peer || !sources_.contains(*peer)) peer = choose(now, [](PeerId) { return true; });
  if (!peer) return;
  epochs_asked_ = Request{*peer, now.monotonic_us + kTimeoutUs};
  sends.push_back({{*peer}, GetEpochProofs{known_.scope.epoch}});
}

void SnapshotJoin::ask_heads(Moment now, std::vector<Send>& sends) {
  while (heads_asked_.size() + heads_answered_.size() < kHeadsMax) {
    const auto peer = choose(now, [&](PeerId candidate) {
      return !heads_asked_.contains(candidate) && !heads_answered_.contains(candidate);
    });
    if (!peer) return;
    heads_asked_[*peer] = {*peer, now.monotonic_us + kTimeoutUs};
    sends.push_back({{*peer}, GetSnapshot{0, std::nullopt, 0}});
  }
}

void SnapshotJoin::ask_leaves(Moment now, std::vector<Send>& sends) {
  for (Run& run : runs_) {
    if (run.finished() || run.request) continue;
    if (!ask_run(run, now, sends)) return;
  }
}

bool SnapshotJoin::ask_run(Run& run, Moment now, std::vector<Send>& sends) {
  std::optional<PeerId> peer;
  // Leaves of one subtree come from one peer, so that it is known whose they are.
  const bool goes_on =
      !run.hashes.empty() && sources_.contains(*run.giver) && !failed_.contains(*run.giver);
  if (goes_on) {
    if (requests_to(*run.giver) >= kRequestsMax) return true;
    peer = run.giver;
  } else {
    run.drop();
    peer = choose(now, [&](PeerId candidate) { return requests_to(candidate) < kRequestsMax; });
  }
  if (!peer) return false;
  run.request = Request{*peer, now.monotonic_us + kTimeoutUs};
  sends.push_back({{*peer}, GetSnapshot{head_->header.seal.height, run.after(), bytes_max_}});
  return true;
}

std::size_t SnapshotJoin::requests_to(PeerId peer) const {
  return static_cast<std::size_t>(std::count_if(runs_.begin(), runs_.end(), [&](const Run& run) {
    return run.request && run.request->peer == peer;
  }));
}

void SnapshotJoin::fail(PeerId peer, Moment now, std::uint64_t us) {
  failed_.insert(peer);
  sources_.demote(sources_.organisation_of(peer), now, us);
}

void SnapshotJoin::refuse(PeerId peer, Moment now, crypto::Reject reject) {
  notes_.push_back(JoinRefused{std::string(sources_.organisation_of(peer)), std::move(reject)});
  fail(peer, now, kWrongAnswerUs);
}

void SnapshotJoin::progress() {
  failed_.clear();
  pause_us_ = kPauseFirstUs;
  idle_until_us_ = 0;
}

// ---- epochs and heads ----

void SnapshotJoin::on(PeerId peer, const EpochProofsSent& sent, Moment now) {
  if (phase_ != Phase::epochs || !epochs_asked_ || epochs_asked_->peer != peer ||
      sent.from_epoch != known_.scope.epoch) {
    return;
  }
  epochs_asked_.reset();
  const bool claimed_newer = std::exchange(claims_newer_, std::nullopt) == peer;
  if (claimed_newer && sent.proofs.empty()) {
    return refuse(peer, now,
                  {kEpochProof, "proofs", "It has a head of a later epoch, and no proof."});
  }
  for (const EpochProof& proof : sent.proofs) {
    auto next = next_epoch(known_, proof);
    if (!next) return refuse(peer, now, next.error());
    before_ = std::exchange(known_, *std::move(next));
    closing_ = ClosingBlock{proof.closing, proof.certificate};
    progress();
  }
  // It knows of no more; whether others do shows in the heads that they give.
  if (sent.proofs.empty()) phase_ = Phase::heads;
}

void SnapshotJoin::on(PeerId peer, SnapshotPart part, Moment now) {
  if (phase_ == Phase::heads) return take_head(peer, part, now);
  if (phase_ != Phase::leaves || part.height != head_->header.seal.height) return;
  for (Run& run : runs_) {
    if (!run.request || run.request->peer != peer || part.after_path != run.after()) continue;
    run.request.reset();
    return take_leaves(run, peer, std::move(part), now);
  }
}

void SnapshotJoin::take_head(PeerId peer, const SnapshotPart& part, Moment now) {
  if (part.after_path || heads_asked_.erase(peer) == 0) return;
  heads_answered_.insert(peer);
  if (!part.head || part.head->header.seal.epoch < known_.scope.epoch) {
    return fail(peer, now, kNoAnswerUs);
  }
  if (part.head->header.seal.epoch > known_.scope.epoch) {
    claims_newer_ = peer;  // if that is true, it can prove how the epochs between ended
    phase_ = Phase::epochs;
    heads_asked_.clear();
    heads_answered_.clear();
    head_.reset();
    return;
  }
  if (auto checked = check_head(*part.head); !checked) {
    return refuse(peer, now, checked.error());
  }
  const bool higher = !head_ || head_->header.seal.height < part.head->header.seal.height;
  if (higher) head_ = part.head;
}

crypto::Checked<void> SnapshotJoin::check_head(const SnapshotHead& head) const {
  const auto refused = [](const char* what) {
    return crypto::Unexpected{crypto::Reject(kSnapshotHead, "head", what)};
  };
  const ledger::Seal& seal = head.header.seal;
  const ledger::Vote& vote = head.certificate.vote;
  if (vote.kind != ledger::VoteKind::finalize || vote.candidate.block_hash != head.header.hash()) {
    return refused("The certificate does not make the block final.");
  }
  const auto verified =
      ledger::verify_certificate(head.certificate, known_.scope, known_.validators);
  if (!verified) return crypto::Unexpected{verified.error()};
  if (seal.network_id != known_.scope.network_id || seal.epoch != known_.scope.epoch ||
      seal.set_hash != known_.validators.hash() || seal.height == 0 || head.header.closes_epoch()) {
    return refused("The block is not of the epoch at hand, or its last.");
  }
  if (head.subtrees.size() != kSubtrees ||
      ledger::root_of_subtrees(head.subtrees, kSubtreeNibbles) != seal.state_root) {
    return refused("The subtrees do not give the state root.");
  }
  if (!edge_tiles(head.header, head.tree_edge)) {
    return refused("The edge is not that of the history tree.");
  }
  return {};
}

// As soon as nobody else is awaited.
void SnapshotJoin::choose_head() {
  if (!heads_asked_.empty() || heads_answered_.empty()) return;
  heads_answered_.clear();
  if (!head_) {
    phase_ = Phase::epochs;  // epochs may have ended meanwhile
    return;
  }
  phase_ = Phase::leaves;
  progress();
  make_runs();
  for (std::size_t i = 0; i < kSubtrees; ++i) remove_proved(writes_, i);
  put_join_head(writes_, join_head());
  notes_.push_back(JoinBegan{head_->header.seal.height});
}

JoinHead SnapshotJoin::join_head() const {
  JoinHead join{*head_, {}, closing_};
  join.start.height = head_->header.seal.height;
  join.start.epoch = known_.scope.epoch;
  join.start.anchor = known_.scope.anchor;
  if (closing_) {
    join.start.anchor_before = before_.scope.anchor;
    for (std::size_t i = 0; i < before_.validators.size(); ++i) {
      join.start.members_before.push_back(before_.validators.member(i));
    }
  }
  return join;
}

// ---- leaves ----

void SnapshotJoin::take_leaves(Run& run, PeerId peer, SnapshotPart part, Moment now) {
  if (part.leaves.empty() && !part.last) {
    run.drop();
    return fail(peer, now, kNoAnswerUs);  // it does not serve this state
  }
  const std::size_t subtree = run.subtree;
  const std::size_t bytes = run.bytes;
  run.giver = peer;
  const auto added = add_leaves(run, std::move(part.leaves), part.last);
  if (run.subtree > subtree) progress();
  if (!added) {
    run.drop();
    return refuse(peer, now, added.error());
  }
  if (run.subtree == subtree && run.bytes - bytes < kBytesLeast / 2) {
    run.drop();
    return fail(peer, now, kNoAnswerUs);
  }
  bytes_max_ = std::min<std::uint64_t>(2 * bytes_max_, kSnapshotBytesMax);
  finish();
}

crypto::Checked<void> SnapshotJoin::add_leaves(Run& run, std::vector<SnapshotLeaf> leaves,
                                               bool last) {
  crypto::Hash before = run.after();
  bool beyond = last;
  for (SnapshotLeaf& leaf : leaves) {
    const crypto::Hash path = crypto::sha256(leaf.key);
    if (path <= before) {
      return crypto::Unexpected{
          crypto::Reject(kSnapshotLeaves, "leaves", "The leaves are not in order.")};
    }
    before = path;
    const std::size_t subtree = ledger::subtree_of(path, kSubtreeNibbles);
    beyond = beyond || subtree >= run.end;
    if (subtree >= run.end) break;
    if (auto proved = prove_up_to(run, subtree); !proved) return proved;
    run.bytes += leaf.key.size() + leaf.value.size();
    if (run.bytes > kSubtreeBytesMax) {
      return crypto::Unexpected{
          crypto::Reject(kSnapshotLeaves, "leaves", "One subtree has more than it may.")};
    }
    run.hashes.push_back({path, crypto::sha256(leaf.value)});
    run.leaves.push_back(std::move(leaf));
  }
  return beyond ? prove_up_to(run, run.end) : crypto::Checked<void>();
}

// All leaves of the subtrees below this one are here.
crypto::Checked<void> SnapshotJoin::prove_up_to(Run& run, std::size_t subtree) {
  while (run.subtree < subtree) {
    if (auto proved = prove(run); !proved) return proved;
  }
  return {};
}

crypto::Checked<void> SnapshotJoin::prove(Run& run) {
  const std::uint64_t height = head_->header.seal.height;
  ledger::WriteBatch batch;
  ProvedSubtree proved;
  proved.slot = ledger::build_subtree(run.hashes, kSubtreeNibbles, height, batch);
  if (ledger::slot_hash(proved.slot) != head_->subtrees.at(run.subtree)) {
    return crypto::Unexpected{
        crypto::Reject(kSnapshotLeaves, "leaves",
                       "Subtree " + std::to_string(run.subtree) + " is not that of the state.")};
  }
  for (std::size_t i = 0; i < run.leaves.size(); ++i) {
    const SnapshotLeaf& leaf = run.leaves[i];
    proved.records += records_of(leaf);
    genesis_.paths.erase(run.hashes[i].path);
    batch.put(ledger::Column::values, ledger::value_key(run.hashes[i].path, height),
              ledger::encode_value(leaf.key, leaf.value));
    // Who is a member must be known at once, and not when the history below is here.
    if (auto key = ledger::subject_index_key(leaf.key)) {
      batch.put(ledger::Column::indexes, *std::move(key), "");
    }
  }
  put_proved(batch, run.subtree, proved);
  std::move(batch.operations.begin(), batch.operations.end(),
            std::back_inserter(writes_.operations));
  slots_[run.subtree] = proved.slot;
  records_ += proved.records;
  ++run.subtree;
  run.leaves.clear();
  run.hashes.clear();
  run.bytes = 0;
  return {};
}

void SnapshotJoin::finish() {
  if (!std::all_of(runs_.begin(), runs_.end(), [](const Run& run) { return run.finished(); })) {
    return;
  }
  ledger::WriteBatch batch = joined_batch(join_head(), slots_, records_, genesis_);
  std::move(batch.operations.begin(), batch.operations.end(),
            std::back_inserter(writes_.operations));
  phase_ = Phase::done;
  notes_.push_back(JoinDone{head_->header.seal.height});
}

}  // namespace node

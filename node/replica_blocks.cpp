// Blocks: building, executing before voting, committing; and what becomes of submissions.
#include <algorithm>

#include "crypto/check.h"
#include "ledger/chain/checkpoints.h"
#include "ledger/chain/codes.h"
#include "ledger/chain/reader.h"
#include "node/replica.h"
#include "proto/canonical.h"

namespace node {

using crypto::Hash;
using ledger::Outcome;
using ledger::VerifiedSubmission;

namespace {

// What cannot be recorded any more is looked for once in this many milliseconds.
constexpr std::uint64_t kExpiryIntervalMs = 1000;
// Submissions that no block has taken, looked at after a commit; one costs as much as executing it.
constexpr std::size_t kReviewedMax = 8;
// So many blocks may pass it by before it is looked at.
constexpr std::uint64_t kReviewAge = 2;

SubmissionUpdate update_of(const Hash& id, SubmissionState state) {
  SubmissionUpdate update;
  update.id = id;
  update.state = state;
  return update;
}

SubmissionUpdate rejection(const Hash& id, crypto::Reject reject) {
  SubmissionUpdate update = update_of(id, SubmissionState::rejected);
  update.rejects.push_back({0, std::move(reject)});
  return update;
}

bool is_decided(const ledger::Added& added) {
  return added.outcome == Outcome::recorded || added.outcome == Outcome::rejected;
}

// The subject whose move it waits for.
std::string awaited_subject(const VerifiedSubmission& submission, const ledger::Added& added) {
  for (const ledger::RecordReject& one : added.rejects) {
    if (one.reject.code == ledger::kPlaceAhead) {
      proto::Record record;
      proto::parse_record(submission->record_bytes[one.record], record);
      return record.subject();
    }
  }
  CHECK(false);
  return {};
}

}  // namespace

// ---- submissions ----

void Replica::admit(const VerifiedSubmission& submission, std::optional<PeerId> from) {
  gathers_ = true;
  const Hash& id = submission->id;
  if (!take_in(submission, from)) return gossip_.on_no_room(id);
  const bool pooled = mempool_.contains(id);
  if (pooled && !from) gossip_.push(submission, actions_.sends);
  gossip_.on_processed(id, pooled, from, now_, actions_.sends);
}

// False: there is no room.
bool Replica::take_in(const VerifiedSubmission& submission, std::optional<PeerId> from) {
  const Hash& id = submission->id;
  std::vector<Hash> dropped;
  const Mempool::Admission admission = mempool_.add(submission, head().seal.height, dropped);
  for (const Hash& other : dropped) {
    actions_.updates.push_back(
        rejection(other, {ledger::kMempoolFull, "", "Others' submissions came first."}));
    actions_.notes.push_back(SubmissionDropped{other, "mempool full"});
    gossip_.on_no_room(other);
  }
  if (admission == Mempool::Admission::full) {
    if (!from) {
      actions_.updates.push_back(rejection(id, {ledger::kMempoolFull, "", "The mempool is full."}));
    }
    return false;
  }
  if (!from) actions_.updates.push_back(update_of(id, SubmissionState::accepted));
  if (admission == Mempool::Admission::known) return true;
  // Alone, it is judged at once: whoever sent it knows, and no view is spent on finding that there
  // is nothing to propose. What is under way could make it valid.
  const bool alone =
      mempool_.size() == 1 && !tree_.is_behind() && core_->tip().block_hash == tree_.head().hash;
  if (alone) mempool_.settle(id, decide(submission, judge(submission)));
  return true;
}

// What the newest final state alone says of it.
ledger::Added Replica::judge(const VerifiedSubmission& submission) {
  const ledger::Seal& before = head().seal;
  ledger::BlockBuilder builder(
      tree_.base_on(tree_.head().hash, set_hash_),
      {keyring_->scope.epoch, 1, std::max(now_.wall_ms, before.time_ms + 1), 0});
  return builder.add(submission);
}

// Of a judgement on final state, which stands.
Mempool::Fate Replica::decide(const VerifiedSubmission& submission, ledger::Added added) {
  if (added.outcome == Outcome::ahead) {
    return Mempool::HoldForSubject{awaited_subject(submission, added)};
  }
  if (!is_decided(added)) return Mempool::Keep{};
  SubmissionUpdate update =
      update_of(submission->id, added.outcome == Outcome::recorded ? SubmissionState::recorded
                                                                   : SubmissionState::rejected);
  update.rejects = std::move(added.rejects);
  actions_.updates.push_back(std::move(update));
  return Mempool::Drop{};
}

// What waits while others are taken may have become what no block can take.
void Replica::review(std::uint64_t height) {
  mempool_.review(height, kReviewedMax,
                  [this](const VerifiedSubmission& one) { return decide(one, judge(one)); });
}

void Replica::review_passed_by() {
  if (!history_ && head().seal.height >= kReviewAge) review(head().seal.height - kReviewAge);
}

// Where nothing moves, nobody else may see anything to propose in what waits here.
void Replica::review_at_rest() {
  if (history_ || tree_.is_behind()) return;
  if (now_.monotonic_us < reviewed_us_ + options_.core.delta_us) return;
  reviewed_us_ = now_.monotonic_us;
  if (now_.monotonic_us >= last_block_us_ + options_.core.delta_us) review(head().seal.height);
}

void Replica::expire() {
  if (now_.wall_ms < last_expiry_ms_ + kExpiryIntervalMs) return;
  last_expiry_ms_ = now_.wall_ms;
  for (const Hash& id : mempool_.expire(now_.wall_ms)) {
    actions_.updates.push_back(rejection(
        id, {ledger::kSubmissionExpired, "header.not_after", "Its time ran out while waiting."}));
  }
}

// ---- building ----

void Replica::build(const BuildBlock& request) {
  const Hash& parent = request.parent.block_hash;
  if (!tree_.has(parent) || !votes_) {
    drive(BuildDeclined{request.view});
    return;
  }
  const ledger::Header& before = tree_.header(parent);
  ledger::BlockBuilder builder(
      tree_.base_on(parent, set_hash_),
      {keyring_->scope.epoch, request.view, std::max(now_.wall_ms, before.seal.time_ms + 1), *me_});
  const bool opens = before.closes_epoch();
  if (opens) builder.add_epoch_entry(closing_entry());
  const auto elapsed_us = [this] { return options_.stopwatch_us ? options_.stopwatch_us() : 0; };
  const std::uint64_t begun_us = elapsed_us();
  mempool_.offer([&](const VerifiedSubmission& submission) -> Mempool::Fate {
    if (elapsed_us() - begun_us > options_.core.build_us) return Mempool::Stop{};
    ledger::Added added = builder.add(submission);
    switch (added.outcome) {
      case Outcome::included:
        return Mempool::Keep{};
      case Outcome::full:
        return Mempool::Stop{};
      case Outcome::ahead:
        return Mempool::HoldForSubject{awaited_subject(submission, added)};
      case Outcome::recorded:
      case Outcome::rejected:
        break;
    }
    // It may be at odds with what is not final. Only what final state says is an answer.
    Mempool::Fate fate = decide(submission, judge(submission));
    return std::holds_alternative<Mempool::Keep>(fate) ? Mempool::HoldForCommit{} : std::move(fate);
  });
  if (builder.record_count() == 0 && !opens) {
    say_work();  // first: a quorum of one is in its next view as soon as this one is declined
    drive(BuildDeclined{request.view});
    return;
  }
  ledger::ExecutedBlock block = std::move(builder).finish();
  const ledger::Header header = block.header;
  tree_.add(std::move(block));
  drive(BlockBuilt{header});
}

// The epoch certificate: the FINALIZE certificate of the block that closed the epoch before.
crypto::Bytes Replica::closing_entry() const {
  const auto bytes = ledger::ChainReader(store_.snapshot()).certificate(head().seal.height);
  CHECK(bytes.has_value());
  const auto certificate = ledger::decode_certificate(*bytes);
  CHECK(certificate.has_value());
  return ledger::epoch_entry(*certificate);
}

// ---- executing what others propose ----

// Consensus may know a header of which nothing is kept here: of a leader's second proposal.
void Replica::begin_check(const CheckBlock& request) {
  checks_.try_emplace(request.hash, Check{request.header, now_.monotonic_us, false});
  try_check(request.hash);
}

const ledger::Header* Replica::find_unchecked(const Hash& hash) const {
  if (const auto body = bodies_.find(hash); body != bodies_.end()) return &body->second.header;
  const Draft* draft = find_draft(hash);
  return draft == nullptr ? nullptr : &draft->header;
}

const Replica::Draft* Replica::find_draft(const Hash& hash) const {
  for (const auto& [view, draft] : drafts_) {
    if (draft.hash == hash) return &draft;
  }
  return nullptr;
}

// Executes the block if all of it is here, and otherwise asks for what is missing.
void Replica::try_check(const Hash& hash) {
  const auto check = checks_.find(hash);
  if (check == checks_.end()) return;
  if (tree_.is_behind()) {
    ripe_.insert(hash);
    return;
  }
  if (tree_.find(hash) != nullptr) {
    checks_.erase(check);
    drive(BlockChecked{hash, true});
    return;
  }
  if (!tree_.has(check->second.header.seal.parent_hash)) {
    checks_.erase(check);  // its parent was abandoned
    return;
  }
  if (bodies_.contains(hash) && check_body(hash)) return;
  const Draft* draft = find_draft(hash);
  if (draft != nullptr && !check->second.wants_body && check_draft(*draft)) return;
  const std::optional<PeerId> prefer = draft == nullptr ? std::nullopt : std::optional(draft->from);
  block_fetch_.want(hash, prefer, now_, actions_.sends);
}

// From the proposer's outline. True: it was executed, or its submissions are on their way. An
// outline that does not give the header proves nothing: the entries do.
bool Replica::check_draft(const Draft& draft) {
  ledger::BlockContent content;
  content.epoch_entry = draft.outline.epoch_entry;
  std::vector<Hash> missing;
  for (const Hash& id : draft.outline.submissions) {
    if (const VerifiedSubmission* one = mempool_.find(id)) {
      content.submissions.push_back(*one);
    } else {
      missing.push_back(id);
    }
  }
  if (!missing.empty()) {
    gossip_.want(missing, draft.from, find_submission(), now_, actions_.sends);
    return true;
  }
  const Hash hash = draft.hash;
  auto block = ledger::execute_block(tree_.base_on(draft.header.seal.parent_hash, set_hash_),
                                     draft.header, content, closed_ ? &*closed_ : nullptr);
  if (!block) {
    checks_.at(hash).wants_body = true;
    return false;
  }
  finish_check(*std::move(block));
  return true;
}

// From the entries. True: it was executed or refused; false: this is not the block's body.
bool Replica::check_body(const Hash& hash) {
  const ReceivedBody& received = bodies_.at(hash);
  const ledger::Header header = received.header;
  const Hash& parent = header.seal.parent_hash;
  if (!ledger::is_body_of(received.body, header, tree_.tree_of(parent))) {
    const std::optional<PeerId> from = received.from;
    bodies_.erase(hash);
    if (from) block_fetch_.bad(hash, *from, now_, actions_.sends);
    return false;
  }
  const auto content = ledger::read_body_content(received.body);
  auto block =
      content
          ? ledger::execute_block(
                tree_.base_on(parent, set_hash_), header, *content,
                [this](const Hash& id) { return mempool_.find(id); }, closed_ ? &*closed_ : nullptr)
          : crypto::Checked<ledger::ExecutedBlock>(crypto::Unexpected{content.error()});
  block_fetch_.done(hash, now_, actions_.sends);
  if (block) {
    finish_check(*std::move(block));
    return true;
  }
  checks_.erase(hash);
  actions_.notes.push_back(BlockRefused{hash, block.error().message});
  drive(BlockChecked{hash, false});
  return true;
}

void Replica::finish_check(ledger::ExecutedBlock block) {
  const Hash hash = block.hash;
  checks_.erase(hash);
  block_fetch_.done(hash, now_, actions_.sends);
  tree_.add(std::move(block));
  drive(BlockChecked{hash, true});
}

// ---- committing ----

void Replica::commit(const Finalized& finals) {
  std::uint64_t parent_time = head().seal.time_ms;
  bool checkpoint = false;
  for (const ledger::Header& header : finals.blocks) {
    commit_block(header);
    checkpoint = checkpoint || ledger::is_checkpoint_block(header.seal, parent_time);
    parent_time = header.seal.time_ms;
  }
  crypto::Bytes height;
  crypto::append_u64(height, finals.certificate->vote.candidate.height);
  actions_.writes.put(ledger::Column::certificates, std::move(height),
                      ledger::encode_certificate(*finals.certificate));
  moved_ = true;
  tell_observers(finals.certificate);
  if (finals.blocks.empty()) return;
  review_due_ = true;
  last_block_us_ = now_.monotonic_us;
  forget_below_head();
  follow_head();
  if (checkpoint) sign_checkpoint();
}

void Replica::commit_block(const ledger::Header& header) {
  BlockTree::Committed committed = tree_.commit(header.hash());
  for (auto& operation : committed.writes.operations) {
    actions_.writes.operations.push_back(std::move(operation));
  }
  const ledger::ExecutedBlock& block = *committed.block;
  std::vector<crypto::ByteView> written;
  written.reserve(block.state.size());
  for (const ledger::StateWrite& write : block.state) written.push_back(write.key);
  mempool_.commit(committed.submissions, written);
  gossip_.on_final(committed.submissions);
  for (const ledger::IncludedSubmission& submission : block.submissions) {
    SubmissionUpdate update = update_of(submission.id, SubmissionState::final);
    update.height = header.seal.height;
    update.first_index = submission.first_index;
    actions_.updates.push_back(std::move(update));
  }
  actions_.notes.push_back(BlockCommitted{block.header, block.hash, block.record_count,
                                          static_cast<std::uint32_t>(block.submissions.size())});
  prune_trie(block.trie.stale.size());
}

void Replica::forget_below_head() {
  const std::uint64_t height = head().seal.height;
  std::erase_if(drafts_, [&](const auto& one) { return one.second.header.seal.height <= height; });
  std::erase_if(bodies_, [&](const auto& one) { return one.second.header.seal.height <= height; });
  std::erase_if(checks_, [&](const auto& one) { return one.second.header.seal.height <= height; });
}

// Removes up to twice as many old nodes as this block made stale, so that pruning keeps up and no
// block pays for many.
void Replica::prune_trie(std::size_t stale_nodes) {
  const std::uint64_t height = head().seal.height;
  if (options_.trie_heights_kept == 0 || height < options_.trie_heights_kept) return;
  ledger::WriteBatch removals = ledger::prune(
      *store_.snapshot(), height - options_.trie_heights_kept, 2 * stale_nodes + 4, prune_cursor_);
  for (auto& operation : removals.operations) {
    actions_.writes.operations.push_back(std::move(operation));
  }
}

// ---- checkpoints ----

void Replica::checkpoint_idle_tip() {
  const std::uint64_t quiet = now_.monotonic_us - last_block_us_;
  if (quiet < options_.idle_checkpoint_us) return;
  if (checkpoints_.newest().size < head().tree_size) sign_checkpoint();
}

// The C2SP checkpoint of the head, signed with the log key (01) and the cosigner key (04).
void Replica::sign_checkpoint() {
  const bool old = head().seal.epoch != keyring_->scope.epoch;
  if (standing_ != Standing::voting && standing_ != Standing::outside) return;
  if (!(old ? find_me(keyring_->last_validators) : me_)) return;
  auto signed_head = checkpoints_.sign(head().seal.epoch, {head().tree_size, head().tree_root},
                                       now_.wall_ms / 1000);
  if (!signed_head) return;
  slot_due_ = true;  // the vote file says what was signed before anyone hears of it
  take_checkpoint(*signed_head);
  std::vector<PeerId> all;
  for (const auto& [id, peer] : peers_) all.push_back(id);
  if (!all.empty()) actions_.sends.push_back({std::move(all), *std::move(signed_head)});
}

// A quorum's note is kept, and replaced while more lines come.
void Replica::take_checkpoint(const CheckpointSent& sent) {
  if (sent.epoch + 1 < keyring_->scope.epoch) return;  // two epochs have ended since it was read
  const bool old = sent.epoch != keyring_->scope.epoch;
  const ledger::ValidatorSet& validators = old ? keyring_->last_validators : keyring_->validators;
  const auto note = checkpoints_.add(sent, validators.quorum());
  if (!note) return;
  ledger::put_checkpoint(actions_.writes, sent.head.size, ledger::format_note(*note));
  actions_.notes.push_back(CheckpointSigned{sent.head.size});
}

}  // namespace node

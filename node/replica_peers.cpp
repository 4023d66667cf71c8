// What peers say and hear.
#include "crypto/check.h"
#include "ledger/chain/reader.h"
#include "node/replica.h"

namespace node {

using crypto::Hash;
using ledger::Candidate;

namespace {

// Consensus takes part this far above the head; what is higher is caught up with by ranges first,
// whose blocks are executed and forgotten on the way.
constexpr std::uint64_t kFollowedHeights = 32;
// What waits is announced again: a line that was full may have lost it, and a record that few nodes
// know could wait for ever.
constexpr std::uint64_t kAnnounceAgainUs = 5'000'000;
constexpr std::size_t kAnnouncedAgainMax = 1024;
// Column::meta: "evidence/" || epoch 8 || view 8 || signer 2 || kind 1 -> two encoded votes.
constexpr std::string_view kEvidenceKey = "evidence/";

}  // namespace

// ---- connections ----

void Replica::on(PeerConnected event) {
  peers_[event.peer] = {event.organisation, keyring_->validators.index_of(event.organisation)};
  block_fetch_.on_peer(event.peer, event.organisation, now_, actions_.sends);
  range_sync_->on_peer(event.peer, event.organisation);
  if (history_) history_->on_peer(event.peer, event.organisation);
  gossip_.on_peer(event.peer, mempool_.ids(), actions_.sends);
  rejoin_.on_peer(event.peer, event.organisation, now_, actions_.sends);
  actions_.sends.push_back({{event.peer}, peer_status()});
  if (checkpoints_.own()) actions_.sends.push_back({{event.peer}, *checkpoints_.own()});
}

void Replica::on(PeerGone event) {
  peers_.erase(event.peer);
  block_fetch_.on_gone(event.peer, now_, actions_.sends);
  range_sync_->on_gone(event.peer);
  if (history_) history_->on_gone(event.peer);
  serve_.on_gone(event.peer);
  gossip_.on_gone(event.peer, now_, actions_.sends);
  rejoin_.on_gone(event.peer);
}

void Replica::on(MessageFrom event) {
  if (!peers_.contains(event.peer)) return;
  std::visit([&](auto& message) { take(event.peer, std::move(message)); }, event.message);
}

void Replica::assign_validators() {
  for (auto& [id, peer] : peers_) {
    peer.validator = keyring_->validators.index_of(peer.organisation);
  }
}

std::vector<PeerId> Replica::peers_of(std::optional<std::uint16_t> validator) const {
  std::vector<PeerId> found;
  for (const auto& [id, peer] : peers_) {
    if (peer.validator && (!validator || peer.validator == validator)) found.push_back(id);
  }
  return found;
}

// ---- consensus, from here ----

void Replica::send(const CoreSend& one) {
  std::vector<PeerId> to = peers_of(one.to);
  // Who only observes follows the heads of others.
  if (std::holds_alternative<Status>(one.message) && !one.to) {
    to.clear();
    for (const auto& [id, peer] : peers_) to.push_back(id);
  }
  if (!to.empty()) actions_.sends.push_back({std::move(to), message_of(one.message)});
}

Message Replica::message_of(const CoreMessage& message) const {
  if (const auto* status = std::get_if<Status>(&message)) {
    return PeerStatus{keyring_->scope.epoch, *status, head().seal.height};
  }
  if (const auto* proposal = std::get_if<Proposal>(&message)) {
    return ProposalSent{*proposal, outline_of(proposal->header.hash())};
  }
  if (const auto* vote = std::get_if<VerifiedVote>(&message)) return *vote;
  if (const auto* evidence = std::get_if<Evidence>(&message)) return *evidence;
  return std::get<VerifiedCertificate>(message);
}

PeerStatus Replica::peer_status() const {
  return {keyring_->scope.epoch, core_->status(), head().seal.height};
}

Outline Replica::outline_of(const Hash& hash) const {
  Outline outline;
  const ledger::ExecutedBlock* block = tree_.find(hash);
  if (block == nullptr) return outline;
  if (block->entries.front()[0] == static_cast<char>(ledger::EntryKind::epoch)) {
    outline.epoch_entry = block->entries.front();
  }
  for (const auto& one : block->submissions) outline.submissions.push_back(one.id);
  return outline;
}

// ---- consensus, from peers ----

std::optional<std::uint16_t> Replica::validator_at(PeerId peer) const {
  return peers_.at(peer).validator;
}

bool Replica::is_followed(const Candidate& candidate) const {
  return candidate.height <= head().seal.height + kFollowedHeights;
}

void Replica::take(PeerId from, VerifiedVote message) {
  drive(MessageReceived{validator_at(from), std::move(message)});
}

void Replica::take(PeerId from, VerifiedCertificate message) {
  if (!is_followed(message->vote.candidate)) return;
  drive(MessageReceived{validator_at(from), std::move(message)});
}

void Replica::take(PeerId from, ProposalSent message) {
  const ledger::SignedVote& vote = *message.proposal.vote;
  const Candidate& candidate = vote.vote.candidate;
  if (!is_followed(candidate)) return;
  const bool by_leader = vote.signer == core_->leader(candidate.view);
  const std::uint64_t view = core_->view();
  if (by_leader && candidate.view + 1 >= view &&
      candidate.view <= view + options_.core.window_views) {
    drafts_.try_emplace(candidate.view, Draft{message.proposal.header, candidate.block_hash,
                                              std::move(message.outline), from});
  }
  drive(MessageReceived{validator_at(from), std::move(message.proposal)});
}

void Replica::take(PeerId from, PeerStatus message) {
  range_sync_->on(from, message);
  if (history_) history_->on(from, message);
  if (message.epoch == keyring_->scope.epoch) {
    drive(MessageReceived{validator_at(from), message.views});
  } else if (message.epoch < keyring_->scope.epoch) {
    answer_older(from);
  }
}

void Replica::take(PeerId from, Evidence message) {
  drive(MessageReceived{validator_at(from), std::move(message)});
}

// It may not know yet that its epoch has ended.
void Replica::take(PeerId from, OtherEpoch message) {
  range_sync_->on(from, message);
  if (message.epoch < keyring_->scope.epoch) answer_older(from);
}

void Replica::answer_older(PeerId from) {
  Peer& peer = peers_.at(from);
  if (now_.monotonic_us < peer.answered_us + options_.core.delta_us) return;
  peer.answered_us = now_.monotonic_us;
  actions_.sends.push_back({{from}, peer_status()});
}

// ---- submissions ----

FindSubmission Replica::find_submission() const {
  return [this](const Hash& id) -> std::optional<ledger::VerifiedSubmission> {
    const ledger::VerifiedSubmission* found = mempool_.find(id);
    return found == nullptr ? std::nullopt : std::optional(*found);
  };
}

// What there is no room for is announced again, or a proposal names it.
void Replica::take(PeerId from, Announce message) {
  if (!mempool_.takes_any()) return;
  gossip_.on(from, message, find_submission(), now_, actions_.sends);
}

void Replica::take(PeerId from, GetSubmissions message) {
  gossip_.on(from, message, find_submission(), now_, actions_.sends);
}

void Replica::take(PeerId from, SubmissionsSent message) {
  for (const ledger::VerifiedSubmission& one :
       gossip_.on(from, std::move(message), now_, actions_.sends)) {
    admit(one, from);
  }
  std::vector<Hash> waiting;
  for (const auto& [hash, check] : checks_) waiting.push_back(hash);
  for (const Hash& hash : waiting) try_check(hash);
}

// ---- blocks ----

void Replica::fetch(const FetchBlock& request) {
  const ledger::ExecutedBlock* executed = tree_.find(request.hash);
  const ledger::Header* header =
      executed != nullptr ? &executed->header : find_unchecked(request.hash);
  if (header != nullptr) {
    drive(BlockReceived{*header});
    return;
  }
  const std::vector<PeerId> prefer = peers_of(request.prefer);
  block_fetch_.want(request.hash, prefer.empty() ? std::nullopt : std::optional(prefer.front()),
                    now_, actions_.sends);
}

void Replica::take(PeerId from, BlockSent message) {
  const std::optional<Hash> hash = block_fetch_.on(from, message, now_, actions_.sends);
  if (!hash) return;
  const ledger::Header header = message.header;
  bodies_.insert_or_assign(*hash, ReceivedBody{header, std::move(message.body), from});
  drive(BlockReceived{header});
  try_check(*hash);
}

void Replica::take(PeerId from, BlockAbsent message) {
  block_fetch_.on(from, message, now_, actions_.sends);
}

void Replica::take(PeerId, CheckpointSent message) { take_checkpoint(message); }

// What was judged whole goes the way of all blocks: consensus gets the certificate, asks for the
// blocks that it names, and has them executed.
void Replica::take(PeerId from, RangeSent message) {
  if (history_ && message.from_height <= history_->target()) {
    history_->on(from, std::move(message), now_);
    return;
  }
  for (VerifiedRange& range : range_sync_->on(from, std::move(message), now_)) {
    for (BlockSent& block : range.blocks) {
      const Hash hash = block.header.hash();
      ripe_.insert(hash);
      bodies_.insert_or_assign(hash,
                               ReceivedBody{block.header, std::move(block.body), std::nullopt});
    }
    range_ends_.push_back(std::move(range.certificate));
  }
}

// Consensus hears of one range at a time: it makes final what its newest certificate names in one
// step, and each block that waits for that is a layer more to look through.
std::optional<VerifiedCertificate> Replica::next_range_end() {
  const auto height = [](const VerifiedCertificate& one) { return one->vote.candidate.height; };
  while (!range_ends_.empty() && height(range_ends_.front()) <= head().seal.height) {
    range_ends_.pop_front();
  }
  if (range_ends_.empty() || height(range_ends_.front()) <= range_end_driven_) return std::nullopt;
  range_end_driven_ = height(range_ends_.front());
  return range_ends_.front();
}

// A block of the history in each step that has nothing else to write, so that nothing waits for it.
// A history that differs stays as it is, and this node without a vote.
void Replica::fill_history() {
  if (!history_ || history_->differs() || !actions_.writes.empty()) return;
  actions_.writes = history_->step(store_.snapshot());
  if (history_->differs()) actions_.notes.push_back(*history_->differs());
  if (!actions_.writes.empty()) resumes_ = true;
  if (!history_->done()) return;
  actions_.notes.push_back(HistoryFilled{history_->target()});
  history_.reset();
}

// The head has moved, or those who finalize the next block have changed.
void Replica::follow_head() {
  const BlockTree::Head& now = tree_.head();
  if (!range_sync_) {
    range_sync_.emplace(now.header, now.tree, keyring_->scope, keyring_->validators);
  } else {
    range_sync_->set_head(now.header, now.tree, keyring_->scope, keyring_->validators);
  }
  range_sync_->set_patience(me_ ? RangeSync::kBehindHeights : 0);
}

// Who only observes gets no votes: f + 1 validators, others in every view, tell what became final.
void Replica::tell_observers(const VerifiedCertificate& certificate) {
  const ledger::ValidatorSet& validators = keyring_->validators;
  if (!me_) return;
  const std::uint64_t turn = (certificate->vote.candidate.view + *me_) % validators.size();
  if (turn > validators.faults()) return;
  std::vector<PeerId> to;
  for (const auto& [id, peer] : peers_) {
    if (!peer.validator) to.push_back(id);
  }
  if (!to.empty()) actions_.sends.push_back({std::move(to), certificate});
}

// The certificate of a closing block is the proof by which others follow the validators: the more
// of them have signed, the more epochs can be skipped.
void Replica::take(PeerId, LateFinalize message) {
  const Candidate& candidate = message.vote->vote.candidate;
  const ledger::ChainReader reader(store_.snapshot());
  const auto closing = reader.height_of(keyring_->scope.anchor);
  if (closing != candidate.height) return;
  const auto bytes = reader.certificate(candidate.height);
  const auto certificate = bytes ? ledger::decode_certificate(*bytes) : std::nullopt;
  const auto fuller = certificate ? ledger::with_vote(*certificate, message.vote) : std::nullopt;
  if (!fuller) return;
  crypto::Bytes height;
  crypto::append_u64(height, candidate.height);
  actions_.writes.put(ledger::Column::certificates, std::move(height),
                      ledger::encode_certificate(*fuller));
}

void Replica::keep_evidence(const Evidence& evidence) {
  const ledger::SignedVote& vote = *evidence.first;
  crypto::Bytes key(kEvidenceKey);
  crypto::append_u64(key, vote.epoch);
  crypto::append_u64(key, vote.vote.candidate.view);
  crypto::append_u16(key, vote.signer);
  key.push_back(static_cast<char>(evidence.second->vote.kind));
  actions_.writes.put(ledger::Column::meta, std::move(key),
                      ledger::encode_vote(vote) + ledger::encode_vote(*evidence.second));
}

// ---- rollback protection ----

void Replica::take(PeerId from, Probe message) {
  ProbeAnswers::Facts facts;
  facts.epoch = keyring_->scope.epoch;
  facts.view = core_->view();
  if (const auto certificate = core_->entered_by()) {
    facts.highest = **certificate;
  } else if (closed_) {
    const ledger::ChainReader reader(store_.snapshot());
    const auto height = reader.height_of(keyring_->scope.anchor);
    const auto bytes = height ? reader.certificate(*height) : std::nullopt;
    if (bytes) facts.highest = ledger::decode_certificate(*bytes);
  }
  if (const auto asker = validator_at(from)) facts.yours = core_->votes_of(*asker, kVotesShownMax);
  facts.closing_open = core_->closing_open();
  actions_.sends.push_back(
      {{from},
       probe_answers_.answer(peers_.at(from).organisation, message, std::move(facts), now_)});
}

void Replica::take(PeerId from, ProbeAnswer message) {
  rejoin_.on(from, message, gate_, now_);
  if (rejoin_.standing(now_) != standing_) resumes_ = true;
}

// ---- answers ----

std::optional<BlockSent> Replica::find_candidate(const Hash& hash) const {
  if (const ledger::ExecutedBlock* block = tree_.find(hash)) {
    return BlockSent{block->header, ledger::body_of(*block)};
  }
  const auto body = bodies_.find(hash);
  if (body == bodies_.end()) return std::nullopt;
  return BlockSent{body->second.header, body->second.body};
}

template <class Request>
void Replica::serve(PeerId from, const Request& request) {
  const ledger::ChainReader reader(store_.snapshot());
  const FindCandidate find = [this](const Hash& hash) { return find_candidate(hash); };
  serve_.on(from, request, {reader, find}, actions_.sends);
}

void Replica::take(PeerId from, GetBlock message) { serve(from, message); }
void Replica::take(PeerId from, GetRange message) { serve(from, message); }
void Replica::take(PeerId from, GetEpochProofs message) { serve(from, message); }
void Replica::take(PeerId from, GetSnapshot message) { serve(from, message); }

// ---- time ----

void Replica::announce_again() {
  if (now_.monotonic_us < announced_us_ + kAnnounceAgainUs) return;
  announced_us_ = now_.monotonic_us;
  std::vector<Hash> ids = mempool_.ids_behind(announced_last_, kAnnouncedAgainMax);
  std::vector<PeerId> to;
  for (const auto& [id, peer] : peers_) to.push_back(id);
  if (ids.empty() || to.empty()) return;
  announced_last_ = ids.back();
  actions_.sends.push_back({std::move(to), Announce{std::move(ids)}});
}

bool Replica::is_busy() const {
  if (keyring_->validators.size() > 1 || history_) return true;  // the lease
  if (mempool_.size() > 0 && !peers_.empty()) return true;
  return !checks_.empty() || block_fetch_.busy() || range_sync_->busy() || serve_.busy() ||
         gossip_.busy();
}

void Replica::on_tick() {
  block_fetch_.on_tick(now_, actions_.sends);
  range_sync_->on_tick(now_, actions_.sends);
  if (history_) history_->on_tick(now_, actions_.sends);
  gossip_.on_tick(find_submission(), now_, actions_.sends);
  announce_again();
  review_at_rest();
  rejoin_.on_tick(now_, actions_.sends);
  if (serve_.busy()) {
    const ledger::ChainReader reader(store_.snapshot());
    const FindCandidate find = [this](const Hash& hash) { return find_candidate(hash); };
    serve_.on_tick({reader, find}, actions_.sends);
  }
  std::vector<Hash> waiting;
  for (auto& [hash, check] : checks_) {
    if (check.wants_body || now_.monotonic_us < check.since_us + options_.core.delta_us) continue;
    check.wants_body = true;
    waiting.push_back(hash);
  }
  for (const Hash& hash : waiting) try_check(hash);
}

}  // namespace node

#include "node/consensus/core.h"

#include <algorithm>
#include <utility>

#include "crypto/check.h"

namespace node {

using crypto::Hash;
using ledger::Candidate;
using ledger::Header;
using ledger::Vote;
using ledger::VoteKind;

Core::Core(CoreOptions options, CoreStart start, SigningGate& gate)
    : options_(options),
      scope_(start.scope),
      validators_(std::move(start.validators)),
      leaders_(validators_.leader_order(scope_.anchor)),
      me_(start.me),
      gate_(gate),
      tally_(validators_),
      head_(start.head),
      head_hash_(start.head.hash()),
      set_hash_(validators_.hash()),
      peers_(validators_.size()),
      resend_us_(options.resend_first_us) {
  if (start.certificate) {
    final_ = (*start.certificate)->vote.candidate;
    CHECK(final_.block_hash == head_hash_);
    final_certificate_ = start.certificate;
  } else {
    CHECK(head_hash_ == scope_.anchor);
    final_ = {0, 0, head_.seal.height, head_hash_};
  }
  delivered_view_ = final_.view;
  view_ = final_.view + 1;
  recover(start);
  out_ = {};  // all of it is in the journal
}

// D7: own votes count again. The view is one above every certificate.
void Core::recover(const CoreStart& start) {
  for (const Header& header : start.blocks) {
    add_block(header);
    if (Block* block = find_block(header.hash())) block->written = true;
  }
  for (const VerifiedVote& vote : start.votes) {
    const Candidate& candidate = vote->vote.candidate;
    if (candidate.view <= final_.view) continue;
    CHECK(me_ && vote->signer == *me_);
    own_vote(views_[candidate.view], vote->vote.kind) = vote;
    if (vote->vote.kind == VoteKind::notarize && leader(candidate.view) == *me_) {
      views_[candidate.view].proposal = candidate;
    }
    tally_.add(vote);
  }
  for (const VerifiedCertificate& certificate : start.certificates) accept(certificate);
}

std::optional<VerifiedVote>& Core::own_vote(View& view, VoteKind kind) {
  if (kind == VoteKind::notarize) return view.notarized;
  return kind == VoteKind::nullify ? view.nullified : view.finalized;
}

CoreOutput Core::start(Moment now) {
  now_ = now;
  start_us_ = now.monotonic_us;
  set_timer(ViewTimer::status, 0, now.monotonic_us + options_.status_us);
  out_.sends.push_back({std::nullopt, status()});
  resend();
  settle();
  return std::exchange(out_, {});
}

CoreOutput Core::step(Moment now, CoreEvent event) {
  now_ = now;
  std::visit([this](auto& kind) { on(std::move(kind)); }, event);
  settle();
  return std::exchange(out_, {});
}

// Looks at every rule until nothing changes. The order matters to no one but the reader.
void Core::settle() {
  bool changed = true;
  while (changed) {
    changed = take_formed();
    changed = commit() || changed;
    changed = try_finalize() || changed;
    changed = try_seal() || changed;
    changed = try_arm() || changed;
    changed = try_propose() || changed;
    changed = try_notarize() || changed;
    changed = try_nullify() || changed;
    changed = want_blocks() || changed;
  }
  try_resend_timer();
  for (Evidence& evidence : tally_.take_evidence()) {
    out_.sends.push_back({std::nullopt, evidence});
    out_.notes.push_back(std::move(evidence));
  }
}

// ---- events ----

void Core::on(MessageReceived event) {
  if (event.from) peers_.at(*event.from).heard_us = now_.monotonic_us;
  std::visit([&](const auto& message) { take(event.from, message); }, event.message);
}

void Core::on(BlockReceived event) {
  // It stays asked for until the next status: a block of no use must not be fetched in a circle.
  if (asked_.contains(event.header.hash())) add_block(event.header);
}

void Core::on(BlockChecked event) {
  Block* block = find_block(event.hash);
  if (block == nullptr || block->check != Check::asked) return;
  block->check = event.valid ? Check::valid : Check::invalid;
}

void Core::on(BlockBuilt event) {
  const Header& header = event.header;
  if (!turn_.building_on || header.seal.view != view_ || leader(view_) != me_) return;
  if (*turn_.building_on != tip()) {  // it is stale: settle() asks anew
    turn_.building_on.reset();
    return;
  }
  if (header.seal.parent_hash != turn_.building_on->block_hash || !may_vote()) return;
  const Header* parent = find_header(turn_.building_on->block_hash);
  CHECK(parent != nullptr && fits(header, *parent));
  View& mine = views_[view_];
  if (mine.notarized || mine.nullified) return;
  add_block(header);
  const Hash hash = header.hash();
  find_block(hash)->check = Check::valid;
  propose({view_, turn_.building_on->view, header.seal.height, hash});
}

void Core::on(BuildDeclined event) {
  if (event.view != view_ || !turn_.building_on) return;
  if (*turn_.building_on == tip()) turn_.declined = true;
  turn_.building_on.reset();
}

void Core::on(WorkChanged event) { work_ = event; }

void Core::on(ViewTimerFired event) {
  if (event.view != 0 && event.view != view_) return;  // it belongs to a view that was left
  switch (event.timer) {
    case ViewTimer::status:
      set_timer(ViewTimer::status, 0, now_.monotonic_us + options_.status_us);
      out_.sends.push_back({std::nullopt, status()});
      asked_.clear();  // what is still wanted is asked for again
      return;
    case ViewTimer::resend: {
      resend_set_ = false;
      const bool progress = resend_mark_ != view_ + final_.view;
      if (!progress) resend();
      resend_us_ =
          progress ? options_.resend_first_us : std::min(2 * resend_us_, options_.resend_last_us);
      return;
    }
    case ViewTimer::leader:
      turn_.leader_fired = true;
      return;
    case ViewTimer::advance:
      turn_.advance_fired = true;
      return;
    case ViewTimer::seal:  // R-SEAL
      turn_.seal_due = is_unsealed();
      return;
    case ViewTimer::pace:
      turn_.pace_set = false;
      return;
    case ViewTimer::hold:
      turn_.hold_set = false;
      return;
  }
}

// ---- certificates and views ----

bool Core::take_formed() {
  std::vector<VerifiedCertificate> formed = tally_.take_certificates();
  for (const VerifiedCertificate& certificate : formed) {
    accept(certificate);
    push(certificate);
  }
  return !formed.empty();
}

// R-CERT. What is new is written, so that every vote rests on certificates that are durable (D3).
void Core::accept(const VerifiedCertificate& certificate) {
  const Vote& vote = certificate->vote;
  const Candidate& candidate = vote.candidate;
  if (certificate->epoch != scope_.epoch || candidate.view < final_.view) return;
  if (candidate.view == final_.view) {
    const bool agrees = vote.kind != VoteKind::nullify && candidate == final_;
    if (!agrees && final_certificate_)
      halt(CertificatesContradict{*final_certificate_, certificate});
    return;
  }
  View& view = views_[candidate.view];
  if (vote.kind != VoteKind::nullify && view.notarization &&
      (*view.notarization)->vote.candidate != candidate) {
    halt(CertificatesContradict{*view.notarization, certificate});
    return;
  }
  switch (vote.kind) {
    case VoteKind::notarize:
      if (view.notarization) return;
      view.notarization = certificate;
      break;
    case VoteKind::nullify:
      if (view.nullification) return;
      view.nullification = certificate;
      break;
    case VoteKind::finalize:
      if (view.nullification) {
        halt(CertificatesContradict{*view.nullification, certificate});
        return;
      }
      finalize_view(certificate);
      break;
  }
  out_.journal.certificates.push_back(*certificate);
  advance(vote);
}

// R-ADV. Any certificate of this view or a later one leads on, whatever this node voted.
void Core::advance(const Vote& vote) {
  const std::uint64_t left = vote.candidate.view;
  if (left < view_) return;
  if (vote.kind == VoteKind::nullify && left == view_ && turn_.armed && !is_dead(leader(left))) {
    slow_ = std::min(slow_ + 1, 16u);  // 1.5^10 is above the cap of 40 already
  }
  view_ = left + 1;
  turn_ = {};
  out_.notes.push_back(ViewEntered{view_, vote.kind});
}

// R-FIN.
void Core::finalize_view(const VerifiedCertificate& certificate) {
  final_ = certificate->vote.candidate;
  final_certificate_ = certificate;
  slow_ /= 2;
  views_.erase(views_.begin(), views_.upper_bound(final_.view));
  tally_.forget(final_.view);
}

// R-COMMIT. True when something was delivered; want_blocks() asks for what is missing.
bool Core::commit() {
  if (halted_ || final_.view == delivered_view_) return false;
  std::vector<Header> path;
  bool refused = final_.height <= head_.seal.height && final_.block_hash != head_hash_;
  for (Hash hash = final_.block_hash; hash != head_hash_ && !refused;) {
    const Block* block = find_block(hash);
    if (block == nullptr) return false;
    refused = block->check == Check::invalid || is_fork(block->header);
    if (!refused && block->check != Check::valid) return false;
    path.push_back(block->header);
    hash = block->header.seal.parent_hash;
  }
  if (refused) {
    halt(FinalBlockRefused{final_.block_hash});
    return false;
  }
  std::reverse(path.begin(), path.end());
  deliver(path);
  return true;
}

void Core::deliver(const std::vector<Header>& blocks) {
  out_.finals.push_back({*final_certificate_, blocks});
  delivered_view_ = final_.view;
  gate_.raise_floor(final_.view);  // D6: the driver prunes the journal in the same batch
  if (blocks.empty()) return;
  head_known_us_ = known_us(final_.block_hash);
  head_ = blocks.back();
  head_hash_ = final_.block_hash;
  std::erase_if(blocks_, [this](const auto& entry) {
    return entry.second.header.seal.height <= head_.seal.height;
  });
  ended_ = head_.closes_epoch();
}

void Core::halt(CoreNote note) {
  if (!halted_) out_.notes.push_back(std::move(note));
  halted_ = true;
}

// R-TIP.
Candidate Core::tip() const {
  for (auto it = views_.lower_bound(view_); it != views_.begin();) {
    --it;
    if (it->second.notarization) return (*it->second.notarization)->vote.candidate;
  }
  return final_;
}

std::uint16_t Core::leader(std::uint64_t view) const { return leaders_[view % leaders_.size()]; }

// ---- time ----

// Nothing was heard of it while a quorum was heard. Local; it costs at most a nullified view.
bool Core::is_dead(std::uint16_t leader) const {
  if (leader == me_) return false;
  const std::uint64_t now = now_.monotonic_us;
  if (now - std::max(start_us_, peers_[leader].heard_us) <= options_.dead_us) return false;
  std::size_t heard = me_ ? 1 : 0;
  for (const Peer& peer : peers_) {
    heard += peer.heard_us != 0 && now - peer.heard_us <= options_.dead_us ? 1 : 0;
  }
  return heard >= validators_.quorum();
}

// Times 1.5 for each step of back-off, 40 at most, in integers.
std::uint64_t Core::backed_off(std::uint64_t us) const {
  std::uint64_t out = us;
  for (std::uint32_t step = 0; step < slow_ && out < 40 * us; ++step) out = out * 3 / 2;
  return std::min(out, 40 * us);
}

std::uint64_t Core::leader_timeout() const {
  return backed_off(2 * options_.delta_us + options_.build_us + options_.block_interval_us);
}

std::uint64_t Core::advance_timeout() const {
  return leader_timeout() + backed_off(options_.delta_us + options_.check_us);
}

void Core::set_timer(ViewTimer timer, std::uint64_t view, std::uint64_t at_us) {
  out_.timers.push_back({timer, view, at_us});
}

}  // namespace node

// What others have and lack: R-TALLY's edge, R-SYNC, dissemination, and the blocks that are wanted.
#include <algorithm>
#include <bit>
#include <utility>

#include "node/consensus/core.h"

namespace node {

using crypto::Hash;
using ledger::Candidate;
using ledger::Header;
using ledger::VoteKind;

namespace {

constexpr std::size_t kNullificationsInline = 8;
constexpr std::size_t kCertificatesPerStatus = 40;
constexpr std::size_t kViewsResent = 16;

}  // namespace

// ---- messages ----

void Core::take(std::optional<std::uint16_t> from, const VerifiedVote& vote) {
  const std::uint64_t number = vote->vote.candidate.view;
  if (vote->epoch != scope_.epoch || number > view_ + options_.window_views) return;
  // Who nullifies a view that others have left is behind; one answer in Delta is enough.
  if (from && vote->vote.kind == VoteKind::nullify && number < view_ &&
      now_.monotonic_us >= peers_.at(*from).answered_us + options_.delta_us) {
    peers_[*from].answered_us = now_.monotonic_us;
    if (number <= final_.view && final_certificate_) {
      out_.sends.push_back({from, *final_certificate_});
    } else if (const auto found = views_.find(number); found != views_.end()) {
      if (found->second.notarization) out_.sends.push_back({from, *found->second.notarization});
      if (found->second.nullification) out_.sends.push_back({from, *found->second.nullification});
    }
  }
  if (number <= final_.view) return;
  if (me_ && vote->signer == *me_) {
    // After amnesia: it is of a view in which nothing is signed again.
    if (number <= gate_.floor().view) return;
    const auto& own = own_vote(views_[number], vote->vote.kind);
    if (own && (*own)->vote == vote->vote) return;
    halt(UnknownOwnVote{vote});  // a copy of this node is alive, or its disk went back in time
    return;
  }
  tally_.add(vote);
}

void Core::take(std::optional<std::uint16_t> from, const Proposal& proposal) {
  for (const VerifiedCertificate& certificate : proposal.justification) accept(certificate);
  const ledger::SignedVote& vote = *proposal.vote;
  const Candidate& candidate = vote.vote.candidate;
  if (vote.epoch != scope_.epoch || vote.vote.kind != VoteKind::notarize ||
      vote.signer != leader(candidate.view) || candidate.view <= final_.view ||
      candidate.view > view_ + options_.window_views ||
      proposal.header.hash() != candidate.block_hash) {
    return;
  }
  take(from, proposal.vote);
  View& view = views_[candidate.view];
  if (!view.proposal) {
    view.proposal = candidate;
    view.proposal_wall_ms = now_.wall_ms;
  }
  // A second candidate of the leader is evidence, and its block nobody's business.
  if (view.proposal == candidate) add_block(proposal.header);
}

void Core::take(std::optional<std::uint16_t> from, const Status& theirs) {
  if (!from || from == me_) return;
  send_missing(*from, theirs);
  // One may be ahead in views and the other in finality: without a pause they would ask for ever.
  const bool ahead = theirs.view > view_ || theirs.final_view > final_.view;
  if (ahead && now_.monotonic_us >= peers_.at(*from).asked_us + options_.delta_us) {
    peers_[*from].asked_us = now_.monotonic_us;
    out_.sends.push_back({from, status()});
  }
}

void Core::take(std::optional<std::uint16_t>, const Evidence& evidence) {
  const std::uint64_t number = evidence.first->vote.candidate.view;
  if (evidence.first->epoch != scope_.epoch || number <= final_.view ||
      number > view_ + options_.window_views) {
    return;
  }
  tally_.add(evidence);
}

// ---- R-SYNC ----

Status Core::status() const {
  Status status;
  status.view = view_;
  status.final_view = final_.view;
  for (const auto& [number, view] : views_) {
    const std::uint64_t bit = number - final_.view - 1;
    if (bit >= Status::kViews) break;
    status.notarized[bit] = view.notarization.has_value();
    status.nullified[bit] = view.nullification.has_value();
  }
  return status;
}

// Lowest view first: a certificate of a later view helps nobody who lacks those below.
void Core::send_missing(std::uint16_t to, const Status& theirs) {
  if (theirs.final_view < final_.view && final_certificate_) {
    out_.sends.push_back({to, *final_certificate_});
  }
  const auto lacks = [&](const std::bitset<Status::kViews>& held, std::uint64_t number) {
    const std::uint64_t bit = number - theirs.final_view - 1;
    return bit < Status::kViews ? !held[bit] : number >= theirs.view;
  };
  std::size_t sent = 0;
  const std::uint64_t after = std::max(theirs.final_view, final_.view);
  for (auto it = views_.upper_bound(after); it != views_.end(); ++it) {
    const View& view = it->second;
    if (view.notarization && lacks(theirs.notarized, it->first)) {
      out_.sends.push_back({to, *view.notarization});
      ++sent;
    }
    if (view.nullification && lacks(theirs.nullified, it->first)) {
      out_.sends.push_back({to, *view.nullification});
      ++sent;
    }
    if (sent >= kCertificatesPerStatus) return;
  }
}

// A certificate made here goes to the next leader and ceil(log2 n) + 1 others, who differ by view
// and sender; whoever is missed asks with its status.
void Core::push(const VerifiedCertificate& certificate) {
  const std::uint64_t number = certificate->vote.candidate.view;
  const std::uint64_t n = validators_.size();
  std::set<std::uint16_t> receivers{leader(number + 1)};
  const std::uint64_t start = number * 7 + me_.value_or(0);
  const std::uint64_t count = static_cast<std::uint64_t>(std::bit_width(n - 1)) + 1;
  for (std::uint64_t i = 1; i <= std::min(count, n - 1); ++i) {
    receivers.insert(static_cast<std::uint16_t>((start + i) % n));
  }
  if (me_) receivers.erase(*me_);
  for (const std::uint16_t to : receivers) out_.sends.push_back({to, certificate});
}

void Core::send_proposal(const View& view) {
  const Candidate& candidate = *view.proposal;
  const Header* header = find_header(candidate.block_hash);
  if (header == nullptr) return;
  Proposal proposal{*view.notarized, *header, {}};
  if (candidate.parent_view == final_.view) {
    if (final_certificate_) proposal.justification.push_back(*final_certificate_);
  } else if (const auto found = views_.find(candidate.parent_view);
             found != views_.end() && found->second.notarization) {
    proposal.justification.push_back(*found->second.notarization);
  }
  std::size_t count = 0;
  for (auto it = views_.upper_bound(candidate.parent_view);
       it != views_.end() && it->first < candidate.view && count < kNullificationsInline; ++it) {
    if (!it->second.nullification) continue;
    proposal.justification.push_back(*it->second.nullification);
    ++count;
  }
  out_.sends.push_back({std::nullopt, std::move(proposal)});
}

// Own votes above the final view, the newest views of them; the own proposal in place of its vote.
void Core::resend() {
  if (!me_) return;
  std::size_t count = 0;
  for (auto it = views_.upper_bound(view_); it != views_.begin() && count < kViewsResent;) {
    --it;
    const View& view = it->second;
    if (!view.notarized && !view.nullified && !view.finalized) continue;
    ++count;
    if (view.notarized && leader(it->first) == *me_) {
      send_proposal(view);
    } else if (view.notarized) {
      out_.sends.push_back({std::nullopt, *view.notarized});
    }
    if (view.nullified) out_.sends.push_back({std::nullopt, *view.nullified});
    if (view.finalized) out_.sends.push_back({std::nullopt, *view.finalized});
  }
}

void Core::try_resend_timer() {
  if (resend_set_ || !may_vote() || (!turn_.armed && !is_unsealed())) return;
  resend_set_ = true;
  resend_mark_ = view_ + final_.view;
  set_timer(ViewTimer::resend, 0, now_.monotonic_us + resend_us_);
}

// ---- blocks ----

Core::Block* Core::find_block(const Hash& hash) {
  return const_cast<Block*>(std::as_const(*this).find_block(hash));
}

const Core::Block* Core::find_block(const Hash& hash) const {
  const auto found = blocks_.find(hash);
  return found == blocks_.end() ? nullptr : &found->second;
}

std::optional<VerifiedCertificate> Core::entered_by() const {
  const auto before = views_.find(view_ - 1);
  if (before != views_.end()) {
    const View& view = before->second;
    if (view.notarization) return view.notarization;
    if (view.nullification) return view.nullification;
  }
  return final_certificate_ && final_.view == view_ - 1 ? final_certificate_ : std::nullopt;
}

bool Core::closing_open() const {
  const auto may_close = [this](const Hash& hash) {
    const Header* header = find_header(hash);
    return header == nullptr || header->closes_epoch();
  };
  if (final_.view != 0 && may_close(final_.block_hash)) return true;
  return std::any_of(views_.begin(), views_.end(), [&](const auto& entry) {
    const View& view = entry.second;
    return view.notarization && may_close((*view.notarization)->vote.candidate.block_hash);
  });
}

const Header* Core::find_header(const Hash& hash) const {
  if (hash == head_hash_) return &head_;
  const Block* block = find_block(hash);
  return block == nullptr ? nullptr : &block->header;
}

std::uint64_t Core::known_us(const Hash& hash) const {
  const Block* block = find_block(hash);
  return block == nullptr ? head_known_us_ : block->known_us;
}

// A block is checked after its ancestors, so a valid one has only valid ones.
bool Core::is_valid(const Hash& hash) const {
  if (hash == head_hash_) return true;
  const Block* block = find_block(hash);
  return block != nullptr && block->check == Check::valid;
}

void Core::add_block(const Header& header) {
  if (header.seal.height <= head_.seal.height) return;
  Block block;
  block.header = header;
  block.known_us = now_.monotonic_us;
  blocks_.emplace(header.hash(), block);
}

// What consensus knows of a block's validity (2.5); executing it says the rest.
bool Core::fits(const Header& header, const Header& parent) const {
  const ledger::Seal& seal = header.seal;
  const bool first = parent.seal.epoch != scope_.epoch;
  return seal.network_id == scope_.network_id && seal.epoch == scope_.epoch &&
         seal.set_hash == set_hash_ && seal.proposer == leader(seal.view) && seal.view >= 1 &&
         seal.height == parent.seal.height + 1 && seal.time_ms > parent.seal.time_ms &&
         (first || (seal.view > parent.seal.view && !parent.closes_epoch()));
}

// Its place is taken by a final block.
bool Core::is_fork(const Header& header) const {
  return header.seal.height <= head_.seal.height + 1 && header.seal.parent_hash != head_hash_;
}

// Asks for every block that a rule waits for: what is final, notarized, or proposed now. True when
// one of them turned out to be invalid.
bool Core::want_blocks() {
  bool changed = false;
  if (halted_) return changed;
  if (final_certificate_) changed = want(**final_certificate_);
  for (const auto& [number, view] : views_) {
    if (view.notarization) changed = want(**view.notarization) || changed;
    if (number != view_ || !view.proposal) continue;
    changed = want(view.proposal->block_hash, leader(number)) || changed;
  }
  return changed;
}

bool Core::want(const ledger::Certificate& certificate) {
  return want(certificate.vote.candidate.block_hash, ledger::signers_of(certificate).front());
}

// Walks down over blocks that are known, to the one that is missing or the lowest not checked.
bool Core::want(const Hash& hash, std::uint16_t prefer) {
  Block* lowest = nullptr;
  Hash at = hash;
  while (!is_valid(at)) {
    Block* block = find_block(at);
    if (block == nullptr) {
      if (asked_.insert(at).second) out_.requests.push_back(FetchBlock{at, prefer});
      return false;
    }
    if (block->check == Check::invalid || is_fork(block->header)) return false;
    lowest = block;
    at = block->header.seal.parent_hash;
  }
  if (lowest == nullptr || lowest->check != Check::unknown) return false;
  const bool good = fits(lowest->header, *find_header(at));
  lowest->check = good ? Check::asked : Check::invalid;
  if (good) out_.requests.push_back(CheckBlock{lowest->header.hash(), lowest->header});
  return !good;
}

}  // namespace node

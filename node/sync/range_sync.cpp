#include "node/sync/range_sync.h"

#include <algorithm>
#include <utility>

namespace node {

RangeSync::RangeSync(const ledger::Header& head, ledger::Appender tree,
                     const ledger::VoteScope& scope, ledger::ValidatorSet validators)
    : scope_(scope), validators_(std::move(validators)), head_height_(head.seal.height) {
  restart_from(head, std::move(tree));
}

void RangeSync::on_peer(PeerId peer, std::string organisation) {
  sources_.on_peer(peer, std::move(organisation));
}

void RangeSync::on_gone(PeerId peer) {
  sources_.on_gone(peer);
  claims_.erase(peer);
  failed_.erase(peer);
  std::erase_if(requests_, [&](const auto& entry) { return entry.second.peer == peer; });
  std::erase_if(late_, [&](const auto& entry) { return entry.first == peer; });
}

void RangeSync::set_head(const ledger::Header& head, ledger::Appender tree,
                         const ledger::VoteScope& scope, ledger::ValidatorSet validators) {
  const bool new_epoch = scope != scope_;
  scope_ = scope;
  validators_ = std::move(validators);
  head_height_ = head.seal.height;
  while (!handed_over_.empty() && handed_over_.front().height <= head_height_) {
    handed_over_.pop_front();
  }
  if (new_epoch) {
    // What is on its way was asked of the epoch before, and is not to be judged by this one.
    requests_.clear();
    late_.clear();
    waiting_.clear();
    failed_.clear();
    ahead_max_ = ~std::uint64_t{0};
    idle_until_us_ = 0;
  }
  if (new_epoch || head_height_ > end_.header.seal.height) restart_from(head, std::move(tree));
}

void RangeSync::restart_from(const ledger::Header& head, ledger::Appender tree) {
  end_ = {head, head.hash(), std::move(tree)};
  held_.clear();
  held_bytes_ = 0;
  certificates_.clear();
  handed_over_.clear();
}

void RangeSync::on(PeerId peer, const PeerStatus& status) {
  if (sources_.contains(peer)) claims_[peer] = {status.head, status.epoch};
}

void RangeSync::on(PeerId peer, const OtherEpoch& other) {
  if (!sources_.contains(peer)) return;
  Claim& claim = claims_[peer];
  claim.epoch = std::max(claim.epoch, other.epoch);
}

bool RangeSync::claims(PeerId peer, std::uint64_t height) const {
  const auto found = claims_.find(peer);
  if (found == claims_.end()) return false;
  // Of a newer epoch somebody holds the next block at least.
  return found->second.head >= height ||
         (found->second.epoch > scope_.epoch && height == next_height());
}

bool RangeSync::is_behind() const {
  if (awaits_epoch()) return false;
  const std::uint64_t enough = active_ ? end_.header.seal.height : head_height_ + patience_;
  return std::any_of(claims_.begin(), claims_.end(), [&](const auto& entry) {
    return entry.second.head > enough || entry.second.epoch > scope_.epoch;
  });
}

bool RangeSync::awaits_epoch() const {
  return end_.header.closes_epoch() && end_.header.seal.epoch == scope_.epoch;
}

// ---- asking ----

void RangeSync::on_tick(Moment now, std::vector<Send>& sends) {
  expire(now);
  const bool behind = is_behind();
  if (behind && !active_) {
    std::uint64_t claimed = 0;
    for (const auto& [peer, claim] : claims_) claimed = std::max(claimed, claim.head);
    notes_.push_back(SyncBegan{next_height(), claimed});
  }
  if (!behind && active_ && !awaits_epoch()) {
    notes_.push_back(SyncEnded{end_.header.seal.height});
    active_ = false;
  }
  if (!behind) return;
  active_ = true;
  if (idle_until_us_ != 0 && now.monotonic_us >= idle_until_us_) {
    idle_until_us_ = 0;
    failed_.clear();
  }
  plan(now, sends);
}

void RangeSync::expire(Moment now) {
  for (auto at = requests_.begin(); at != requests_.end();) {
    const auto [height, request] = *at;
    if (now.monotonic_us < request.deadline_us) {
      ++at;
      continue;
    }
    at = requests_.erase(at);
    // Slower lines than expected are given less to carry.
    bytes_max_ = std::max(bytes_max_ / 2, kBytesLeast);
    fail(request.peer, now, kNoAnswerUs);
    const auto first = late_.lower_bound({request.peer, 0});
    const auto last = late_.lower_bound({request.peer + 1, 0});
    if (static_cast<std::size_t>(std::distance(first, last)) >= kRequestsMax) late_.erase(first);
    late_.insert({request.peer, height});
  }
}

void RangeSync::plan(Moment now, std::vector<Send>& sends) {
  std::uint64_t height = next_height();
  while (height - head_height_ <= kWindowBlocks) {
    if (const auto behind = covered(height)) {
      height = *behind;
      continue;
    }
    // The next block is asked for whatever waits: it is what lets go of the rest.
    const bool ahead = height > next_height();
    if (ahead && (height >= ahead_max_ || reserved_bytes() + kRangeBytesMax > kWindowBytes)) return;
    if (!ask(height, now, sends)) return;
  }
}

std::optional<std::uint64_t> RangeSync::covered(std::uint64_t height) const {
  for (const auto& [first, waiting] : waiting_) {
    if (first <= height && height <= waiting.range.last_height()) {
      return waiting.range.last_height() + 1;
    }
  }
  for (const auto& [first, request] : requests_) {
    // Before the first answer nobody knows how far a range reaches.
    if (first <= height && stride_ == 0) return ~std::uint64_t{0};
    if (first <= height && height - first < stride_) return first + stride_;
  }
  return std::nullopt;
}

bool RangeSync::ask(std::uint64_t height, Moment now, std::vector<Send>& sends) {
  const bool first = height == next_height();
  const auto may_answer = [&](PeerId peer) {
    return claims(peer, height) && !failed_.contains(peer);
  };
  const auto in_its_place = [&](PeerId peer) {
    return may_answer(peer) && !sources_.is_demoted(peer, now);
  };
  // Nobody behind the others is asked while one of those is only busy, nor for anything ahead.
  const bool last_resort = first && !sources_.any(in_its_place);
  const std::optional<PeerId> peer = sources_.next(now, [&](PeerId candidate) {
    return requests_to(candidate) < kRequestsMax &&
           (last_resort ? may_answer(candidate) : in_its_place(candidate));
  });
  if (!peer) {
    if (last_resort && idle_until_us_ == 0 && !sources_.any(may_answer)) stall(now);
    return false;
  }
  requests_[height] = {*peer, now.monotonic_us + kTimeoutUs};
  sends.push_back({{*peer}, GetRange{height, bytes_max_}});
  return true;
}

void RangeSync::stall(Moment now) {
  notes_.push_back(SyncStalled{next_height(), pause_us_});
  idle_until_us_ = now.monotonic_us + pause_us_;
  pause_us_ = std::min(2 * pause_us_, kPauseLastUs);
}

std::size_t RangeSync::requests_to(PeerId peer) const {
  return static_cast<std::size_t>(
      std::count_if(requests_.begin(), requests_.end(),
                    [&](const auto& entry) { return entry.second.peer == peer; }));
}

std::size_t RangeSync::reserved_bytes() const {
  std::size_t bytes = held_bytes_ + requests_.size() * kRangeBytesMax;
  for (const auto& [first, waiting] : waiting_) bytes += waiting.range.bytes;
  for (const HandedOver& range : handed_over_) bytes += range.bytes;
  return bytes;
}

// ---- answers ----

std::vector<VerifiedRange> RangeSync::on(PeerId peer, RangeSent range, Moment now) {
  const std::uint64_t from = range.from_height;
  if (!take_request(peer, from)) return {};
  if (range.blocks.empty()) {
    // It has less than it said: a hint to ask others.
    Claim& claim = claims_[peer];
    claim = {std::min(claim.head, from - 1), scope_.epoch};
    fail(peer, now, kNoAnswerUs);
    return {};
  }
  const std::string organisation(sources_.organisation_of(peer));
  const std::uint64_t epoch = range.blocks.front().header.seal.epoch;
  if ((from > next_height() || awaits_epoch()) && epoch > scope_.epoch) {
    // Asked too far ahead: what is there belongs to an epoch whose validators are not known yet.
    if (from > next_height()) ahead_max_ = std::min(ahead_max_, from);
    return {};
  }
  crypto::Checked<CertifiedRange> certified = certify_range(std::move(range), scope_, validators_);
  if (!certified) {
    refuse(peer, organisation, now, certified.error());
    return {};
  }
  bytes_max_ = std::min<std::uint64_t>(2 * bytes_max_, kRangeBytesMax);
  stride_ = std::max<std::uint64_t>(certified->blocks.size(), (stride_ + 1) / 2);
  waiting_.try_emplace(from, Waiting{peer, organisation, *std::move(certified)});
  return advance(now);
}

bool RangeSync::take_request(PeerId peer, std::uint64_t from_height) {
  if (late_.erase({peer, from_height}) > 0) return true;
  const auto found = requests_.find(from_height);
  if (found == requests_.end() || found->second.peer != peer) return false;
  requests_.erase(found);
  return true;
}

void RangeSync::fail(PeerId peer, Moment now, std::uint64_t us) {
  failed_.insert(peer);
  sources_.demote(sources_.organisation_of(peer), now, us);
}

void RangeSync::refuse(PeerId peer, const std::string& organisation, Moment now,
                       crypto::Reject reject) {
  notes_.push_back(RangeRefused{organisation, std::move(reject)});
  if (sources_.contains(peer)) failed_.insert(peer);
  sources_.demote(organisation, now, kWrongAnswerUs);
}

std::vector<VerifiedRange> RangeSync::advance(Moment now) {
  std::vector<VerifiedRange> ranges;
  for (;;) {
    std::erase_if(waiting_, [&](const auto& entry) {
      return entry.second.range.last_height() < next_height();
    });
    if (waiting_.empty() || waiting_.begin()->first > next_height()) return ranges;
    Waiting waiting = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    crypto::Checked<ChainEnd> next = extend(end_, waiting.range);
    if (!next) {
      refuse(waiting.peer, waiting.organisation, now, next.error());
      continue;
    }
    end_ = *std::move(next);
    failed_.clear();
    pause_us_ = kPauseFirstUs;
    idle_until_us_ = 0;
    if (next_height() >= ahead_max_) ahead_max_ = ~std::uint64_t{0};
    keep(std::move(waiting.range));
    hand_over(ranges);
  }
}

void RangeSync::keep(CertifiedRange range) {
  for (BlockSent& block : range.blocks) {
    held_bytes_ += block.body.bytes().size();
    held_.push_back(std::move(block));
  }
  const std::uint64_t named = range.certificate->vote.candidate.height;
  certificates_.insert_or_assign(named, std::move(range.certificate));
}

// Up to the highest block that is here and named by a certificate.
void RangeSync::hand_over(std::vector<VerifiedRange>& ranges) {
  const auto after = certificates_.upper_bound(end_.header.seal.height);
  if (after == certificates_.begin()) return;
  const auto newest = std::prev(after);
  HandedOver handed{newest->first, 0};
  const auto above = std::find_if(held_.begin(), held_.end(), [&](const BlockSent& block) {
    return block.header.seal.height > handed.height;
  });
  VerifiedRange range{newest->second, {}};
  range.blocks.assign(std::make_move_iterator(held_.begin()), std::make_move_iterator(above));
  held_.erase(held_.begin(), above);
  certificates_.erase(certificates_.begin(), after);
  for (const BlockSent& block : range.blocks) handed.bytes += block.body.bytes().size();
  held_bytes_ -= handed.bytes;
  handed_over_.push_back(handed);
  ranges.push_back(std::move(range));
}

}  // namespace node

#include "tests/sim/stage.h"

#include <algorithm>

#include "crypto/check.h"
#include "tests/support/test_network.h"

namespace sim {

using ledger::Vote;

namespace {

// L9, on each link; generous, because a run's views are short.
constexpr std::uint64_t kMessagesPerSecond = 400;
constexpr std::size_t kValidatorsMax = 150;
constexpr std::uint64_t kWallMs = 1'700'000'000'000;

std::string name_of(std::size_t validator) { return "v" + std::to_string(100 + validator); }

// Making keys would take a fifth of a short run.
crypto::Bytes public_key_of(std::size_t validator) {
  static const std::vector<crypto::Bytes> keys = [] {
    std::vector<crypto::Bytes> all;
    for (std::size_t i = 0; i < kValidatorsMax; ++i) {
      all.emplace_back(tests::key_named(name_of(i) + "/vote").public_key().view());
    }
    return all;
  }();
  return keys.at(validator);
}

ledger::ValidatorSet make_set(std::size_t n) {
  proto::ValidatorSet record;
  for (std::size_t i = 0; i < n; ++i) {
    const crypto::Bytes key = public_key_of(i);
    proto::Validator* validator = record.add_validators();
    validator->set_organisation(name_of(i));
    validator->set_vote_key(key);
    validator->set_log_key(key);
    validator->set_cosigner_key(key);
  }
  return ledger::ValidatorSet::from_record(0, record);
}

ledger::Header make_base(const ledger::ValidatorSet& set) {
  ledger::Header base;
  base.seal.network_id = crypto::sha256("a simulated network");
  base.seal.time_ms = kWallMs;
  base.seal.set_hash = base.seal.next_set_hash = set.hash();
  return base;
}

// Leaders follow the anchor; the order is the vectors' affair, not this one's.
ledger::VoteScope make_scope(const ledger::Header& base) {
  return {base.seal.network_id, 0, base.hash()};
}

std::set<std::uint16_t> validators_of(const std::vector<Fault>& faults) {
  std::set<std::uint16_t> validators;
  for (const Fault& fault : faults) validators.insert(fault.validator);
  return validators;
}

AbstractModel::Block block_of(const ledger::Header& header) {
  const ledger::Seal& seal = header.seal;
  return {std::string(header.hash().view()), std::string(seal.parent_hash.view()), seal.view,
          seal.height, header.closes_epoch()};
}

std::size_t size_of(const Wire& wire) {
  constexpr std::size_t kVote = 150;
  const auto certificate = [](const node::VerifiedCertificate& value) {
    return 70 + value->signers.size() + 64 * value->signatures.size();
  };
  const auto* message = std::get_if<node::CoreMessage>(&wire.content);
  if (message == nullptr) return 40;
  if (const auto* one = std::get_if<node::VerifiedCertificate>(message)) return certificate(*one);
  if (const auto* proposal = std::get_if<node::Proposal>(message)) {
    std::size_t size = kVote + ledger::kHeaderBytes;
    for (const auto& one : proposal->justification) size += certificate(one);
    return size;
  }
  return std::holds_alternative<node::Evidence>(*message) ? 2 * kVote : kVote;
}

}  // namespace

std::optional<Death> draw_death(const CrashOptions& crashes, const KillOptions& kill,
                                bool is_planned, Cut cut, std::uint64_t first, std::uint64_t last,
                                Dice& dice) {
  const std::uint64_t permille = cut == Cut::before_sync  ? crashes.before_sync
                                 : cut == Cut::after_sync ? crashes.after_sync
                                                          : crashes.mid_sends;
  const bool planned = is_planned && kill.cut == cut && kill.at_write != 0 &&
                       first <= kill.at_write && kill.at_write <= last;
  if (planned) return Death{true, kill.policy};
  if (permille == 0 || !dice.chance(permille)) return std::nullopt;
  return Death{false, static_cast<Unsynced>(dice.below(3))};
}

node::CoreOptions StageOptions::fast_core() {
  node::CoreOptions options;
  options.delta_us = 100'000;
  options.build_us = 60'000;
  options.check_us = 140'000;
  options.status_us = 500'000;
  options.dead_us = 2'000'000;
  options.resend_first_us = 200'000;
  options.resend_last_us = 6'000'000;
  return options;
}

Stage::Stage(StageOptions options)
    : options_(std::move(options)),
      dice_(options_.seed),
      set_(make_set(options_.validators)),
      base_(make_base(set_)),
      scope_(make_scope(base_)),
      leaders_(set_.leader_order(scope_.anchor)),
      faulty_(validators_of(options_.faults)),
      book_(scope_, set_, base_),
      checker_(book_, options_.validators, faulty_),
      model_(options_.validators, faulty_.size(), block_of(base_)),
      trace_(options_.keeps_lines),
      links_(options_.network, dice_) {
  for (std::uint16_t i = 0; i < options_.validators; ++i) add_place(i);
  for (const Fault& fault : options_.faults) {
    if (fault.kind == Fault::Kind::twin) add_place(fault.validator);
  }
  receivers_.resize(validators_.size());
}

void Stage::add_place(std::uint16_t validator) {
  validators_.push_back(validator);
  const auto error = static_cast<std::int64_t>(options_.clock_error_ms);
  const auto drawn = static_cast<std::int64_t>(dice_.below(2 * options_.clock_error_ms + 1));
  clock_errors_ms_.push_back(drawn - error);
}

// ---- time ----

bool Stage::run_until(std::uint64_t time_us, const std::function<bool()>& until) {
  if (until && until()) return true;
  bool met = false;
  timeline_.run_until(time_us, [&] {
    if (!violation().empty()) return true;
    met = until && until();
    return met;
  });
  return met;
}

node::Moment Stage::moment(std::size_t place) const {
  const std::int64_t wall =
      static_cast<std::int64_t>(kWallMs + now_us() / 1000) + clock_errors_ms_.at(place);
  return {1'000'000 + now_us(), static_cast<std::uint64_t>(wall)};
}

// ---- the network ----

void Stage::send(std::size_t from, std::optional<std::uint16_t> to, const Wire& wire) {
  for (std::size_t place = 0; place < validators_.size(); ++place) {
    if (validators_[place] == validators_[from] || (to && validators_[place] != *to)) continue;
    send_to_place(from, place, wire);
  }
}

void Stage::send_to_place(std::size_t from, std::size_t to, const Wire& wire) {
  ++messages_;
  bytes_ += size_of(wire);
  if (now_us() / 1'000'000 != traffic_second_) traffic_ = 0;
  traffic_second_ = now_us() / 1'000'000;
  if (++traffic_ > kMessagesPerSecond * places() * places()) {
    checker_.on_storm(traffic_second_, wire.content.index());
  }
  if (!links_.connects(from, to) || (drops_ && drops_(from, to, wire)) || links_.loses()) return;
  const auto shared = std::make_shared<const Wire>(wire);
  const int copies = links_.draw_copies();
  for (int copy = 0; copy < copies; ++copy) {
    at(now_us() + links_.draw_delay(), [this, from, to, shared] {
      trace_.mix(from * 1000 + to);
      receivers_[to](validators_[from], *shared);
    });
  }
}

// ---- judges ----

void Stage::judge(std::uint16_t signer, const Vote& vote, const Checker::Durable& durable) {
  checker_.on_vote(signer, vote, durable);
  const ledger::Candidate& candidate = vote.candidate;
  AbstractModel::Vote step;
  step.view = candidate.view;
  if (vote.kind != ledger::VoteKind::nullify) {
    step.kind = vote.kind == ledger::VoteKind::notarize ? AbstractModel::Kind::notarize
                                                        : AbstractModel::Kind::finalize;
    step.parent_view = candidate.parent_view;
    step.height = candidate.height;
    step.block = std::string(candidate.block_hash.view());
    if (book_.has(candidate.block_hash)) {
      model_.publish(block_of(book_.at(candidate.block_hash).header));
    }
  }
  model_.vote(signer, step);
}

const std::string& Stage::violation() const {
  if (options_.stops_at_forks_only) return checker_.fork();
  return checker_.violation().empty() ? model_.violation() : checker_.violation();
}

// ---- validators ----

std::size_t Stage::place_of(std::uint16_t validator) const {
  const auto found = std::find(validators_.begin(), validators_.end(), validator);
  CHECK(found != validators_.end());
  return static_cast<std::size_t>(found - validators_.begin());
}

crypto::PrivateKey Stage::key_of(std::uint16_t validator) const {
  return tests::key_named(name_of(validator) + "/vote");
}

node::VerifiedVote Stage::sign(std::uint16_t validator, const Vote& vote) const {
  const auto signature = key_of(validator).sign(ledger::vote_bytes(scope_, vote));
  auto verified = ledger::verify_vote({scope_.epoch, vote, validator, signature}, scope_, set_);
  CHECK(verified.has_value());
  return *verified;
}

}  // namespace sim

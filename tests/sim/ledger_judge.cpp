#include "tests/sim/ledger_judge.h"

#include <algorithm>

#include "crypto/keys.h"
#include "tests/sim/trace.h"

namespace sim {

using crypto::Hash;
using ledger::ByteView;
using ledger::Candidate;
using ledger::Column;
using ledger::Header;
using ledger::Vote;
using ledger::VoteKind;

namespace {

AbstractModel::Block block_of(const Header& header) {
  const ledger::Seal& seal = header.seal;
  return {std::string(header.hash().view()), std::string(seal.parent_hash.view()), seal.view,
          seal.height, header.closes_epoch()};
}

std::uint64_t number(ByteView bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

std::string big_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int at = bytes - 1; at >= 0; --at) out.push_back(static_cast<char>(value >> (8 * at)));
  return out;
}

}  // namespace

LedgerJudge::LedgerJudge(const Header& genesis, std::set<std::string> faulty)
    : faulty_(std::move(faulty)), chain_{genesis.hash()} {
  publish(genesis);
}

void LedgerJudge::fail(const std::string& what) {
  if (violation_.empty()) violation_ = what;
}

void LedgerJudge::publish(const Header& header) { headers_.emplace(header.hash(), header); }

void LedgerJudge::on_epoch(const ledger::VoteScope& scope, const ledger::ValidatorSet& set) {
  const auto known = epochs_.find(scope.epoch);
  if (known != epochs_.end()) {
    if (known->second.scope != scope) fail("S11: two epochs " + std::to_string(scope.epoch));
    return;
  }
  const auto base = headers_.find(scope.anchor);
  if (base == headers_.end()) return fail("S11: an epoch on a block that nobody has shown");
  if (scope.epoch > 0 && !base->second.closes_epoch()) fail("S11: an anchor that closes nothing");
  std::vector<std::string> organisations;
  std::vector<crypto::PublicKey> keys;
  std::size_t faulty = 0;
  for (std::size_t i = 0; i < set.size(); ++i) {
    organisations.push_back(set.member(i).organisation);
    keys.push_back(set.member(i).vote);
    faulty += faulty_.contains(organisations.back()) ? 1 : 0;
  }
  AbstractModel model(set.size(), faulty, block_of(base->second));
  epochs_.emplace(scope.epoch, Epoch{scope, organisations, keys, std::move(model)});
}

void LedgerJudge::on_vote(const std::string& organisation, std::uint64_t epoch, const Vote& vote,
                          const Durable& durable) {
  if (!sent_.emplace(organisation, epoch, vote).second) return;
  const std::string who = organisation + " in epoch " + std::to_string(epoch);
  check_double(organisation, epoch, vote);
  check_basis(who, vote, durable);
  const auto found = epochs_.find(epoch);
  if (found == epochs_.end()) return fail("S6: " + who + " votes before the epoch began");
  Epoch& at = found->second;
  const auto place = std::find(at.organisations.begin(), at.organisations.end(), organisation);
  if (place == at.organisations.end()) return fail("S6: " + who + " votes and is no validator");
  const Candidate& candidate = vote.candidate;
  AbstractModel::Vote step;
  step.view = candidate.view;
  if (vote.kind != VoteKind::nullify) {
    step.kind = vote.kind == VoteKind::notarize ? AbstractModel::Kind::notarize
                                                : AbstractModel::Kind::finalize;
    step.parent_view = candidate.parent_view;
    step.height = candidate.height;
    step.block = std::string(candidate.block_hash.view());
    const auto header = headers_.find(candidate.block_hash);
    if (header != headers_.end()) at.model.publish(block_of(header->second));
  }
  at.model.vote(static_cast<std::size_t>(place - at.organisations.begin()), step);
  if (!at.model.violation().empty()) fail(at.model.violation());
}

// S6.
void LedgerJudge::check_double(const std::string& organisation, std::uint64_t epoch,
                               const Vote& vote) {
  for (auto it = sent_.lower_bound({organisation, epoch, Vote{}}); it != sent_.end(); ++it) {
    const auto& [signer, its_epoch, other] = *it;
    if (signer != organisation || its_epoch != epoch) return;
    if (other.candidate.view != vote.candidate.view || other == vote) continue;
    const bool pair = other.kind != VoteKind::notarize && vote.kind != VoteKind::notarize;
    if (other.kind == vote.kind || pair) {
      fail("S6: honest " + organisation + " signs " + text_of(other) + " and " + text_of(vote));
    }
  }
}

// S7, S8 and D1 to D4. Below the floor nothing is needed any more.
void LedgerJudge::check_basis(const std::string& who, const Vote& vote, const Durable& durable) {
  const Candidate& candidate = vote.candidate;
  if (candidate.view <= durable.floor) return;
  const auto miss = [&](const std::string& what) {
    fail("S7: " + who + " sends " + text_of(vote) + " without " + what);
  };
  if (!durable.votes.contains(vote)) miss("having written it");
  if (vote.kind == VoteKind::nullify) return;
  if (!durable.bodies.contains(candidate.block_hash) && candidate.block_hash != durable.head) {
    miss("the block's body on disk");
  }
  if (vote.kind == VoteKind::finalize) {
    if (!durable.certificates.contains({VoteKind::notarize, candidate})) miss("the notarization");
    return;
  }
  if (candidate.parent_view > durable.floor) {
    const bool found = std::any_of(
        durable.certificates.begin(), durable.certificates.end(), [&](const Vote& held) {
          return held.kind != VoteKind::nullify && held.candidate.view == candidate.parent_view;
        });
    if (!found) miss("a certificate of its parent");
  }
  const std::uint64_t from = std::max(candidate.parent_view, durable.floor);
  for (std::uint64_t view = from + 1; view < candidate.view; ++view) {
    if (!durable.certificates.contains(ledger::nullify_vote(view))) {
      miss("the nullification of " + std::to_string(view));
    }
  }
}

// S1, S11, S13.
void LedgerJudge::on_final(std::size_t place, const Header& header) {
  publish(header);
  std::uint64_t& height = heights_[place];
  const ledger::Seal& seal = header.seal;
  if (seal.height != height + 1) return fail("S14: a height is skipped or given twice");
  const Header& parent = headers_.at(chain_[height]);
  const std::string where = " at height " + std::to_string(seal.height);
  ++height;
  if (height == chain_.size()) chain_.push_back(header.hash());
  if (chain_[height] != header.hash()) return fail("S1: fork" + where);
  if (seal.parent_hash != parent.hash()) fail("S1: a block that is not on the one before" + where);
  if (seal.time_ms <= parent.seal.time_ms) fail("S13: time does not grow" + where);
  const std::uint64_t epoch = parent.seal.epoch + (parent.closes_epoch() ? 1 : 0);
  if (seal.epoch != epoch) fail("S11: a block of another epoch" + where);
  if (seal.set_hash != parent.seal.next_set_hash) fail("S11: a block of another set" + where);
}

void LedgerJudge::on_start(std::size_t place, std::uint64_t height, const Hash& hash) {
  const std::string who = "#" + std::to_string(place);
  if (height < heights_[place]) fail("S14: " + who + " lost what was final");
  heights_[place] = height;  // what was not synced may have been kept
  if (height < chain_.size() && chain_[height] != hash) fail("S1: " + who + " starts on a fork");
}

// S9.
void LedgerJudge::on_evidence(std::uint64_t epoch, std::uint16_t signer) {
  const std::string& organisation = epochs_.at(epoch).organisations.at(signer);
  if (!is_faulty(organisation)) fail("S9: evidence against honest " + organisation);
}

void LedgerJudge::on_refused(const Hash& block) {
  const auto header = headers_.find(block);
  if (header == headers_.end()) return fail("S15: a refused block that nobody has shown");
  const Epoch& epoch = epochs_.at(header->second.seal.epoch);
  const std::string& proposer = epoch.organisations.at(header->second.seal.proposer);
  if (!is_faulty(proposer)) fail("S15: an honest block of " + proposer + " is refused");
}

void LedgerJudge::check_proofs(std::size_t place, const ledger::Snapshot& snapshot) {
  const std::string who = "#" + std::to_string(place) + " ";
  std::map<std::uint64_t, Header> chain;
  snapshot.scan(Column::blocks, "", [&](ByteView key, ByteView value) {
    chain.emplace(number(key), *ledger::decode_header(value));
    return true;
  });
  std::uint64_t proved = 0;
  snapshot.scan(Column::certificates, "", [&](ByteView key, ByteView value) {
    const std::uint64_t height = number(key);
    const auto header = chain.find(height);
    if (header == chain.end()) {
      fail("S12: " + who + "holds a certificate of no block");
    } else {
      check_certificate(epochs_.at(header->second.seal.epoch), header->second, value);
    }
    proved = height;
    return true;
  });
  if (chain.empty() || proved != chain.rbegin()->first)
    fail("S12: " + who + "cannot prove its tip");
  for (const auto& [height, header] : chain) {
    if (height >= chain_.size() || chain_[height] != header.hash()) {
      fail("S1: " + who + "holds another block at height " + std::to_string(height));
    }
  }
}

// kind 1 || epoch 8 || view 8 || parent view 8 || height 8 || block hash 32 || u16 bitmap size ||
// bitmap || signatures; and what they sign, put together here.
void LedgerJudge::check_certificate(const Epoch& epoch, const Header& header, ByteView bytes) {
  const std::string where = " at height " + std::to_string(header.seal.height);
  constexpr std::size_t kFixed = 1 + 4 * 8 + 32;
  const std::size_t n = epoch.keys.size();
  const std::size_t bitmap = (n + 7) / 8;
  if (bytes.size() < kFixed + 2 + bitmap || number(bytes.substr(kFixed, 2)) != bitmap) {
    return fail("S12: a certificate of another form" + where);
  }
  const bool names = bytes[0] == 3 && number(bytes.substr(1, 8)) == header.seal.epoch &&
                     number(bytes.substr(25, 8)) == header.seal.height &&
                     bytes.substr(33, 32) == header.hash().view();
  if (!names) return fail("S12: a certificate of another block" + where);
  const std::string tag = "greenledger/consensus/v1";
  const std::string message =
      big_endian(tag.size(), 1) + tag + "\x03" + std::string(epoch.scope.network_id.view()) +
      big_endian(epoch.scope.epoch, 8) + std::string(epoch.scope.anchor.view()) +
      std::string(bytes.substr(9, 56));
  std::size_t signers = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes[kFixed + 2 + i / 8]);
    if ((byte & (0x80u >> (i % 8))) == 0) continue;
    const std::size_t at = kFixed + 2 + bitmap + 64 * signers++;
    const auto signature =
        at + 64 <= bytes.size() ? crypto::Signature::from_view(bytes.substr(at, 64)) : std::nullopt;
    if (!signature || !crypto::verify(epoch.keys[i], message, *signature)) {
      return fail("S12: a signature of " + epoch.organisations[i] + " does not fit" + where);
    }
  }
  std::size_t tolerated = 0;
  while (3 * (tolerated + 1) < n) ++tolerated;
  if (signers < n - tolerated) fail("S10: too few signers" + where);
}

void LedgerJudge::compare(std::size_t place, const ledger::Snapshot& snapshot, std::size_t other,
                          const ledger::Snapshot& other_snapshot) {
  const Column columns[] = {Column::entries, Column::tiles,        Column::values,
                            Column::blocks,  Column::block_hashes, Column::submissions,
                            Column::indexes};
  for (const Column column : columns) {
    std::vector<std::pair<std::string, std::string>> mine, its;
    const auto copy = [column](const ledger::Snapshot& from, auto& to) {
      from.scan(column, "", [&](ByteView key, ByteView value) {
        to.emplace_back(key, value);
        return true;
      });
    };
    copy(snapshot, mine);
    copy(other_snapshot, its);
    if (mine != its) {
      fail("S15: column " + std::to_string(static_cast<int>(column)) + " of #" +
           std::to_string(place) + " is not that of #" + std::to_string(other));
    }
  }
}

}  // namespace sim

#include "ledger/proofs/trust_chain.h"

#include <algorithm>
#include <map>

#include "ledger/chain/memory_store.h"
#include "ledger/proofs/codes.h"
#include "ledger/records/rule_context.h"

namespace ledger {
namespace {

using crypto::Checked;
using crypto::Unexpected;

Unexpected<crypto::Reject> broken(std::string message) {
  return {crypto::Reject(kBundleLink, "links", std::move(message))};
}

bool same_keys(const ValidatorKeySet& a, const ValidatorKeySet& b) {
  return a.vote == b.vote && a.log == b.log && a.cosigner == b.cosigner;
}

// How many signers are members of `known` too, with the vote key that they have there.
std::size_t count_known(const Certificate& certificate, const ValidatorSet& voters,
                        const ValidatorSet& known) {
  std::size_t count = 0;
  for (const std::uint16_t signer : signers_of(certificate)) {
    const ValidatorKeySet& member = voters.member(signer);
    const auto place = known.index_of(member.organisation);
    if (place && known.member(*place).vote == member.vote) ++count;
  }
  return count;
}

// The set that voted on the closing block, if the block names it.
std::optional<ValidatorSet> voters_of(const TrustPoint& known, const EpochLink& link) {
  const Seal& seal = link.closing.seal;
  auto voters = apply_changes(known.epoch.validators, seal.epoch, link.voters);
  if (!voters || voters->hash() != seal.set_hash) return std::nullopt;
  return voters;
}

}  // namespace

crypto::Result<TrustPoint> trust_genesis(const Genesis& genesis) {
  const auto block = execute_genesis(genesis, MemoryStore().snapshot());
  if (!block) return Unexpected{block.error()};
  const auto record =
      std::find_if(genesis.records.begin(), genesis.records.end(),
                   [](const proto::Record& one) { return one.has_validator_set(); });
  CHECK(record != genesis.records.end());
  TrustPoint point;
  point.origin = log_origin(genesis);
  point.epoch.scope = {genesis.network_id, 0, block->header.hash()};
  point.epoch.validators = ValidatorSet::from_record(0, record->validator_set());
  return point;
}

CheckpointPolicy checkpoint_policy(const std::string& origin, const ValidatorSet& validators) {
  CheckpointPolicy policy;
  policy.origin = origin;
  for (std::size_t i = 0; i < validators.size(); ++i) {
    const ValidatorKeySet& member = validators.member(i);
    policy.logs.push_back({origin, NoteKeyType::ed25519, member.log});
    policy.cosigners.push_back(
        {cosigner_name(origin, member.organisation), NoteKeyType::cosignature, member.cosigner});
  }
  policy.quorum = validators.quorum();
  return policy;
}

std::vector<MemberChange> changes_between(const ValidatorSet& before, const ValidatorSet& after) {
  std::map<std::string, MemberChange> changes;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const std::string& name = before.member(i).organisation;
    if (!after.index_of(name)) changes[name] = {name, std::nullopt};
  }
  for (std::size_t i = 0; i < after.size(); ++i) {
    const ValidatorKeySet& member = after.member(i);
    const auto place = before.index_of(member.organisation);
    if (place && same_keys(before.member(*place), member)) continue;
    changes[member.organisation] = {member.organisation, member};
  }
  std::vector<MemberChange> list;
  for (auto& [name, change] : changes) list.push_back(std::move(change));
  return list;
}

std::optional<ValidatorSet> apply_changes(const ValidatorSet& before, std::uint64_t epoch,
                                          const std::vector<MemberChange>& changes) {
  std::map<std::string, ValidatorKeySet> members;
  for (std::size_t i = 0; i < before.size(); ++i) {
    members.emplace(before.member(i).organisation, before.member(i));
  }
  const std::string* last = nullptr;
  for (const MemberChange& change : changes) {
    if (last != nullptr && change.organisation <= *last) return std::nullopt;
    last = &change.organisation;
    const auto place = members.find(change.organisation);
    if (!change.keys) {
      if (place == members.end()) return std::nullopt;
      members.erase(place);
      continue;
    }
    if (place != members.end() && same_keys(place->second, *change.keys)) return std::nullopt;
    ValidatorKeySet member = *change.keys;
    member.organisation = change.organisation;
    members.insert_or_assign(change.organisation, std::move(member));
  }
  std::vector<ValidatorKeySet> list;
  for (auto& [name, member] : members) list.push_back(std::move(member));
  return ValidatorSet::from_members(epoch, std::move(list));
}

Checked<TrustPoint> follow(const TrustPoint& known, const EpochLink& link) {
  const Seal& seal = link.closing.seal;
  const Epoch& epoch = known.epoch;
  if (seal.rules_version > kRulesVersion) {
    return Unexpected{crypto::Reject(
        kBundleRules, "links",
        "A block follows version " + std::to_string(seal.rules_version) + " of the rules.")};
  }
  if (seal.network_id != epoch.scope.network_id || seal.epoch < epoch.scope.epoch ||
      !link.closing.closes_epoch()) {
    return broken("A block that should end an epoch of this network does not.");
  }
  if (seal.epoch == epoch.scope.epoch &&
      (link.anchor != epoch.scope.anchor || !link.voters.empty())) {
    return broken("A link leaves out no epoch and names other voters than those known.");
  }
  const auto voters = voters_of(known, link);
  if (!voters) return broken("The voters of a link are not those that its block names.");
  const Vote& vote = link.certificate.vote;
  if (vote.kind != VoteKind::finalize || vote.candidate.height != seal.height ||
      vote.candidate.block_hash != link.closing.hash()) {
    return broken("The certificate of a link is about another block.");
  }
  const VoteScope scope{seal.network_id, seal.epoch, link.anchor};
  const auto verified = verify_certificate(link.certificate, scope, *voters);
  if (!verified) return broken(verified.error().message);
  if (count_known(link.certificate, *voters, epoch.validators) < epoch.validators.quorum()) {
    return broken("No quorum of the validators known before has signed a link.");
  }
  auto next = apply_changes(*voters, seal.epoch + 1, link.next);
  if (!next || next->hash() != seal.next_set_hash) {
    return broken("The members that a link names are not the next set of its block.");
  }
  TrustPoint point = known;
  point.epoch.scope = {seal.network_id, seal.epoch + 1, link.closing.hash()};
  point.epoch.validators = *std::move(next);
  return point;
}

namespace {

// The end of an epoch with all that a link needs.
struct Closing {
  Header header;
  Epoch epoch;  // that it closes
  Certificate certificate;
  ValidatorSet next;
};

std::optional<Closing> closing_of(const ChainReader& reader, const Hash& anchor,
                                  ValidatorSet next) {
  const auto height = reader.height_of(anchor);
  const auto header = height ? reader.header(*height) : std::nullopt;
  if (!header) return std::nullopt;
  auto epoch = epoch_of(reader, *header);
  const auto bytes = reader.certificate(*height);
  auto certificate = bytes ? decode_certificate(*bytes) : std::nullopt;
  if (!epoch || !certificate) return std::nullopt;
  return Closing{*header, *std::move(epoch), *std::move(certificate), std::move(next)};
}

// The ends of the epochs from `first` on, before that of `target`; oldest first.
std::optional<std::vector<Closing>> closings_before(const ChainReader& reader, std::uint64_t first,
                                                    const Header& target) {
  std::vector<Closing> list;
  auto epoch = epoch_of(reader, target);
  while (epoch && epoch->scope.epoch > first) {
    auto closing = closing_of(reader, epoch->scope.anchor, epoch->validators);
    if (!closing) return std::nullopt;
    epoch = closing->epoch;
    list.push_back(*std::move(closing));
  }
  if (!epoch) return std::nullopt;
  std::reverse(list.begin(), list.end());
  return list;
}

}  // namespace

std::optional<std::vector<EpochLink>> links_to(const ChainReader& reader, const Epoch& known,
                                               const Header& target) {
  if (target.seal.height == 0 || target.seal.epoch == known.scope.epoch) {
    return std::vector<EpochLink>{};
  }
  const auto closings = closings_before(reader, known.scope.epoch, target);
  if (!closings) return std::nullopt;
  std::vector<EpochLink> links;
  ValidatorSet trusted = known.validators;
  std::size_t begin = 0;
  while (begin < closings->size()) {
    std::size_t best = closings->size();
    while (best > begin + 1) {
      const Closing& far = (*closings)[best - 1];
      if (count_known(far.certificate, far.epoch.validators, trusted) >= trusted.quorum()) break;
      --best;
    }
    const Closing& step = (*closings)[best - 1];
    links.push_back({step.header, step.epoch.scope.anchor,
                     changes_between(trusted, step.epoch.validators), step.certificate,
                     changes_between(step.epoch.validators, step.next)});
    trusted = step.next;
    begin = best;
  }
  return links;
}

}  // namespace ledger

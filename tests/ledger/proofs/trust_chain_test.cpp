// From genesis to later validators.
#include "ledger/proofs/trust_chain.h"

#include <gtest/gtest.h>

#include "ledger/proofs/codes.h"
#include "ledger/proofs/prove.h"
#include "ledger/proofs/verify.h"
#include "tests/ledger/proofs/proof_chain.h"

namespace ledger {
namespace {

using Names = std::vector<std::string>;

std::vector<EpochLink> links_of(const ProofChain& chain) {
  const auto header = chain.reader().header(0);
  auto links = links_to(chain.reader(), epoch_after(chain.reader(), *header), chain.tip());
  EXPECT_TRUE(links.has_value());
  return links ? *std::move(links) : std::vector<EpochLink>{};
}

// Who is trusted behind the links; empty: a link is refused.
Names trusted(const ProofChain& chain, const std::vector<EpochLink>& links) {
  auto point = trust_genesis(chain.genesis());
  EXPECT_TRUE(point.has_value());
  TrustPoint known = *point;
  for (const EpochLink& link : links) {
    auto next = follow(known, link);
    if (!next) {
      EXPECT_EQ(next.error().code, kBundleLink);
      return {};
    }
    known = *std::move(next);
  }
  Names names;
  for (std::size_t i = 0; i < known.epoch.validators.size(); ++i) {
    names.push_back(known.epoch.validators.member(i).organisation);
  }
  return names;
}

TEST(TrustChain, LeadsFromGenesisOverEachChangeOfTheSet) {
  ProofChain chain;
  EXPECT_EQ(links_of(chain).size(), 0u);
  chain.set_validators({"v00", "v01", "v02", "v03", "v04"});
  EXPECT_EQ(links_of(chain).size(), 1u);
  EXPECT_EQ(trusted(chain, links_of(chain)), (Names{"v00", "v01", "v02", "v03", "v04"}));
}

// Of {0,1,2,3}, three are a quorum. Behind the second change {1,2,3,4} votes: three of the first
// set are still there, so the first link passes over the change before. Behind the third, of
// {2,3,4,5} two are left, and what is trusted is the set that the first link led to.
TEST(TrustChain, PassesOverEpochsWhileAQuorumOfTheKnownSetIsThere) {
  ProofChain chain;
  chain.set_validators({"v00", "v01", "v02", "v03", "v04"});
  chain.set_validators({"v01", "v02", "v03", "v04"});
  chain.set_validators({"v01", "v02", "v03", "v04", "v05"});
  chain.set_validators({"v02", "v03", "v04", "v05"});

  const std::vector<EpochLink> links = links_of(chain);
  ASSERT_EQ(links.size(), 1u);  // {1,2,3,4,5} closed the last epoch, and 1, 2, 3 are known
  EXPECT_EQ(links[0].closing.seal.epoch, 3u);
  EXPECT_EQ(links[0].voters.size(), 3u);  // 0 left, 4 and 5 came
  EXPECT_EQ(trusted(chain, links), (Names{"v02", "v03", "v04", "v05"}));

  chain.set_validators({"v02", "v03", "v04"});
  const std::vector<EpochLink> more = links_of(chain);
  ASSERT_EQ(more.size(), 2u);  // {2,3,4,5} has two of the first set only
  EXPECT_EQ(more[0].closing.seal.epoch, 3u);
  EXPECT_EQ(more[1].closing.seal.epoch, 4u);
  EXPECT_EQ(trusted(chain, more), (Names{"v02", "v03", "v04"}));
}

// The bound that auditors were promised: 1.2 KB for one validator who leaves and one who comes.
TEST(TrustChain, TakesLittleRoomForAChangeOfSevenValidators) {
  ProofChain chain(7);
  chain.set_validators({"v00", "v01", "v02", "v03", "v04", "v05", "v06", "v07"});
  ProofBundle bundle;
  bundle.links = links_of(chain);
  ASSERT_EQ(bundle.links.size(), 1u);
  const std::size_t with_link = encode_bundle(bundle).size();
  bundle.links.clear();
  EXPECT_LE(with_link - encode_bundle(bundle).size(), 1200u);
  RecordProperty("bytes", static_cast<int>(with_link - encode_bundle(bundle).size()));
}

TEST(TrustChain, RefusesALinkThatPassesOverTooMuch) {
  ProofChain chain;
  chain.set_validators({"v00", "v01", "v02", "v03", "v04"});
  chain.set_validators({"v01", "v02", "v03", "v04"});
  chain.set_validators({"v01", "v02", "v03", "v04", "v05"});
  chain.set_validators({"v02", "v03", "v04", "v05"});
  chain.set_validators({"v02", "v03", "v04"});
  std::vector<EpochLink> links = links_of(chain);
  ASSERT_EQ(links.size(), 2u);
  // The second from genesis on: its voters are right, but two of its signers are known.
  const auto point = trust_genesis(chain.genesis());
  EpochLink far = links[1];
  auto middle = follow(*point, links[0]);
  ASSERT_TRUE(middle.has_value());
  far.voters = changes_between(point->epoch.validators, middle->epoch.validators);
  EXPECT_EQ(trusted(chain, {far}), Names{});
}

TEST(TrustChain, RefusesEveryPartThatIsAnothers) {
  ProofChain chain;
  chain.set_validators({"v00", "v01", "v02", "v03", "v04"});
  const EpochLink honest = links_of(chain).at(0);
  const auto refused = [&](const std::function<void(EpochLink&)>& change) {
    EpochLink link = honest;
    change(link);
    return trusted(chain, {link}).empty();
  };
  EXPECT_FALSE(refused([](EpochLink&) {}));
  EXPECT_TRUE(refused([](EpochLink& link) { link.closing.seal.time_ms += 1; }));
  EXPECT_TRUE(refused([](EpochLink& link) { link.closing.tree_size += 1; }));
  EXPECT_TRUE(refused([](EpochLink& link) { link.closing.seal.epoch = 1; }));
  EXPECT_TRUE(refused([](EpochLink& link) { link.anchor.bytes[0] ^= 1; }));
  EXPECT_TRUE(refused([](EpochLink& link) { link.next.clear(); }));
  EXPECT_TRUE(refused([](EpochLink& link) { link.next[0].keys->cosigner.bytes[0] ^= 1; }));
  EXPECT_TRUE(refused([](EpochLink& link) { link.next[0].organisation = "v05"; }));
  EXPECT_TRUE(refused([](EpochLink& link) { link.voters.push_back({"v03", std::nullopt}); }));
  EXPECT_TRUE(refused([](EpochLink& link) { link.certificate.signatures[0].bytes[0] ^= 1; }));
  EXPECT_TRUE(refused([](EpochLink& link) { link.certificate.vote.kind = VoteKind::notarize; }));
  EXPECT_TRUE(refused(
      [](EpochLink& link) { link.closing.seal.next_set_hash = link.closing.seal.set_hash; }));
}

TEST(TrustChain, LeavesNewerRulesOpen) {
  ProofChain chain;
  chain.set_validators({"v00", "v01", "v02", "v03", "v04"});
  EpochLink link = links_of(chain).at(0);
  link.closing.seal.rules_version = 2;
  const auto next = follow(*trust_genesis(chain.genesis()), link);
  ASSERT_FALSE(next.has_value());
  EXPECT_EQ(next.error().code, kBundleRules);
}

TEST(TrustChain, AppliesChangesInOneFormOnly) {
  const ProofChain chain;
  const ValidatorSet set = trust_genesis(chain.genesis())->epoch.validators;
  const auto size = [&](const std::vector<MemberChange>& changes) {
    const auto applied = apply_changes(set, 1, changes);
    return applied ? applied->size() : 0;
  };
  EXPECT_EQ(size({}), 4u);
  EXPECT_EQ(size({{"v01", std::nullopt}}), 3u);
  EXPECT_EQ(size({{"v09", std::nullopt}}), 0u);
  EXPECT_EQ(size({{"v01", std::nullopt}, {"v01", std::nullopt}}), 0u);
  EXPECT_EQ(size({{"v02", std::nullopt}, {"v01", std::nullopt}}), 0u);
  EXPECT_EQ(size({{"v01", set.member(1)}}), 0u);  // changes nothing
}

// The whole way: the bundle of a record behind two changes of the set.
TEST(TrustChain, CarriesABundleOverTwoChanges) {
  ProofChain chain;
  chain.set_validators({"v00", "v01", "v02", "v03", "v04"});
  chain.add("epa", {tests::certification("A1", "Acura", "ILX")});
  chain.set_validators({"v00", "v01", "v02", "v04"});
  chain.checkpoint();
  const auto bundle = prove(chain.reader(), record_at("cert/epa/smartway/A1", 1));
  ASSERT_TRUE(bundle.has_value());

  const ProofVerdict verdict =
      verify_bundle(encode_bundle(*bundle), {chain.genesis(), std::nullopt, {}, 0});
  EXPECT_EQ(verdict.verdict, Verdict::valid);
  EXPECT_EQ(verdict.head->cosigners, (Names{"v00", "v01", "v02", "v04"}));
  EXPECT_EQ(verdict.head->trust.epoch.scope.epoch, 2u);

  ProofBundle unlinked = *bundle;
  unlinked.links.clear();
  const ProofVerdict refused =
      verify_bundle(encode_bundle(unlinked), {chain.genesis(), std::nullopt, {}, 0});
  EXPECT_EQ(refused.reason->code, kBundleHead);
}

}  // namespace
}  // namespace ledger

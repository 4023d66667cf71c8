#include "ledger/founding/genesis_draft.h"

#include <gtest/gtest.h>

#include "ledger/records/rules.h"
#include "tests/support/test_network.h"

namespace ledger {
namespace {

constexpr std::uint64_t kTimeMs = 1'700'000'000'000;

KeyRequest request(const std::string& organisation, const std::vector<proto::Role>& roles,
                   const std::vector<KeyRole>& keys, const std::string& name = "") {
  KeyRequest request;
  request.organisation = organisation;
  request.entry.set_name(name.empty() ? "The " + organisation : name);
  for (const proto::Role role : roles) request.entry.add_roles(role);
  std::vector<crypto::PrivateKey> made;
  for (const KeyRole role : keys) {
    made.push_back(tests::key_named(organisation + "/" + std::string(name_of(role))));
  }
  std::vector<RoleKey> signers;
  for (std::size_t i = 0; i < keys.size(); ++i) signers.push_back({keys[i], &made[i]});
  return sign_key_request(std::move(request), signers);
}

const std::vector<KeyRole> kOwnKeys = {KeyRole::root, KeyRole::operation};
const std::vector<KeyRole> kNodeKeys = {KeyRole::node, KeyRole::vote, KeyRole::log,
                                        KeyRole::cosigner};
const std::vector<KeyRole> kAllKeys = {KeyRole::root, KeyRole::operation, KeyRole::node,
                                       KeyRole::vote, KeyRole::log,       KeyRole::cosigner};

proto::Record scheme() {
  proto::Record record;
  record.set_subject("scheme/epa/smartway");
  record.set_place(1);
  record.mutable_scheme()->set_name("SmartWay");
  record.mutable_scheme()->set_iso_type(proto::TYPE_I);
  record.mutable_scheme()->set_basis(proto::PUBLIC_AUTHORITY);
  record.mutable_scheme()->add_categories()->set_list("SmartWay");
  return record;
}

// One validator, one certifier with a scheme, one recorder.
GenesisDraft draft() {
  GenesisDraft draft;
  draft.parameters.set_rules_version(kRulesVersion);
  draft.parameters.set_network_name("test");
  draft.parameters.set_log_domain("example.org");
  draft.parameters.set_block_bytes_max(kBlockBytesMax);
  draft.parameters.set_block_records_max(kBlockRecordsMax);
  draft.parameters.set_development(true);
  draft.requests = {
      request("shop", {proto::RECORDER}, kOwnKeys),
      request("acme", {proto::VALIDATOR}, kAllKeys),
      request("epa", {proto::CERTIFIER, proto::SCHEME_OWNER}, kOwnKeys),
  };
  draft.schemes = {scheme()};
  draft.records_for["shop"] = {"*"};
  return draft;
}

std::string code_of(const GenesisDraft& draft) {
  const auto genesis = draft_genesis(draft, kTimeMs);
  return genesis ? "none" : genesis.error().code;
}

TEST(GenesisDraft, PutsTheRecordsInOneOrderWhateverThatOfTheRequests) {
  GenesisDraft other = draft();
  std::reverse(other.requests.begin(), other.requests.end());

  const auto genesis = draft_genesis(draft(), kTimeMs);
  const auto reversed = draft_genesis(other, kTimeMs);

  ASSERT_TRUE(genesis.has_value()) << genesis.error().message;
  ASSERT_TRUE(reversed.has_value());
  EXPECT_EQ(genesis->file, reversed->file);
  std::vector<std::string> subjects;
  for (const proto::Record& record : genesis->records) subjects.push_back(record.subject());
  EXPECT_EQ(subjects,
            (std::vector<std::string>{"network/parameters", "org/acme", "org/epa", "org/shop",
                                      "scheme/epa/smartway", "network/validators"}));
  EXPECT_EQ(genesis->time_ms, kTimeMs);
}

TEST(GenesisDraft, TakesKeysAndMandatesFromTheRequests) {
  const auto records = draft_records(draft());

  ASSERT_TRUE(records.has_value());
  const proto::Organisation& shop = (*records)[3].organisation();
  ASSERT_EQ(shop.keys_size(), 2);
  EXPECT_EQ(shop.keys(0).purpose(), proto::ROOT);
  EXPECT_EQ(shop.keys(0).public_key(), tests::key_named("shop/root").public_key().view());
  EXPECT_EQ(shop.keys(1).purpose(), proto::OPERATION);
  ASSERT_EQ(shop.records_for_size(), 1);
  EXPECT_EQ(shop.records_for(0), "*");
  const proto::Validator& validator = (*records)[5].validator_set().validators(0);
  EXPECT_EQ(validator.organisation(), "acme");
  EXPECT_EQ(validator.vote_key(), tests::key_named("acme/vote").public_key().view());
  EXPECT_EQ(validator.log_key(), tests::key_named("acme/log").public_key().view());
  EXPECT_EQ(validator.cosigner_key(), tests::key_named("acme/cosigner").public_key().view());
  EXPECT_EQ(validator.node_key(), tests::key_named("acme/node").public_key().view());
}

TEST(GenesisDraft, JoinsTheRequestsOfAnOrganisationAndOfItsNode) {
  GenesisDraft parts = draft();
  parts.requests[1] = request("acme", {}, kOwnKeys);
  parts.requests.push_back(request("acme", {proto::VALIDATOR}, kNodeKeys));

  const auto joined = draft_genesis(parts, kTimeMs);

  ASSERT_TRUE(joined.has_value()) << joined.error().message;
  EXPECT_EQ(joined->network_id, draft_genesis(draft(), kTimeMs)->network_id);
}

TEST(GenesisDraft, LetsOnlyTheNamedValidatorsVote) {
  GenesisDraft two = draft();
  two.requests.push_back(request("beta", {proto::VALIDATOR}, kAllKeys));
  GenesisDraft one = two;
  one.validators = {"beta"};

  EXPECT_EQ(draft_records(two)->back().validator_set().validators_size(), 2);
  ASSERT_EQ(draft_records(one)->back().validator_set().validators_size(), 1);
  EXPECT_EQ(draft_records(one)->back().validator_set().validators(0).organisation(), "beta");
}

TEST(GenesisDraft, RefusesRequestsThatContradictEachOther) {
  GenesisDraft names = draft();
  names.requests.push_back(request("acme", {}, {KeyRole::operation}, "Another acme"));
  GenesisDraft keys = draft();
  keys.requests.push_back(request("acme", {}, kNodeKeys));

  EXPECT_EQ(code_of(names), "E-NETWORK-DRAFT");
  EXPECT_EQ(code_of(keys), "E-NETWORK-DRAFT");
}

TEST(GenesisDraft, RefusesAnOrganisationWithoutARootKey) {
  GenesisDraft rootless = draft();
  rootless.requests[0] = request("shop", {proto::RECORDER}, {KeyRole::operation});

  EXPECT_EQ(code_of(rootless), "E-NETWORK-DRAFT");
}

TEST(GenesisDraft, RefusesAValidatorWithoutRequestOrKeys) {
  GenesisDraft none = draft();
  none.requests[1] = request("acme", {proto::OBSERVER}, kAllKeys);
  GenesisDraft unknown = draft();
  unknown.validators = {"nobody"};

  EXPECT_EQ(code_of(none), "E-NETWORK-DRAFT");
  EXPECT_EQ(code_of(unknown), "E-NETWORK-DRAFT");
  for (const KeyRole missing : kNodeKeys) {
    std::vector<KeyRole> keys = kAllKeys;
    std::erase(keys, missing);
    GenesisDraft keyless = draft();
    keyless.requests[1] = request("acme", {proto::VALIDATOR}, keys);
    const auto genesis = draft_genesis(keyless, kTimeMs);
    ASSERT_FALSE(genesis.has_value());
    EXPECT_EQ(genesis.error().code, "E-NETWORK-DRAFT");
    EXPECT_NE(genesis.error().message.find(name_of(missing)), std::string::npos);
  }
}

TEST(GenesisDraft, RefusesAMandateOfNobody) {
  GenesisDraft stranger = draft();
  stranger.records_for["nobody"] = {"*"};

  EXPECT_EQ(code_of(stranger), "E-NETWORK-DRAFT");
}

TEST(GenesisDraft, NamesTheRecordAndFieldThatNodesWouldRefuse) {
  GenesisDraft stranger = draft();
  stranger.schemes[0].set_subject("scheme/shop/smartway");  // no certifier, no scheme owner
  GenesisDraft few = draft();
  few.parameters.set_development(false);  // one validator
  GenesisDraft large = draft();
  large.parameters.set_block_bytes_max(kBlockBytesMax + 1);
  GenesisDraft twice = draft();
  twice.schemes.push_back(scheme());
  twice.schemes[1].mutable_scheme()->set_name("Another");
  GenesisDraft voteless = draft();
  voteless.requests[1] = request("acme", {proto::OBSERVER}, kAllKeys);
  voteless.validators = {"acme"};

  for (const GenesisDraft& wrong : {stranger, few, large, twice, voteless}) {
    EXPECT_EQ(code_of(wrong), "E-GENESIS-RECORD");
  }
  const auto refused = draft_genesis(large, kTimeMs);
  EXPECT_NE(refused.error().message.find("Record 0"), std::string::npos);
  EXPECT_NE(refused.error().message.find("parameters.block_bytes_max"), std::string::npos);
}

}  // namespace
}  // namespace ledger

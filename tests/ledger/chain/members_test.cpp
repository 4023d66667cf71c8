// Whose nodes may connect.
#include "ledger/chain/members.h"

#include <gtest/gtest.h>

#include "tests/support/test_network.h"

namespace ledger {
namespace {

using tests::key_named;
using tests::TestChain;

// One line a member: "organisation key-of-which-name addresses…".
std::vector<std::string> lines(const ChainReader& reader, const std::vector<std::string>& names) {
  std::vector<std::string> lines;
  for (const Member& member : network_members(reader)) {
    std::string line = member.organisation;
    for (const std::string& name : names) {
      if (key_named(name).public_key() == member.node_key) line += " " + name;
    }
    for (const std::string& address : member.addresses) line += " " + address;
    lines.push_back(line);
  }
  return lines;
}

proto::Record key_change(const std::string& organisation, std::uint64_t place) {
  proto::Record record;
  record.set_subject("org/" + organisation);
  record.set_place(place);
  record.mutable_key_change();
  return record;
}

proto::Record adding(const std::string& organisation, std::uint64_t place,
                     const std::string& name) {
  proto::Record record = key_change(organisation, place);
  proto::Key* const key = record.mutable_key_change()->add_add();
  key->set_purpose(proto::NODE);
  key->set_algorithm(proto::ED25519);
  key->set_public_key(Bytes(key_named(name).public_key().view()));
  return record;
}

proto::Record revoking(const std::string& organisation, std::uint64_t place,
                       const std::string& name) {
  proto::Record record = key_change(organisation, place);
  record.mutable_key_change()->add_revoke()->set_key_id(
      Bytes(crypto::key_id(key_named(name).public_key()).view()));
  return record;
}

class MembersTest : public ::testing::Test {
 protected:
  MembersTest()
      : genesis(tests::make_genesis([](std::vector<proto::Record>& records) {
          records.back().mutable_validator_set()->mutable_validators(0)->add_addresses(
              "node.acme.example:7400");
        })),
        chain(genesis) {}

  void add(const std::string& organisation, const proto::Record& record) {
    const auto added =
        chain.add({tests::submission(genesis, organisation, {record}, kGenesisTimeMs, "root")});
    ASSERT_EQ(added.added.at(0).outcome, Outcome::included);
  }
  std::vector<std::string> members() {
    return lines(chain.reader(), {"acme/node", "epa/node", "shop/node", "shop/node 2"});
  }

  static constexpr std::uint64_t kGenesisTimeMs = tests::kGenesisTimeMs;
  Genesis genesis;
  TestChain chain;
};

using Lines = std::vector<std::string>;

TEST_F(MembersTest, AreTheValidatorsAndWhoHasANodeKeyInForce) {
  EXPECT_EQ(members(), (Lines{"acme acme/node node.acme.example:7400"}));

  add("shop", adding("shop", 2, "shop/node"));
  add("epa", adding("epa", 2, "epa/node"));
  EXPECT_EQ(members(),
            (Lines{"acme acme/node node.acme.example:7400", "epa epa/node", "shop shop/node"}));

  add("shop", revoking("shop", 3, "shop/node"));
  EXPECT_EQ(members(), (Lines{"acme acme/node node.acme.example:7400", "epa epa/node"}));

  add("shop", adding("shop", 4, "shop/node 2"));
  EXPECT_EQ(members(),
            (Lines{"acme acme/node node.acme.example:7400", "epa epa/node", "shop shop/node 2"}));
}

TEST_F(MembersTest, NameAKeyOnceThatTheSetAndItsOrganisationList) {
  add("acme", adding("acme", 2, "acme/node"));

  EXPECT_EQ(members(), (Lines{"acme acme/node node.acme.example:7400"}));
}

TEST(Members, OfAStoreWithoutGenesisAreNone) {
  const MemoryStore store;

  EXPECT_TRUE(network_members(ChainReader(store.snapshot())).empty());
}

}  // namespace
}  // namespace ledger

// Keys of nodes that do not validate: one stands for one member and this purpose alone.
#include "ledger/records/node_keys.h"

#include <gtest/gtest.h>

#include "ledger/records/codes.h"
#include "tests/ledger/records/world.h"
#include "tests/support/faults.h"
#include "tests/support/test_network.h"

namespace ledger {
namespace {

using support::expect_code;
using world::World;
using enum World::Signed;

proto::Key key_named(proto::KeyPurpose purpose, const std::string& name) {
  proto::Key key;
  key.set_purpose(purpose);
  key.set_algorithm(proto::ED25519);
  key.set_public_key(Bytes(tests::key_named(name).public_key().view()));
  return key;
}

proto::Record key_change(const std::string& organisation, std::uint64_t place,
                         std::initializer_list<proto::Key> keys) {
  proto::Record record = world::record("subject: 'org/" + organisation + "' key_change {}");
  record.set_place(place);
  for (const proto::Key& key : keys) *record.mutable_key_change()->add_add() = key;
  return record;
}

proto::Record admission(const World& world, proto::Key key) {
  proto::Record record = world::organisation("new");
  *record.mutable_organisation()->add_keys() = std::move(key);
  return world.countersigned(record, {"acme", "epa", "lab"});
}

void revoke(proto::Record& record, const std::string& name) {
  record.mutable_key_change()->add_revoke()->set_key_id(
      Bytes(crypto::key_id(tests::key_named(name).public_key()).view()));
}

TEST(NodeKey, IsEnrolledWithAnOrganisationOrAKeyChange) {
  World world;
  ASSERT_TRUE(world.apply(key_change("lab", 2, {key_named(proto::NODE, "lab/node")}), root));
  ASSERT_TRUE(world.apply(admission(world, key_named(proto::NODE, "new/node")), operation, "acme"));

  EXPECT_EQ(find_organisation(world.state(), "lab")->keys(2).key().purpose(), proto::NODE);
  EXPECT_EQ(find_organisation(world.state(), "new")->keys(2).key().purpose(), proto::NODE);
  // By hand: the prefix and the key in hex.
  EXPECT_EQ(world.counter("node-key/" + tests::key_named("lab/node").public_key().hex()), 1u);
  EXPECT_EQ(world.counter("node-key/" + tests::key_named("new/node").public_key().hex()), 1u);
  EXPECT_EQ(world.counter("node-key/" + tests::key_named("lab/root").public_key().hex()), 0u);
}

TEST(NodeKey, BelongsToOneOrganisation) {
  World world;
  ASSERT_TRUE(world.apply(key_change("lab", 2, {key_named(proto::NODE, "a node")}), root));

  expect_code(world.apply(key_change("epa", 2, {key_named(proto::NODE, "a node")}), root),
              kKeyInvalid, "key_change.add[0]");
  expect_code(world.apply(admission(world, key_named(proto::NODE, "a node")), operation, "acme"),
              kKeyInvalid, "organisation.keys[2]");
  // Not even when its organisation has done with it.
  proto::Record gone = key_change("lab", 3, {});
  revoke(gone, "a node");
  ASSERT_TRUE(world.apply(gone, root));
  expect_code(world.apply(key_change("epa", 2, {key_named(proto::NODE, "a node")}), root),
              kKeyInvalid, "key_change.add[0]");
  EXPECT_TRUE(world.apply(key_change("epa", 2, {key_named(proto::NODE, "another")}), root));
}

TEST(NodeKey, ServesNoOtherPurpose) {
  World world;
  ASSERT_TRUE(world.apply(key_change("lab", 2, {key_named(proto::NODE, "a node")}), root));

  for (const proto::KeyPurpose purpose : {proto::ROOT, proto::OPERATION}) {
    expect_code(world.apply(key_change("epa", 2, {key_named(purpose, "a node")}), root),
                kKeyInvalid, "key_change.add[0]");
  }
  expect_code(world.apply(key_change("lab", 3, {key_named(proto::NODE, "lab/operation")}), root),
              kKeyInvalid, "key_change.add[0]");
  // acme validates: its vote key is no node key, and its node key is nobody else's.
  for (const std::string name : {"acme/vote", "acme/log", "acme/cosigner"}) {
    expect_code(world.apply(key_change("acme", 2, {key_named(proto::NODE, name)}), root),
                kKeyInvalid, "key_change.add[0]");
  }
  expect_code(world.apply(key_change("lab", 3, {key_named(proto::NODE, "acme/node")}), root),
              kKeyInvalid, "key_change.add[0]");
  // A validator that is about to leave goes on under the key that its peers know.
  EXPECT_TRUE(world.apply(key_change("acme", 2, {key_named(proto::NODE, "acme/node")}), root));
}

using SetKey = void (*)(proto::Validator&, const Bytes&);
const SetKey set_vote = [](proto::Validator& entry, const Bytes& key) { entry.set_vote_key(key); };
const SetKey set_log = [](proto::Validator& entry, const Bytes& key) { entry.set_log_key(key); };
const SetKey set_node = [](proto::Validator& entry, const Bytes& key) { entry.set_node_key(key); };
const SetKey set_cosigner = [](proto::Validator& entry, const Bytes& key) {
  entry.set_cosigner_key(key);
};

// acme and lab shall validate, lab with this key among its own.
Checked<void> validate(World& world, SetKey set, const std::string& name, std::uint64_t place = 2) {
  proto::Record record = world::validators({"acme", "lab"});
  record.set_place(place);
  set(*record.mutable_validator_set()->mutable_validators(1),
      Bytes(tests::key_named(name).public_key().view()));
  return world.apply(world.countersigned(record, {"acme", "epa", "shop"}), operation, "acme");
}

// lab may validate; it and epa have a node key "<organisation>/observer".
void enrol(World& world) {
  const proto::Record role = world::record(
      "subject: 'org/lab' place: 2 organisation { name: 'The lab' roles: CERTIFIER "
      "roles: VALIDATOR country: 'US' }");
  ASSERT_TRUE(world.apply(world.countersigned(role, {"acme", "epa", "shop"}), operation, "acme"));
  ASSERT_TRUE(world.apply(key_change("lab", 3, {key_named(proto::NODE, "lab/observer")}), root));
  ASSERT_TRUE(world.apply(key_change("epa", 2, {key_named(proto::NODE, "epa/observer")}), root));
}

TEST(NodeKey, OfAnotherOrganisationIsNoValidators) {
  World world;
  enrol(world);
  const std::string entry = "validator_set.validators[1].";

  for (const std::string name : {"epa/observer", "lab/observer"}) {
    expect_code(validate(world, set_vote, name), kKeyInvalid, entry + "vote_key");
    expect_code(validate(world, set_log, name), kKeyInvalid, entry + "log_key");
    expect_code(validate(world, set_cosigner, name), kKeyInvalid, entry + "cosigner_key");
  }
  expect_code(validate(world, set_node, "epa/observer"), kKeyInvalid, entry + "node_key");
  EXPECT_TRUE(validate(world, set_node, "lab/observer"));
}

TEST(NodeKey, ThatWasRevokedIsNoValidators) {
  World world;
  enrol(world);
  proto::Record gone = key_change("lab", 4, {});
  revoke(gone, "lab/observer");
  ASSERT_TRUE(world.apply(gone, root));

  expect_code(validate(world, set_node, "lab/observer"), kKeyInvalid,
              "validator_set.validators[1].node_key");
}

// Others must be able to join and leave while a member has not yet replaced its key.
TEST(NodeKey, ThatIsRevokedLaterDoesNotStopChangesOfTheSet) {
  World world;
  enrol(world);
  ASSERT_TRUE(validate(world, set_node, "lab/observer"));
  proto::Record gone = key_change("lab", 4, {});
  revoke(gone, "lab/observer");
  ASSERT_TRUE(world.apply(gone, root));

  EXPECT_TRUE(validate(world, set_node, "lab/observer", 3));
}

TEST(NodeKey, IsOneOfSixteenInForce) {
  World world;
  proto::Record many = key_change("lab", 2, {});
  for (int i = 0; i < 16; ++i) {
    *many.mutable_key_change()->add_add() = key_named(proto::NODE, "node " + std::to_string(i));
  }
  ASSERT_TRUE(world.apply(many, root));
  proto::Record more = key_change("lab", 3, {key_named(proto::NODE, "node 16")});
  expect_code(world.apply(more, root), kTooMany, "key_change.add");

  revoke(more, "node 3");
  EXPECT_TRUE(world.apply(more, root));
}

}  // namespace
}  // namespace ledger

// The rules of organisations, keys, schemes, validators and parameters against the state.
#include <gtest/gtest.h>

#include "ledger/records/codes.h"
#include "ledger/records/signatures.h"
#include "tests/ledger/records/world.h"
#include "tests/support/faults.h"
#include "tests/support/test_network.h"

namespace ledger {
namespace {

using support::expect_code;
using world::World;
using enum World::Signed;

Bytes key_id(const std::string& name) {
  return Bytes(crypto::key_id(tests::key_named(name).public_key()).view());
}

proto::Record later_entry(const std::string& id, const std::string& fields) {
  return world::record("subject: 'org/" + id + "' place: 2 organisation { name: 'The " + id + "' " +
                       fields + "}");
}

// ---- admission -----------------------------------------------------------------------------

TEST(Admission, TakesMoreThanTwoThirdsOfTheOrganisations) {
  World world;
  const proto::Record admission = world::organisation("new", "roles: RECORDER");
  ASSERT_EQ(world.counter(kOrganisationsKey), 4u);

  expect_code(world.apply(admission, operation, "acme"), kSignaturesMissing, "countersignatures");
  // Two of four are not more than two thirds, three are.
  expect_code(world.apply(world.countersigned(admission, {"acme", "epa"}), operation, "acme"),
              kSignaturesMissing, "countersignatures");
  ASSERT_TRUE(
      world.apply(world.countersigned(admission, {"acme", "epa", "lab"}), operation, "acme"));

  EXPECT_EQ(world.counter(kOrganisationsKey), 5u);
  const auto state = find_organisation(world.state(), "new");
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->organisation().keys_size(), 0);
  ASSERT_EQ(state->keys_size(), 2);
  EXPECT_EQ(state->keys(0).key_id(), key_id("new/root"));
  EXPECT_EQ(state->keys(0).since_height(), 1u);
  EXPECT_EQ(state->keys(0).revoked_height(), 0u);
}

TEST(Admission, OfExactlyTwoThirdsIsNotEnough) {
  World world;
  ASSERT_TRUE(world.apply(world.countersigned(world::organisation("m5"), {"acme", "epa", "lab"}),
                          operation, "acme"));
  ASSERT_TRUE(
      world.apply(world.countersigned(world::organisation("m6"), {"acme", "epa", "lab", "m5"}),
                  operation, "acme"));
  const proto::Record seventh = world::organisation("m7");

  expect_code(
      world.apply(world.countersigned(seventh, {"acme", "epa", "lab", "m5"}), operation, "acme"),
      kSignaturesMissing, "countersignatures");
  EXPECT_TRUE(world.apply(world.countersigned(seventh, {"acme", "epa", "lab", "m5", "m6"}),
                          operation, "acme"));
}

TEST(Countersignature, CoversNetworkAndRecord) {
  World world;
  const proto::Record admission = world::organisation("new");
  proto::Record changed = world.countersigned(admission, {"acme", "epa", "lab"});
  changed.mutable_organisation()->set_name("Another name");
  expect_code(world.apply(changed, operation, "acme"), kSignaturesMissing, "countersignatures[0]");

  // By hand: network id, then the bytes of the record without signatures.
  EXPECT_EQ(
      countersigned_bytes(crypto::sha256("n"), changed), Bytes(crypto::sha256("n").view()) + [&] {
        proto::Record bare = changed;
        bare.clear_countersignatures();
        return bare.SerializeAsString();
      }());
  const auto other_network = countersigned_bytes(crypto::sha256("another"), admission);
  proto::Record foreign = world.countersigned(admission, {"acme", "epa", "lab"});
  foreign.mutable_countersignatures(1)->set_signature(Bytes(
      tests::key_named("epa/root").sign(crypto::tag::kCountersignature, other_network).view()));
  expect_code(world.apply(foreign, operation, "acme"), kSignaturesMissing, "countersignatures[1]");
}

TEST(Countersignature, IsMadeWithARootKeyInForce) {
  World world;
  const proto::Record admission = world::organisation("new");
  proto::Record record = world.countersigned(admission, {"acme", "epa", "lab"});
  const crypto::PrivateKey operation_key = tests::key_named("lab/operation");
  record.mutable_countersignatures(2)->set_key_id(key_id("lab/operation"));
  record.mutable_countersignatures(2)->set_signature(
      Bytes(operation_key
                .sign(crypto::tag::kCountersignature,
                      countersigned_bytes(crypto::sha256("a network"), admission))
                .view()));
  expect_code(world.apply(record, operation, "acme"), kSignaturesMissing, "countersignatures[2]");

  record = world.countersigned(admission, {"acme", "epa", "lab"});
  record.mutable_countersignatures(2)->set_organisation("nobody");
  expect_code(world.apply(record, operation, "acme"), kSignaturesMissing, "countersignatures[2]");
}

// Rules do not rest on check() having seen the record: one signature, repeated, is one voice.
TEST(Countersignature, CountsOnceEvenWhereNobodyCheckedTheForm) {
  const World world;
  proto::Record repeated = world.countersigned(world::organisation("new"), {"acme"});
  *repeated.add_countersignatures() = repeated.countersignatures(0);
  *repeated.add_countersignatures() = repeated.countersignatures(0);
  RuleContext context;
  context.state = &world.state();
  context.network_id = crypto::sha256("a network");
  context.today = world::kToday;

  expect_code(apply(context, repeated, std::nullopt), kOrderInvalid, "countersignatures[1]");
}

// ---- changes of an organisation ------------------------------------------------------------

TEST(Organisation, RenamesItselfWithItsRootKey) {
  World world;
  const proto::Record renamed = later_entry("lab", "roles: CERTIFIER country: 'DE'");

  expect_code(world.apply(renamed, operation), kSignaturesMissing, "organisation");
  expect_code(world.apply(renamed, root, "epa"), kSignaturesMissing, "organisation");
  ASSERT_TRUE(world.apply(renamed, root));
  const auto state = find_organisation(world.state(), "lab");
  EXPECT_EQ(state->organisation().country(), "DE");
  EXPECT_EQ(state->keys_size(), 2);
  EXPECT_EQ(world.counter(kOrganisationsKey), 4u);
}

TEST(Organisation, GetsRolesMandatesAndIdentifiersFromTheNetworkOnly) {
  for (const std::string fields :
       {"roles: CERTIFIER roles: RECORDER", "roles: CERTIFIER records_for: '*'",
        "roles: CERTIFIER identifiers { scheme: GLN value: '9506000134352' }", ""}) {
    World world;
    const proto::Record changed = later_entry("lab", fields);
    expect_code(world.apply(changed, root), kSignaturesMissing, "countersignatures");
    EXPECT_TRUE(
        world.apply(world.countersigned(changed, {"acme", "epa", "shop"}), operation, "acme"));
  }
}

// One context serves the records of a submission; what it remembers must not outlive a change.
TEST(Organisation, HasItsNewRolesForTheNextRecordOfASubmission) {
  const World world;
  MemoryStore store;
  Overlay state(store.snapshot(), 0, &world.state());
  RuleContext context;
  context.state = &state;
  context.network_id = crypto::sha256("a network");
  context.today = world::kToday;
  context.submitter = "lab";
  proto::Record purchase = world::purchase();
  purchase.set_subject("purchase/lab/till/D1/1");
  expect_code(apply(context, purchase, std::nullopt), kRoleMissing, "subject");

  const proto::Record change = world.countersigned(
      later_entry("lab", "roles: RECORDER records_for: '*'"), {"acme", "epa", "shop"});
  const SubjectValue before = decode_subject_value(*state.find("org/lab"));
  const Checked<Bytes> changed = apply(context, change, before.body);
  ASSERT_TRUE(changed);
  state.put("org/lab", encode_subject_value({2, 100, *changed}));

  EXPECT_TRUE(apply(context, purchase, std::nullopt));
}

// ---- keys ----------------------------------------------------------------------------------

proto::Record key_change(std::uint64_t place, const std::string& fields) {
  proto::Record record = world::record("subject: 'org/lab' key_change {" + fields + "}");
  record.set_place(place);
  return record;
}

void add_key(proto::Record& record, proto::KeyPurpose purpose, const std::string& name) {
  proto::Key* const key = record.mutable_key_change()->add_add();
  key->set_purpose(purpose);
  key->set_algorithm(proto::ED25519);
  key->set_public_key(Bytes(tests::key_named(name).public_key().view()));
}

void revoke_key(proto::Record& record, const std::string& name, const std::string& since = "") {
  proto::KeyRevocation* const revocation = record.mutable_key_change()->add_revoke();
  revocation->set_key_id(key_id(name));
  revocation->set_compromised_since(since);
}

TEST(KeyChange, AddsAndRevokesWithTheRootKey) {
  World world;
  proto::Record change = key_change(2, "");
  add_key(change, proto::OPERATION, "lab/operation 2");
  revoke_key(change, "lab/operation", "2019-02-20");

  expect_code(world.apply(change, operation), kSignaturesMissing, "key_change");
  ASSERT_TRUE(world.apply(change, root));
  const auto state = find_organisation(world.state(), "lab");
  ASSERT_EQ(state->keys_size(), 3);
  EXPECT_EQ(state->keys(1).revoked_height(), 1u);
  EXPECT_EQ(state->keys(1).compromised_since(), "2019-02-20");
  EXPECT_EQ(state->keys(2).key_id(), key_id("lab/operation 2"));
}

TEST(KeyChange, LeavesARootKey) {
  World world;
  proto::Record change = key_change(2, "");
  revoke_key(change, "lab/root");

  expect_code(world.apply(change, root), kStateInvalid, "key_change.revoke");
  add_key(change, proto::ROOT, "lab/root 2");
  EXPECT_TRUE(world.apply(change, root));
}

TEST(KeyChange, MayTakeTheLastOperationKey) {
  World world;
  proto::Record change = key_change(2, "");
  revoke_key(change, "lab/operation");

  EXPECT_TRUE(world.apply(change, root));
}

TEST(KeyChange, KnowsTheKeysItNames) {
  World world;
  proto::Record again = key_change(2, "");
  add_key(again, proto::OPERATION, "lab/operation");
  expect_code(world.apply(again, root), kKeyInvalid, "key_change.add[0]");

  proto::Record unknown = key_change(2, "");
  revoke_key(unknown, "epa/operation");
  expect_code(world.apply(unknown, root), kReferenceInvalid, "key_change.revoke[0].key_id");

  proto::Record change = key_change(2, "");
  revoke_key(change, "lab/operation");
  ASSERT_TRUE(world.apply(change, root));
  change.set_place(3);
  expect_code(world.apply(change, root), kReferenceInvalid, "key_change.revoke[0].key_id");
  proto::Record revived = key_change(3, "");
  add_key(revived, proto::OPERATION, "lab/operation");
  expect_code(world.apply(revived, root), kKeyInvalid, "key_change.add[0]");
}

TEST(KeyChange, IsNotCompromisedInTheFuture) {
  World world;
  proto::Record change = key_change(2, "");
  revoke_key(change, "lab/operation", "2019-03-02");

  expect_code(world.apply(change, root), kDateInvalid, "key_change.revoke[0].compromised_since");
}

TEST(KeyChange, HasRoomForTwoHundredAndFiftySixKeys) {
  World world;
  std::uint64_t place = 2;
  int made = 0;
  const auto add = [&](int count) {
    proto::Record change = key_change(place, "");
    for (int i = 0; i < count; ++i) {
      add_key(change, proto::OPERATION, "many " + std::to_string(made++));
    }
    const auto result = world.apply(change, root);
    if (result) ++place;
    return result;
  };
  for (int i = 0; i < 7; ++i) ASSERT_TRUE(add(32));
  ASSERT_TRUE(add(30));  // 2 + 7 * 32 + 30 = 256

  expect_code(add(1), kTooMany, "key_change.add");
}

// ---- schemes -------------------------------------------------------------------------------

TEST(Scheme, IsWrittenByAnOwnerOrCertifier) {
  World world;
  proto::Record scheme = world::scheme();
  scheme.mutable_scheme()->clear_recognised_by();
  scheme.set_subject("scheme/lab/smartway");
  EXPECT_TRUE(world.apply(scheme));
  scheme.set_subject("scheme/shop/smartway");
  expect_code(world.apply(scheme), kRoleMissing, "subject");
}

TEST(Scheme, IsRecognisedByTheNetworkOnly) {
  World world;
  proto::Record scheme = world::scheme();
  scheme.set_subject("scheme/lab/smartway");
  expect_code(world.apply(scheme), kSignaturesMissing, "countersignatures");
  ASSERT_TRUE(world.apply(world.countersigned(scheme, {"acme", "epa", "shop"})));

  // What is recognised may change otherwise; what recognises it may not.
  scheme.set_place(2);
  scheme.mutable_scheme()->add_levels("Gold");
  ASSERT_TRUE(world.apply(scheme));
  scheme.set_place(3);
  scheme.mutable_scheme()->clear_recognised_by();
  expect_code(world.apply(scheme), kSignaturesMissing, "countersignatures");
}

// ---- validators and parameters -------------------------------------------------------------

// A world whose organisations acme and v1 to v<count> are validators by role.
World world_of_validators(int count) {
  World world;
  std::vector<std::string> members = {"acme", "epa", "lab", "shop"};
  for (int i = 1; i <= count; ++i) {
    const std::string id = "v" + std::to_string(i);
    proto::Record admission = world::organisation(id, "roles: VALIDATOR");
    const Bytes message = countersigned_bytes(crypto::sha256("a network"), admission);
    for (const std::string& member : members) {
      proto::Record one = world.countersigned(admission, {member});
      *admission.add_countersignatures() = one.countersignatures(one.countersignatures_size() - 1);
    }
    EXPECT_TRUE(world.apply(admission, operation, "acme"));
    members.push_back(id);
  }
  return world;
}

proto::Record placed(proto::Record record, std::uint64_t place) {
  record.set_place(place);
  return record;
}

TEST(ValidatorSet, ChangesByOneMemberWithMoreThanTwoThirds) {
  World world = world_of_validators(2);
  const auto sign = [&](const proto::Record& record) {
    return world.countersigned(record, {"acme", "epa", "lab", "shop", "v1"});
  };
  const proto::Record two = placed(world::validators({"acme", "v1"}), 2);

  expect_code(world.apply(two, operation, "acme"), kSignaturesMissing, "countersignatures");
  ASSERT_TRUE(world.apply(sign(two), operation, "acme"));
  EXPECT_EQ(find_validators(world.state())->validators_size(), 2);
  // One leaves and one joins: two changes.
  expect_code(world.apply(sign(placed(world::validators({"acme", "v2"}), 3)), operation, "acme"),
              kValidatorsInvalid, "validator_set.validators");
  // A member that brings another key changes too.
  proto::Record rekeyed = placed(world::validators({"acme", "v1", "v2"}), 3);
  rekeyed.mutable_validator_set()->mutable_validators(1)->set_vote_key(
      Bytes(tests::key_named("another").public_key().view()));
  expect_code(world.apply(sign(rekeyed), operation, "acme"), kValidatorsInvalid,
              "validator_set.validators");
  EXPECT_TRUE(
      world.apply(sign(placed(world::validators({"acme", "v1", "v2"}), 3)), operation, "acme"));
}

TEST(ValidatorSet, ConsistsOfOrganisationsWithTheRole) {
  World world;
  const proto::Record set = placed(world::validators({"acme", "epa"}), 2);

  expect_code(world.apply(world.countersigned(set, {"acme", "epa", "lab"}), operation, "acme"),
              kRoleMissing, "validator_set.validators");
}

TEST(ValidatorSet, HasFourMembersOutsideDevelopment) {
  World world = world_of_validators(3);
  const auto apply = [&](const proto::Record& record) {
    return world.apply(world.countersigned(record, {"acme", "epa", "lab", "shop", "v1"}), operation,
                       "acme");
  };
  proto::Record real = placed(world::parameters(), 2);
  real.mutable_parameters()->set_development(false);
  expect_code(apply(real), kValidatorsInvalid, "parameters.development");
  ASSERT_TRUE(apply(placed(world::validators({"acme", "v1"}), 2)));
  ASSERT_TRUE(apply(placed(world::validators({"acme", "v1", "v2"}), 3)));
  ASSERT_TRUE(apply(placed(world::validators({"acme", "v1", "v2", "v3"}), 4)));
  ASSERT_TRUE(apply(real));

  expect_code(apply(placed(world::validators({"acme", "v1", "v2"}), 5)), kValidatorsInvalid,
              "validator_set.validators");
  proto::Record back = placed(world::parameters(), 3);
  expect_code(apply(back), kParameterInvalid, "parameters.development");
}

TEST(Parameters, KeepTheNameOfTheLog) {
  World world;
  const auto apply = [&](const proto::Record& record) {
    return world.apply(world.countersigned(record, {"acme", "epa", "lab"}), operation, "acme");
  };
  proto::Record changed = placed(world::parameters(), 2);
  changed.mutable_parameters()->set_block_records_max(1000);
  expect_code(world.apply(changed, operation, "acme"), kSignaturesMissing, "countersignatures");
  ASSERT_TRUE(apply(changed));
  EXPECT_EQ(find_parameters(world.state())->block_records_max(), 1000u);

  changed.set_place(3);
  changed.mutable_parameters()->set_network_name("another");
  expect_code(apply(changed), kParameterInvalid, "parameters.network_name");
}

TEST(Genesis, HoldsFoundingRecordsOnly) {
  MemoryStore store;
  const Overlay state(store.snapshot(), 0);
  RuleContext context;
  context.state = &state;
  context.genesis = true;
  context.today = "2019-03-01";

  expect_code(apply(context, world::purchase(), std::nullopt), kKindInvalid, "kind");
  EXPECT_TRUE(apply(context, world::organisation("epa"), std::nullopt));
}

TEST(Rules, RefuseALaterRecordOfASubjectThatIsNotThere) {
  MemoryStore store;
  const Overlay state(store.snapshot(), 0);
  RuleContext context;
  context.state = &state;
  context.today = "2019-03-01";

  expect_code(apply(context, world::purchase_return(2, "1"), std::nullopt), kStateInvalid,
              "subject");
}

}  // namespace
}  // namespace ledger

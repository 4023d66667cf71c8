// The end of an epoch and the beginning of the next, on a network with one validator.
#include <gtest/gtest.h>

#include "ledger/records/codes.h"
#include "tests/node/replica_fixture.h"

namespace node {
namespace {

using crypto::Bytes;
using crypto::Hash;

const std::vector<std::string> kAll = {"acme", "epa", "shop"};

// A network in which another organisation may become a validator.
ledger::Genesis genesis_with_candidate() {
  return tests::make_genesis([](std::vector<proto::Record>& records) {
    records.at(2).mutable_organisation()->add_roles(proto::VALIDATOR);  // epa
  });
}

proto::Validator validator(const std::string& organisation) {
  proto::Validator entry;
  entry.set_organisation(organisation);
  entry.set_vote_key(Bytes(tests::key_named(organisation + "/vote").public_key().view()));
  entry.set_log_key(Bytes(tests::key_named(organisation + "/log").public_key().view()));
  entry.set_cosigner_key(Bytes(tests::key_named(organisation + "/cosigner").public_key().view()));
  entry.set_node_key(Bytes(tests::key_named(organisation + "/node").public_key().view()));
  return entry;
}

// The design, section 4, written out: tagged hash over epoch, number of members, and for each its
// organisation and keys.
Hash set_hash(std::uint64_t epoch, const std::vector<proto::Validator>& members) {
  Bytes bytes = "\x15greenledger/valset/v1";
  crypto::append_u64(bytes, epoch);
  crypto::append_u16(bytes, static_cast<std::uint16_t>(members.size()));
  for (const proto::Validator& member : members) {
    crypto::append_u16(bytes, static_cast<std::uint16_t>(member.organisation().size()));
    bytes += member.organisation() + member.vote_key() + member.log_key() + member.cosigner_key();
  }
  return crypto::sha256(bytes);
}

class EpochTest : public ReplicaTest {
 protected:
  EpochTest() : ReplicaTest(genesis_with_candidate()) {}

  proto::Record validators(const std::vector<proto::Validator>& members,
                           const std::vector<std::string>& signers = kAll) const {
    proto::Record record;
    record.set_subject("network/validators");
    record.set_place(2);
    for (const proto::Validator& member : members) {
      *record.mutable_validator_set()->add_validators() = member;
    }
    return tests::countersigned(genesis_.network_id, record, signers);
  }

  proto::Record parameters(std::uint64_t place) const {
    proto::Record record = genesis_.records.at(0);
    record.set_place(place);
    record.mutable_parameters()->set_block_records_max(1000 + static_cast<std::uint32_t>(place));
    return tests::countersigned(genesis_.network_id, record, kAll);
  }

  ledger::Header header(std::uint64_t height) const { return *reader().header(height); }

  Bytes first_entry(std::uint64_t height) const {
    return *reader().entry(header(height).seal.first_index);
  }

  // Whether the block's own certificate is a quorum's in this scope.
  bool is_certified(std::uint64_t height, std::uint64_t epoch, const Hash& anchor) const {
    const auto certificate = ledger::decode_certificate(*reader().certificate(height));
    proto::ValidatorSet members;
    *members.add_validators() = validator("acme");
    const auto set = ledger::ValidatorSet::from_record(epoch, members);
    return ledger::verify_certificate(*certificate, {genesis_.network_id, epoch, anchor}, set)
        .has_value();
  }

  // Block `height` opens epoch `epoch`, alone with the certificate of the block before it.
  void expect_opens(std::uint64_t height, std::uint64_t epoch) const {
    const ledger::Header closing = header(height - 1);
    const ledger::Header opening = header(height);
    EXPECT_EQ(closing.seal.epoch, epoch - 1);
    EXPECT_TRUE(closing.closes_epoch());
    EXPECT_EQ(closing.seal.set_hash, set_hash(epoch - 1, {validator("acme")}));
    EXPECT_EQ(closing.seal.next_set_hash, set_hash(epoch, {validator("acme")}));
    EXPECT_EQ(opening.seal.epoch, epoch);
    EXPECT_EQ(opening.seal.view, 1u);
    EXPECT_EQ(opening.seal.set_hash, closing.seal.next_set_hash);
    EXPECT_EQ(opening.seal.next_set_hash, opening.seal.set_hash);
    EXPECT_EQ(first_entry(height), "\x04\x01" + *reader().certificate(height - 1));
    EXPECT_EQ(ledger::epoch_anchor(reader(), opening), closing.hash());
    EXPECT_TRUE(is_certified(height, epoch, closing.hash()));
    EXPECT_FALSE(is_certified(height, epoch, header(0).hash()));
  }
};

TEST_F(EpochTest, EndsWithParametersThatAllAgreedOn) {
  submit("acme", {parameters(2)});
  pass(0);

  EXPECT_EQ(count(SubmissionState::final), 1u);
  ASSERT_EQ(tip().seal.height, 2u);
  EXPECT_EQ(tip().seal.count, 2u);  // the certificate and the seal
  expect_opens(2, 1);
  EXPECT_EQ(judged().verdict, ledger::VoteVerdict::fine);

  submit("shop", {tests::purchase("D", "1", "Acura", "ILX")});
  pass(100'000);
  ASSERT_EQ(tip().seal.height, 3u);
  EXPECT_EQ(tip().seal.epoch, 1u);
  EXPECT_EQ(tip().seal.view, 2u);
  EXPECT_EQ(tip().seal.set_hash, set_hash(1, {validator("acme")}));
  EXPECT_TRUE(is_certified(3, 1, header(1).hash()));
  expect_whole();
}

TEST_F(EpochTest, EndsWithAValidatorSetThatAllAgreedOn) {
  proto::Validator moved = validator("acme");
  moved.add_addresses("node.acme.example:8610");
  submit("acme", {validators({moved})});
  pass(0);

  ASSERT_EQ(tip().seal.height, 2u);
  EXPECT_EQ(tip().seal.count, 2u);
  expect_opens(2, 1);
  expect_whole();
}

TEST_F(EpochTest, GoesOnWhileTwoThirdsAreNotExceeded) {
  submit("acme", {validators({validator("acme")}, {"acme", "shop"})});
  pass(0);

  ASSERT_EQ(count(SubmissionState::rejected), 1u);
  EXPECT_EQ(updates_.back().rejects.at(0).reject.code, ledger::kSignaturesMissing);
  EXPECT_EQ(tip().seal.height, 0u);
}

TEST_F(EpochTest, BeginsWithWhatWaitedForTheNextBlock) {
  submit("acme", {parameters(2)});
  submit("shop", {tests::purchase("D", "1", "Acura", "ILX")});
  pass(0);

  ASSERT_EQ(tip().seal.height, 2u);
  EXPECT_EQ(tip().seal.count, 4u);  // the certificate, the submission with its record, the seal
  expect_opens(2, 1);
  EXPECT_EQ(count(SubmissionState::final), 2u);
  expect_whole();
}

TEST_F(EpochTest, MayEndWithItsFirstBlock) {
  submit("acme", {parameters(2)});
  submit("acme", {parameters(3)});
  pass(0);

  ASSERT_EQ(tip().seal.height, 3u);
  EXPECT_EQ(header(2).seal.epoch, 1u);
  EXPECT_TRUE(header(2).closes_epoch());
  EXPECT_EQ(header(2).seal.count, 4u);
  EXPECT_EQ(first_entry(2), "\x04\x01" + *reader().certificate(1));
  expect_opens(3, 2);
  expect_whole();
}

// A kill may come behind every block, before or after its vote slot is written.
TEST_F(EpochTest, BeginsAlsoWhenTheNodeIsRestartedInBetween) {
  for (const bool slot_is_lost : {false, true}) {
    const std::uint64_t height = tip().seal.height;
    const auto kill_after = [&](const auto& step) {
      const auto stale = slot_;
      step();
      if (slot_is_lost) slot_ = stale;
      ASSERT_TRUE(judged().may_vote()) << judged().reason;
      restart();
      ASSERT_EQ(judged().verdict, ledger::VoteVerdict::fine) << judged().reason;
    };
    kill_after([&] {
      submit("acme", {parameters(reader().subject("network/parameters", height)->count + 1)});
      perform(replica_->step(now_, TimerFired{}));
      EXPECT_EQ(tip().seal.height, height + 1);
    });
    // Starting again opens the epoch.
    EXPECT_EQ(tip().seal.height, height + 2);
    expect_opens(height + 2, slot_is_lost ? 2 : 1);
    kill_after([] {});
    pass(10'000'000);
    EXPECT_EQ(tip().seal.height, height + 2) << "an idle network writes nothing";
  }
  expect_whole();
}

TEST_F(EpochTest, HasNoVoteOfANodeWithoutTheKeysOfItsSet) {
  proto::Validator rotated = validator("acme");
  rotated.set_vote_key(Bytes(tests::key_named("acme/next vote").public_key().view()));
  submit("acme", {validators({rotated})});
  submit("shop", {tests::purchase("D", "1", "Acura", "ILX")});
  pass(10'000'000);
  restart();
  pass(10'000'000);

  EXPECT_EQ(tip().seal.height, 1u);
  EXPECT_EQ(tip().seal.next_set_hash, set_hash(1, {rotated}));
  EXPECT_EQ(slot_->chain.count, 2u);
  expect_whole();
}

// Two of two make the quorum; one vote alone must not make a block.
TEST_F(EpochTest, HasNoBlockOfOneVoteWhenTheQuorumIsTwo) {
  submit("acme", {validators({validator("acme"), validator("epa")})});
  submit("shop", {tests::purchase("D", "1", "Acura", "ILX")});
  pass(10'000'000);

  EXPECT_EQ(tip().seal.height, 1u);
  EXPECT_EQ(tip().seal.next_set_hash, set_hash(1, {validator("acme"), validator("epa")}));
  expect_whole();
}

}  // namespace
}  // namespace node

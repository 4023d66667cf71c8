// The fixed binary forms, held against tests/vectors/chain/chain.json, which make_vectors.py writes
// from their description alone.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "ledger/chain/block.h"
#include "ledger/chain/codes.h"
#include "ledger/chain/vote.h"

namespace ledger {
namespace {

nlohmann::json vectors() {
  std::ifstream file(std::string(VECTORS_DIR) + "/chain/chain.json");
  return nlohmann::json::parse(file);
}

proto::ValidatorSet members(const std::vector<std::string>& names) {
  proto::ValidatorSet set;
  for (const std::string& name : names) {
    proto::Validator* validator = set.add_validators();
    validator->set_organisation(name);
    validator->set_vote_key(Bytes(crypto::sha256(name + "/vote").view()));
    validator->set_log_key(Bytes(crypto::sha256(name + "/log").view()));
    validator->set_cosigner_key(Bytes(crypto::sha256(name + "/cosigner").view()));
  }
  return set;
}

Header example_header() {
  Header header;
  Seal& seal = header.seal;
  seal.network_id = crypto::sha256("network");
  seal.epoch = 3;
  seal.height = 1000;
  seal.view = 1007;
  seal.time_ms = 1546300800123;
  seal.first_index = 70000;
  seal.count = 12;
  seal.parent_hash = crypto::sha256("parent");
  seal.state_root = crypto::sha256("state");
  seal.set_hash = ValidatorSet::from_record(3, members({"acme"})).hash();
  seal.next_set_hash = ValidatorSet::from_record(4, members({"acme"})).hash();
  header.tree_size = 70012;
  header.tree_root = crypto::sha256("state");
  return header;
}

VoteScope example_scope() { return {crypto::sha256("network"), 3, crypto::sha256("anchor")}; }

TEST(Seal, HasTheFormOfTheDesign) {
  const Header header = example_header();

  EXPECT_EQ(crypto::to_hex(encode_seal(header.seal)), vectors()["seal"].get<std::string>());
  EXPECT_EQ(header.hash().hex(), vectors()["header_hash"].get<std::string>());
  EXPECT_TRUE(header.closes_epoch());
}

TEST(Header, ComesBackFromItsBytesAndOnlyFromThem) {
  const Bytes bytes = encode_header(example_header());

  ASSERT_TRUE(decode_header(bytes));
  EXPECT_EQ(encode_header(*decode_header(bytes)), bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_header(bytes.substr(0, size)));
  }
  EXPECT_FALSE(decode_header(bytes + '\0'));
  EXPECT_FALSE(decode_header("\x01" + bytes.substr(1)));
}

TEST(CheckpointBlock, IsTheFirstOfASecondOrClosesAnEpoch) {
  Seal seal;
  seal.time_ms = 5000;
  EXPECT_TRUE(is_checkpoint_block(seal, 4999));
  EXPECT_FALSE(is_checkpoint_block(seal, 5000));
  seal.next_set_hash = crypto::sha256("other");
  EXPECT_TRUE(is_checkpoint_block(seal, 5000));
}

TEST(ValidatorSet, IsMadeOfMembersInOrderOnly) {
  const ValidatorSet whole = ValidatorSet::from_record(3, members({"acme", "epa", "shop"}));
  std::vector<ValidatorKeySet> list{whole.member(0), whole.member(1), whole.member(2)};
  const auto same = ValidatorSet::from_members(3, list);
  ASSERT_TRUE(same);
  EXPECT_EQ(same->hash(), whole.hash());
  EXPECT_EQ(same->epoch(), 3u);
  EXPECT_FALSE(ValidatorSet::from_members(3, {list[1], list[0]}));
  EXPECT_FALSE(ValidatorSet::from_members(3, {list[0], list[0]}));
  EXPECT_FALSE(ValidatorSet::from_members(3, {}));
  list.clear();
  for (std::size_t i = 0; i <= kValidatorsMax; ++i) {
    list.push_back(whole.member(0));
    list.back().organisation = "member" + std::to_string(1000 + i);
  }
  EXPECT_FALSE(ValidatorSet::from_members(3, list));
  list.pop_back();
  EXPECT_TRUE(ValidatorSet::from_members(3, list));
}

TEST(ValidatorSet, HasTheHashOfTheDesign) {
  const auto all = vectors();
  for (const auto& vector : all["valset_hashes"]) {
    const auto set = ValidatorSet::from_record(vector[0].get<std::uint64_t>(),
                                               members(vector[1].get<std::vector<std::string>>()));
    EXPECT_EQ(set.hash().hex(), vector[2].get<std::string>());
  }
}

// The table of consensus.md 2.1.
TEST(ValidatorSet, KnowsFaultsAndQuorum) {
  const std::vector<std::array<std::size_t, 3>> table = {
      {1, 0, 1},  {4, 1, 3},   {5, 1, 4},   {6, 1, 5},    {7, 2, 5},     {8, 2, 6},     {10, 3, 7},
      {13, 4, 9}, {16, 5, 11}, {25, 8, 17}, {50, 16, 34}, {100, 33, 67}, {150, 49, 101}};
  for (const auto& [n, faults, quorum] : table) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < n; ++i) names.push_back("v" + std::to_string(1000 + i));
    const auto set = ValidatorSet::from_record(0, members(names));
    EXPECT_EQ(set.faults(), faults) << n;
    EXPECT_EQ(set.quorum(), quorum) << n;
  }
}

TEST(LeaderOrder, IsTheShuffleOfItsAnchor) {
  const auto all = vectors();
  for (const auto& vector : all["shuffles"]) {
    EXPECT_EQ(shuffled(vector[0].get<std::size_t>(), *Hash::from_hex(vector[1].get<std::string>())),
              vector[2].get<std::vector<std::uint16_t>>());
  }
}

TEST(Vote, SignsTheBytesOfTheDesign) {
  const Candidate candidate{9, 8, 1000, crypto::sha256("parent")};
  const auto hex = [](const Vote& vote) {
    return crypto::to_hex(vote_bytes(example_scope(), vote));
  };

  EXPECT_EQ(hex({VoteKind::notarize, candidate}),
            vectors()["votes"]["notarize"].get<std::string>());
  EXPECT_EQ(hex(nullify_vote(9)), vectors()["votes"]["nullify"].get<std::string>());
  EXPECT_EQ(hex({VoteKind::finalize, candidate}),
            vectors()["votes"]["finalize"].get<std::string>());
}

// Four validators with real keys, and a certificate that any of them sign.
class CertificateTest : public testing::Test {
 protected:
  CertificateTest() {
    proto::ValidatorSet record = members({"a", "b", "c", "d"});
    for (int i = 0; i < 4; ++i) {
      keys_.push_back(crypto::PrivateKey::generate());
      record.mutable_validators(i)->set_vote_key(Bytes(keys_.back().public_key().view()));
    }
    set_ = ValidatorSet::from_record(3, record);
  }

  Certificate signed_by(const std::vector<std::size_t>& signers) const {
    Certificate certificate;
    certificate.epoch = 3;
    certificate.vote = {VoteKind::finalize, {9, 8, 1000, crypto::sha256("parent")}};
    certificate.signers = Bytes(1, '\0');
    for (std::size_t signer : signers) {
      certificate.signers[0] =
          static_cast<char>(static_cast<std::uint8_t>(certificate.signers[0]) | 0x80 >> signer);
      certificate.signatures.push_back(
          keys_[signer].sign(vote_bytes(example_scope(), certificate.vote)));
    }
    return certificate;
  }

  std::vector<crypto::PrivateKey> keys_;
  ValidatorSet set_;
};

TEST_F(CertificateTest, HoldsWithAQuorumAndNotBelow) {
  EXPECT_TRUE(verify_certificate(signed_by({0, 1, 2}), example_scope(), set_));
  EXPECT_TRUE(verify_certificate(signed_by({0, 1, 2, 3}), example_scope(), set_));
  const auto two = verify_certificate(signed_by({0, 3}), example_scope(), set_);
  ASSERT_FALSE(two);
  EXPECT_EQ(two.error().code, kCertificateSigners);
}

TEST_F(CertificateTest, IsRefusedWithAnotherEpochSignatureOrVote) {
  VoteScope other = example_scope();
  other.epoch = 4;
  EXPECT_EQ(verify_certificate(signed_by({0, 1, 2}), other, set_).error().code, kCertificateEpoch);

  Certificate swapped = signed_by({0, 1, 2});
  std::swap(swapped.signatures[0], swapped.signatures[1]);
  EXPECT_EQ(verify_certificate(swapped, example_scope(), set_).error().code, kCertificateSignature);

  Certificate higher = signed_by({0, 1, 2});
  ++higher.vote.candidate.height;
  EXPECT_EQ(verify_certificate(higher, example_scope(), set_).error().code, kCertificateSignature);
}

TEST_F(CertificateTest, ComesBackFromItsBytesAndOnlyFromThem) {
  const Bytes bytes = encode_certificate(signed_by({0, 2, 3}));

  ASSERT_TRUE(decode_certificate(bytes));
  EXPECT_EQ(encode_certificate(*decode_certificate(bytes)), bytes);
  EXPECT_EQ(signers_of(*decode_certificate(bytes)), (std::vector<std::uint16_t>{0, 2, 3}));
  EXPECT_EQ(decode_epoch_entry(epoch_entry(*decode_certificate(bytes)))->signers,
            decode_certificate(bytes)->signers);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_certificate(bytes.substr(0, size)));
  }
  EXPECT_FALSE(decode_certificate(bytes + '\0'));
}

TEST_F(CertificateTest, SpareBitsMakeItInvalid) {
  Certificate certificate = signed_by({0, 1, 2});
  certificate.signers[0] = static_cast<char>(static_cast<std::uint8_t>(certificate.signers[0]) | 1);
  certificate.signatures.push_back(certificate.signatures[0]);

  EXPECT_EQ(verify_certificate(certificate, example_scope(), set_).error().code,
            kCertificateSigners);
}

}  // namespace
}  // namespace ledger

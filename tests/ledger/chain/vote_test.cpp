#include "ledger/chain/vote.h"

#include <gtest/gtest.h>

#include "ledger/chain/block.h"
#include "ledger/chain/codes.h"

namespace ledger {
namespace {

const VoteScope kScope{crypto::sha256("network"), 3, crypto::sha256("anchor")};
const Candidate kCandidate{9, 8, 1000, crypto::sha256("block")};

// A set of `n` validators whose keys this test holds.
struct Network {
  std::vector<crypto::PrivateKey> keys;
  ValidatorSet set;

  explicit Network(std::size_t n) {
    proto::ValidatorSet record;
    for (std::size_t i = 0; i < n; ++i) {
      Bytes seed(crypto::sha256("seed " + std::to_string(i)).view());
      keys.push_back(crypto::PrivateKey::from_seed(crypto::Secret(seed)));
      proto::Validator* validator = record.add_validators();
      validator->set_organisation("org-" + std::to_string(1000 + i));
      const Bytes key(keys.back().public_key().view());
      validator->set_vote_key(key);
      validator->set_log_key(key);
      validator->set_cosigner_key(key);
    }
    set = ValidatorSet::from_record(kScope.epoch, record);
  }

  SignedVote signed_vote(const Vote& vote, std::uint16_t signer) const {
    return {kScope.epoch, vote, signer, keys.at(signer).sign(vote_bytes(kScope, vote))};
  }

  Verified<SignedVote> vote(const Vote& vote, std::uint16_t signer) const {
    return *verify_vote(signed_vote(vote, signer), kScope, set);
  }
};

const Vote kNotarize{VoteKind::notarize, kCandidate};
const Vote kFinalize{VoteKind::finalize, kCandidate};

// kind 1, epoch 8, view 8, parent view 8, height 8, hash 32, signer 2, signature 64.
TEST(SignedVote, HasOneForm) {
  const Network network(4);
  for (const Vote& vote : {kNotarize, nullify_vote(9), kFinalize}) {
    const SignedVote given = network.signed_vote(vote, 2);
    const Bytes bytes = encode_vote(given);
    ASSERT_EQ(bytes.size(), 131U);
    ASSERT_TRUE(decode_vote(bytes));
    EXPECT_EQ(*decode_vote(bytes), given);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(decode_vote(bytes.substr(0, size)));
    }
    EXPECT_FALSE(decode_vote(bytes + '\0'));
  }
  Bytes unknown = encode_vote(network.signed_vote(kNotarize, 0));
  unknown[0] = 4;
  EXPECT_FALSE(decode_vote(unknown));
  unknown[0] = 0;
  EXPECT_FALSE(decode_vote(unknown));
  // A NULLIFY that names a block is none.
  unknown[0] = 2;
  EXPECT_FALSE(decode_vote(unknown));
}

TEST(SignedVote, VerifiesOnlyAsWhatWasSigned) {
  const Network network(4);
  const SignedVote good = network.signed_vote(kNotarize, 2);
  ASSERT_TRUE(verify_vote(good, kScope, network.set));
  EXPECT_EQ(verify_vote(good, kScope, network.set)->operator*(), good);

  SignedVote other = good;
  other.signer = 1;
  EXPECT_EQ(verify_vote(other, kScope, network.set).error().code, kVoteSignature);
  other.signer = 4;
  EXPECT_EQ(verify_vote(other, kScope, network.set).error().code, kVoteSigner);
  other = good;
  other.epoch = 4;
  EXPECT_EQ(verify_vote(other, kScope, network.set).error().code, kVoteEpoch);
  other = good;
  other.vote.kind = VoteKind::finalize;
  EXPECT_FALSE(verify_vote(other, kScope, network.set));

  // Another network and another history with the same epoch number.
  VoteScope scope = kScope;
  scope.network_id = crypto::sha256("another network");
  EXPECT_FALSE(verify_vote(good, scope, network.set));
  scope = kScope;
  scope.anchor = crypto::sha256("another anchor");
  EXPECT_FALSE(verify_vote(good, scope, network.set));
}

TEST(SignedVote, EveryFlippedByteIsRefused) {
  const Network network(4);
  const Bytes bytes = encode_vote(network.signed_vote(kFinalize, 0));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    Bytes changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto vote = decode_vote(changed);
    ASSERT_FALSE(vote && verify_vote(*vote, kScope, network.set)) << at;
  }
}

TEST(MadeCertificate, HoldsTheQuorumInTheOrderOfMembers) {
  const Network network(4);
  const auto certificate = make_certificate(
      network.set, std::vector{network.vote(kFinalize, 3), network.vote(kFinalize, 0),
                               network.vote(kFinalize, 2)});
  ASSERT_TRUE(certificate);
  EXPECT_EQ((*certificate)->signers, Bytes("\xb0"));
  EXPECT_EQ(signers_of(**certificate), (std::vector<std::uint16_t>{0, 2, 3}));
  EXPECT_TRUE(verify_certificate(**certificate, kScope, network.set));
}

TEST(MadeCertificate, CountsAValidatorOnceAndOtherVotesNot) {
  const Network network(4);
  const auto made = [&](std::vector<Verified<SignedVote>> votes) {
    return make_certificate(network.set, votes).has_value();
  };
  const auto one = network.vote(kFinalize, 0);
  const auto two = network.vote(kFinalize, 1);
  Vote other_block = kFinalize;
  other_block.candidate.block_hash = crypto::sha256("other");

  EXPECT_FALSE(made({}));
  EXPECT_FALSE(made({one, two}));
  EXPECT_FALSE(made({one, two, one, two}));
  EXPECT_FALSE(made({one, two, network.vote(kNotarize, 2)}));
  EXPECT_FALSE(made({one, two, network.vote(other_block, 2)}));
  EXPECT_TRUE(made({one, two, network.vote(other_block, 2), network.vote(kFinalize, 3)}));
}

TEST(MadeCertificate, TakesOneSignatureMoreInItsPlace) {
  const Network network(4);
  const auto three = make_certificate(
      network.set, std::vector{network.vote(kFinalize, 3), network.vote(kFinalize, 0),
                               network.vote(kFinalize, 2)});
  const auto four = with_vote(**three, network.vote(kFinalize, 1));
  ASSERT_TRUE(four);
  EXPECT_EQ(four->signers, Bytes("\xf0"));
  EXPECT_EQ(four->signatures.at(1), network.vote(kFinalize, 1)->signature);
  EXPECT_TRUE(verify_certificate(*four, kScope, network.set));
  EXPECT_FALSE(with_vote(*four, network.vote(kFinalize, 1))) << "it is there";
  EXPECT_FALSE(with_vote(**three, network.vote(kNotarize, 1))) << "it says something else";
}

TEST(MadeCertificate, OfOneHundredAndFiftyHasNineteenBytesOfSigners) {
  const Network network(150);
  std::vector<Verified<SignedVote>> votes;
  for (std::uint16_t i = 49; i < 150; ++i) votes.push_back(network.vote(nullify_vote(7), i));
  const auto certificate = make_certificate(network.set, votes);
  ASSERT_TRUE(certificate);

  // 48 zero bits, a zero and 15 ones, then ones up to member 149 and two spare bits.
  EXPECT_EQ(crypto::to_hex((*certificate)->signers),
            "0000000000007f" + std::string(22, 'f') + "fc");
  const Bytes bytes = encode_certificate(**certificate);
  EXPECT_EQ(bytes.size(), 1U + 8 + 8 + 8 + 8 + 32 + 2 + 19 + 101 * 64);
  ASSERT_TRUE(decode_certificate(bytes));
  EXPECT_TRUE(verify_certificate(*decode_certificate(bytes), kScope, network.set));
  votes.pop_back();
  EXPECT_FALSE(make_certificate(network.set, votes));
}

TEST(EpochEntry, IsKindFormAndCertificate) {
  const Network network(1);
  const auto certificate = make_certificate(network.set, std::vector{network.vote(kFinalize, 0)});
  ASSERT_TRUE(certificate);
  const Bytes entry = epoch_entry(**certificate);

  EXPECT_EQ(entry, Bytes("\x04\x01") + encode_certificate(**certificate));
  ASSERT_TRUE(decode_epoch_entry(entry));
  EXPECT_EQ(encode_certificate(*decode_epoch_entry(entry)), entry.substr(2));
  EXPECT_FALSE(decode_epoch_entry("\x04\x02" + entry.substr(2)));
  EXPECT_FALSE(decode_epoch_entry("\x05\x01" + entry.substr(2)));
  EXPECT_FALSE(decode_epoch_entry(""));
}

}  // namespace
}  // namespace ledger

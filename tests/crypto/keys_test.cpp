#include "crypto/keys.h"

#include <gtest/gtest.h>

#include "crypto/random.h"
#include "tests/support/vectors.h"

namespace crypto {
namespace {

PrivateKey key_from_hex(std::string_view seed) {
  return PrivateKey::from_seed(Secret(*from_hex(seed)));
}

struct SigningCase {
  const char* seed;
  const char* public_key;
  const char* message;
  const char* signature;
};

// RFC 8032 section 7.1, TEST 1 to 3.
constexpr SigningCase kRfc8032[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "4"
     "6bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d"
     "8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "6"
     "594a7c15e9716ed28dc027beceea1ec40a"},
};

TEST(PrivateKey, SignsAsRfc8032Says) {
  for (const SigningCase& c : kRfc8032) {
    const PrivateKey key = key_from_hex(c.seed);
    const Bytes message = *from_hex(c.message);

    EXPECT_EQ(key.public_key().hex(), c.public_key);
    EXPECT_EQ(key.sign(message).hex(), c.signature);
    EXPECT_TRUE(verify(key.public_key(), message, *Signature::from_hex(c.signature)));
    EXPECT_FALSE(verify(key.public_key(), message + "x", *Signature::from_hex(c.signature)));
  }
}

TEST(PrivateKey, GivesItsSeedBack) {
  EXPECT_EQ(to_hex(key_from_hex(kRfc8032[0].seed).seed().view()), kRfc8032[0].seed);
}

TEST(PrivateKey, IsNewEachTime) {
  EXPECT_NE(PrivateKey::generate().public_key(), PrivateKey::generate().public_key());
}

TEST(PrivateKey, CannotSignAfterItMoved) {
  PrivateKey key = PrivateKey::generate();
  const PrivateKey other = std::move(key);

  EXPECT_TRUE(verify(other.public_key(), "m", other.sign("m")));
  EXPECT_DEATH(key.sign("m"), "CHECK failed");  // NOLINT(bugprone-use-after-move)
}

TEST(PrivateKey, TakesOnlyThirtyTwoBytes) {
  EXPECT_DEATH(PrivateKey::from_seed(Secret(31)), "CHECK failed");
}

TEST(TaggedSignature, CoversTheTag) {
  const PrivateKey key = key_from_hex(kRfc8032[0].seed);
  const Signature signature = key.sign("tag", "abc");

  EXPECT_TRUE(verify(key.public_key(), "tag", "abc", signature));
  EXPECT_TRUE(verify(key.public_key(), "\003tagabc", signature));
  EXPECT_FALSE(verify(key.public_key(), "ta", "gabc", signature));
  EXPECT_FALSE(verify(key.public_key(), "abc", signature));
}

TEST(Verify, AgreesWithWycheproof) {
  const nlohmann::json vectors = support::read_vectors("wycheproof/ed25519_test.json");

  std::size_t count = 0;
  for (const auto& group : vectors["testGroups"]) {
    const auto key = PublicKey::from_hex(group["publicKey"]["pk"].get<std::string>());
    ASSERT_TRUE(key);
    for (const auto& test : group["tests"]) {
      const Bytes message = *from_hex(test["msg"].get<std::string>());
      const auto signature = Signature::from_hex(test["sig"].get<std::string>());
      const bool valid = signature && verify(*key, message, *signature);
      EXPECT_EQ(valid, test["result"] == "valid") << "tcId " << test["tcId"];
      ++count;
    }
  }
  EXPECT_EQ(count, 151u);
}

TEST(Verify, RefusesMalleatedSignatures) {
  const nlohmann::json cases = support::read_vectors("ed25519/edge_cases.json");
  const PublicKey key = *PublicKey::from_hex(cases["key"].get<std::string>());
  const Bytes message = *from_hex(cases["message"].get<std::string>());

  EXPECT_TRUE(verify(key, message, *Signature::from_hex(cases["signature"].get<std::string>())));
  ASSERT_EQ(cases["malleated"].size(), 15u);
  for (const auto& signature : cases["malleated"]) {
    EXPECT_FALSE(verify(key, message, *Signature::from_hex(signature.get<std::string>())));
  }
}

TEST(Verify, RefusesSmallOrderKeysWhoseSignaturesFitAnyMessage) {
  const nlohmann::json cases = support::read_vectors("ed25519/edge_cases.json");

  ASSERT_EQ(cases["universal_signatures"].size(), 43u);
  for (const auto& c : cases["universal_signatures"]) {
    EXPECT_FALSE(verify(*PublicKey::from_hex(c["key"].get<std::string>()),
                        *from_hex(c["message"].get<std::string>()),
                        *Signature::from_hex(c["signature"].get<std::string>())))
        << c["key"];
  }
}

TEST(IsAcceptable, TakesOnlyCanonicalKeysOfTheMainSubgroup) {
  const nlohmann::json cases = support::read_vectors("ed25519/edge_cases.json");

  EXPECT_TRUE(is_acceptable(*PublicKey::from_hex(cases["key"].get<std::string>())));
  ASSERT_EQ(cases["small_order_keys"].size(), 8u);
  for (const auto& c : cases["small_order_keys"]) {
    EXPECT_FALSE(is_acceptable(*PublicKey::from_hex(c["key"].get<std::string>()))) << c;
  }
  ASSERT_EQ(cases["non_canonical_keys"].size(), 26u);
  for (const auto& key : cases["non_canonical_keys"]) {
    EXPECT_FALSE(is_acceptable(*PublicKey::from_hex(key.get<std::string>()))) << key;
  }
  ASSERT_EQ(cases["mixed_order_keys"].size(), 7u);
  for (const auto& key : cases["mixed_order_keys"]) {
    EXPECT_FALSE(is_acceptable(*PublicKey::from_hex(key.get<std::string>()))) << key;
  }
}

// { printf '\024greenledger/keyid/v1\001'; printf $PUBLIC_KEY | xxd -r -p; } | sha256sum
TEST(KeyId, IsTheHashOfAlgorithmAndKey) {
  const PublicKey key = *PublicKey::from_hex(kRfc8032[0].public_key);

  EXPECT_EQ(key_id(key).hex(), "4a36a1b27b3d7d4a72af599fa0fb7e55");
  EXPECT_EQ(fingerprint(key), "4a36 a1b2 7b3d 7d4a 72af 599f a0fb 7e55");
}

TEST(FixedBytes, ReadsOnlyItsOwnSize) {
  EXPECT_TRUE(PublicKey::from_view(Bytes(32, 'k')));
  EXPECT_FALSE(PublicKey::from_view(Bytes(31, 'k')));
  EXPECT_FALSE(Signature::from_hex(std::string(126, '0')));
  EXPECT_FALSE(KeyId::from_hex(std::string(32, 'x')));
}

TEST(Random, GivesTheCountAndNoRepeats) {
  EXPECT_EQ(random_bytes(7).size(), 7u);
  EXPECT_NE(random_bytes(16), random_bytes(16));
  EXPECT_NE(random_secret(32).view(), random_secret(32).view());
}

TEST(Secret, ForgetsWhatIsCutOff) {
  Secret secret(ByteView("abcdef"));
  secret.truncate(3);

  EXPECT_EQ(secret.view(), "abc");
  EXPECT_EQ(secret.data()[3], '\0');
  EXPECT_DEATH(secret.truncate(4), "CHECK failed");
}

TEST(Secret, IsEmptyAfterItMoved) {
  Secret secret(ByteView("abc"));
  const Secret other = std::move(secret);

  EXPECT_EQ(other.view(), "abc");
  EXPECT_EQ(secret.size(), 0u);  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(Secret().view().empty());
}

}  // namespace
}  // namespace crypto

#include "tools/cli/credential.h"

#include <gtest/gtest.h>

#include "tests/support/vectors.h"

namespace tools {
namespace {

class CredentialVector : public ::testing::Test {
 protected:
  CredentialVector()
      : vector_(Json::parse(support::read_vectors("w3c/eddsa_jcs_2022.json").dump())),
        key_(crypto::PrivateKey::from_seed(
            crypto::Secret(*crypto::from_hex(vector_["seed_hex"].get<std::string>())))) {}

  Json vector_;
  crypto::PrivateKey key_;
};

TEST_F(CredentialVector, IsCanonicalAsPublished) {
  Json document = vector_["signed"];
  document.erase("proof");
  EXPECT_EQ(canonical_json(document), vector_["canonical_document"].get<std::string>());
}

TEST_F(CredentialVector, HasThePublishedSignature) {
  Json document = vector_["signed"];
  const Json published = document["proof"];
  document.erase("proof");
  add_integrity_proof(document, key_, published["verificationMethod"], published["created"]);
  EXPECT_EQ(canonical_json(document["proof"]), canonical_json(published));
}

TEST_F(CredentialVector, NamesTheKeyAsPublished) {
  const std::string multibase = vector_["public_key_multibase"];
  EXPECT_EQ(did_key(key_.public_key()), "did:key:" + multibase);
  // Zeros in front are kept, one "1" each (draft-msporny-base58-03, section 5).
  EXPECT_EQ(multibase58(crypto::Bytes("\x00\x00\x28\x7f\xb4\xcd", 6)), "z11233QC4");
  EXPECT_EQ(multibase58("Hello World!"), "z2NEpo7TZRRrLZSi2U");
}

// RFC 8785, 3.2.2.2: what is escaped, and how; all else stands as it is.
TEST(CanonicalJson, EscapesWhatTheStandardSays) {
  const Json json = {{"b", "\x0f\n\"\\/\xe2\x82\xac\x7f"}, {"a", Json::array({1, true, nullptr})}};
  EXPECT_EQ(canonical_json(json),
            "{\"a\":[1,true,null],\"b\":\"\\u000f\\n\\\"\\\\/\xe2\x82\xac\x7f\"}");
}

}  // namespace
}  // namespace tools

#include "ledger/founding/key_request.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "ledger/founding/codes.h"

namespace ledger {
namespace {

using Json = nlohmann::ordered_json;

// Made by tests/golden/key_request/make_request.py with another Ed25519 and another JSON library.
std::string golden() {
  std::ifstream file(std::string(SOURCE_DIR) + "/tests/golden/key_request/request.json");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

crypto::PrivateKey key_of(char byte) {
  return crypto::PrivateKey::from_seed(crypto::Secret(crypto::Bytes(32, byte)));
}

// The code, or "" for an accepted request, after `change` to the golden one.
template <class Change>
std::string code_after(Change change) {
  Json document = Json::parse(golden());
  change(document);
  const auto request = parse_key_request(document.dump());
  return request ? "" : std::string(request.error().code.name);
}

TEST(KeyRequest, OfAnotherProgramIsRead) {
  const auto request = parse_key_request(golden());
  ASSERT_TRUE(request) << request.error().field << request.error().message;

  EXPECT_EQ(request->organisation, "green-labels");
  EXPECT_EQ(request->entry.name_zh(), "绿色标志");
  EXPECT_EQ(request->entry.identifiers(1).scheme(), proto::USCC);
  EXPECT_EQ(request->entry.roles(1), proto::VALIDATOR);
  EXPECT_EQ(request->addresses.at(0), "node.labels.example:7400");
  ASSERT_EQ(request->keys.size(), 3u);
  EXPECT_EQ(request->keys[0].key, key_of(1).public_key());
  ASSERT_EQ(request->entry.keys_size(), 2);  // the vote key is no key of the organisation
  EXPECT_EQ(request->entry.keys(1).purpose(), proto::OPERATION);
  EXPECT_EQ(request->find_key(KeyRole::vote)->key, key_of(3).public_key());
  EXPECT_EQ(request->find_key(KeyRole::node), nullptr);
}

TEST(KeyRequest, IsSignedAndWrittenAsAnotherProgramDoes) {
  const auto golden_request = parse_key_request(golden());
  ASSERT_TRUE(golden_request);
  KeyRequest description = *golden_request;
  description.keys.clear();
  const crypto::PrivateKey root = key_of(1);
  const crypto::PrivateKey operation = key_of(2);
  const crypto::PrivateKey vote = key_of(3);
  const std::vector<RoleKey> keys = {
      {KeyRole::root, &root}, {KeyRole::operation, &operation}, {KeyRole::vote, &vote}};

  const std::string written = write_key_request(sign_key_request(description, keys));

  EXPECT_EQ(Json::parse(written), Json::parse(golden()));
}

TEST(KeyRequest, EnrolsTheNodeKeyAndNoneWithWhichANodeVotes) {
  std::vector<crypto::PrivateKey> made;
  for (char i = 1; i <= 6; ++i) made.push_back(key_of(i));
  const std::vector<RoleKey> keys = {{KeyRole::root, &made[0]}, {KeyRole::operation, &made[1]},
                                     {KeyRole::node, &made[2]}, {KeyRole::vote, &made[3]},
                                     {KeyRole::log, &made[4]},  {KeyRole::cosigner, &made[5]}};
  KeyRequest description;
  description.organisation = "green-labels";

  const auto request = parse_key_request(write_key_request(sign_key_request(description, keys)));

  ASSERT_TRUE(request);
  ASSERT_EQ(request->entry.keys_size(), 3);
  EXPECT_EQ(request->entry.keys(2).purpose(), proto::NODE);
  EXPECT_EQ(request->entry.keys(2).public_key(), made[2].public_key().view());
}

TEST(KeyRequest, RefusesAnyChangeOfWhatIsSigned) {
  EXPECT_EQ(code_after([](Json&) {}), "");
  EXPECT_EQ(code_after([](Json& d) { d["organisation"] = "other"; }), kRequestSignature.name);
  const std::string refused(kRequestSignature.name);
  EXPECT_EQ(code_after([](Json& d) { d["name"] = "Other"; }), refused);
  EXPECT_EQ(code_after([](Json& d) { d.erase("name_zh"); }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["country"] = "JP"; }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["website"] = "https://other.example"; }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["identifiers"].erase(0); }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["roles"].push_back("AUDITOR"); }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["addresses"].clear(); }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["keys"].erase(2); }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["keys"][2]["role"] = "node"; }), refused);
  EXPECT_EQ(code_after([](Json& d) { std::swap(d["keys"][0], d["keys"][1]); }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["keys"][0]["signature"] = std::string(128, '0'); }),
            refused);
}

TEST(KeyRequest, RefusesKeysThatMayNotBeEnrolled) {
  const std::string refused(kRequestKey.name);
  // The neutral point: under it one signature fits any message.
  const std::string small = "01" + std::string(62, '0');
  EXPECT_EQ(code_after([&](Json& d) { d["keys"][0]["public_key"] = small; }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["keys"][0]["key_id"] = std::string(32, '0'); }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["keys"].push_back(d["keys"][0]); }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["keys"][0]["role"] = "vote"; }), refused);
}

TEST(KeyRequest, RefusesOtherForms) {
  const std::string refused(kRequestForm.name);
  EXPECT_EQ(code_after([](Json& d) { d["schema"] = "greenledger.key-request/2"; }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["surprise"] = 1; }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["keys"][0]["surprise"] = 1; }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["organisation"] = "Green Labels"; }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["name"] = "two\nlines"; }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["name"] = 5; }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["name"] = std::string(2000, 'x'); }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["roles"] = Json::array({"KING"}); }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["roles"] = "CERTIFIER"; }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["identifiers"][0]["scheme"] = "ISBN"; }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["identifiers"][0] = "LEI"; }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["addresses"] = Json::array({7}); }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["keys"].clear(); }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["keys"][0] = 1; }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["keys"][0]["algorithm"] = "sm2"; }), refused);
  EXPECT_EQ(code_after([](Json& d) { d["keys"][0]["public_key"] = "00"; }), refused);
  EXPECT_EQ(code_after([](Json& d) { d = Json::array(); }), refused);
  EXPECT_EQ(parse_key_request("not json").error().code, kRequestForm);
  EXPECT_EQ(parse_key_request(std::string(kRequestBytesMax + 1, ' ')).error().code, kRequestForm);
}

TEST(KeyRole, HasOneNameEach) {
  for (const std::string_view name : kKeyRoleNames) EXPECT_EQ(name_of(*key_role_of(name)), name);
  EXPECT_FALSE(key_role_of("tls"));
}

}  // namespace
}  // namespace ledger

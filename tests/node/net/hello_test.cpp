#include "node/net/hello.h"

#include <gtest/gtest.h>

#include <functional>

#include "node/net/codes.h"

namespace node::net {
namespace {

crypto::PrivateKey key(std::string_view name) {
  return crypto::PrivateKey::from_seed(crypto::Secret(crypto::sha256(name).view()));
}

// bravo calls alfa, who reads.
class HelloTest : public testing::Test {
 protected:
  HelloTest() {
    hello_.network_id = crypto::sha256("network");
    hello_.organisation = "bravo";
    hello_.to = "alfa";
    hello_.incarnation = 7;
    hello_.session = crypto::sha256("session");
    hello_.call = 9;
    expected_.network_id = hello_.network_id;
    expected_.organisation = "alfa";
    expected_.key = key("bravo").public_key();
    expected_.key_owner = "bravo";
    expected_.exporter = exporter_;
  }

  crypto::Bytes written() const { return write_hello(hello_, key("bravo"), exporter_); }
  // The code with which the hello at hand is refused.
  std::string refusal() const {
    const auto read = read_hello(written(), expected_);
    return read ? "" : std::string(read.error().code.name);
  }

  crypto::Hash exporter_ = crypto::sha256("exporter");
  Hello hello_;
  HelloExpected expected_;
};

TEST_F(HelloTest, HasTheFormOfItsHeader) {
  crypto::Bytes form = *crypto::from_hex("0001000101");
  form.append(crypto::sha256("network").view());
  form.append(
      "\x05"
      "bravo"
      "\x04"
      "alfa");
  form.append(*crypto::from_hex("0000000000000007"));
  form.append(crypto::sha256("session").view());
  form.append(*crypto::from_hex("0000000000000009"));
  // Signed: u8 length of the tag, the tag, the form, the exporter.
  crypto::Bytes said = "\x14greenledger/hello/v1";
  said.append(form).append(exporter_.view());
  const crypto::Signature signature = key("bravo").sign(said);

  EXPECT_EQ(crypto::to_hex(written()), crypto::to_hex(form) + signature.hex());
}

TEST_F(HelloTest, IsReadAsItWasWritten) {
  const auto read = read_hello(written(), expected_);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, hello_);
}

TEST_F(HelloTest, IsRefusedWhenCutOrLonger) {
  const crypto::Bytes whole = written();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto read = read_hello(whole.substr(0, size), expected_);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, kHelloForm) << size;
  }
  const auto longer = read_hello(whole + "x", expected_);
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, kHelloForm);
}

TEST_F(HelloTest, IsRefusedWithAnyBitFlipped) {
  const crypto::Bytes whole = written();
  for (std::size_t at = 0; at < whole.size() * 8; ++at) {
    crypto::Bytes flipped = whole;
    flipped[at / 8] = static_cast<char>(flipped[at / 8] ^ (1 << (at % 8)));
    EXPECT_FALSE(read_hello(flipped, expected_)) << at;
  }
}

TEST_F(HelloTest, IsWorthNothingOnAnotherConnection) {
  expected_.exporter = crypto::sha256("another connection");
  EXPECT_EQ(refusal(), kHelloSignature.name);
}

TEST_F(HelloTest, IsWorthNothingFromAnotherKey) {
  expected_.key = key("charlie").public_key();
  EXPECT_EQ(refusal(), kHelloSignature.name);
}

TEST_F(HelloTest, IsOfOneNetwork) {
  expected_.network_id = crypto::sha256("another network");
  EXPECT_EQ(refusal(), kHelloNetwork.name);
}

TEST_F(HelloTest, CannotBeSentBackToWhoSaidIt) {
  expected_.role = Role::acceptor;
  EXPECT_EQ(refusal(), kHelloRole.name);
}

TEST_F(HelloTest, NamesTheOwnerOfItsKey) {
  hello_.organisation = "charlie";
  EXPECT_EQ(refusal(), kHelloOrganisation.name);
  expected_.key_owner.clear();  // nobody here knows the key
  EXPECT_EQ(refusal(), "");
}

TEST_F(HelloTest, OfANodeThatDoesNotKnowYetWhoseItIsRestsOnItsKey) {
  hello_.organisation.clear();
  EXPECT_EQ(refusal(), "");
  expected_.organisation.clear();  // and the other way round, whatever it is called
  EXPECT_EQ(refusal(), "");
  expected_.key = key("alfa").public_key();
  EXPECT_EQ(refusal(), kHelloSignature.name);
}

TEST_F(HelloTest, NamesWhomItSpeaksTo) {
  hello_.to = "charlie";
  EXPECT_EQ(refusal(), kHelloOrganisation.name);
}

TEST_F(HelloTest, OnlyADiallerMayNotKnowWhomItMeets) {
  hello_.to.clear();
  EXPECT_EQ(refusal(), "");
  hello_.role = expected_.role = Role::acceptor;
  EXPECT_EQ(refusal(), kHelloOrganisation.name);
}

TEST_F(HelloTest, NeedsACommonVersion) {
  hello_.lowest = 2;
  hello_.highest = 3;
  EXPECT_EQ(refusal(), kHelloVersion.name);
  hello_.lowest = 0;
  hello_.highest = 0;
  EXPECT_EQ(refusal(), kHelloVersion.name);
  hello_.lowest = 1;
  hello_.highest = 9;
  EXPECT_EQ(refusal(), "");
  hello_.lowest = 2;
  hello_.highest = 1;
  EXPECT_EQ(refusal(), kHelloForm.name);
}

TEST_F(HelloTest, HasNamesOfAtMost64Bytes) {
  hello_.organisation = std::string(64, 'b');
  expected_.key_owner = hello_.organisation;
  EXPECT_EQ(refusal(), "");
  hello_.organisation = std::string(65, 'b');
  expected_.key_owner = hello_.organisation;
  EXPECT_EQ(refusal(), kHelloForm.name);
}

}  // namespace
}  // namespace node::net

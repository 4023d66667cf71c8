// The small rules of node/net that need no socket: places, back-off, addresses.
#include <gtest/gtest.h>

#include "node/net/address.h"
#include "node/net/admission.h"
#include "node/net/backoff.h"

namespace node::net {
namespace {

using std::chrono::seconds;

PeerNetworkOptions options() {
  PeerNetworkOptions options;
  options.unauthenticated = 5;
  options.unauthenticated_per_source = 2;
  options.new_per_second = 1;
  options.new_burst = 4;
  return options;
}

class AdmissionTest : public testing::Test {
 protected:
  bool enter(const std::string& source, SourceKind kind = SourceKind::any) {
    return admission_.enter(source, kind, now_);
  }
  void leave(const std::string& source, SourceKind kind = SourceKind::any) {
    admission_.leave(source, kind);
  }

  PeerNetworkOptions options_ = options();
  Admission admission_{options_};
  Time now_{seconds(1000)};
};

TEST_F(AdmissionTest, BoundsThoseOfOneSource) {
  EXPECT_TRUE(enter("a"));
  EXPECT_TRUE(enter("a"));
  EXPECT_FALSE(enter("a"));
  EXPECT_TRUE(enter("b"));
  leave("a");
  EXPECT_TRUE(enter("a"));
}

TEST_F(AdmissionTest, BoundsNewOnesInASecond) {
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(enter("a"));
    leave("a");
  }
  EXPECT_FALSE(enter("a"));
  EXPECT_FALSE(enter("b"));
  now_ += seconds(1);
  EXPECT_TRUE(enter("b"));
  EXPECT_FALSE(enter("c"));
}

TEST_F(AdmissionTest, KeepsAPlaceForEverySourceOfAMember) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(enter("", SourceKind::free));
  EXPECT_FALSE(enter("", SourceKind::free));
  EXPECT_FALSE(enter("a"));
  EXPECT_TRUE(enter("m", SourceKind::member));
  EXPECT_TRUE(enter("m", SourceKind::member));
  EXPECT_FALSE(enter("m", SourceKind::member));
  EXPECT_TRUE(enter("n", SourceKind::member));
}

TEST_F(AdmissionTest, LetsAMembersSourceUseUpItsOwnShareOnly) {
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(enter("m", SourceKind::member));
    leave("m", SourceKind::member);
  }
  EXPECT_FALSE(enter("m", SourceKind::member));
  EXPECT_TRUE(enter("n", SourceKind::member));
  EXPECT_TRUE(enter("a"));
}

TEST_F(AdmissionTest, ForgetsSourcesThatAreNotThere) {
  options_.new_burst = 1e9;
  options_.unauthenticated = 10;
  for (int i = 0; i < 10'000; ++i) {
    const std::string source = std::to_string(i);
    ASSERT_TRUE(enter(source));
    leave(source);
  }
  EXPECT_LE(admission_.sources(), 4096u);
}

TEST(Backoff, DoublesUpToItsMost) {
  const Milliseconds first(250), most(30'000);
  EXPECT_EQ(backoff(first, most, 0, 1), Milliseconds(250));
  EXPECT_EQ(backoff(first, most, 0, 0), Milliseconds(125));
  EXPECT_EQ(backoff(first, most, 1, 1), Milliseconds(500));
  EXPECT_EQ(backoff(first, most, 6, 0.5), Milliseconds(12'000));
  EXPECT_EQ(backoff(first, most, 7, 1), Milliseconds(30'000));
  EXPECT_EQ(backoff(first, most, 4'000'000'000u, 0), Milliseconds(15'000));
}

TEST(Penalties, DoubleForAKeyAndAreForgottenAfterAnHour) {
  const PeerNetworkOptions defaults;
  Penalties penalties(defaults);
  const crypto::PublicKey key{};
  crypto::PublicKey other{};
  other.bytes[0] = 1;
  Time now{seconds(1000)};

  EXPECT_FALSE(penalties.is_away(key, now));
  EXPECT_EQ(penalties.punish(key, now), seconds(30));
  EXPECT_TRUE(penalties.is_away(key, now + seconds(29)));
  EXPECT_FALSE(penalties.is_away(other, now));
  EXPECT_FALSE(penalties.is_away(key, now + seconds(30)));
  for (const int expected : {60, 120, 240, 480, 600, 600}) {
    now += seconds(1000);
    EXPECT_EQ(penalties.punish(key, now), seconds(expected));
  }
  now += seconds(3601);
  EXPECT_EQ(penalties.punish(other, now), seconds(30));
  EXPECT_EQ(penalties.size(), 1u);
  EXPECT_EQ(penalties.punish(key, now), seconds(30));
}

TEST(PeerAddress, IsAHostAndAPort) {
  const auto name = parse_address("node-1.example:7400");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->host, "node-1.example");
  EXPECT_EQ(name->port, 7400);
  const auto v6 = parse_address("[2001:db8::1]:1");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->host, "2001:db8::1");
  for (const char* bad : {"", ":", "a", "a:", "a:b", "a:1:2", "a:-1", "a:70000", "[]:1", "[::1:1",
                          "::1]:1", "[127.0.0.1]:1", "a\tb:1", "\x80:1"}) {
    EXPECT_FALSE(parse_address(bad)) << bad;
  }
  EXPECT_FALSE(parse_address(std::string(256, 'a') + ":1"));
  EXPECT_TRUE(parse_address(std::string(255, 'a') + ":1"));
}

TEST(PeerAddress, CountsAnIpv6NetworkAsOneSource) {
  const auto source = [](const char* text) {
    return source_of(boost::asio::ip::make_address(text));
  };
  EXPECT_EQ(source("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(source("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(source("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(source("2001:db8:1:2:ffff::1"), source("2001:db8:1:2::2"));
  EXPECT_NE(source("2001:db8:1:2::1"), source("2001:db8:1:3::1"));
}

TEST(PeerAddress, KnowsLoopbackInAllItsForms) {
  for (const char* text : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_loopback(boost::asio::ip::make_address(text))) << text;
  }
  for (const char* text : {"128.0.0.1", "::", "::2", "::ffff:192.0.2.1"}) {
    EXPECT_FALSE(is_loopback(boost::asio::ip::make_address(text))) << text;
  }
}

TEST(PeerAddress, IsWrittenAsItIsRead) {
  using boost::asio::ip::make_address;
  EXPECT_EQ(to_text({make_address("192.0.2.1"), 7400}), "192.0.2.1:7400");
  EXPECT_EQ(to_text({make_address("::ffff:192.0.2.1"), 7400}), "192.0.2.1:7400");
  EXPECT_EQ(to_text({make_address("2001:db8::1"), 7400}), "[2001:db8::1]:7400");
}

}  // namespace
}  // namespace node::net

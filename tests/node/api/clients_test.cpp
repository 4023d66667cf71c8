#include "node/api/clients.h"

#include <gtest/gtest.h>

namespace node::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Clients, BoundsTheConnectionsOfOneAddressAndNotOfAnother) {
  Clients clients({.connections_max = 2});
  const Clients::Time now{};
  EXPECT_TRUE(clients.open("192.0.2.1", now));
  EXPECT_TRUE(clients.open("192.0.2.1", now));
  EXPECT_FALSE(clients.open("192.0.2.1", now));
  EXPECT_TRUE(clients.open("192.0.2.2", now));
  clients.close("192.0.2.1");
  EXPECT_TRUE(clients.open("192.0.2.1", now));
}

TEST(Clients, GivesABurstAndThenTheRate) {
  Clients clients({.requests_per_second = 10, .requests_burst = 3});
  Clients::Time now{};
  ASSERT_TRUE(clients.open("a", now));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(clients.request("a", now));
  EXPECT_FALSE(clients.request("a", now));
  EXPECT_FALSE(clients.request("a", now + milliseconds(90)));
  EXPECT_TRUE(clients.request("a", now + milliseconds(110)));
  EXPECT_FALSE(clients.request("a", now + milliseconds(120)));
  now += seconds(100);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(clients.request("a", now));
  EXPECT_FALSE(clients.request("a", now));
}

TEST(Clients, RemembersTheRateOverANewConnection) {
  Clients clients({.requests_per_second = 1, .requests_burst = 1});
  const Clients::Time now{};
  ASSERT_TRUE(clients.open("a", now));
  EXPECT_TRUE(clients.request("a", now));
  clients.close("a");
  ASSERT_TRUE(clients.open("a", now));
  EXPECT_FALSE(clients.request("a", now));
}

TEST(Clients, NeverLimitsLoopback) {
  Clients clients({.connections_max = 1, .requests_per_second = 1, .requests_burst = 1});
  const Clients::Time now{};
  for (const char* address : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
    const std::string name = Clients::name(address);
    EXPECT_EQ(name, "");
    EXPECT_TRUE(clients.open(name, now));
    EXPECT_TRUE(clients.open(name, now));
    EXPECT_TRUE(clients.request(name, now));
    EXPECT_TRUE(clients.request(name, now));
  }
  EXPECT_EQ(clients.size(), 0u);
}

TEST(Clients, TakesTheHalfOfAnIpv6AddressThatItsOwnerCannotChange) {
  EXPECT_EQ(Clients::name("2001:db8:1:2:3:4:5:6"), Clients::name("2001:db8:1:2::9"));
  EXPECT_NE(Clients::name("2001:db8:1:2::1"), Clients::name("2001:db8:1:3::1"));
  EXPECT_EQ(Clients::name("::ffff:192.0.2.1"), "192.0.2.1");
}

TEST(Clients, ForgetsThoseWithoutAConnectionWhenThereAreMany) {
  Clients clients({.requests_per_second = 1});
  const Clients::Time now{};
  for (std::size_t i = 0; i < kClientsMax; ++i) {
    const std::string name = std::to_string(i);
    ASSERT_TRUE(clients.open(name, now));
    if (i > 0) clients.close(name);
  }
  EXPECT_EQ(clients.size(), kClientsMax);
  ASSERT_TRUE(clients.open("new", now));
  EXPECT_EQ(clients.size(), 2u);
  Clients unlimited({});
  ASSERT_TRUE(unlimited.open("a", now));
  unlimited.close("a");
  EXPECT_EQ(unlimited.size(), 0u);
}

}  // namespace
}  // namespace node::api

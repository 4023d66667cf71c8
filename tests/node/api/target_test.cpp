#include "node/api/target.h"

#include <gtest/gtest.h>

#include "node/api/codes.h"

namespace node::api {
namespace {

TEST(Target, SplitsPathAndQueryAndDecodesBoth) {
  const auto target = split_target("/v1/certifications/c%2Fa/%E7%BB%BF?status=active&q=a+b%2Bc&x");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path,
            (std::vector<std::string>{"v1", "certifications", "c/a", "\xe7\xbb\xbf"}));
  ASSERT_EQ(target->query.size(), 3u);
  EXPECT_EQ(target->query[0], (std::pair<std::string, std::string>{"status", "active"}));
  EXPECT_EQ(target->query[1], (std::pair<std::string, std::string>{"q", "a b+c"}));
  EXPECT_EQ(target->query[2], (std::pair<std::string, std::string>{"x", ""}));
  EXPECT_TRUE(split_target("/")->path.empty());
}

TEST(Target, RefusesWhatTwoProgramsCouldReadDifferently) {
  for (const char* bad :
       {"",       "v1",      "*",           "http://host/v1", "//v1",     "/v1/",
        "/a//b",  "/a/../b", "/a/%2e%2e/b", "/a/./b",         "/a b",     "/a\\b",
        "/a#b",   "/%",      "/%4",         "/%4g",           "/%00",     "/%0d%0a",
        "/%7f",   "/%ff",    "/%c0%af",     "/a?b=%zz",       "/a?b=%0a", "/\xe7\xbb\xbf",
        "/a?b=<", "/a|b"}) {
    const auto target = split_target(bad);
    ASSERT_FALSE(target) << bad;
    EXPECT_EQ(target.error().code, kTarget) << bad;
  }
}

TEST(Target, BoundsTheNumberOfParameters) {
  std::string most = "/a?";
  for (std::size_t i = 0; i < kQueryPairsMax; ++i) most += "p=1&";
  EXPECT_TRUE(split_target(most));
  EXPECT_FALSE(split_target(most + "p=1"));
}

TEST(Target, EncodesAllButUnreservedCharacters) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a/b c%\xe7"), "a%2Fb%20c%25%E7");
  for (int byte = 0x20; byte < 0x7f; ++byte) {
    const std::string text = "x" + std::string(1, static_cast<char>(byte));
    EXPECT_EQ(split_target("/" + percent_encode(text))->path.at(0), text);
  }
}

}  // namespace
}  // namespace node::api

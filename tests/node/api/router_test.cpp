#include "node/api/router.h"

#include <gtest/gtest.h>

#include "node/api/codes.h"
#include "node/api/page.h"
#include "tests/node/api/ledger_fixture.h"

namespace node::api {
namespace {

class Router : public testing::Test {
 protected:
  Ledger ledger_;
  View view_ = ledger_.view();

  void expect_fault(std::string_view target, std::string_view field) {
    const Seen seen = get(view_, target);
    EXPECT_EQ(seen.status, 400) << target;
    EXPECT_EQ(seen.code(), kQuery.name) << target;
    EXPECT_EQ(seen.body.value("field", ""), field) << target;
    EXPECT_EQ(seen.response.content_type, "application/problem+json");
  }
};

TEST_F(Router, SaysWhatThereIsNot) {
  for (const char* target : {"/", "/v1", "/v1/nothing", "/v2/status", "/v1/blocks/1/x",
                             "/v1/subjects", "/v1/certifications/epa/smartway"}) {
    const Seen seen = get(view_, target);
    EXPECT_EQ(seen.status, 404) << target;
    EXPECT_EQ(seen.code(), kNotFound.name) << target;
  }
}

TEST_F(Router, NamesTheMethodsOfAnAddress) {
  const Seen seen = see(handle(request_for("/v1/status", "DELETE"), view_));
  EXPECT_EQ(seen.status, 405);
  EXPECT_EQ(seen.code(), kMethod.name);
  EXPECT_EQ(seen.response.headers.at(0), (std::pair<std::string, std::string>{"Allow", "GET"}));
  EXPECT_EQ(see(resolve(request_for("/v1/submissions"), view_).problem).status, 405);
}

TEST_F(Router, RefusesParametersItDoesNotKnowOrHasTwice) {
  expect_fault("/v1/status?verbose=true", "verbose");
  expect_fault("/v1/blocks?limit=1&limit=2", "limit");
  expect_fault("/v1/blocks/1?height=2", "height");
}

TEST_F(Router, RefusesValuesOutsideTheirBounds) {
  for (const char* target :
       {"/v1/blocks?limit=1001", "/v1/blocks?limit=-1", "/v1/blocks?limit=x",
        "/v1/blocks?limit=", "/v1/blocks?limit=1.0", "/v1/blocks?limit=99999999999999999999"}) {
    expect_fault(target, "limit");
  }
  expect_fault("/v1/blocks/x", "height");
  expect_fault("/v1/blocks/9007199254740992", "height");
  expect_fault("/v1/organisations?as_of_height=4", "as_of_height");
  expect_fault("/v1/purchases?from=2018-02-29", "from");
  expect_fault("/v1/purchases?from=2018-02", "from");
  expect_fault("/v1/purchases?gtin=00012345678906", "gtin");
  expect_fault("/v1/purchases?buyer=", "buyer");
  expect_fault("/v1/certifications?status=good", "status");
  expect_fault("/v1/blocks?cursor=!", "cursor");
  expect_fault("/v1/blocks?cursor=AAAA", "cursor");
  expect_fault("/v1/submissions/12", "id");
  EXPECT_EQ(get(view_, "/v1/blocks?limit=1000").status, 200);
  EXPECT_EQ(get(view_, "/v1/organisations?as_of_height=3").status, 200);
}

TEST_F(Router, GivesTheGtinWithFourteenDigits) {
  EXPECT_EQ(get(view_, "/v1/certifications?gtin=012345678905").body["items"].size(), 1u);
}

TEST(Page, EndsAtItsLimitAndSaysThatThereIsMore) {
  Page page(2);
  for (const char* row : {"a", "b"}) {
    ASSERT_TRUE(page.look_at(row));
    page.add(row, 1);
  }
  EXPECT_FALSE(page.look_at("c"));
  Json json;
  std::move(page).write_to(json);
  EXPECT_EQ(json["items"], Json({"a", "b"}));
  EXPECT_EQ(json["next"], encode_cursor("b"));
}

TEST(Page, HasNoCursorWhenNothingFollows) {
  Page page(2);
  ASSERT_TRUE(page.look_at("a"));
  page.add("a", 1);
  Json json;
  std::move(page).write_to(json);
  EXPECT_FALSE(json.contains("next"));
}

TEST(Page, EndsAfterTheRowsOrBytesThatARequestMayRead) {
  Page rows(10);
  for (std::uint64_t i = 0; i < kRowsScannedMax; ++i) ASSERT_TRUE(rows.look_at("row"));
  EXPECT_FALSE(rows.look_at("one more"));
  Json json;
  std::move(rows).write_to(json);
  EXPECT_TRUE(json["items"].empty());
  EXPECT_EQ(json["next"], encode_cursor("row"));
  Page bytes(10);
  ASSERT_TRUE(bytes.look_at("large"));
  bytes.add("large", kPageBytesMax);
  EXPECT_FALSE(bytes.look_at("next"));
}

// "Zm9v" and the rest are the vectors of RFC 4648 section 10, without padding.
TEST(Cursor, IsBase64ForAddresses) {
  EXPECT_EQ(encode_cursor(""), "");
  EXPECT_EQ(encode_cursor("f"), "Zg");
  EXPECT_EQ(encode_cursor("fo"), "Zm8");
  EXPECT_EQ(encode_cursor("foo"), "Zm9v");
  EXPECT_EQ(encode_cursor("\xfb\xff"), "-_8");
  for (const char* text : {"", "f", "fo", "foo", "\xfb\xff", "foobar"}) {
    EXPECT_EQ(decode_cursor(encode_cursor(text)), text);
  }
  for (const char* bad : {"Z", "Zg==", "Zh", "+/8", "Zm9v!"}) {
    EXPECT_FALSE(decode_cursor(bad)) << bad;
  }
}

}  // namespace
}  // namespace node::api

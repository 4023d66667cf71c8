#include "ledger/records/subject.h"

#include <gtest/gtest.h>

#include "ledger/records/codes.h"
#include "tests/support/faults.h"

namespace ledger {
namespace {

TEST(Subject, ReadsEveryKind) {
  struct Case {
    std::string_view text;
    SubjectKind kind;
    std::string_view owner;
    std::string_view last;
  };
  for (const Case& example : {
           Case{"org/epa", SubjectKind::organisation, "epa", "epa"},
           Case{"scheme/epa/smartway", SubjectKind::scheme, "epa", "smartway"},
           Case{"cert/epa/smartway/JTKXV01.5P35~0a1b2c3d", SubjectKind::certification, "epa",
                "JTKXV01.5P35~0a1b2c3d"},
           Case{"assessment/epa/smartway/K1", SubjectKind::assessment, "epa", "K1"},
           Case{"purchase/nyserda/drive-clean/2020/a-1", SubjectKind::purchase, "nyserda", "a-1"},
           Case{"network/validators", SubjectKind::network, "validators", "validators"},
           Case{"network/parameters", SubjectKind::network, "parameters", "parameters"},
       }) {
    const auto path = parse_subject(example.text);
    ASSERT_TRUE(path.has_value()) << example.text;
    EXPECT_EQ(path->kind, example.kind);
    EXPECT_EQ(path->owner(), example.owner);
    EXPECT_EQ(path->last(), example.last);
    EXPECT_EQ(owner_of(example.text), example.owner);
  }
}

TEST(Subject, RefusesEverythingElse) {
  const std::string long_segment(65, 'a');
  for (const std::string& text : {
           std::string(""),
           std::string("org"),
           std::string("org/"),
           std::string("/org/epa"),
           std::string("org/epa/"),
           std::string("org//epa"),
           std::string("org/EPA"),
           std::string("org/-epa"),
           std::string("org/epa-"),
           std::string("org/e%20a"),
           std::string("org/e_a"),
           std::string("person/epa"),
           std::string("org/epa/x"),
           std::string("scheme/epa"),
           std::string("cert/epa/smartway"),
           std::string("cert/epa/smartway/"),
           std::string("cert/epa/smartway/."),
           std::string("cert/epa/smartway/.."),
           std::string("cert/epa/smartway/a b"),
           std::string("cert/epa/smartway/a%2fb"),
           std::string("cert/epa/smartway/%41"),
           std::string("cert/epa/smartway/a%"),
           std::string("cert/epa/smartway/a%2"),
           std::string("cert/epa/smartway/%0A"),
           std::string("cert/epa/smartway/%FF"),
           std::string("cert/epa/smartway/e%CC%81"),
           "cert/epa/smartway/" + long_segment,
           std::string("cert/epa/a/b/c/d/e"),
           std::string("network/members"),
       }) {
    support::expect_code(parse_subject(text), kSubjectInvalid, "subject");
  }
}

TEST(Subject, TakesSegmentsOfSixtyFourBytesOfText) {
  EXPECT_TRUE(parse_subject("cert/epa/s/" + std::string(64, 'a')).has_value());
  std::string encoded;
  for (int i = 0; i < 21; ++i) encoded += "%E4%BB%B6";  // 63 bytes of text
  EXPECT_TRUE(parse_subject("cert/epa/s/" + encoded + "a").has_value());
  EXPECT_FALSE(parse_subject("cert/epa/s/" + encoded + "ab").has_value());
}

TEST(Segment, HasOneEncoding) {
  EXPECT_EQ(encode_segment("AZaz09-._~@:"), "AZaz09-._~@:");
  EXPECT_EQ(encode_segment("a/b c%+*"), "a%2Fb%20c%25%2B%2A");
  EXPECT_EQ(encode_segment("\xE4\xBB\xB6"), "%E4%BB%B6");
  EXPECT_EQ(decode_segment("a%2Fb%20c%25"), "a/b c%");
  EXPECT_EQ(decode_segment("a+b"), std::nullopt);
  EXPECT_EQ(decode_segment("%61"), std::nullopt);
}

TEST(Segment, ComesBackForEveryByteThatTextMayHold) {
  for (char letter = 0x20; letter < 0x7F; ++letter) {
    const std::string text = std::string("x") + letter;
    EXPECT_EQ(decode_segment(encode_segment(text)), text);
  }
}

TEST(Subject, IsBuiltFromTexts) {
  EXPECT_EQ(make_subject({"purchase", "ny", "s", "INV 7/2020", "1"}),
            "purchase/ny/s/INV%207%2F2020/1");
}

}  // namespace
}  // namespace ledger

#include "proto/walk.h"

#include <gtest/gtest.h>

#include <set>

#include "proto/codes.h"
#include "proto/records.pb.h"
#include "proto/state.pb.h"
#include "proto/submission.pb.h"

namespace proto {
namespace {

constexpr Bounds kBounds{.bytes_max = 1000, .depth_max = 4, .elements_max = 3, .fields_max = 12};

std::optional<Reject> fault_of(std::string_view hex, const Bounds& bounds = kBounds) {
  static const WalkTable table(*Record::descriptor());
  const std::optional<Bytes> bytes = crypto::from_hex(hex);
  EXPECT_TRUE(bytes) << hex;
  return table.find_fault(bytes.value_or(""), bounds);
}

std::string code_of(std::string_view hex, const Bounds& bounds = kBounds) {
  const std::optional<Reject> fault = fault_of(hex, bounds);
  return fault ? std::string(fault->code.name) : "canonical";
}

// Bytes by hand. Tags of Record: 0a subject, 10 place, 1a organisation, 2a scheme, 32
// certification, 6a parameters, 7a countersignatures. Of Organisation: 0a name, 1a identifiers, 2a
// roles (packed). Of Parameters: 08 rules_version, 20 block_bytes_max, 38 development. Of Scheme:
// 18 iso_type.

TEST(Walk, TakesTheEmptyMessage) { EXPECT_EQ(code_of(""), "canonical"); }

TEST(Walk, RefusesFieldsOutOfOrder) {
  EXPECT_EQ(code_of("0a01611001"), "canonical");
  EXPECT_EQ(code_of("10010a0161"), "E-WIRE-TAG-ORDER");
}

TEST(Walk, RefusesAFieldTwice) {
  EXPECT_EQ(code_of("10011002"), "E-WIRE-TAG-ORDER");
  EXPECT_EQ(code_of("7a007a00"), "canonical");  // repeated
}

TEST(Walk, RefusesAListInTwoPieces) {
  EXPECT_EQ(code_of("1a042a020103"), "canonical");
  EXPECT_EQ(code_of("1a062a01012a0103"), "E-WIRE-TAG-ORDER");
}

TEST(Walk, RefusesVarintsThatAreTooLong) {
  EXPECT_EQ(code_of("107f"), "canonical");
  EXPECT_EQ(code_of("10ff00"), "E-WIRE-VARINT");        // value
  EXPECT_EQ(code_of("0a810061"), "E-WIRE-VARINT");      // length
  EXPECT_EQ(code_of("90000100"), "E-WIRE-VARINT");      // tag
  EXPECT_EQ(code_of("1a042a028100"), "E-WIRE-VARINT");  // packed element
}

TEST(Walk, TakesSixtyFourBitsAndNoMore) {
  EXPECT_EQ(code_of("10ffffffffffffffffff01"), "canonical");
  EXPECT_EQ(code_of("10ffffffffffffffffff02"), "E-WIRE-VARINT");
  EXPECT_EQ(code_of("10ffffffffffffffffffff01"), "E-WIRE-VARINT");
}

TEST(Walk, RefusesNumbersThatTheFieldCannotHold) {
  EXPECT_EQ(code_of("6a0608ffffffff0f"), "canonical");
  EXPECT_EQ(code_of("6a06088080808010"), "E-WIRE-RANGE");
  EXPECT_EQ(code_of("6a023801"), "canonical");
  EXPECT_EQ(code_of("6a023802"), "E-WIRE-RANGE");
}

TEST(Walk, RefusesDefaultsThatAreWritten) {
  EXPECT_EQ(code_of("1000"), "E-WIRE-DEFAULT");      // number
  EXPECT_EQ(code_of("0a00"), "E-WIRE-DEFAULT");      // text
  EXPECT_EQ(code_of("6a023800"), "E-WIRE-DEFAULT");  // bool
  EXPECT_EQ(code_of("2a021800"), "E-WIRE-DEFAULT");  // enum
  EXPECT_EQ(code_of("7a021200"), "E-WIRE-DEFAULT");  // bytes
  EXPECT_EQ(code_of("1a022a00"), "E-WIRE-DEFAULT");  // list
  EXPECT_EQ(code_of("6a00"), "canonical");           // message of a oneof
  EXPECT_EQ(code_of("1a032a0100"), "canonical");     // element of a list
  EXPECT_EQ(code_of("32026a00"), "canonical");       // text of a list
}

TEST(Walk, RefusesUnknownFields) {
  EXPECT_EQ(code_of("7001"), "E-WIRE-UNKNOWN-FIELD");    // 14, within the table
  EXPECT_EQ(code_of("e00101"), "E-WIRE-UNKNOWN-FIELD");  // 28, behind it
  EXPECT_EQ(code_of("6a024001"), "E-WIRE-UNKNOWN-FIELD");
  EXPECT_EQ(code_of("faffffff0f00"), "E-WIRE-UNKNOWN-FIELD");  // 2^29 - 1
}

TEST(Walk, RefusesTagsThatAreNone) {
  EXPECT_EQ(code_of("0201"), "E-WIRE-TAG");          // field 0
  EXPECT_EQ(code_of("828080801001"), "E-WIRE-TAG");  // more than 32 bits
}

TEST(Walk, RefusesOtherWireTypes) {
  EXPECT_EQ(code_of("0801"), "E-WIRE-TYPE");                // text as number
  EXPECT_EQ(code_of("120101"), "E-WIRE-TYPE");              // number as text
  EXPECT_EQ(code_of("110100000000000000"), "E-WIRE-TYPE");  // 64 bits fixed
  EXPECT_EQ(code_of("1b1c"), "E-WIRE-TYPE");                // group
  EXPECT_EQ(code_of("1a022801"), "E-WIRE-TYPE");            // list that is not packed
}

TEST(Walk, RefusesEnumValuesThatTheSchemaLacks) {
  EXPECT_EQ(code_of("2a021805"), "canonical");
  EXPECT_EQ(code_of("2a021806"), "E-WIRE-UNKNOWN-ENUM");
  EXPECT_EQ(code_of("2a021840"), "E-WIRE-UNKNOWN-ENUM");
  EXPECT_EQ(code_of("2a0b18ffffffffffffffffff01"), "E-WIRE-UNKNOWN-ENUM");  // -1
  EXPECT_EQ(code_of("1a032a0107"), "canonical");
  EXPECT_EQ(code_of("1a032a0108"), "E-WIRE-UNKNOWN-ENUM");
}

TEST(Walk, RefusesTwoAlternativesOfAOneof) {
  EXPECT_EQ(code_of("6200"), "canonical");
  EXPECT_EQ(code_of("62006a00"), "E-WIRE-ONEOF");
}

TEST(Walk, RefusesTextThatIsNotUtf8) {
  EXPECT_EQ(code_of("0a06e7bbbfe889b2"), "canonical");
  EXPECT_EQ(code_of("0a05e7bbbfe889"), "E-WIRE-UTF8");
  EXPECT_EQ(code_of("0a01ff"), "E-WIRE-UTF8");
  EXPECT_EQ(code_of("7a031201ff"), "canonical");  // bytes
}

TEST(Walk, RefusesEveryPrefixThatCutsAField) {
  // subject "ab", place 300, organisation { name "x" roles 1 3 }
  const std::string hex = "0a02616210ac021a070a01782a020103";
  EXPECT_EQ(code_of(hex), "canonical");
  const std::set<std::size_t> whole = {0, 4, 7, 16};
  for (std::size_t bytes = 0; bytes < 16; ++bytes) {
    EXPECT_EQ(code_of(hex.substr(0, bytes * 2)),
              whole.contains(bytes) ? "canonical" : "E-WIRE-TRUNCATED")
        << bytes;
  }
}

TEST(Walk, RefusesAFieldThatReachesBeyondItsMessage) {
  EXPECT_EQ(code_of("1a030a0178"), "canonical");
  EXPECT_EQ(code_of("1a030a027879"), "E-WIRE-TRUNCATED");
  EXPECT_EQ(code_of("1affffffffffffffffff01"), "E-WIRE-TRUNCATED");
}

TEST(Walk, BoundsTheDepth) {
  // certification { holder { identifiers { scheme: LEI } } } is four deep.
  EXPECT_EQ(code_of("320622040a020801"), "canonical");
  Bounds bounds = kBounds;
  bounds.depth_max = 3;
  EXPECT_EQ(code_of("320622040a020801", bounds), "E-WIRE-TOO-DEEP");
}

TEST(Walk, BoundsTheElements) {
  EXPECT_EQ(code_of("7a007a007a00"), "canonical");
  EXPECT_EQ(code_of("7a007a007a007a00"), "E-WIRE-TOO-MANY");
  EXPECT_EQ(code_of("1a052a03010203"), "canonical");
  EXPECT_EQ(code_of("1a062a0401020304"), "E-WIRE-TOO-MANY");
}

TEST(Walk, BoundsTheFieldsInAll) {
  Bounds bounds = kBounds;
  bounds.fields_max = 5;  // organisation, roles and its three elements
  EXPECT_EQ(code_of("1a052a03010203", bounds), "canonical");
  bounds.fields_max = 4;
  EXPECT_EQ(code_of("1a052a03010203", bounds), "E-WIRE-TOO-MANY");
  bounds.fields_max = 2;
  EXPECT_EQ(code_of("7a007a00", bounds), "canonical");
  EXPECT_EQ(code_of("7a007a007a00", bounds), "E-WIRE-TOO-MANY");
}

TEST(Walk, BoundsTheBytes) {
  Bounds bounds = kBounds;
  bounds.bytes_max = 2;
  EXPECT_EQ(code_of("1001", bounds), "canonical");
  EXPECT_EQ(code_of("10ac02", bounds), "E-WIRE-TOO-LARGE");
}

TEST(Walk, NamesTheFieldAndTheByte) {
  // certification { products {} products { gtin: "1" model: <not UTF-8> } }
  const std::optional<Reject> fault = fault_of("320a2a002a060a01311a01ff");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->code, kWireUtf8);
  EXPECT_EQ(fault->field, "certification.products[1].model");
  EXPECT_EQ(fault->message, "At byte 11: the text is not UTF-8.");

  const std::optional<Reject> list = fault_of("1a032a0108");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->field, "organisation.roles");
  EXPECT_EQ(list->message, "At byte 4: the schema has no value 8 here.");
}

TEST(WireCodes, AreAllDifferent) {
  std::set<std::string_view> names;
  for (const RejectCode& code : kWireCodes) names.insert(code.name);
  EXPECT_EQ(names.size(), 14u);
}

TEST(WalkTable, IsMadeForEveryMessageOfTheSchemas) {
  EXPECT_FALSE(WalkTable(*Submission::descriptor()).find_fault("", kBounds));
  EXPECT_FALSE(WalkTable(*OrganisationState::descriptor()).find_fault("", kBounds));
}

}  // namespace
}  // namespace proto

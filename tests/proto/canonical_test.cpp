#include "proto/canonical.h"

#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "proto/codes.h"

namespace proto {
namespace {

using google::protobuf::util::MessageDifferencer;

const std::filesystem::path kGolden = std::filesystem::path(SOURCE_DIR) / "tests/golden/records";

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Bytes read_hex(const std::filesystem::path& path) {
  std::string hex = read_file(path);
  hex.erase(std::remove(hex.begin(), hex.end(), '\n'), hex.end());
  const std::optional<Bytes> bytes = crypto::from_hex(hex);
  EXPECT_TRUE(bytes) << path;
  return bytes.value_or("");
}

Record read_text(const std::filesystem::path& path) {
  Record record;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(read_file(path), &record)) << path;
  return record;
}

std::vector<std::filesystem::path> golden_texts() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(kGolden)) {
    if (entry.path().extension() == ".txtpb") paths.push_back(entry.path());
  }
  return paths;
}

std::string code_of(const auto& checked) {
  return checked ? "accepted" : std::string(checked.error().code.name);
}

TEST(EncodeRecord, GivesTheGoldenBytes) {
  for (std::filesystem::path path : golden_texts()) {
    const Record record = read_text(path);
    EXPECT_EQ(crypto::to_hex(encode_record(record)),
              crypto::to_hex(read_hex(path.replace_extension(".hex"))))
        << path;
  }
}

TEST(DecodeRecord, ReadsTheGoldenBytes) {
  for (std::filesystem::path path : golden_texts()) {
    const Record expected = read_text(path);
    const Checked<Record> record = decode_record(read_hex(path.replace_extension(".hex")));
    ASSERT_TRUE(record) << path << record.error().field << record.error().message;
    EXPECT_TRUE(MessageDifferencer::Equals(*record, expected)) << path;
  }
}

TEST(GoldenRecords, HaveOneOfEachKind) {
  std::set<std::string> kinds;
  for (const std::filesystem::path& path : golden_texts()) {
    const Record record = read_text(path);
    const auto* field = record.GetReflection()->GetOneofFieldDescriptor(
        record, Record::descriptor()->FindOneofByName("kind"));
    ASSERT_NE(field, nullptr) << path;
    kinds.insert(field->name());
  }
  const auto* kind = Record::descriptor()->FindOneofByName("kind");
  EXPECT_EQ(kinds.size(), static_cast<std::size_t>(kind->field_count()));
}

TEST(DecodeRecord, TakesAnEmptyKind) {
  const Checked<Record> record = decode_record(*crypto::from_hex("6a00"));
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->has_parameters());
}

TEST(DecodeRecord, RefusesASecondForm) {
  const Bytes bytes = read_hex(kGolden / "purchase.hex");
  EXPECT_EQ(code_of(decode_record(bytes)), "accepted");
  EXPECT_EQ(code_of(decode_record(bytes + Bytes("\x10\x02", 2))), "E-WIRE-TAG-ORDER");
  EXPECT_EQ(code_of(decode_record(bytes + Bytes("\x80\x01\x01", 3))), "E-WIRE-UNKNOWN-FIELD");
}

// 0a = field 1, length-delimited; the length takes two bytes.
Bytes record_with_subject_bytes(std::size_t size) {
  Record record;
  record.set_subject(Bytes(size, 'x'));
  return encode_record(record);
}

TEST(DecodeRecord, TakesAtMostSixteenKibibytes) {
  EXPECT_EQ(record_with_subject_bytes(16381).size(), 16384u);
  EXPECT_EQ(code_of(decode_record(record_with_subject_bytes(16381))), "accepted");
  EXPECT_EQ(code_of(decode_record(record_with_subject_bytes(16382))), "E-WIRE-TOO-LARGE");
}

TEST(DecodeRecord, TakesAtMostFiveHundredElements) {
  Record record;
  for (int i = 0; i < 500; ++i) record.mutable_certification()->add_countries("CN");
  EXPECT_EQ(code_of(decode_record(encode_record(record))), "accepted");

  record.mutable_certification()->add_countries("CN");
  const Checked<Record> refused = decode_record(encode_record(record));
  EXPECT_EQ(code_of(refused), "E-WIRE-TOO-MANY");
  EXPECT_EQ(refused.error().field, "certification.countries[500]");
}

TEST(DecodeRecord, BoundsTheFieldsInAll) {
  Record record;
  for (int i = 0; i < 8; ++i) {
    Product* product = record.mutable_certification()->add_products();
    for (int j = 0; j < 249; ++j) product->add_attributes();
  }
  // 8 products, 8 times 249 attributes, and the certification: 2,001.
  EXPECT_EQ(code_of(decode_record(encode_record(record))), "E-WIRE-TOO-MANY");
  record.mutable_certification()->mutable_products(0)->mutable_attributes()->RemoveLast();
  EXPECT_EQ(code_of(decode_record(encode_record(record))), "accepted");
}

Submission submission_of(int records, std::size_t record_bytes) {
  Submission submission;
  submission.set_header(Bytes(158, 'h'));
  submission.set_signature(Bytes(64, 's'));
  for (int i = 0; i < records; ++i) submission.add_records(Bytes(record_bytes, '\xff'));
  return submission;
}

TEST(DecodeSubmission, KeepsTheRecordBytesUntouched) {
  const Submission submission = submission_of(3, 5);
  const Checked<Submission> decoded = decode_submission(encode_submission(submission));

  ASSERT_TRUE(decoded);
  ASSERT_EQ(decoded->records_size(), 3);
  EXPECT_EQ(decoded->records(2), Bytes(5, '\xff'));
  EXPECT_EQ(decoded->header(), Bytes(158, 'h'));
}

TEST(DecodeSubmission, TakesAThousandRecordsAndNoMore) {
  EXPECT_EQ(code_of(decode_submission(encode_submission(submission_of(1000, 1)))), "accepted");
  EXPECT_EQ(code_of(decode_submission(encode_submission(submission_of(1001, 1)))),
            "E-WIRE-TOO-MANY");
}

TEST(DecodeSubmission, TakesHalfAMebibyteOfRecords) {
  EXPECT_EQ(code_of(decode_submission(encode_submission(submission_of(1000, 524)))), "accepted");
  EXPECT_EQ(code_of(decode_submission(encode_submission(submission_of(1000, 526)))),
            "E-WIRE-TOO-LARGE");
}

TEST(DecodeSubmission, RefusesASecondForm) {
  const Bytes bytes = encode_submission(submission_of(1, 5));
  EXPECT_EQ(code_of(decode_submission(bytes)), "accepted");
  EXPECT_EQ(code_of(decode_submission(bytes + Bytes("\x20\x01"))), "E-WIRE-UNKNOWN-FIELD");
}

}  // namespace
}  // namespace proto

// The walk against protobuf itself: bytes are canonical exactly when protobuf parses them, knows
// every field and value, and writes the same bytes again.
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <random>

#include "proto/canonical.h"

namespace proto {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr Bounds kWide{
    .bytes_max = 1 << 20, .depth_max = 50, .elements_max = 1 << 20, .fields_max = 1 << 20};

class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  std::size_t below(std::size_t bound) { return engine_() % bound; }

 private:
  std::mt19937 engine_;
};

std::string random_text(Random& random) {
  static const char* const kPieces[] = {"a", "Z", "0", " ", "é", "绿", "\xF0\x9F\x8C\xB1"};
  std::string text;
  for (std::size_t count = random.below(6); count > 0; --count) {
    text += kPieces[random.below(std::size(kPieces))];
  }
  return text;
}

std::uint64_t random_number(Random& random) {
  const std::uint64_t wide = static_cast<std::uint64_t>(random.below(1u << 31)) << 33 | 1;
  return wide >> random.below(64);
}

void fill(Random& random, Message& message, int depth);

void set_or_add(Random& random, Message& message, const FieldDescriptor& field, int depth) {
  const Reflection& reflection = *message.GetReflection();
  const auto set = [&](auto setter, auto adder, auto value) {
    if (field.is_repeated()) {
      (reflection.*adder)(&message, &field, value);
    } else {
      (reflection.*setter)(&message, &field, value);
    }
  };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT32:
      return set(&Reflection::SetUInt32, &Reflection::AddUInt32,
                 static_cast<std::uint32_t>(random_number(random)));
    case FieldDescriptor::CPPTYPE_UINT64:
      return set(&Reflection::SetUInt64, &Reflection::AddUInt64, random_number(random));
    case FieldDescriptor::CPPTYPE_BOOL:
      return set(&Reflection::SetBool, &Reflection::AddBool, random.below(2) == 1);
    case FieldDescriptor::CPPTYPE_ENUM:
      return set(&Reflection::SetEnumValue, &Reflection::AddEnumValue,
                 field.enum_type()
                     ->value(static_cast<int>(
                         random.below(static_cast<std::size_t>(field.enum_type()->value_count()))))
                     ->number());
    case FieldDescriptor::CPPTYPE_STRING:
      return set(&Reflection::SetString, &Reflection::AddString, random_text(random));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return fill(random,
                  field.is_repeated() ? *reflection.AddMessage(&message, &field)
                                      : *reflection.MutableMessage(&message, &field),
                  depth + 1);
    default:
      FAIL() << field.full_name();
  }
}

void fill(Random& random, Message& message, int depth) {
  const auto& descriptor = *message.GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    std::size_t count = random.below(3) == 0 ? 1 : 0;
    if (field.is_repeated()) count *= random.below(3);
    for (; count > 0; --count) set_or_add(random, message, field, depth);
  }
}

bool knows_all(const Message& message) {
  const Reflection& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) return false;
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
        const int value = field->is_repeated() ? reflection.GetRepeatedEnumValue(message, field, i)
                                               : reflection.GetEnumValue(message, field);
        if (field->enum_type()->FindValueByNumber(value) == nullptr) return false;
      }
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
          !knows_all(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                          : reflection.GetMessage(message, field))) {
        return false;
      }
    }
  }
  return true;
}

bool protobuf_writes_it_again(const Bytes& bytes) {
  Record record;
  return record.ParseFromString(bytes) && knows_all(record) && encode_record(record) == bytes;
}

// One small change: most leave a message that some parser would still read.
void mutate(Random& random, Bytes& bytes) {
  if (bytes.empty()) {
    bytes.push_back(static_cast<char>(random.below(256)));
    return;
  }
  const std::size_t at = random.below(bytes.size());
  const std::size_t length = random.below(std::min<std::size_t>(bytes.size() - at, 12)) + 1;
  switch (random.below(8)) {
    case 0:  // a bit
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
      break;
    case 1:  // a byte
      bytes[at] = static_cast<char>(random.below(256));
      break;
    case 2:  // a piece twice
      bytes.insert(at, bytes.substr(at, length));
      break;
    case 3:  // a piece gone
      bytes.erase(at, length);
      break;
    case 4: {  // a piece elsewhere
      const Bytes piece = bytes.substr(at, length);
      bytes.erase(at, length);
      bytes.insert(random.below(bytes.size() + 1), piece);
      break;
    }
    case 5:  // a number one byte longer
      bytes[at] = static_cast<char>(bytes[at] | 0x80);
      bytes.insert(at + 1, 1, '\0');
      break;
    case 6:  // a field at the end
      bytes.push_back(static_cast<char>(random.below(256)));
      bytes.push_back(static_cast<char>(random.below(4)));
      break;
    default:  // a small number
      bytes[at] = static_cast<char>(random.below(16));
  }
}

TEST(WalkProperty, CanonicalMeansThatProtobufWritesTheSameBytesAgain) {
  google::protobuf::SetLogHandler(nullptr);
  const WalkTable table(*Record::descriptor());
  std::size_t canonical = 0;
  std::size_t refused = 0;
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    Random random(seed);
    Record record;
    fill(random, record, 1);
    const Bytes original = encode_record(record);
    ASSERT_FALSE(table.find_fault(original, kWide)) << seed << " " << crypto::to_hex(original);
    for (int round = 0; round < 30; ++round) {
      Bytes bytes = original;
      for (std::size_t count = random.below(3) + 1; count > 0; --count) mutate(random, bytes);
      const std::optional<Reject> fault = table.find_fault(bytes, kWide);
      ASSERT_EQ(!fault, protobuf_writes_it_again(bytes))
          << "seed " << seed << " round " << round << "\n"
          << crypto::to_hex(bytes) << "\n"
          << (fault ? fault->field + " " + fault->message : "no fault found");
      ++(fault ? refused : canonical);
    }
  }
  // Both verdicts are tried in earnest.
  EXPECT_GT(canonical, 5000u);
  EXPECT_GT(refused, 20000u);
}

}  // namespace
}  // namespace proto

#include "proto/walk.h"

#include <algorithm>
#include <bit>

#include "crypto/check.h"
#include "proto/codes.h"
#include "proto/utf8.h"

namespace proto {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Field numbers are dense indexes into a table.
constexpr int kFieldNumberMax = 255;

enum class WireType : std::uint8_t { varint = 0, length = 2 };

std::size_t varint_size(std::uint64_t value) {
  return value == 0 ? 1 : (static_cast<std::size_t>(std::bit_width(value)) + 6) / 7;
}

}  // namespace

WalkTable::WalkTable(const Descriptor& root) {
  std::vector<const Descriptor*> known;
  add_message(root, known);
}

std::uint32_t WalkTable::add_message(const Descriptor& descriptor,
                                     std::vector<const Descriptor*>& known) {
  const auto found = std::find(known.begin(), known.end(), &descriptor);
  if (found != known.end()) return static_cast<std::uint32_t>(found - known.begin());
  const auto index = static_cast<std::uint32_t>(known.size());
  known.push_back(&descriptor);
  messages_.emplace_back();
  CHECK(descriptor.extension_range_count() == 0);
  Message message;
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    CHECK(field.number() <= kFieldNumberMax);
    const auto number = static_cast<std::size_t>(field.number());
    if (message.size() <= number) message.resize(number + 1);
    message[number] = make_rule(field, known);
  }
  messages_[index] = std::move(message);
  return index;
}

WalkTable::Rule WalkTable::make_rule(const FieldDescriptor& field,
                                     std::vector<const Descriptor*>& known) {
  CHECK(!field.is_map() && !field.is_required());
  Rule rule;
  rule.field = &field;
  rule.repeated = field.is_repeated();
  rule.packed = field.is_packed();
  rule.presence = field.has_presence();
  if (const auto* oneof = field.real_containing_oneof()) {
    rule.oneof = static_cast<std::uint8_t>(oneof->index() + 1);
  }
  switch (field.type()) {
    case FieldDescriptor::TYPE_UINT32:
      rule.form = Form::number32;
      break;
    case FieldDescriptor::TYPE_UINT64:
      rule.form = Form::number64;
      break;
    case FieldDescriptor::TYPE_BOOL:
      rule.form = Form::boolean;
      break;
    case FieldDescriptor::TYPE_STRING:
      rule.form = Form::text;
      break;
    case FieldDescriptor::TYPE_BYTES:
      rule.form = Form::bytes;
      break;
    case FieldDescriptor::TYPE_ENUM: {
      rule.form = Form::enumeration;
      EnumValues values = 0;
      for (int i = 0; i < field.enum_type()->value_count(); ++i) {
        const int number = field.enum_type()->value(i)->number();
        CHECK(number >= 0 && number < 64);
        values |= EnumValues{1} << number;
      }
      rule.target = static_cast<std::uint32_t>(enums_.size());
      enums_.push_back(values);
      break;
    }
    case FieldDescriptor::TYPE_MESSAGE:
      rule.form = Form::message;
      rule.target = add_message(*field.message_type(), known);
      break;
    default:
      CHECK(false && "a schema uses a field type that the walk does not know");
  }
  return rule;
}

// One walk: where it stands, what it has counted, and the first fault.
class Walker {
 public:
  Walker(const WalkTable& table, ByteView bytes, const Bounds& bounds)
      : table_(table), bounds_(bounds), begin_(bytes.data()), at_(begin_) {}

  bool walk_message(std::uint32_t message, const char* end, std::size_t depth);
  Reject take_fault() { return std::move(*fault_); }

 private:
  using Rule = WalkTable::Rule;
  using Form = WalkTable::Form;

  // What the fields of one message have shown so far.
  struct Seen {
    std::uint32_t number = 0;  // newest field number
    std::size_t elements = 0;  // of that field
    std::uint32_t oneofs = 0;  // bit n: a member of oneof n is there
  };

  // Keeps the fault found at `where`; always false.
  bool fail(const RejectCode& code, std::string_view what, const char* where);
  bool read_varint(const char* end, std::uint64_t& value);
  bool read_length(const char* end, const char*& value_end);
  bool check_tag(const Rule& rule, std::uint64_t tag, Seen& seen, const char* where);
  bool walk_field(const Rule& rule, const char* end, std::size_t depth);
  bool walk_number(const Rule& rule, const char* end, bool default_allowed);
  bool walk_packed(const Rule& rule, const char* end);
  bool walk_text(const char* end);
  bool count_field();
  // Puts the name of the field before the path of the fault below it.
  void prefix_path(const Rule& rule, const Seen& seen);

  const WalkTable& table_;
  const Bounds& bounds_;
  const char* const begin_;
  const char* at_;
  std::size_t fields_ = 0;
  std::optional<Reject> fault_;
};

bool Walker::fail(const RejectCode& code, std::string_view what, const char* where) {
  fault_.emplace(code, "",
                 "At byte " + std::to_string(where - begin_) + ": " + std::string(what) + ".");
  return false;
}

void Walker::prefix_path(const Rule& rule, const Seen& seen) {
  std::string name = rule.field->name();
  if (rule.repeated && !rule.packed) name += "[" + std::to_string(seen.elements - 1) + "]";
  fault_->field = fault_->field.empty() ? name : name + "." + fault_->field;
}

bool Walker::read_varint(const char* end, std::uint64_t& value) {
  const char* const start = at_;
  value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (at_ == end) return fail(kWireTruncated, "the bytes end within a number", start);
    const auto byte = static_cast<std::uint8_t>(*at_++);
    if (shift == 63 && byte > 1) break;
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) {
      if (byte == 0 && shift != 0) {
        return fail(kWireVarint,
                    "the number takes " + std::to_string(at_ - start) + " bytes where " +
                        std::to_string(varint_size(value)) + " suffice",
                    start);
      }
      return true;
    }
  }
  return fail(kWireVarint, "the number has more than 64 bits", start);
}

bool Walker::read_length(const char* end, const char*& value_end) {
  const char* const start = at_;
  std::uint64_t length = 0;
  if (!read_varint(end, length)) return false;
  const auto left = static_cast<std::uint64_t>(end - at_);
  if (length > left) {
    return fail(kWireTruncated,
                "the field says " + std::to_string(length) + " bytes and " + std::to_string(left) +
                    " are left",
                start);
  }
  value_end = at_ + length;
  return true;
}

bool Walker::count_field() {
  if (++fields_ <= bounds_.fields_max) return true;
  return fail(kWireTooMany,
              "the message has more than " + std::to_string(bounds_.fields_max) + " fields in all",
              at_);
}

bool Walker::check_tag(const Rule& rule, std::uint64_t tag, Seen& seen, const char* where) {
  const auto number = static_cast<std::uint32_t>(tag >> 3);
  if (number < seen.number)
    return fail(kWireTagOrder, "the fields are not in ascending order", where);
  if (number == seen.number) {
    if (!rule.repeated) return fail(kWireTagOrder, "the field is there twice", where);
    if (rule.packed) return fail(kWireTagOrder, "the list is in more than one piece", where);
    ++seen.elements;
  } else {
    seen.number = number;
    seen.elements = 1;
  }
  const bool is_length = rule.form >= Form::text || rule.packed;
  if ((tag & 7) != static_cast<std::uint64_t>(is_length ? WireType::length : WireType::varint)) {
    return fail(kWireType,
                "the field has wire type " + std::to_string(tag & 7) +
                    ", which the schema does not "
                    "say",
                where);
  }
  if (seen.elements > bounds_.elements_max) {
    return fail(kWireTooMany,
                "the list has more than " + std::to_string(bounds_.elements_max) + " elements",
                where);
  }
  if (rule.oneof != 0) {
    const std::uint32_t bit = 1u << rule.oneof;
    if ((seen.oneofs & bit) != 0) {
      return fail(kWireOneof, "another alternative of the same choice is there already", where);
    }
    seen.oneofs |= bit;
  }
  return true;
}

bool Walker::walk_message(std::uint32_t message, const char* end, std::size_t depth) {
  if (depth > bounds_.depth_max) {
    return fail(kWireTooDeep,
                "messages nest more than " + std::to_string(bounds_.depth_max) + " deep", at_);
  }
  const WalkTable::Message& rules = table_.messages_[message];
  Seen seen;
  while (at_ != end) {
    const char* const start = at_;
    std::uint64_t tag = 0;
    if (!read_varint(end, tag)) return false;
    const std::uint64_t number = tag >> 3;
    if (number == 0 || tag > UINT32_MAX) return fail(kWireTag, "this is no field", start);
    if (number >= rules.size() || rules[number].form == Form::none) {
      return fail(kWireUnknownField, "the schema has no field " + std::to_string(number) + " here",
                  start);
    }
    const Rule& rule = rules[number];
    if (!check_tag(rule, tag, seen, start) || !count_field() || !walk_field(rule, end, depth)) {
      prefix_path(rule, seen);
      return false;
    }
  }
  return true;
}

bool Walker::walk_field(const Rule& rule, const char* end, std::size_t depth) {
  if (rule.packed) return walk_packed(rule, end);
  const bool default_allowed = rule.presence || rule.repeated;
  if (rule.form < Form::text) return walk_number(rule, end, default_allowed);
  const char* const start = at_;
  const char* value_end = nullptr;
  if (!read_length(end, value_end)) return false;
  if (rule.form == Form::message) return walk_message(rule.target, value_end, depth + 1);
  if (at_ == value_end && !default_allowed) {
    return fail(kWireDefault, "an empty field is written; leave it out", start);
  }
  if (rule.form == Form::text) return walk_text(value_end);
  at_ = value_end;
  return true;
}

bool Walker::walk_number(const Rule& rule, const char* end, bool default_allowed) {
  const char* const start = at_;
  std::uint64_t value = 0;
  if (!read_varint(end, value)) return false;
  if (value == 0 && !default_allowed) {
    return fail(kWireDefault, "a zero is written; leave the field out", start);
  }
  if (rule.form == Form::enumeration) {
    if (value < 64 && (table_.enums_[rule.target] >> value & 1) != 0) return true;
    return fail(kWireUnknownEnum, "the schema has no value " + std::to_string(value) + " here",
                start);
  }
  if ((rule.form == Form::number32 && value > UINT32_MAX) ||
      (rule.form == Form::boolean && value > 1)) {
    return fail(kWireRange, "the field cannot hold " + std::to_string(value), start);
  }
  return true;
}

bool Walker::walk_packed(const Rule& rule, const char* end) {
  const char* const start = at_;
  const char* list_end = nullptr;
  if (!read_length(end, list_end)) return false;
  if (at_ == list_end) return fail(kWireDefault, "an empty list is written; leave it out", start);
  for (std::size_t elements = 1; at_ != list_end; ++elements) {
    if (elements > bounds_.elements_max) {
      return fail(kWireTooMany,
                  "the list has more than " + std::to_string(bounds_.elements_max) + " elements",
                  at_);
    }
    if (!count_field() || !walk_number(rule, list_end, true)) return false;
  }
  return true;
}

bool Walker::walk_text(const char* end) {
  const ByteView text(at_, static_cast<std::size_t>(end - at_));
  const std::size_t valid = valid_utf8_prefix(text);
  if (valid != text.size()) return fail(kWireUtf8, "the text is not UTF-8", at_ + valid);
  at_ = end;
  return true;
}

std::optional<Reject> WalkTable::find_fault(ByteView bytes, const Bounds& bounds) const {
  if (bytes.size() > bounds.bytes_max) {
    return Reject(kWireTooLarge, "",
                  "The message has " + std::to_string(bytes.size()) + " bytes; at most " +
                      std::to_string(bounds.bytes_max) + " are allowed.");
  }
  Walker walker(*this, bytes, bounds);
  if (walker.walk_message(0, bytes.data() + bytes.size(), 1)) return std::nullopt;
  return walker.take_fault();
}

}  // namespace proto

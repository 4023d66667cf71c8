// The walk over protobuf wire bytes that alone defines what is canonical. It runs before protobuf
// sees the bytes, on tables compiled from the message's descriptor, and allocates nothing.
//
// Canonical means: tags ascend, with no field twice but the elements of a repeated one; varints
// have no superfluous byte; lists of numbers are packed, in one piece, not empty; no field without
// presence holds its default; at most one member of a oneof; no field and no enum value that the
// schema lacks; text is UTF-8. Two different byte strings that are canonical are different
// messages.
//
// It also bounds what parsing may cost: bytes, depth, elements of one list, and fields in all. A
// message of empty sub-messages takes forty times its size in memory otherwise.
//
// Schemas may use uint32, uint64, bool, enum, string, bytes and messages of these; anything else is
// a CHECK when the table is made. A table is immutable and may be used from any thread.
#pragma once

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "crypto/bytes.h"
#include "crypto/reject.h"

namespace proto {

using crypto::Bytes;
using crypto::ByteView;
using crypto::Checked;
using crypto::Reject;
using crypto::Unexpected;

struct Bounds {
  std::size_t bytes_max = 0;
  std::size_t depth_max = 0;     // nested messages; 1: the message itself only
  std::size_t elements_max = 0;  // of one repeated field
  std::size_t fields_max = 0;    // tags and packed elements, sub-messages counted
};

class WalkTable {
 public:
  explicit WalkTable(const google::protobuf::Descriptor& root);

  // What is wrong with the bytes first, with the path of the field and the offset; nullopt: they
  // are the canonical form of a message within the bounds.
  std::optional<Reject> find_fault(ByteView bytes, const Bounds& bounds) const;

 private:
  friend class Walker;

  enum class Form : std::uint8_t {
    none,
    number32,
    number64,
    boolean,
    enumeration,
    text,
    bytes,
    message
  };

  // What may stand under one field number.
  struct Rule {
    Form form = Form::none;
    bool repeated = false;
    bool packed = false;
    bool presence = false;     // may hold its default
    std::uint8_t oneof = 0;    // 1 + the oneof's position in the message; 0: none
    std::uint32_t target = 0;  // message: its table; enumeration: its values
    const google::protobuf::FieldDescriptor* field = nullptr;  // for its name
  };
  using Message = std::vector<Rule>;  // by field number; no rule: Form::none
  // Bit n: value n is known. Enums of this product have at most 64 values, none negative.
  using EnumValues = std::uint64_t;

  std::uint32_t add_message(const google::protobuf::Descriptor& descriptor,
                            std::vector<const google::protobuf::Descriptor*>& known);
  Rule make_rule(const google::protobuf::FieldDescriptor& field,
                 std::vector<const google::protobuf::Descriptor*>& known);

  std::vector<Message> messages_;  // the root is first
  std::vector<EnumValues> enums_;
};

}  // namespace proto

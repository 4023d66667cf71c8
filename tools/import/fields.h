// Fields of a record by path, so that a mapping can name any field of proto/records.proto and a
// field added there needs no change here:
//
//   holder.name                       a field of a message in a message
//   amounts[REBATE].value             the entry of a list whose key field (kind) is REBATE
//   product.attributes[powertrain]    the same, short for [...].value
//   countries                         a list of texts: every text is added
//
// Lists with a key: attributes (name), amounts (kind), measures (metric), identifiers (scheme).
// Entries stand in ascending order of a key that is text. Paths are looked up once, when the
// mapping is read; setting a field cannot miss.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/reject.h"
#include "proto/records.pb.h"

namespace tools {

class FieldPath {
 public:
  // Error E-MAP-FIELD, with the nearest name: there is no such field in `message`.
  static crypto::Result<FieldPath> find(const google::protobuf::Descriptor& message,
                                        std::string_view path);

  // True: takes any number of texts. False: exactly one.
  bool is_list() const;

  // Sets the field in `record`, a message of the type it was found in. `texts` is not empty.
  // E-MAP-VALUE: no such enumerator, not hex, not a whole number.
  crypto::Checked<void> set(google::protobuf::Message& record,
                            const std::vector<std::string>& texts) const;

  const std::string& text() const { return text_; }

 private:
  struct Step {
    const google::protobuf::FieldDescriptor* field = nullptr;
    const google::protobuf::FieldDescriptor* key_field = nullptr;  // of a list with a key
    std::string key;
  };

  std::string text_;
  std::vector<Step> steps_;
};

// The list of messages `name` in `message`; E-MAP-FIELD when there is none.
crypto::Result<const google::protobuf::FieldDescriptor*> find_list(
    const google::protobuf::Descriptor& message, std::string_view name);

}  // namespace tools

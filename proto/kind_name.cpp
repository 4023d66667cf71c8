#include "proto/kind_name.h"

namespace proto {

std::string_view kind_name(const Record& record) {
  const auto* field = Record::descriptor()->FindFieldByNumber(record.kind_case());
  return field == nullptr ? std::string_view() : std::string_view(field->name());
}

}  // namespace proto

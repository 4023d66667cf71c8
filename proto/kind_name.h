// What a record is, in one word.
#pragma once

#include <string_view>

#include "proto/records.pb.h"

namespace proto {

// Lower-case name of the record's kind, as the field is called: "purchase_correction". Empty: none.
std::string_view kind_name(const Record& record);

}  // namespace proto

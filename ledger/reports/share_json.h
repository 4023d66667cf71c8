// The parts that JSON documents of reports share. Sources of this folder include it, and nobody
// else.
#pragma once

#include <nlohmann/json.hpp>

#include "ledger/reports/share.h"

namespace ledger {

using Json = nlohmann::ordered_json;

Json measures_json(const Measures& measures, const std::optional<RateTable>& rates);

// Indented, with a line end; what is no UTF-8 is replaced.
std::string json_text(const Json& document);

}  // namespace ledger

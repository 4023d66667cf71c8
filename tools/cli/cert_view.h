// A certification as people read it: one sentence that answers the question, the
// facts it rests on, and what each record changed. Pure; JSON of the node in, JSON and text out.
#pragma once

#include <string>
#include <vector>

#include "tools/cli/output.h"

namespace tools {

// "Active on 2019-02-01 as known at height 12: valid from 2018-01-01 to 2019-12-31."
std::string status_sentence(const Json& certification);

// What a reader should know besides: an open end, a holder known by name alone. Empty: nothing.
std::vector<std::string> certification_flags(const Json& certification);

// The node's document with the members `sentence` and `flags`.
Json certification_document(const Json& certification);

// The same with cells for tables and CSV: number, holder, products, validity and so on.
Json certification_row(const Json& certification);

}  // namespace tools

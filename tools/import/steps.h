// The transforms that a mapping can name, each made once from its arguments when the mapping is
// read. A step takes the texts of a value and gives others; what it does with one text is in
// clean.h and dates.h. maps/README.md lists them for the people who write mappings.
#pragma once

#include "tools/import/mapping.h"

namespace tools {

// A step as the mapping writes it: "upper", or { lookup = "countries", otherwise = "empty" }.
struct StepText {
  std::string name;
  Texts texts;                         // of the step's own key, when text or a list of texts
  std::optional<std::int64_t> number;  // of the step's own key, when a number
  std::map<std::string, std::string> options;  // the other keys
};

using LookupTables = std::map<std::string, std::map<std::string, std::string>>;
using NameLists = std::map<std::string, Texts>;

const std::vector<std::string>& step_names();

// E-MAP-KEY: no such step or option. E-MAP-TYPE: wrong arguments. E-MAP-REFERENCE: no such table or
// list. `place` is where the step stands, for the message.
crypto::Result<Step> make_step(const StepText& step, const LookupTables& tables,
                               const NameLists& lists, const std::string& place);

}  // namespace tools

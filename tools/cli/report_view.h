// Reports as people read them in a terminal of 80 columns: the denominators of a share side by
// side, what the register says, what has to be read with care. Pure; JSON of the node in, rows out.
// Shares and sums are written by the same functions as on the report's page, so both show one
// figure.
#pragma once

#include <string>
#include <vector>

#include "tools/cli/output.h"

namespace tools {

// "5,009 purchases of Corner Shop from 2019-01-01, as known at height 26"
std::string scope_text(const Json& report);

// One row for each denominator: lines, spend in each currency, and both in label categories.
inline const std::vector<Column> kShareColumns = {{"of", "OUT OF"},
                                                  {"green", "GREEN", true},
                                                  {"all", "ALL", true},
                                                  {"share", "SHARE", true},
                                                  {"most", "AT MOST", true}};
std::vector<Json> share_rows(const Json& measures);

inline const std::vector<Column> kRegisterColumns = {{"outcome", "THE REGISTER SAYS"},
                                                     {"lines", "LINES", true}};
std::vector<Json> outcome_rows(const Json& measures);

// One row a group; the spend of a group is in the currency that the whole report has, if it has
// one alone.
std::vector<Column> group_columns(const std::string& group, const Json& report);
std::vector<Json> group_rows(const Json& groups, const Json& report);

// One row for each side of a comparison and for what lies between them.
inline const std::vector<Column> kCompareColumns = {{"what", ""},
                                                    {"all", "ALL", true},
                                                    {"green", "GREEN", true},
                                                    {"share", "SHARE", true},
                                                    {"most", "AT MOST", true}};
// `currency` empty: lines; otherwise spend in that currency.
std::vector<Json> compare_rows(const Json& comparison, const std::string& currency);
// Currencies of either side, ascending.
std::vector<std::string> compared_currencies(const Json& comparison);

}  // namespace tools

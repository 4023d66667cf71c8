// What became of a share between two heights: which lines came, which went, and which say something
// else than before, because a certification was withdrawn with effect from an earlier day, a line
// was corrected or returned. Nothing changes silently:
//   newer = older + came - went + (restated after - restated before)
//
// Thread rule: one thread a call; one snapshot, so both heights are of one ledger.
#pragma once

#include "ledger/reports/ledger_lines.h"

namespace ledger {

struct RestatedLine {
  ReportLine before;
  ReportLine after;
};

struct ShareComparison {
  // Lines listed one by one; the sums below hold all of them.
  static constexpr std::size_t kListedMax = 1'000;

  ShareReport older;
  ShareReport newer;
  Measures came;  // recorded since, or corrected into the scope
  Measures went;  // corrected out of the scope
  Measures restated_before;
  Measures restated_after;
  std::vector<RestatedLine> restated;  // in the order of the newer report
  std::uint64_t restated_total = 0;
};

// `parameters` are those of the newer report; label categories are read at its height for both, so
// that only what the lines say differs.
ShareComparison compare_shares(const ChainReader& chain, ShareParameters parameters,
                               std::uint64_t older_height);

// "schema": "greenledger.report-compare/1".
std::string comparison_json(const ShareComparison& comparison);

// The listed lines: columns of line_header() twice, "before_" and "after_".
std::string comparison_csv(const ShareComparison& comparison);

}  // namespace ledger

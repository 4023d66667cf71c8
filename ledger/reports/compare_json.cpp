// A comparison of two shares as JSON.
#include "ledger/reports/compare.h"
#include "ledger/reports/share_json.h"

namespace ledger {
namespace {

Json as_of_json(const ShareParameters& parameters) {
  return {{"height", parameters.as_of_height}, {"block", parameters.as_of_block}};
}

Json side_json(const ReportLine& line) {
  Json candidates = Json::array();
  for (const std::string& subject : line.join.named) candidates.push_back(subject);
  return {{"entry", line.content_index},
          {"outcome", line_outcome_name(line.join.outcome)},
          {"reason", reason_name(line.join.reason)},
          {"green", line.join.is_green()},
          {"returns", line.returns.size()},
          {"candidates", std::move(candidates)}};
}

}  // namespace

std::string comparison_json(const ShareComparison& comparison) {
  const ShareParameters& newer = comparison.newer.parameters();
  const ShareParameters& older = comparison.older.parameters();
  Json lines = Json::array();
  for (const RestatedLine& line : comparison.restated) {
    lines.push_back({{"subject", line.after.subject},
                     {"before", side_json(line.before)},
                     {"after", side_json(line.after)}});
  }
  const auto side = [&](const ShareReport& report) {
    return Json{{"as_of", as_of_json(report.parameters())},
                {"lines_root", report.digest().root.hex()},
                {"total", measures_json(report.total(), report.parameters().rates)}};
  };
  const Json document = {
      {"schema", "greenledger.report-compare/1"},
      {"network", newer.network},
      {"software", newer.software},
      {"scope", {{"from", newer.from}, {"to", newer.to}, {"buyer", newer.buyer}}},
      {"older", side(comparison.older)},
      {"newer", side(comparison.newer)},
      {"came", measures_json(comparison.came, newer.rates)},
      {"went", measures_json(comparison.went, older.rates)},
      {"restated",
       {{"lines", comparison.restated_total},
        {"before", measures_json(comparison.restated_before, older.rates)},
        {"after", measures_json(comparison.restated_after, newer.rates)},
        {"listed", std::move(lines)}}}};
  return json_text(document);
}

}  // namespace ledger

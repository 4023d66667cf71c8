#include "ledger/reports/compare.h"

#include "ledger/chain/index.h"
#include "ledger/reports/candidates.h"

namespace ledger {
namespace {

bool is_in_scope(const proto::Purchase& purchase, const ShareParameters& parameters) {
  if (!parameters.buyer.empty() && buyer_key(purchase.buyer()) != parameters.buyer) return false;
  if (!parameters.from.empty() && index_date(purchase.date()) < index_date(parameters.from)) {
    return false;
  }
  return parameters.to.empty() || purchase.date() <= parameters.to;
}

std::optional<ReportLine> in_scope(std::optional<ReportLine> line,
                                   const ShareParameters& parameters) {
  if (line && !is_in_scope(line->purchase, parameters)) return std::nullopt;
  return line;
}

// Sums of one line alone.
Measures measures_of(const ReportLine& line, const ShareParameters& parameters) {
  ShareReport report(parameters);
  report.add(line);
  return report.total();
}

bool says_the_same(const ReportLine& a, const ReportLine& b) {
  return a.join.outcome == b.join.outcome && a.join.is_green() == b.join.is_green() &&
         a.join.is_undecided() == b.join.is_undecided() && a.content_index == b.content_index &&
         a.returns.size() == b.returns.size();
}

class Comparing {
 public:
  Comparing(const ChainReader& chain, const ShareParameters& newer, const ShareParameters& older)
      : chain_(chain),
        newer_(newer),
        older_(older),
        at_newer_(chain, newer.as_of_height),
        at_older_(chain, older.as_of_height) {}

  ShareComparison run() {
    ShareComparison result{ShareReport(older_), ShareReport(newer_), {}, {}, {}, {}, {}, 0};
    visit_lines(chain_, older_, [&](const ReportLine& line) {
      result.older.add(line);
      const auto after = in_scope(
          read_line(chain_, line.subject, newer_.as_of_height, newer_.policy, at_newer_), newer_);
      if (!after) result.went += measures_of(line, older_);
      return true;
    });
    visit_lines(chain_, newer_, [&](const ReportLine& line) {
      result.newer.add(line);
      add_newer(result, line);
      return true;
    });
    return result;
  }

 private:
  void add_newer(ShareComparison& result, const ReportLine& line) {
    auto before = in_scope(
        read_line(chain_, line.subject, older_.as_of_height, older_.policy, at_older_), older_);
    if (!before) {
      result.came += measures_of(line, newer_);
      return;
    }
    if (says_the_same(*before, line)) return;
    result.restated_before += measures_of(*before, older_);
    result.restated_after += measures_of(line, newer_);
    ++result.restated_total;
    if (result.restated.size() < ShareComparison::kListedMax) {
      result.restated.push_back({std::move(*before), line});
    }
  }

  const ChainReader& chain_;
  const ShareParameters& newer_;
  const ShareParameters& older_;
  CandidateReader at_newer_;
  CandidateReader at_older_;
};

std::string prefixed_header(const std::string& prefix) {
  std::string header = prefix;
  for (char letter : line_header()) {
    if (letter == '\n') continue;
    header.push_back(letter);
    if (letter == ',') header += prefix;
  }
  return header;
}

}  // namespace

ShareComparison compare_shares(const ChainReader& chain, ShareParameters parameters,
                               std::uint64_t older_height) {
  complete(parameters, chain);
  ShareParameters older = parameters;
  older.as_of_height = older_height;
  older.as_of_block.clear();
  complete(older, chain);
  return Comparing(chain, parameters, older).run();
}

std::string comparison_csv(const ShareComparison& comparison) {
  std::string out = prefixed_header("before_") + "," + prefixed_header("after_") + "\n";
  for (const RestatedLine& line : comparison.restated) {
    std::string before = line_row(line.before);
    before.back() = ',';
    out += before + line_row(line.after);
  }
  return out;
}

}  // namespace ledger

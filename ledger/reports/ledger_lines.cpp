#include "ledger/reports/ledger_lines.h"

#include <algorithm>

namespace ledger {
namespace {

std::vector<proto::PurchaseReturn> read_returns(const ChainReader& chain,
                                                const std::string& subject, std::uint64_t height) {
  std::vector<proto::PurchaseReturn> returns;
  chain.history(subject, height, [&](const StoredRecord& stored) {
    if (stored.record.has_purchase_return()) {
      returns.push_back(stored.record.purchase_return());
    }
    return true;
  });
  std::reverse(returns.begin(), returns.end());
  return returns;
}

// What the state and the register add to the purchase itself.
void finish(ReportLine& line, const proto::PurchaseState& state, const ChainReader& chain,
            std::uint64_t height, const JoinPolicy& policy, CandidateReader& candidates) {
  if (!state.returned().empty()) line.returns = read_returns(chain, line.subject, height);
  const CandidateList& list = candidates.find(line.purchase);
  line.join = join_purchase(line.purchase, list.candidates, policy, list.completeness);
}

}  // namespace

std::optional<ReportLine> read_line(const ChainReader& chain, const std::string& subject,
                                    std::uint64_t height, const JoinPolicy& policy,
                                    CandidateReader& candidates) {
  const std::optional<SubjectValue> value = chain.subject(subject, height);
  proto::PurchaseState state;
  if (!value || !state.ParseFromString(value->body)) return std::nullopt;
  std::optional<StoredRecord> stored = chain.record(state.content_index());
  if (!stored) return std::nullopt;
  ReportLine line;
  line.subject = subject;
  line.content_index = stored->index;
  line.purchase.Swap(stored->record.has_purchase_correction()
                         ? stored->record.mutable_purchase_correction()->mutable_purchase()
                         : stored->record.mutable_purchase());
  finish(line, state, chain, height, policy, candidates);
  return line;
}

void visit_lines(const ChainReader& chain, const ShareParameters& parameters,
                 const std::function<bool(const ReportLine&)>& visit) {
  CandidateReader candidates(chain, parameters.as_of_height);
  ChainReader::PurchaseQuery query;
  query.from = parameters.from;
  query.to = parameters.to;
  query.buyer = parameters.buyer;
  query.height = parameters.as_of_height;
  chain.purchases(query, [&](const ChainReader::PurchaseLine& found) {
    ReportLine line;
    line.subject = found.subject;
    line.content_index = found.content_index;
    line.purchase = found.purchase;
    finish(line, found.state, chain, parameters.as_of_height, parameters.policy, candidates);
    return visit(line);
  });
}

std::vector<proto::Category> label_categories(const ChainReader& chain, std::uint64_t height) {
  std::map<std::pair<std::string, std::string>, proto::Category> categories;
  chain.subjects("scheme/", {}, [&](std::string_view subject) {
    const std::optional<SubjectValue> value = chain.subject(subject, height);
    proto::SchemeState state;
    if (!value || !state.ParseFromString(value->body)) return true;
    if (state.scheme().recognised_by().empty()) return true;
    for (const proto::Category& category : state.scheme().categories()) {
      categories.emplace(std::pair(category.list(), category.code()), category);
    }
    return true;
  });
  std::vector<proto::Category> list;
  for (const auto& [key, category] : categories) list.push_back(category);
  return list;
}

void complete(ShareParameters& parameters, const ChainReader& chain) {
  if (parameters.label_categories.empty()) {
    parameters.label_categories = label_categories(chain, parameters.as_of_height);
  }
  if (parameters.as_of_block.empty()) {
    if (const std::optional<Header> header = chain.header(parameters.as_of_height)) {
      parameters.as_of_block = header->hash().hex();
    }
  }
}

ShareReport make_share_report(const ChainReader& chain, ShareParameters parameters) {
  complete(parameters, chain);
  ShareReport report(parameters);
  visit_lines(chain, parameters, [&](const ReportLine& line) {
    report.add(line);
    return true;
  });
  return report;
}

}  // namespace ledger

// The share as JSON, keys in one fixed order.
#include "ledger/reports/share_json.h"

#include "ledger/reports/share.h"

namespace ledger {
namespace {

Json number_or_null(const std::optional<Decimal>& value) {
  return value ? Json(value->text()) : Json();
}

Json tally_json(const Tally& tally) {
  const std::optional<Decimal> lower = share_of(tally.eligible, tally.all);
  const std::optional<Decimal> upper = share_of(tally.eligible + tally.unidentified, tally.all);
  return {{"eligible", tally.eligible.text()},
          {"unidentified", tally.unidentified.text()},
          {"all", tally.all.text()},
          {"share", number_or_null(lower)},
          {"bounds", {number_or_null(lower), number_or_null(upper)}}};
}

Json spend_json(const std::map<std::string, Tally>& spend) {
  Json list = Json::array();
  for (const auto& [currency, tally] : spend) {
    Json entry = {{"currency", currency}};
    entry.update(tally_json(tally));
    list.push_back(std::move(entry));
  }
  return list;
}

Json groups_json(const ShareReport::Groups& groups, const std::optional<RateTable>& rates) {
  Json list = Json::array();
  for (const auto& [key, group] : groups) {
    Json entry = {{"key", key}, {"label", group.label}};
    entry.update(measures_json(group.measures, rates));
    list.push_back(std::move(entry));
  }
  return list;
}

Json policy_json(const ShareParameters& parameters) {
  Json types = Json::array();
  for (proto::IsoType type : parameters.policy.iso_types)
    types.push_back(proto::IsoType_Name(type));
  Json categories = Json::array();
  for (const proto::Category& category : parameters.label_categories) {
    categories.push_back({{"list", category.list()}, {"code", category.code()}});
  }
  return {{"iso_types", std::move(types)},
          {"schemes", "recognised"},
          {"label_categories", std::move(categories)},
          {"pool_below", parameters.pool_below},
          {"rounding", "half even, six digits, once"}};
}

Json rates_json(const std::optional<RateTable>& table) {
  if (!table) return {};
  Json rates = Json::object();
  for (const auto& [currency, rate] : table->rates) rates[currency] = rate.text();
  return {{"target", table->target},
          {"source", table->source},
          {"date", table->date},
          {"rates", std::move(rates)}};
}

Json coverage_json(const Coverage& coverage) {
  return {{"lines", coverage.lines},
          {"with_gtin", coverage.with_gtin},
          {"with_model", coverage.with_model},
          {"with_category", coverage.with_category},
          {"with_day", coverage.with_day},
          {"with_spend", coverage.with_spend},
          {"with_checked_buyer", coverage.with_checked_buyer}};
}

template <class Flag>
void append_flags(Json& list, const std::map<Flag, std::uint64_t>& flags) {
  for (const auto& [flag, lines] : flags) {
    list.push_back({{"name", flag_name(flag)}, {"lines", lines}, {"meaning", flag_sentence(flag)}});
  }
}

}  // namespace

Json measures_json(const Measures& measures, const std::optional<RateTable>& rates) {
  Json outcomes = Json::object();
  for (std::size_t i = 0; i < kLineOutcomeCount; ++i) {
    outcomes[std::string(line_outcome_name(static_cast<LineOutcome>(i)))] = measures.outcomes[i];
  }
  Json out = {{"lines", tally_json(measures.lines)},
              {"lines_in_label_categories", tally_json(measures.category_lines)},
              {"spend", spend_json(measures.spend)},
              {"spend_in_label_categories", spend_json(measures.category_spend)},
              {"outcomes", std::move(outcomes)}};
  if (!rates) return out;
  const auto convert = [&](const std::map<std::string, Tally>& spend) {
    const std::optional<Tally> sum = converted(spend, rates);
    return sum ? tally_json(*sum) : Json();
  };
  out["spend_converted"] = convert(measures.spend);
  out["spend_in_label_categories_converted"] = convert(measures.category_spend);
  return out;
}

std::string json_text(const Json& document) {
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string share_json(const ShareReport& report) {
  const ShareParameters& parameters = report.parameters();
  Json reasons = Json::array();
  for (const auto& [reason, lines] : report.reasons()) {
    reasons.push_back(
        {{"name", reason_name(reason)}, {"lines", lines}, {"meaning", reason_sentence(reason)}});
  }
  Json flags = Json::array();
  append_flags(flags, report.flags());
  append_flags(flags, report.join_flags());
  const Json document = {
      {"schema", "greenledger.report-share/1"},
      {"network", parameters.network},
      {"as_of", {{"height", parameters.as_of_height}, {"block", parameters.as_of_block}}},
      {"software", parameters.software},
      {"scope", {{"from", parameters.from}, {"to", parameters.to}, {"buyer", parameters.buyer}}},
      {"policy", policy_json(parameters)},
      {"rates", rates_json(parameters.rates)},
      {"input", {{"lines", report.digest().size}, {"root", report.digest().root.hex()}}},
      {"total", measures_json(report.total(), parameters.rates)},
      {"reasons", std::move(reasons)},
      {"coverage", coverage_json(report.coverage())},
      {"flags", std::move(flags)},
      {"by_buyer", groups_json(report.by_buyer(), parameters.rates)},
      {"by_category", groups_json(report.by_category(), parameters.rates)},
      {"by_month", groups_json(report.by_month(), parameters.rates)}};
  return json_text(document);
}

}  // namespace ledger

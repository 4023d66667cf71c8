#include "tools/cli/report_view.h"

#include <algorithm>
#include <set>

#include "ledger/reports/chart.h"

namespace tools {
namespace {

using ledger::Decimal;

Decimal decimal_in(const Json& tally, const char* name) {
  const auto found = tally.find(name);
  if (found == tally.end() || !found->is_string()) return {};
  return Decimal::parse(found->get<std::string>()).value_or(Decimal());
}

// The cells that every tally has.
Json tally_cells(const Json& tally) {
  const Decimal green = decimal_in(tally, "eligible");
  const Decimal all = decimal_in(tally, "all");
  return {{"green", ledger::grouped(green)},
          {"all", ledger::grouped(all)},
          {"share", ledger::percent_text(green, all)},
          {"most", ledger::percent_text(green + decimal_in(tally, "unidentified"), all)}};
}

Json share_row(const std::string& of, const Json& tally) {
  Json row = {{"of", of}};
  row.update(tally_cells(tally));
  return row;
}

Json spend_in(const Json& measures, const std::string& currency) {
  for (const Json& spend : measures.value("spend", Json::array())) {
    if (spend.value("currency", "") == currency) return spend;
  }
  return Json::object();
}

// The currency of all spend; empty: there are several, or none.
std::string only_currency(const Json& report) {
  const Json spend = report["total"].value("spend", Json::array());
  return spend.size() == 1 ? spend[0].value("currency", "") : std::string();
}

std::string in_words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

}  // namespace

std::string scope_text(const Json& report) {
  const Json scope = report.value("scope", Json::object());
  const std::string buyer = scope.value("buyer", "");
  const std::string from = scope.value("from", "");
  const std::string to = scope.value("to", "");
  const auto lines = report["input"].value("lines", std::int64_t{0});
  std::string text =
      ledger::grouped(Decimal::from_integer(lines)) + (lines == 1 ? " purchase" : " purchases");
  if (!buyer.empty()) text += " of " + buyer;
  if (!from.empty()) text += " from " + from;
  if (!to.empty()) text += " to " + to;
  return text + ", as known at height " + report["as_of"]["height"].dump();
}

std::vector<Json> share_rows(const Json& measures) {
  std::vector<Json> rows = {
      share_row("lines", measures["lines"]),
      share_row("  in label categories", measures["lines_in_label_categories"])};
  const Json spend = measures.value("spend", Json::array());
  if (spend.empty()) {
    rows.push_back({{"of", "spend: not stated"}});
    return rows;
  }
  for (const Json& each : spend) {
    const std::string currency = each.value("currency", "");
    rows.push_back(share_row("spend, " + currency, each));
    for (const Json& inside : measures.value("spend_in_label_categories", Json::array())) {
      if (inside.value("currency", "") == currency) {
        rows.push_back(share_row("  in label categories", inside));
      }
    }
  }
  return rows;
}

std::vector<Json> outcome_rows(const Json& measures) {
  std::vector<Json> rows;
  for (const auto& [name, lines] : measures["outcomes"].items()) {
    rows.push_back({{"outcome", in_words(name)},
                    {"lines", ledger::grouped(Decimal::from_integer(lines.get<std::int64_t>()))}});
  }
  return rows;
}

std::vector<Column> group_columns(const std::string& group, const Json& report) {
  std::vector<Column> columns = {{"label", group},
                                 {"green", "GREEN", true},
                                 {"all", "LINES", true},
                                 {"share", "SHARE", true},
                                 {"most", "AT MOST", true}};
  std::transform(group.begin(), group.end(), columns[0].title.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  const std::string currency = only_currency(report);
  if (!currency.empty()) {
    columns.push_back({"spend", currency, true});
    columns.push_back({"spend_share", "SHARE", true});
  }
  return columns;
}

std::vector<Json> group_rows(const Json& groups, const Json& report) {
  const std::string currency = only_currency(report);
  std::vector<Json> rows;
  for (const Json& group : groups) {
    Json row = {{"label", group["label"]}};
    row.update(tally_cells(group["lines"]));
    if (const Json spend = spend_in(group, currency); !spend.empty()) {
      const Json cells = tally_cells(spend);
      row["spend"] = cells["all"];
      row["spend_share"] = cells["share"];
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<Json> compare_rows(const Json& comparison, const std::string& currency) {
  const auto row = [&](const std::string& what, const Json& measures) {
    Json out = {{"what", what}};
    out.update(tally_cells(currency.empty() ? measures["lines"] : spend_in(measures, currency)));
    return out;
  };
  const Json& older = comparison["older"];
  const Json& newer = comparison["newer"];
  return {row("at height " + older["as_of"]["height"].dump(), older["total"]),
          row("  added since", comparison["came"]),
          row("  left the scope", comparison["went"]),
          row("  restated: before", comparison["restated"]["before"]),
          row("  restated: after", comparison["restated"]["after"]),
          row("at height " + newer["as_of"]["height"].dump(), newer["total"])};
}

std::vector<std::string> compared_currencies(const Json& comparison) {
  std::set<std::string> currencies;
  for (const char* side : {"older", "newer"}) {
    for (const Json& spend : comparison[side]["total"].value("spend", Json::array())) {
      currencies.insert(spend.value("currency", ""));
    }
  }
  return {currencies.begin(), currencies.end()};
}

}  // namespace tools

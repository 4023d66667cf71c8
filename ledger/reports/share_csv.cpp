// The share and its lines as CSV (RFC 4180, lines end with LF).
#include <algorithm>

#include "ledger/chain/index.h"
#include "ledger/reports/share.h"

namespace ledger {
namespace {

// A cell, quoted where it must be.
std::string cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (char letter : text) {
    if (letter == '"') quoted.push_back('"');
    quoted.push_back(letter);
  }
  quoted.push_back('"');
  return quoted;
}

// Text of others: what a spreadsheet would take for a formula begins with an apostrophe.
std::string text_cell(std::string_view text) {
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) {
    return cell("'" + std::string(text));
  }
  return cell(text);
}

std::string row_of(std::initializer_list<std::string> cells) {
  std::string row;
  for (const std::string& each : cells) row.append(each).push_back(',');
  row.back() = '\n';
  return row;
}

std::string text_or_empty(const std::optional<Decimal>& value) {
  return value ? value->text() : std::string();
}

std::string tally_row(const std::string& head, std::string_view measure,
                      const std::string& currency, const Tally& tally) {
  const std::optional<Decimal> lower = share_of(tally.eligible, tally.all);
  const std::optional<Decimal> upper = share_of(tally.eligible + tally.unidentified, tally.all);
  return row_of({head, std::string(measure), cell(currency), tally.eligible.text(),
                 tally.unidentified.text(), tally.all.text(), text_or_empty(lower),
                 text_or_empty(lower), text_or_empty(upper)});
}

std::string measure_rows(const ShareReport& report, const std::string& dimension,
                         const std::string& key, const ShareGroup& group) {
  const Measures& measures = group.measures;
  const std::string head = dimension + "," + text_cell(key) + "," + text_cell(group.label);
  std::string out = tally_row(head, "lines", "", measures.lines);
  out += tally_row(head, "lines_in_label_categories", "", measures.category_lines);
  for (const auto& [currency, tally] : measures.spend) {
    out += tally_row(head, "spend", currency, tally);
  }
  for (const auto& [currency, tally] : measures.category_spend) {
    out += tally_row(head, "spend_in_label_categories", currency, tally);
  }
  const std::optional<RateTable>& rates = report.parameters().rates;
  if (const auto sum = converted(measures.spend, rates); sum && !measures.spend.empty()) {
    out += tally_row(head, "spend_converted", rates->target, *sum);
  }
  return out;
}

std::string joined(const auto& names) {
  std::string out;
  for (const auto& name : names) {
    if (!out.empty()) out.push_back(' ');
    out.append(name);
  }
  return out;
}

}  // namespace

std::string share_csv(const ShareReport& report) {
  std::string out =
      "dimension,key,label,measure,currency,eligible,unidentified,all,share,lower,upper\n";
  out += measure_rows(report, "total", "", {"all lines", report.total()});
  const std::pair<std::string, ShareReport::Groups> dimensions[] = {
      {"buyer", report.by_buyer()},
      {"category", report.by_category()},
      {"month", report.by_month()}};
  for (const auto& [dimension, groups] : dimensions) {
    for (const auto& [key, group] : groups) out += measure_rows(report, dimension, key, group);
  }
  return out;
}

std::string line_header() {
  return "subject,entry,date,buyer,gtin,brand,model,category_list,category,quantity,unit,price,"
         "currency,returned,outcome,reason,match,green,not_counted,flags,candidates,"
         "candidates_total\n";
}

std::string line_row(const ReportLine& line) {
  const proto::Purchase& purchase = line.purchase;
  std::string price;
  std::string currency;
  for (const proto::Amount& amount : purchase.amounts()) {
    if (amount.kind() != proto::PRICE) continue;
    price = amount.value();
    currency = amount.currency();
  }
  Decimal returned;
  for (const proto::PurchaseReturn& each : line.returns) {
    returned += Decimal::parse(each.quantity()).value_or(Decimal());
  }
  std::vector<std::string_view> flags;
  for (JoinFlag flag : line.join.flags) flags.push_back(flag_name(flag));
  const Join& join = line.join;
  return row_of({text_cell(line.subject),
                 std::to_string(line.content_index),
                 text_cell(purchase.date()),
                 text_cell(buyer_key(purchase.buyer())),
                 text_cell(purchase.product().gtin()),
                 text_cell(purchase.product().brand()),
                 text_cell(purchase.product().model()),
                 text_cell(purchase.category().list()),
                 text_cell(purchase.category().code()),
                 cell(purchase.quantity()),
                 cell(purchase.unit()),
                 cell(price),
                 cell(currency),
                 returned.is_zero() ? std::string() : returned.text(),
                 std::string(line_outcome_name(join.outcome)),
                 std::string(reason_name(join.reason)),
                 std::string(match_name(join.match)),
                 join.is_green() ? "yes" : "no",
                 join.uncounted == Uncounted::none ? std::string()
                                                   : std::string(uncounted_name(join.uncounted)),
                 joined(flags),
                 text_cell(joined(join.named)),
                 std::to_string(join.named_total)});
}

}  // namespace ledger

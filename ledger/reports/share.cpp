#include "ledger/reports/share.h"

#include <algorithm>

#include "crypto/check.h"
#include "ledger/chain/index.h"
#include "ledger/records/date.h"

namespace ledger {
namespace {

constexpr std::int64_t kFactorEnd = 1'000'000'000'000'000;  // where multiply() takes no more
constexpr std::size_t kMonthBytes = 7;                      // "2018-01"

bool is_factor(Decimal value) { return value.absolute() < Decimal::from_integer(kFactorEnd); }

Decimal parse_or_zero(const std::string& text) { return Decimal::parse(text).value_or(Decimal()); }

const proto::Amount* price_in(const google::protobuf::RepeatedPtrField<proto::Amount>& amounts) {
  for (const proto::Amount& amount : amounts) {
    if (amount.kind() == proto::PRICE) return &amount;
  }
  return nullptr;
}

// What is left of a price after returns.
struct Kept {
  Decimal amount;
  bool estimated = false;
};

Kept kept_price(const ReportLine& line, const proto::Amount& price) {
  Kept kept{parse_or_zero(price.value())};
  const Decimal whole = kept.amount;
  const Decimal bought = parse_or_zero(line.purchase.quantity());
  for (const proto::PurchaseReturn& returned : line.returns) {
    const proto::Amount* paid_back = price_in(returned.amounts());
    if (paid_back != nullptr && paid_back->currency() == price.currency()) {
      kept.amount -= parse_or_zero(paid_back->value());
      continue;
    }
    kept.estimated = true;
    const Decimal part = std::min(parse_or_zero(returned.quantity()), bought);
    const std::optional<Decimal> estimate = divide(multiply(whole, part), bought, 6);
    if (estimate) kept.amount -= *estimate;
  }
  return kept;
}

bool is_wholly_returned(const ReportLine& line) {
  if (line.returns.empty()) return false;
  Decimal sum;
  for (const proto::PurchaseReturn& returned : line.returns) {
    sum += parse_or_zero(returned.quantity());
  }
  return sum >= parse_or_zero(line.purchase.quantity());
}

bool is_label_category(const ShareParameters& parameters, const proto::Category& category) {
  if (category.code().empty()) return false;
  return std::any_of(parameters.label_categories.begin(), parameters.label_categories.end(),
                     [&](const proto::Category& covered) {
                       return covered.list() == category.list() &&
                              category.code().starts_with(covered.code());
                     });
}

Tally tally_of(const Join& join, Decimal size) {
  Tally tally;
  tally.all = size;
  if (join.is_green()) tally.eligible = size;
  if (join.is_undecided()) tally.unidentified = size;
  return tally;
}

std::string buyer_label(const proto::Party& buyer, const std::string& key) {
  return buyer.name().empty() || buyer.name() == key ? key : buyer.name() + " (" + key + ")";
}

std::string category_key(const proto::Category& category) {
  return category.list() + ": " + category.code();
}

std::string month_key(const std::string& date) { return date.substr(0, kMonthBytes); }

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
  all += other.all;
  eligible += other.eligible;
  unidentified += other.unidentified;
  return *this;
}

Measures& Measures::operator+=(const Measures& other) {
  lines += other.lines;
  category_lines += other.category_lines;
  for (const auto& [currency, tally] : other.spend) spend[currency] += tally;
  for (const auto& [currency, tally] : other.category_spend) category_spend[currency] += tally;
  for (std::size_t i = 0; i < kLineOutcomeCount; ++i) outcomes[i] += other.outcomes[i];
  return *this;
}

void ShareReport::add(const ReportLine& line) {
  lines_.append(leaf_hash(line_row(line)));
  const Measures measures = measures_of(line);
  add_coverage(line, !measures.spend.empty());
  ++reasons_[line.join.reason];
  for (JoinFlag flag : line.join.flags) ++join_flags_[flag];

  total_ += measures;
  const proto::Purchase& purchase = line.purchase;
  const std::string buyer = buyer_key(purchase.buyer());
  add_to_group(by_buyer_, buyer, buyer_label(purchase.buyer(), buyer), measures);
  const std::string category = category_key(purchase.category());
  const std::string not_stated(kNotStated);
  const bool has_category = !purchase.category().code().empty();
  add_to_group(by_category_, has_category ? category : not_stated,
               has_category ? category : not_stated, measures);
  const std::string month = month_key(purchase.date());
  add_to_group(by_month_, month.empty() ? not_stated : month, month.empty() ? not_stated : month,
               measures);
}

Measures ShareReport::measures_of(const ReportLine& line) {
  Measures measures;
  const bool in_label_category = is_label_category(parameters_, line.purchase.category());
  const bool is_credit = parse_or_zero(line.purchase.quantity()).is_negative();
  const bool is_returned = is_wholly_returned(line);
  if (is_credit) ++flags_[ShareFlag::credit];
  if (is_returned) ++flags_[ShareFlag::wholly_returned];
  if (!is_credit && !is_returned) {
    measures.lines = tally_of(line.join, Decimal::from_integer(1));
    if (in_label_category) measures.category_lines = measures.lines;
    ++measures.outcomes[static_cast<std::size_t>(line.join.outcome)];
    if (line.join.outcome == LineOutcome::certified) {
      if (line.join.uncounted == Uncounted::scheme_not_recognised) {
        ++flags_[ShareFlag::scheme_not_recognised];
      } else if (line.join.uncounted == Uncounted::iso_type_not_in_policy) {
        ++flags_[ShareFlag::iso_type_not_in_policy];
      }
    }
  }

  const proto::Amount* price = price_in(line.purchase.amounts());
  if (price == nullptr) {
    ++flags_[ShareFlag::spend_not_stated];
    if (line.purchase.amounts_size() > 0) ++flags_[ShareFlag::rebate_only];
    return measures;
  }
  const Kept kept = kept_price(line, *price);
  if (kept.estimated) ++flags_[ShareFlag::return_estimated];
  const Tally tally = tally_of(line.join, kept.amount);
  measures.spend[price->currency()] = tally;
  if (in_label_category) measures.category_spend[price->currency()] = tally;
  return measures;
}

void ShareReport::add_coverage(const ReportLine& line, bool has_spend) {
  const proto::Purchase& purchase = line.purchase;
  const std::optional<Date> date = Date::parse(purchase.date());
  const bool has_category = !purchase.category().code().empty();
  const bool has_identifier = purchase.buyer().identifiers_size() > 0;
  ++coverage_.lines;
  coverage_.with_gtin += purchase.product().gtin().empty() ? 0 : 1;
  coverage_.with_model += purchase.product().model().empty() ? 0 : 1;
  coverage_.with_category += has_category ? 1 : 0;
  coverage_.with_day += date && date->precision() == Precision::day ? 1 : 0;
  coverage_.with_spend += has_spend ? 1 : 0;
  coverage_.with_checked_buyer += has_identifier ? 1 : 0;
  if (!has_category) ++flags_[ShareFlag::category_not_stated];
  if (!has_identifier) ++flags_[ShareFlag::buyer_by_name];
}

void ShareReport::add_to_group(Groups& groups, const std::string& key, const std::string& label,
                               const Measures& measures) {
  auto found = groups.find(key);
  if (found == groups.end()) {
    const bool full = groups.size() >= kGroupsMax;
    if (full) ++flags_[ShareFlag::groups_pooled];
    found = groups.try_emplace(full ? std::string(kFurtherGroups) : key).first;
    if (found->second.label.empty()) {
      found->second.label = full ? std::string(kFurtherGroups) : label;
    }
  }
  found->second.measures += measures;
}

ShareReport::Groups ShareReport::pooled(const Groups& groups) const {
  if (parameters_.pool_below == 0) return groups;
  const Decimal least = Decimal::from_integer(static_cast<std::int64_t>(parameters_.pool_below));
  Groups result;
  for (const auto& [key, group] : groups) {
    const bool small = group.measures.lines.all < least;
    ShareGroup& target = result[small ? std::string(kSmallGroups) : key];
    target.label = small ? std::string(kSmallGroups) : group.label;
    target.measures += group.measures;
  }
  return result;
}

std::optional<Decimal> share_of(Decimal part, Decimal all) {
  if (all <= Decimal()) return std::nullopt;
  return divide(part, all, 6);
}

std::optional<std::string> percent_of(Decimal part, Decimal all) {
  if (all <= Decimal()) return std::nullopt;
  const std::optional<Decimal> share = divide(part, all, 3);
  if (!share || !is_factor(*share)) return std::nullopt;
  return multiply(*share, Decimal::from_integer(100)).text(1);
}

std::optional<Tally> converted(const std::map<std::string, Tally>& spend,
                               const std::optional<RateTable>& rates) {
  if (!rates) return std::nullopt;
  Tally sum;
  for (const auto& [currency, tally] : spend) {
    const auto rate = rates->rates.find(currency);
    const bool is_target = currency == rates->target;
    if (!is_target && rate == rates->rates.end()) return std::nullopt;
    const Decimal factor = is_target ? Decimal::from_integer(1) : rate->second;
    for (Decimal part : {tally.all, tally.eligible, tally.unidentified, factor}) {
      if (!is_factor(part)) return std::nullopt;
    }
    sum.all += multiply(tally.all, factor);
    sum.eligible += multiply(tally.eligible, factor);
    sum.unidentified += multiply(tally.unidentified, factor);
  }
  return sum;
}

std::string_view flag_name(ShareFlag flag) {
  switch (flag) {
    case ShareFlag::spend_not_stated:
      return "spend_not_stated";
    case ShareFlag::rebate_only:
      return "rebate_only";
    case ShareFlag::wholly_returned:
      return "wholly_returned";
    case ShareFlag::return_estimated:
      return "return_estimated";
    case ShareFlag::credit:
      return "credit";
    case ShareFlag::category_not_stated:
      return "category_not_stated";
    case ShareFlag::buyer_by_name:
      return "buyer_by_name";
    case ShareFlag::scheme_not_recognised:
      return "scheme_not_recognised";
    case ShareFlag::iso_type_not_in_policy:
      return "iso_type_not_in_policy";
    case ShareFlag::groups_pooled:
      return "groups_pooled";
  }
  CHECK(false);
  return "";
}

std::string_view flag_sentence(ShareFlag flag) {
  switch (flag) {
    case ShareFlag::spend_not_stated:
      return "Spend not stated: the line names no price.";
    case ShareFlag::rebate_only:
      return "The only amount is a rebate, which is money paid to the buyer and never spend.";
    case ShareFlag::wholly_returned:
      return "All of the line came back; it counts in no share of lines.";
    case ShareFlag::return_estimated:
      return "A return states no price; the part of its quantity was taken.";
    case ShareFlag::credit:
      return "A credit note: it reduces spend and is no line.";
    case ShareFlag::category_not_stated:
      return "No category stated: the line is in no share of label categories.";
    case ShareFlag::buyer_by_name:
      return "The buyer is known by name alone, without a checked identifier.";
    case ShareFlag::scheme_not_recognised:
      return "Certified by a scheme that is listed and not recognised: not counted.";
    case ShareFlag::iso_type_not_in_policy:
      return "Certified by a scheme of a type outside the policy: not counted.";
    case ShareFlag::groups_pooled:
      return "More groups than a report lists: these lines are in one further group.";
  }
  CHECK(false);
  return "";
}

}  // namespace ledger

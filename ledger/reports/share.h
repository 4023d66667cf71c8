// The green procurement share: which part of what was bought is certified, out of all spend, of the
// spend in categories for which labels exist, and of the lines. Every share has bounds, because
// unknown is not the same as not green:
//   lower = eligible / all          upper = (eligible + unidentified) / all
// Unidentified are lines whose outcome is ambiguous or that name no product.
//
// A report is a function of its lines and parameters, the same bytes on every machine. Only prices
// are spend; a rebate never is. Currencies stay apart unless a rate table is given. Returns reduce
// what was bought. Sums are exact; rounding is half to even, once, when a share is written.
//
// The report takes lines one by one and keeps sums, so its memory is bounded by its groups.
// Thread rule: belongs to one thread. ledger_lines.h reads the lines; share_*.cpp write it out.
#pragma once

#include <array>
#include <map>
#include <optional>

#include "ledger/history/tree.h"
#include "ledger/records/decimal.h"
#include "ledger/reports/join.h"

namespace ledger {

// One purchase as it stands at the height of the report.
struct ReportLine {
  std::string subject;
  std::uint64_t content_index = 0;  // entry that says what the purchase is
  proto::Purchase purchase;
  std::vector<proto::PurchaseReturn> returns;  // in order of recording
  Join join;
};

// One unit of `currency` is `rate` units of the target.
struct RateTable {
  std::string target;  // ISO 4217
  std::string source;  // who stated it, for the reader
  std::string date;
  std::map<std::string, Decimal> rates;  // by currency; the target itself is 1
};

struct ShareParameters {
  std::string network;  // name, for the reader
  std::uint64_t as_of_height = 0;
  std::string as_of_block;  // hash of that block, hex
  std::string software;     // version of the program
  std::string from;         // day of purchase, included; empty: no bound
  std::string to;
  std::string buyer;  // one buyer's key; empty: all
  JoinPolicy policy;
  // Categories in which certified products exist: those that recognised schemes cover. The code is
  // a prefix; empty: the whole list.
  std::vector<proto::Category> label_categories;
  std::optional<RateTable> rates;
  std::size_t pool_below = 0;  // groups of fewer lines are shown as one
};

// Sums of which a share is made: numbers of lines, or amounts of one currency.
struct Tally {
  Decimal all;
  Decimal eligible;
  Decimal unidentified;

  Tally& operator+=(const Tally& other);
};

struct Measures {
  Tally lines;
  Tally category_lines;                // in label categories only
  std::map<std::string, Tally> spend;  // by currency
  std::map<std::string, Tally> category_spend;
  std::array<std::uint64_t, kLineOutcomeCount> outcomes{};

  Measures& operator+=(const Measures& other);
};

struct ShareGroup {
  std::string label;  // what people read; the key is in the map
  Measures measures;
};

// How much of what was recorded can be judged at all, in lines.
struct Coverage {
  std::uint64_t lines = 0;
  std::uint64_t with_gtin = 0;
  std::uint64_t with_model = 0;
  std::uint64_t with_category = 0;
  std::uint64_t with_day = 0;
  std::uint64_t with_spend = 0;
  std::uint64_t with_checked_buyer = 0;  // an identifier, not a name alone
};

// Counted apart and named in every form of the report.
enum class ShareFlag {
  spend_not_stated,  // no price; a rebate is not spend
  rebate_only,       // of these: lines that state what was paid back
  wholly_returned,   // counts in no share
  return_estimated,  // the return states no price: its part of the quantity is taken
  credit,            // a credit note: reduces spend, is no line
  category_not_stated,
  buyer_by_name,
  scheme_not_recognised,  // certified and not counted
  iso_type_not_in_policy,
  groups_pooled,  // beyond the limit of groups
};
std::string_view flag_name(ShareFlag flag);
std::string_view flag_sentence(ShareFlag flag);

class ShareReport {
 public:
  using Groups = std::map<std::string, ShareGroup>;

  // Groups of one kind; lines beyond go into one more, "further groups".
  static constexpr std::size_t kGroupsMax = 10'000;
  static constexpr std::string_view kFurtherGroups = "(further groups)";
  static constexpr std::string_view kSmallGroups = "(small groups)";
  static constexpr std::string_view kNotStated = "(not stated)";

  explicit ShareReport(ShareParameters parameters) : parameters_(std::move(parameters)) {}

  // Lines come in one fixed order, since the digest covers it.
  void add(const ReportLine& line);

  const ShareParameters& parameters() const { return parameters_; }
  const Measures& total() const { return total_; }
  // Small groups pooled as the parameters ask.
  Groups by_buyer() const { return pooled(by_buyer_); }
  Groups by_category() const { return pooled(by_category_); }
  Groups by_month() const { return pooled(by_month_); }
  const Coverage& coverage() const { return coverage_; }
  const std::map<ShareFlag, std::uint64_t>& flags() const { return flags_; }
  const std::map<JoinFlag, std::uint64_t>& join_flags() const { return join_flags_; }
  const std::map<JoinReason, std::uint64_t>& reasons() const { return reasons_; }
  // RFC 6962 root over the lines as line_row() writes them.
  TreeHead digest() const { return lines_.head(); }

 private:
  Measures measures_of(const ReportLine& line);
  void add_to_group(Groups& groups, const std::string& key, const std::string& label,
                    const Measures& measures);
  void add_coverage(const ReportLine& line, bool has_spend);
  Groups pooled(const Groups& groups) const;

  ShareParameters parameters_;
  Measures total_;
  Groups by_buyer_;
  Groups by_category_;
  Groups by_month_;
  Coverage coverage_;
  std::map<ShareFlag, std::uint64_t> flags_;
  std::map<JoinFlag, std::uint64_t> join_flags_;
  std::map<JoinReason, std::uint64_t> reasons_;
  Frontier lines_;
};

// part / all with six digits after the point, half to even; nullopt: all is not above zero.
std::optional<Decimal> share_of(Decimal part, Decimal all);
// The same in percent with one digit: "37.5".
std::optional<std::string> percent_of(Decimal part, Decimal all);

// All spend in the target of the rate table; nullopt: no table, a currency without a rate, or sums
// beyond 15 digits.
std::optional<Tally> converted(const std::map<std::string, Tally>& spend,
                               const std::optional<RateTable>& rates);

// "schema": "greenledger.report-share/1"; numbers are decimal strings.
std::string share_json(const ShareReport& report);

// One row for each group and measure. Text that a spreadsheet would run as a formula begins with an
// apostrophe.
std::string share_csv(const ShareReport& report);

// One page with its charts as SVG, each beside its table: no script and nothing from elsewhere.
std::string share_html(const ShareReport& report);

// The lines behind the figures, as CSV: outcome and reason of each.
std::string line_header();
std::string line_row(const ReportLine& line);

}  // namespace ledger

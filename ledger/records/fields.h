// Checks of form that several record kinds share: texts, dates, decimals, code lists, parties,
// products. Each adds what is wrong to the faults, with the path of the field, and goes on: a
// person who mends a record wants to see everything at once.
//
// A Field is a link of a chain on the stack; the path is written out only when there is a fault, so
// that a record without faults costs no memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/reject.h"
#include "ledger/records/date.h"
#include "ledger/records/decimal.h"
#include "ledger/records/subject.h"
#include "ledger/records/text.h"
#include "proto/records.pb.h"

namespace ledger {

// How many entries a list in a record may have. A record is at most 16 KiB anyway; these keep the
// work of one record, and what the state holds of it, small.
inline constexpr int kIdentifiersMax = 8;
inline constexpr int kAttributesMax = 16;
inline constexpr int kProductsMax = 64;
inline constexpr int kAmountsMax = 8;
inline constexpr int kMeasuresMax = 32;
inline constexpr int kEvidenceMax = 16;

struct Field {
  const Field* parent = nullptr;
  std::string_view name;
  int position = -1;  // in a list; -1: no list

  explicit Field(std::string_view name_, int position_ = -1) : name(name_), position(position_) {}
  Field(const Field& parent_, std::string_view name_, int position_ = -1)
      : parent(&parent_), name(name_), position(position_) {}
  Field(const Field&& parent_, std::string_view, int = -1) = delete;  // it would not outlive this

  std::string path() const;  // "purchase.amounts[1].value"
};

class Faults {
 public:
  void add(const crypto::RejectCode& code, const Field& field, std::string message);
  void add(const crypto::RejectCode& code, const Field& field, std::string message,
           std::string hint);
  void add(crypto::Reject fault) { faults_.push_back(std::move(fault)); }
  bool empty() const { return faults_.empty(); }
  std::vector<crypto::Reject> take() && { return std::move(faults_); }

 private:
  std::vector<crypto::Reject> faults_;
};

enum class Need { optional, required };

// The value in quotes, cut where it is long or not text.
std::string quoted(std::string_view value);

void check_text(Faults& faults, const Field& field, std::string_view value, std::size_t bytes_max,
                Need need = Need::optional);
// nullopt: at fault. An absent date is a value: not stated.
std::optional<Date> check_date(Faults& faults, const Field& field, std::string_view value);
// Both, and that the period does not end before it starts.
void check_period(Faults& faults, const Field& from_field, std::string_view from,
                  const Field& to_field, std::string_view to);
// nullopt: at fault, or absent and optional.
std::optional<Decimal> check_decimal(Faults& faults, const Field& field, std::string_view value,
                                     Need need);
void check_unit(Faults& faults, const Field& field, std::string_view value, Need need);
void check_country(Faults& faults, const Field& field, std::string_view value);
void check_hash(Faults& faults, const Field& field, std::string_view value, Need need);
// The subject of another record, of this kind.
void check_reference(Faults& faults, const Field& field, std::string_view value, SubjectKind kind,
                     Need need);
// At most `most` entries; false: there are more, and the list need not be looked at.
bool check_count(Faults& faults, const Field& field, int count, int most);

using Identifiers = google::protobuf::RepeatedPtrField<proto::Identifier>;
using Products = google::protobuf::RepeatedPtrField<proto::Product>;
using Amounts = google::protobuf::RepeatedPtrField<proto::Amount>;
using EvidenceList = google::protobuf::RepeatedPtrField<proto::Evidence>;
using Measures = google::protobuf::RepeatedPtrField<proto::Measure>;

void check_identifier(Faults& faults, const Field& field, const proto::Identifier& identifier);
void check_identifiers(Faults& faults, const Field& field, const Identifiers& identifiers);
// Identifiers, or at least a name.
void check_party(Faults& faults, const Field& field, const proto::Party& party);
// `seller_code`: whether the seller's own code is enough to name the product.
enum class SellerCode { enough, not_enough };
void check_product(Faults& faults, const Field& field, const proto::Product& product,
                   SellerCode seller_code);
void check_products(Faults& faults, const Field& field, const Products& products);
void check_category(Faults& faults, const Field& field, const proto::Category& category);
// Kinds, values and currencies; negative values only if `negative_allowed`. Returns the price.
std::optional<Decimal> check_amounts(Faults& faults, const Field& field, const Amounts& amounts,
                                     bool negative_allowed);
void check_evidence(Faults& faults, const Field& field, const EvidenceList& evidence);
void check_measures(Faults& faults, const Field& field, const Measures& measures);

// Whether one identifier is of a scheme with a check (not OTHER). What rests on a name or an
// unchecked number alone is flagged wherever it is shown.
bool has_checked_identifier(const Identifiers& identifiers);

}  // namespace ledger

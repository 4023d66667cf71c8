#include "ledger/records/fields.h"

#include "ledger/records/codes.h"
#include "ledger/records/identifiers.h"
#include "ledger/records/lists/lists.h"

namespace ledger {
namespace {

constexpr std::size_t kQuotedBytesMax = 80;
constexpr std::size_t kGtinDigits = 14;
constexpr std::size_t kHashBytes = 32;

bool all_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

// CPV: 8 digits and, where stated, its check digit. UNSPSC: 8 digits. Other lists have no form.
bool has_category_form(std::string_view list, std::string_view code) {
  if (list == "UNSPSC") return code.size() == 8 && all_digits(code);
  if (list != "CPV") return true;
  if (code.size() == 10)
    return code[8] == '-' && all_digits(code.substr(0, 8)) && all_digits(code.substr(9));
  return code.size() == 8 && all_digits(code);
}

struct CheckedScheme {
  const crypto::RejectCode& code;
  IdentifierFault (*check)(std::string_view);
  std::string_view what;
};

void check_scheme_value(Faults& faults, const Field& field, std::string_view value,
                        const CheckedScheme& scheme) {
  switch (scheme.check(value)) {
    case IdentifierFault::none:
      return;
    case IdentifierFault::form:
      faults.add(scheme.code, field, quoted(value) + " is not " + std::string(scheme.what) + ".");
      return;
    case IdentifierFault::check_digit:
      faults.add(scheme.code, field, "The check digit of " + quoted(value) + " is wrong.");
      return;
  }
}

void check_gtin_field(Faults& faults, const Field& field, const std::string& value) {
  if (value.empty()) return;
  const IdentifierFault fault = check_gtin(value);
  if (fault == IdentifierFault::check_digit) {
    faults.add(kGtinCheck, field, "The check digit of the GTIN " + quoted(value) + " is wrong.");
  } else if (fault == IdentifierFault::form) {
    faults.add(kGtinCheck, field, quoted(value) + " is not a GTIN of 8, 12, 13 or 14 digits.");
  } else if (value.size() != kGtinDigits) {
    faults.add(kGtinCheck, field, "The GTIN " + quoted(value) + " is not written with 14 digits.",
               "Write it as " + *gtin_14(value) + ".");
  }
}

void check_amount_value(Faults& faults, const Field& field, const proto::Amount& amount,
                        bool negative_allowed) {
  const Field value_field(field, "value");
  const std::optional<Decimal> value =
      check_decimal(faults, value_field, amount.value(), Need::required);
  const std::optional<int> digits = minor_units(amount.currency());
  if (!digits) {
    faults.add(kCurrencyInvalid, {field, "currency"},
               quoted(amount.currency()) + " is not a currency of ISO 4217.");
  }
  if (!value) return;
  if (digits && value->fraction_digits() > *digits) {
    faults.add(kAmountInvalid, value_field,
               amount.value() + " has more digits after the point than the " +
                   std::to_string(*digits) + " of " + amount.currency() + ".");
  }
  if (value->is_negative() && !negative_allowed) {
    faults.add(kAmountInvalid, value_field, amount.value() + " is negative.",
               "State a negative amount in a credit note only.");
  }
}

}  // namespace

std::string Field::path() const {
  std::string text = parent == nullptr ? std::string() : parent->path() + ".";
  text.append(name);
  if (position >= 0) text.append("[").append(std::to_string(position)).append("]");
  return text;
}

void Faults::add(const crypto::RejectCode& code, const Field& field, std::string message) {
  faults_.emplace_back(code, field.path(), std::move(message));
}

void Faults::add(const crypto::RejectCode& code, const Field& field, std::string message,
                 std::string hint) {
  faults_.emplace_back(code, field.path(), std::move(message), std::move(hint));
}

std::string quoted(std::string_view value) {
  if (check_text(value) != TextFault::none) return "the value";
  std::string text = "\"";
  if (value.size() <= kQuotedBytesMax) return text.append(value).append("\"");
  std::size_t end = kQuotedBytesMax;
  while ((static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) --end;
  return text.append(value.substr(0, end)).append("…\"");
}

void check_text(Faults& faults, const Field& field, std::string_view value, std::size_t bytes_max,
                Need need) {
  if (value.empty()) {
    if (need == Need::required) {
      faults.add(kFieldMissing, field, "The field " + field.path() + " is not stated.");
    }
    return;
  }
  if (value.size() > bytes_max) {
    faults.add(kTextInvalid, field,
               "The text has " + std::to_string(value.size()) + " bytes, at most " +
                   std::to_string(bytes_max) + " are allowed.");
    return;
  }
  switch (check_text(value)) {
    case TextFault::none:
      return;
    case TextFault::not_utf8:
      faults.add(kTextInvalid, field, "The text is not UTF-8.");
      return;
    case TextFault::control_character:
      faults.add(kTextInvalid, field, "The text holds a control character or a line break.");
      return;
    case TextFault::not_nfc:
      faults.add(kTextInvalid, field, "The text is not in Unicode form NFC.");
      return;
  }
}

std::optional<Date> check_date(Faults& faults, const Field& field, std::string_view value) {
  const std::optional<Date> date = Date::parse(value);
  if (!date) faults.add(kDateInvalid, field, quoted(value) + " is not a date of the calendar.");
  return date;
}

void check_period(Faults& faults, const Field& from_field, std::string_view from,
                  const Field& to_field, std::string_view to) {
  const std::optional<Date> start = check_date(faults, from_field, from);
  const std::optional<Date> end = check_date(faults, to_field, to);
  if (!start || !end || !start->is_stated() || !end->is_stated()) return;
  if (start->first() > end->last()) {
    faults.add(
        kDateInvalid, to_field,
        "The period ends (" + std::string(to) + ") before it starts (" + std::string(from) + ").",
        "Compare both dates with the source.");
  }
}

std::optional<Decimal> check_decimal(Faults& faults, const Field& field, std::string_view value,
                                     Need need) {
  if (value.empty()) {
    if (need == Need::required) {
      faults.add(kFieldMissing, field, "The number " + field.path() + " is not stated.");
    }
    return std::nullopt;
  }
  const std::optional<Decimal> number = Decimal::parse(value);
  if (number) return number;
  const std::optional<std::string> mended = canonical_decimal(value);
  if (mended) {
    faults.add(kDecimalInvalid, field, quoted(value) + " is not the one form of this number.",
               "Write it as " + *mended + ".");
  } else {
    faults.add(kDecimalInvalid, field, quoted(value) + " is not a number of the ledger.");
  }
  return std::nullopt;
}

void check_unit(Faults& faults, const Field& field, std::string_view value, Need need) {
  if (value.empty()) {
    if (need == Need::required) {
      faults.add(kFieldMissing, field, "The unit " + field.path() + " is not stated.",
                 "State a unit of UN/ECE Recommendation 20, such as C62 for one piece.");
    }
    return;
  }
  switch (unit_status(value)) {
    case UnitStatus::in_use:
    case UnitStatus::deprecated:
      return;
    case UnitStatus::deleted:
      faults.add(kUnitInvalid, field,
                 "The code " + quoted(value) + " was deleted from UN/ECE Recommendation 20.",
                 unit_suggestion(value));
      return;
    case UnitStatus::unknown:
      faults.add(kUnitInvalid, field, quoted(value) + " is not a code of UN/ECE Recommendation 20.",
                 unit_suggestion(value));
      return;
  }
}

void check_country(Faults& faults, const Field& field, std::string_view value) {
  if (value.empty() || is_country(value)) return;
  faults.add(kCountryInvalid, field, quoted(value) + " is not a country code of ISO 3166-1.");
}

void check_hash(Faults& faults, const Field& field, std::string_view value, Need need) {
  if (value.empty() && need == Need::optional) return;
  if (value.size() == kHashBytes) return;
  faults.add(kHashInvalid, field,
             "The hash has " + std::to_string(value.size()) + " bytes, SHA-256 has 32.");
}

void check_reference(Faults& faults, const Field& field, std::string_view value, SubjectKind kind,
                     Need need) {
  if (value.empty()) {
    if (need == Need::required) {
      faults.add(kFieldMissing, field, "The subject " + field.path() + " is not stated.");
    }
    return;
  }
  const crypto::Checked<SubjectPath> path = parse_subject(value);
  if (!path) {
    faults.add(kSubjectInvalid, field, path.error().message);
  } else if (path->kind != kind) {
    faults.add(kReferenceInvalid, field,
               "The subject " + quoted(value) + " is of another kind than this field names.");
  }
}

bool check_count(Faults& faults, const Field& field, int count, int most) {
  if (count <= most) return true;
  faults.add(kTooMany, field,
             "The list " + field.path() + " has " + std::to_string(count) + " entries, at most " +
                 std::to_string(most) + " are allowed.");
  return false;
}

void check_identifier(Faults& faults, const Field& field, const proto::Identifier& identifier) {
  const Field value(field, "value");
  switch (identifier.scheme()) {
    case proto::LEI:
      return check_scheme_value(
          faults, value, identifier.value(),
          {kLeiCheck, check_lei, "an LEI of 18 capitals and digits and 2 check digits"});
    case proto::USCC:
      return check_scheme_value(
          faults, value, identifier.value(),
          {kUsccCheck, check_uscc, "a unified social credit code of 18 characters"});
    case proto::GLN:
      return check_scheme_value(faults, value, identifier.value(),
                                {kGlnCheck, check_gln, "a GLN of 13 digits"});
    case proto::DUNS:
      return check_scheme_value(faults, value, identifier.value(),
                                {kIdentifierInvalid, check_duns, "a DUNS number of 9 digits"});
    case proto::OTHER:
      return check_text(faults, value, identifier.value(), kCodeBytesMax, Need::required);
    default:
      return faults.add(kIdentifierInvalid, {field, "scheme"},
                        "The identifier " + quoted(identifier.value()) + " has no known scheme.");
  }
}

void check_identifiers(Faults& faults, const Field& field, const Identifiers& identifiers) {
  if (!check_count(faults, field, identifiers.size(), kIdentifiersMax)) return;
  for (int i = 0; i < identifiers.size(); ++i) {
    check_identifier(faults, {*field.parent, field.name, i}, identifiers[i]);
  }
}

void check_party(Faults& faults, const Field& field, const proto::Party& party) {
  check_identifiers(faults, {field, "identifiers"}, party.identifiers());
  if (party.identifiers().empty() && party.name().empty()) {
    faults.add(kFieldMissing, {field, "name"}, "The party has neither an identifier nor a name.",
               "State an identifier (LEI, USCC, GLN, DUNS or another) or at least a name.");
  }
  check_text(faults, {field, "name"}, party.name(), kNameBytesMax);
  check_country(faults, {field, "country"}, party.country());
  check_text(faults, {field, "region"}, party.region(), kNameBytesMax);
}

void check_product(Faults& faults, const Field& field, const proto::Product& product,
                   SellerCode seller_code) {
  const bool named = !product.gtin().empty() || !product.description().empty() ||
                     (!product.brand().empty() && !product.model().empty()) ||
                     (seller_code == SellerCode::enough && !product.seller_code().empty());
  if (!named) {
    faults.add(kFieldMissing, field, "The product is not named.",
               seller_code == SellerCode::enough
                   ? "State a GTIN, or brand and model, or the seller's code, or a description."
                   : "State a GTIN, or brand and model, or a description.");
  }
  check_gtin_field(faults, {field, "gtin"}, product.gtin());
  check_text(faults, {field, "brand"}, product.brand(), kNameBytesMax);
  check_text(faults, {field, "model"}, product.model(), kNameBytesMax);
  check_text(faults, {field, "seller_code"}, product.seller_code(), kCodeBytesMax);
  check_text(faults, {field, "description"}, product.description(), kNameBytesMax);
  const Field list(field, "attributes");
  if (!check_count(faults, list, product.attributes_size(), kAttributesMax)) return;
  for (int i = 0; i < product.attributes_size(); ++i) {
    const proto::Attribute& attribute = product.attributes(i);
    const Field entry(field, "attributes", i);
    check_text(faults, {entry, "name"}, attribute.name(), kCodeBytesMax, Need::required);
    check_text(faults, {entry, "value"}, attribute.value(), kNameBytesMax, Need::required);
    if (i > 0 && product.attributes(i - 1).name() >= attribute.name()) {
      faults.add(kOrderInvalid, entry, "The attributes are not in ascending order of their names.");
    }
  }
}

void check_products(Faults& faults, const Field& field, const Products& products) {
  if (products.empty()) {
    faults.add(kFieldMissing, field, "No product is named.",
               "Name at least one product by GTIN, by brand and model, or by a description.");
  }
  if (!check_count(faults, field, products.size(), kProductsMax)) return;
  for (int i = 0; i < products.size(); ++i) {
    check_product(faults, {*field.parent, field.name, i}, products[i], SellerCode::not_enough);
  }
}

void check_category(Faults& faults, const Field& field, const proto::Category& category) {
  check_text(faults, {field, "list"}, category.list(), kCodeBytesMax, Need::required);
  check_text(faults, {field, "code"}, category.code(), kNameBytesMax, Need::required);
  if (!category.code().empty() && !has_category_form(category.list(), category.code())) {
    faults.add(
        kCategoryInvalid, {field, "code"},
        quoted(category.code()) + " is not a code of the list " + category.list() + ".",
        "Write a CPV code as 8 digits with or without its check digit (30192000-1), a UNSPSC "
        "code as 8 digits.");
  }
}

std::optional<Decimal> check_amounts(Faults& faults, const Field& field, const Amounts& amounts,
                                     bool negative_allowed) {
  std::optional<Decimal> price;
  if (!check_count(faults, field, amounts.size(), kAmountsMax)) return price;
  for (int i = 0; i < amounts.size(); ++i) {
    const proto::Amount& amount = amounts[i];
    const Field entry(*field.parent, field.name, i);
    if (amount.kind() != proto::PRICE && amount.kind() != proto::REBATE) {
      faults.add(kFieldMissing, {entry, "kind"}, "The amount is neither a price nor a rebate.");
    }
    check_amount_value(faults, entry, amount, negative_allowed);
    if (amount.kind() != proto::PRICE) continue;
    if (price) faults.add(kAmountInvalid, {entry, "kind"}, "There is more than one price.");
    price = Decimal::parse(amount.value());
  }
  return price;
}

void check_evidence(Faults& faults, const Field& field, const EvidenceList& evidence) {
  if (!check_count(faults, field, evidence.size(), kEvidenceMax)) return;
  for (int i = 0; i < evidence.size(); ++i) {
    const Field entry(*field.parent, field.name, i);
    check_hash(faults, {entry, "sha256"}, evidence[i].sha256(), Need::required);
    check_text(faults, {entry, "media_type"}, evidence[i].media_type(), kCodeBytesMax);
    check_text(faults, {entry, "uri"}, evidence[i].uri(), kUriBytesMax);
  }
}

void check_measures(Faults& faults, const Field& field, const Measures& measures) {
  if (!check_count(faults, field, measures.size(), kMeasuresMax)) return;
  for (int i = 0; i < measures.size(); ++i) {
    const Field entry(*field.parent, field.name, i);
    check_text(faults, {entry, "metric"}, measures[i].metric(), kCodeBytesMax, Need::required);
    check_decimal(faults, {entry, "value"}, measures[i].value(), Need::required);
    check_unit(faults, {entry, "unit"}, measures[i].unit(), Need::optional);
  }
}

bool has_checked_identifier(const Identifiers& identifiers) {
  for (const proto::Identifier& identifier : identifiers) {
    if (identifier.scheme() != proto::OTHER) return true;
  }
  return false;
}

}  // namespace ledger

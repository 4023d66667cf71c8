// scheme: a label, who may certify by it, and what it covers.
#include <algorithm>

#include "ledger/records/codes.h"
#include "ledger/records/kinds.h"
#include "ledger/records/signatures.h"

namespace ledger {
namespace {

constexpr int kCriteriaMax = 64;
constexpr int kAccreditationsMax = 128;
constexpr int kCategoriesMax = 128;
constexpr int kLevelsMax = 32;
constexpr std::uint32_t kValidityMonthsMax = 1200;

void check_criteria(Faults& faults, const Field& field, const proto::Scheme& scheme) {
  if (!check_count(faults, {field, "criteria"}, scheme.criteria_size(), kCriteriaMax)) return;
  for (int i = 0; i < scheme.criteria_size(); ++i) {
    const proto::CriteriaVersion& criteria = scheme.criteria(i);
    const Field entry(field, "criteria", i);
    check_text(faults, {entry, "version"}, criteria.version(), kCodeBytesMax, Need::required);
    check_text(faults, {entry, "title"}, criteria.title(), kNameBytesMax);
    check_date(faults, {entry, "effective_from"}, criteria.effective_from());
    check_hash(faults, {entry, "sha256"}, criteria.sha256(), Need::optional);
    check_text(faults, {entry, "uri"}, criteria.uri(), kUriBytesMax);
    const auto end = scheme.criteria().begin() + i;
    const bool repeated = std::any_of(
        scheme.criteria().begin(), end,
        [&](const proto::CriteriaVersion& other) { return other.version() == criteria.version(); });
    if (repeated) {
      faults.add(kOrderInvalid, {entry, "version"},
                 "The version " + quoted(criteria.version()) + " is listed twice.");
    }
  }
}

void check_accreditations(Faults& faults, const Field& field, const proto::Scheme& scheme) {
  const Field list(field, "accreditations");
  if (scheme.accreditations().empty() && scheme.basis() == proto::THIRD_PARTY_CERTIFICATION) {
    faults.add(kFieldMissing, list, "A scheme of third-party certification names no certifier.",
               "List at least one accredited certifier; a scheme that its owner runs as a public "
               "authority has the basis PUBLIC_AUTHORITY.");
  }
  if (!check_count(faults, list, scheme.accreditations_size(), kAccreditationsMax)) return;
  for (int i = 0; i < scheme.accreditations_size(); ++i) {
    const proto::Accreditation& accreditation = scheme.accreditations(i);
    const Field entry(field, "accreditations", i);
    if (!is_organisation_id(accreditation.certifier())) {
      faults.add(kReferenceInvalid, {entry, "certifier"},
                 quoted(accreditation.certifier()) + " is not the id of an organisation.");
    }
    check_text(faults, {entry, "standard"}, accreditation.standard(), kCodeBytesMax);
    check_text(faults, {entry, "body"}, accreditation.body(), kNameBytesMax);
    check_text(faults, {entry, "number"}, accreditation.number(), kCodeBytesMax);
    check_period(faults, {entry, "valid_from"}, accreditation.valid_from(), {entry, "valid_to"},
                 accreditation.valid_to());
  }
}

void check_coverage(Faults& faults, const Field& field, const proto::Scheme& scheme) {
  const Field categories(field, "categories");
  if (scheme.categories().empty()) {
    faults.add(kFieldMissing, categories, "The scheme covers no category.",
               "Name at least one code list; an empty code covers the whole list.");
  }
  if (check_count(faults, categories, scheme.categories_size(), kCategoriesMax)) {
    for (int i = 0; i < scheme.categories_size(); ++i) {
      const Field entry(field, "categories", i);
      const proto::Category& category = scheme.categories(i);
      check_text(faults, {entry, "list"}, category.list(), kCodeBytesMax, Need::required);
      check_text(faults, {entry, "code"}, category.code(), kNameBytesMax);
    }
  }
  if (!check_count(faults, {field, "levels"}, scheme.levels_size(), kLevelsMax)) return;
  for (int i = 0; i < scheme.levels_size(); ++i) {
    const Field entry(field, "levels", i);
    check_text(faults, entry, scheme.levels(i), kCodeBytesMax, Need::required);
    const auto end = scheme.levels().begin() + i;
    if (std::find(scheme.levels().begin(), end, scheme.levels(i)) != end) {
      faults.add(kOrderInvalid, entry,
                 "The level " + quoted(scheme.levels(i)) + " is listed twice.");
    }
  }
}

}  // namespace

void check_scheme(Faults& faults, const proto::Record& record, const SubjectPath* /*path*/) {
  const proto::Scheme& scheme = record.scheme();
  const Field field("scheme");
  check_text(faults, {field, "name"}, scheme.name(), kNameBytesMax, Need::required);
  check_text(faults, {field, "name_zh"}, scheme.name_zh(), kNameBytesMax);
  if (scheme.iso_type() == proto::ISO_TYPE_UNSPECIFIED ||
      !proto::IsoType_IsValid(scheme.iso_type())) {
    faults.add(kFieldMissing, {field, "iso_type"}, "The type of the label is not stated.",
               "State TYPE_I (ISO 14024), TYPE_II (14021), TYPE_III (14025), GRADE_LABEL or "
               "OTHER_TYPE.");
  }
  if (scheme.basis() == proto::BASIS_UNSPECIFIED || !proto::Basis_IsValid(scheme.basis())) {
    faults.add(kFieldMissing, {field, "basis"}, "The basis of the scheme is not stated.",
               "State THIRD_PARTY_CERTIFICATION, PUBLIC_AUTHORITY or SELF_DECLARATION.");
  }
  check_criteria(faults, field, scheme);
  check_accreditations(faults, field, scheme);
  check_coverage(faults, field, scheme);
  if (scheme.validity_months_max() > kValidityMonthsMax) {
    faults.add(kParameterInvalid, {field, "validity_months_max"},
               "A validity of " + std::to_string(scheme.validity_months_max()) +
                   " months is longer than a century.",
               "State at most 1200 months, or 0 for no limit.");
  }
  check_text(faults, {field, "recognised_by"}, scheme.recognised_by(), kNameBytesMax);
  check_text(faults, {field, "website"}, scheme.website(), kUriBytesMax);
}

// Its owner writes a scheme; whether it counts in shares (recognised_by) the network decides.
Checked<Bytes> apply_scheme(RuleContext& context, const proto::Record& record, const Body& body) {
  const proto::Scheme& scheme = record.scheme();
  const std::string_view owner = owner_of(record.subject());
  const Field subject("subject");
  if (auto certifier = require_role(context, owner, proto::CERTIFIER, subject); !certifier) {
    auto scheme_owner = require_role(context, owner, proto::SCHEME_OWNER, subject);
    if (!scheme_owner) return Unexpected{std::move(scheme_owner).error()};
  }
  proto::SchemeState state;
  if (body) state = parse_body<proto::SchemeState>(*body);
  if (state.scheme().recognised_by() != scheme.recognised_by()) {
    if (auto agreed = require_two_thirds(context, record); !agreed) {
      return Unexpected{std::move(agreed).error()};
    }
  }
  *state.mutable_scheme() = scheme;
  return state.SerializeAsString();
}

}  // namespace ledger

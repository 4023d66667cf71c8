// What a certification and an assessment have in common: the fields, the scheme they are made by,
// the products they name.
#include <algorithm>

#include "ledger/records/accreditation.h"
#include "ledger/records/codes.h"
#include "ledger/records/kinds.h"
#include "ledger/records/product_keys.h"

namespace ledger {
namespace {

bool covers(const proto::Scheme& scheme, const proto::Category& category) {
  return std::any_of(
      scheme.categories().begin(), scheme.categories().end(), [&](const proto::Category& covered) {
        return covered.list() == category.list() && category.code().starts_with(covered.code());
      });
}

bool lists_criteria(const proto::Scheme& scheme, const std::string& version) {
  return std::any_of(
      scheme.criteria().begin(), scheme.criteria().end(),
      [&](const proto::CriteriaVersion& criteria) { return criteria.version() == version; });
}

bool is_too_long(const proto::Scheme& scheme, const std::string& valid_from,
                 const std::string& valid_to) {
  const std::optional<Date> from = Date::parse(valid_from);
  const std::optional<Date> to = Date::parse(valid_to);
  CHECK(from.has_value() && to.has_value());
  if (scheme.validity_months_max() == 0 || !from->is_stated() || !to->is_stated()) return false;
  return to->first() > add_months(from->last(), scheme.validity_months_max());
}

}  // namespace

void check_certified(Faults& faults, const Field& field, const Certified& content,
                     const SubjectPath* path) {
  const Field scheme(field, "scheme");
  check_reference(faults, scheme, content.scheme, SubjectKind::scheme, Need::required);
  if (path != nullptr && !content.scheme.empty() &&
      !content.scheme.ends_with("/" + std::string(path->segments[2]))) {
    faults.add(kReferenceInvalid, scheme,
               "The subject names the scheme " + quoted(path->segments[2]) + ", the record " +
                   quoted(content.scheme) + ".",
               "Write the id of the scheme as the third segment of the subject.");
  }
  check_text(faults, {field, "criteria_version"}, content.criteria_version, kCodeBytesMax);
  check_text(faults, {field, "certificate_number"}, content.certificate_number, kCodeBytesMax,
             Need::required);
  if (content.holder == nullptr) {
    faults.add(kFieldMissing, {field, "holder"}, "The holder is not stated.");
  } else {
    check_party(faults, {field, "holder"}, *content.holder);
  }
  check_products(faults, {field, "products"}, content.products);
  if (content.category == nullptr) {
    faults.add(kFieldMissing, {field, "category"}, "The category is not stated.");
  } else {
    check_category(faults, {field, "category"}, *content.category);
  }
  check_period(faults, {field, "valid_from"}, content.valid_from, {field, "valid_to"},
               content.valid_to);
}

Checked<const proto::SchemeState*> apply_scheme_rules(RuleContext& context, const Field& field,
                                                      const Certified& content,
                                                      std::string_view certifier) {
  auto member = require_role(context, certifier, proto::CERTIFIER, Field("subject"));
  if (!member) return Unexpected{std::move(member).error()};
  const proto::SchemeState* const state = scheme_of(context, content.scheme);
  if (state == nullptr) {
    return refuse(kSchemeInvalid, {field, "scheme"},
                  "There is no scheme " + quoted(content.scheme) + " on the ledger.",
                  "Ask its owner to add the scheme first (scheme add).");
  }
  const proto::Scheme& scheme = state->scheme();
  const Day day = day_of_issue(content.valid_from, Date::parse(context.today)->first());
  if (!may_certify(scheme, owner_of(content.scheme), certifier, day)) {
    return refuse(kRoleMissing, {field, "scheme"},
                  std::string(certifier) + " is not accredited for " + quoted(content.scheme) +
                      " on " + day_text(day) + ".",
                  "Ask the owner of the scheme to list the accreditation.");
  }
  if (!content.criteria_version.empty() && !scheme.criteria().empty() &&
      !lists_criteria(scheme, content.criteria_version)) {
    return refuse(kSchemeInvalid, {field, "criteria_version"},
                  "The scheme lists no criteria version " + quoted(content.criteria_version) + ".",
                  "Use a version that the scheme lists, or ask its owner to add this one.");
  }
  if (!covers(scheme, *content.category)) {
    return refuse(kCategoryInvalid, {field, "category"},
                  "The scheme does not cover " + quoted(content.category->code()) +
                      " of the list " + quoted(content.category->list()) + ".");
  }
  if (is_too_long(scheme, content.valid_from, content.valid_to)) {
    return refuse(kDateInvalid, {field, "valid_to"},
                  content.valid_to + " lies more than the scheme's " +
                      std::to_string(scheme.validity_months_max()) + " months after " +
                      content.valid_from + ".",
                  "Compare both dates with the certificate.");
  }
  return state;
}

Checked<Bytes> certified_body(RuleContext& context, const Field& field, const Certified& content,
                              proto::CertificationState state) {
  const std::vector<std::string> keys = product_keys(content.products);
  for (const std::string& key : state.counters()) --context.counters[key];
  for (const std::string& key : keys) ++context.counters[key];
  std::erase_if(context.counters, [](const auto& counter) { return counter.second == 0; });
  if (keys.size() > kCountersMax || context.counters.size() > kCountersMax) {
    return refuse(kTooMany, {field, "products"},
                  "The record would count in more than " + std::to_string(kCountersMax) +
                      " GTINs and models.",
                  "Split the products over several certifications, or the change over several "
                  "amendments.");
  }
  state.set_content_index(context.index);
  state.set_valid_from(content.valid_from);
  state.set_valid_to(content.valid_to);
  state.set_scheme(content.scheme);
  state.clear_counters();
  for (const std::string& key : keys) state.add_counters(key);
  return state.SerializeAsString();
}

}  // namespace ledger

// certification: a product meets the criteria of a scheme. Its first record issues it, later ones
// amend it; status changes are records of their own (certification_status.cpp). Expiry is computed
// from the dates and never stored.
#include <algorithm>

#include "ledger/records/certification_status.h"
#include "ledger/records/codes.h"
#include "ledger/records/kinds.h"
#include "ledger/records/lists/lists.h"

namespace ledger {
namespace {

constexpr int kCountriesMax = 250;

Certified content_of(const proto::Certification& certification) {
  return {certification.scheme(),
          certification.criteria_version(),
          certification.certificate_number(),
          certification.has_holder() ? &certification.holder() : nullptr,
          certification.products(),
          certification.has_category() ? &certification.category() : nullptr,
          certification.valid_from(),
          certification.valid_to()};
}

void check_countries(Faults& faults, const Field& field,
                     const proto::Certification& certification) {
  if (!check_count(faults, {field, "countries"}, certification.countries_size(), kCountriesMax)) {
    return;
  }
  for (int i = 0; i < certification.countries_size(); ++i) {
    const Field entry(field, "countries", i);
    if (!is_country(certification.countries(i))) {
      faults.add(kCountryInvalid, entry,
                 quoted(certification.countries(i)) + " is not a country code of ISO 3166-1.");
    } else if (i > 0 && certification.countries(i - 1) >= certification.countries(i)) {
      faults.add(kOrderInvalid, entry, "The countries are not in ascending order, each once.");
    }
  }
}

Checked<void> require_level(const proto::Scheme& scheme, const Field& field,
                            const std::string& level) {
  if (level.empty()) return {};
  const auto& levels = scheme.levels();
  if (std::find(levels.begin(), levels.end(), level) != levels.end()) return {};
  return refuse(kSchemeInvalid, field, "The scheme has no level " + quoted(level) + ".");
}

// The predecessor is on the ledger and of the same certifier.
Checked<void> require_predecessor(const RuleContext& context, const Field& field,
                                  const std::string& renews, std::string_view certifier) {
  if (renews.empty()) return {};
  if (!find_certification(*context.state, renews)) {
    return refuse(kReferenceInvalid, field, "There is no certification " + quoted(renews) + ".");
  }
  if (owner_of(renews) != certifier) {
    return refuse(kReferenceInvalid, field,
                  "The certification " + quoted(renews) + " is another certifier's.",
                  "A certifier renews its own certifications only.");
  }
  return {};
}

}  // namespace

void check_certification(Faults& faults, const proto::Record& record, const SubjectPath* path) {
  const proto::Certification& certification = record.certification();
  const Field field("certification");
  check_certified(faults, field, content_of(certification), path);
  check_text(faults, {field, "level"}, certification.level(), kCodeBytesMax);
  const Field renews(field, "renews");
  check_reference(faults, renews, certification.renews(), SubjectKind::certification,
                  Need::optional);
  if (!certification.renews().empty() && certification.renews() == record.subject()) {
    faults.add(kReferenceInvalid, renews, "The certification names itself as its predecessor.");
  }
  check_measures(faults, {field, "measures"}, certification.measures());
  check_evidence(faults, {field, "evidence"}, certification.evidence());
  check_countries(faults, field, certification);
  check_text(faults, {field, "source_id"}, certification.source_id(), kNameBytesMax);
}

Checked<Bytes> apply_certification(RuleContext& context, const proto::Record& record,
                                   const Body& body) {
  const proto::Certification& certification = record.certification();
  const Field field("certification");
  const std::string_view certifier = owner_of(record.subject());
  const Certified content = content_of(certification);
  proto::CertificationState state;
  if (body) {
    state = parse_body<proto::CertificationState>(*body);
    if (is_final(latest_status(state))) {
      return refuse(
          kStateInvalid, Field("subject"),
          "The certification is " + status_name(latest_status(state)) + " and can't be amended.",
          "Issue a new certification that renews this one.");
    }
    if (state.scheme() != certification.scheme()) {
      return refuse(kStateInvalid, {field, "scheme"},
                    "The certification was issued under " + quoted(state.scheme()) + ".",
                    "An amendment stays in its scheme; issue a new certification for another.");
    }
  }
  auto scheme = apply_scheme_rules(context, field, content, certifier);
  if (!scheme) return Unexpected{std::move(scheme).error()};
  auto level = require_level((*scheme)->scheme(), {field, "level"}, certification.level());
  if (!level) return Unexpected{std::move(level).error()};
  auto predecessor =
      require_predecessor(context, {field, "renews"}, certification.renews(), certifier);
  if (!predecessor) return Unexpected{std::move(predecessor).error()};
  return certified_body(context, field, content, std::move(state));
}

}  // namespace ledger

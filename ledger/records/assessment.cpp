// assessment: a product was assessed under a scheme and not certified. It says so for ever: a
// product of the same name that is certified must not lend it its label.
#include "ledger/records/codes.h"
#include "ledger/records/kinds.h"

namespace ledger {
namespace {

Certified content_of(const proto::Assessment& assessment) {
  return {assessment.scheme(),
          assessment.criteria_version(),
          assessment.certificate_number(),
          assessment.has_holder() ? &assessment.holder() : nullptr,
          assessment.products(),
          assessment.has_category() ? &assessment.category() : nullptr,
          assessment.valid_from(),
          assessment.valid_to()};
}

}  // namespace

void check_assessment(Faults& faults, const proto::Record& record, const SubjectPath* path) {
  const Field field("assessment");
  check_certified(faults, field, content_of(record.assessment()), path);
  check_text(faults, {field, "result"}, record.assessment().result(), kNameBytesMax);
}

Checked<Bytes> apply_assessment(RuleContext& context, const proto::Record& record,
                                const Body& body) {
  const Field field("assessment");
  const Certified content = content_of(record.assessment());
  proto::CertificationState state;
  if (body) state = parse_body<proto::CertificationState>(*body);
  if (body && state.scheme() != content.scheme) {
    return refuse(kStateInvalid, {field, "scheme"},
                  "The assessment was made under " + quoted(state.scheme()) + ".",
                  "A later record stays in its scheme; record a new assessment for another.");
  }
  auto scheme = apply_scheme_rules(context, field, content, owner_of(record.subject()));
  if (!scheme) return Unexpected{std::move(scheme).error()};
  state.set_assessment(true);
  return certified_body(context, field, content, std::move(state));
}

}  // namespace ledger

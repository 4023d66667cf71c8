#include "ledger/records/rules.h"

#include <algorithm>

#include "ledger/records/codes.h"
#include "ledger/records/kinds.h"

namespace ledger {
namespace {

// More than two thirds of 190 organisations; a record has no room for more.
constexpr int kCountersignaturesMax = 128;
constexpr std::size_t kKeyIdBytes = 16;
constexpr std::size_t kSignatureBytes = 64;

enum class Places { any, first, later };

struct KindRules {
  proto::Record::KindCase kind;
  SubjectKind subject;
  Places places;
  bool in_genesis;
  void (*check)(Faults&, const proto::Record&, const SubjectPath*);
  Checked<Bytes> (*apply)(RuleContext&, const proto::Record&, const Body&);
};

using Kind = proto::Record;

// Every record kind. To add one: its message in records.proto, its file, its line here.
constexpr KindRules kKinds[] = {
    {Kind::kOrganisation, SubjectKind::organisation, Places::any, true, check_organisation,
     apply_organisation},
    {Kind::kKeyChange, SubjectKind::organisation, Places::later, false, check_key_change,
     apply_key_change},
    {Kind::kScheme, SubjectKind::scheme, Places::any, true, check_scheme, apply_scheme},
    {Kind::kCertification, SubjectKind::certification, Places::any, false, check_certification,
     apply_certification},
    {Kind::kCertificationStatus, SubjectKind::certification, Places::later, false,
     check_certification_status, apply_certification_status},
    {Kind::kAssessment, SubjectKind::assessment, Places::any, false, check_assessment,
     apply_assessment},
    {Kind::kPurchase, SubjectKind::purchase, Places::first, false, check_purchase, apply_purchase},
    {Kind::kPurchaseCorrection, SubjectKind::purchase, Places::later, false,
     check_purchase_correction, apply_purchase_correction},
    {Kind::kPurchaseReturn, SubjectKind::purchase, Places::later, false, check_purchase_return,
     apply_purchase_return},
    {Kind::kValidatorSet, SubjectKind::network, Places::any, true, check_validator_set,
     apply_validator_set},
    {Kind::kParameters, SubjectKind::network, Places::any, true, check_parameters,
     apply_parameters},
};

const KindRules* rules_of(proto::Record::KindCase kind) {
  const auto* const found =
      std::find_if(std::begin(kKinds), std::end(kKinds),
                   [&](const KindRules& rules) { return rules.kind == kind; });
  return found == std::end(kKinds) ? nullptr : found;
}

bool fits_subject(const KindRules& rules, const SubjectPath& path) {
  if (rules.subject != path.kind) return false;
  if (rules.kind == proto::Record::kValidatorSet) return path.owner() == "validators";
  if (rules.kind == proto::Record::kParameters) return path.owner() == "parameters";
  return true;
}

void check_place(Faults& faults, const KindRules& rules, std::uint64_t place) {
  if (place == 0) {
    faults.add(kPlaceInvalid, Field("place"), "The record wants no place in its subject's history.",
               "Places start at 1, which creates the subject.");
  } else if (rules.places == Places::first && place != 1) {
    faults.add(kPlaceInvalid, Field("place"),
               "A purchase is the first record of its subject, this one wants place " +
                   std::to_string(place) + ".",
               "Send a purchase_correction to change what is recorded.");
  } else if (rules.places == Places::later && place == 1) {
    faults.add(kPlaceInvalid, Field("place"),
               "A record of this kind speaks about a subject that exists and can't be its first.");
  }
}

void check_countersignatures(Faults& faults, const proto::Record& record) {
  const Field list("countersignatures");
  if (!check_count(faults, list, record.countersignatures_size(), kCountersignaturesMax)) return;
  for (int i = 0; i < record.countersignatures_size(); ++i) {
    const proto::Countersignature& signature = record.countersignatures(i);
    if (!is_organisation_id(signature.organisation()) || signature.key_id().size() != kKeyIdBytes ||
        signature.signature().size() != kSignatureBytes) {
      faults.add(kSignaturesMissing, list,
                 "Countersignature " + std::to_string(i) +
                     " lacks an organisation, a key id of 16 bytes or a signature of 64 bytes.");
    } else if (i > 0 &&
               record.countersignatures(i - 1).organisation() >= signature.organisation()) {
      faults.add(kOrderInvalid, list,
                 "The countersignatures are not in ascending order of their organisations.");
    }
  }
}

}  // namespace

std::vector<Reject> check(const proto::Record& record) {
  Faults faults;
  const Checked<SubjectPath> path = parse_subject(record.subject());
  if (!path) faults.add(path.error());
  const KindRules* const rules = rules_of(record.kind_case());
  if (rules == nullptr) {
    faults.add(kKindInvalid, Field("kind"), "The record says nothing: it has no kind.");
    return std::move(faults).take();
  }
  if (path && !fits_subject(*rules, *path)) {
    faults.add(
        kKindInvalid, Field("subject"),
        "A record of this kind can't be about the subject " + quoted(record.subject()) + ".");
  }
  check_place(faults, *rules, record.place());
  rules->check(faults, record, path ? &*path : nullptr);
  check_countersignatures(faults, record);
  return std::move(faults).take();
}

Checked<Bytes> apply(RuleContext& context, const proto::Record& record,
                     const std::optional<Bytes>& body) {
  const KindRules* const rules = rules_of(record.kind_case());
  CHECK(rules != nullptr);
  if (context.genesis && !rules->in_genesis) {
    return refuse(kKindInvalid, Field("kind"),
                  "A record of this kind can't be part of the genesis file.",
                  "Send it to the network once it runs.");
  }
  if (!body && rules->places == Places::later) {
    return refuse(kStateInvalid, Field("subject"), "There is no such subject yet.");
  }
  Checked<Bytes> next = rules->apply(context, record, body);
  if (next) {
    if (rules->subject == SubjectKind::organisation) {
      context.known_organisations.erase(std::string(owner_of(record.subject())));
    }
    if (rules->subject == SubjectKind::scheme) context.known_schemes.erase(record.subject());
  }
  return next;
}

}  // namespace ledger

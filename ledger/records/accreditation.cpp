#include "ledger/records/accreditation.h"

#include <algorithm>

#include "crypto/check.h"

namespace ledger {
namespace {

bool is_accredited(const proto::Scheme& scheme, std::string_view certifier, Day day) {
  return std::any_of(scheme.accreditations().begin(), scheme.accreditations().end(),
                     [&](const proto::Accreditation& accreditation) {
                       const auto from = Date::parse(accreditation.valid_from());
                       const auto to = Date::parse(accreditation.valid_to());
                       return accreditation.certifier() == certifier &&
                              (!from->is_stated() || from->first() <= day) &&
                              (!to->is_stated() || day <= to->last());
                     });
}

}  // namespace

Day day_of_issue(const std::string& valid_from, Day recorded) {
  const std::optional<Date> date = Date::parse(valid_from);
  CHECK(date.has_value());
  return date->is_stated() ? date->first() : recorded;
}

bool may_certify(const proto::Scheme& scheme, std::string_view scheme_owner,
                 std::string_view certifier, Day day) {
  if (scheme.basis() != proto::THIRD_PARTY_CERTIFICATION && scheme_owner == certifier) return true;
  return is_accredited(scheme, certifier, day);
}

}  // namespace ledger

#include "ledger/records/standing.h"

#include "crypto/check.h"
#include "ledger/records/certification_status.h"

namespace ledger {
Standing standing_on(const proto::CertificationState& state, Day day) {
  const proto::Status status = status_on(state, day);
  if (status == proto::WITHDRAWN) return Standing::withdrawn;
  if (status == proto::CANCELLED) return Standing::cancelled;
  const std::optional<Date> from = Date::parse(state.valid_from());
  if (from && from->is_stated() && day < from->first()) return Standing::not_yet_valid;
  const std::optional<Date> to = Date::parse(state.valid_to());
  if (to && to->is_stated() && day > to->last()) return Standing::expired;
  return status == proto::SUSPENDED ? Standing::suspended : Standing::active;
}

std::string_view standing_name(Standing standing) {
  switch (standing) {
    case Standing::active:
      return "active";
    case Standing::not_yet_valid:
      return "not_yet_valid";
    case Standing::expired:
      return "expired";
    case Standing::suspended:
      return "suspended";
    case Standing::withdrawn:
      return "withdrawn";
    case Standing::cancelled:
      return "cancelled";
  }
  CHECK(false);
  return "";
}

}  // namespace ledger

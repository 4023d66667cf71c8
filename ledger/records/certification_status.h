// The life of a certification: active, suspended, withdrawn, cancelled. A change takes effect on a
// day that may lie before its record; on any day the status is that of the last recorded change
// that has taken effect by then. So a later record restates what earlier ones said about its days,
// and nothing is rewritten. Expired is no status: it follows from the dates.
#pragma once

#include <string>

#include "ledger/records/date.h"
#include "proto/state.pb.h"

namespace ledger {

// Changes a certification may have. Suspending and reinstating ends here; withdrawing never does.
inline constexpr int kStatusChangesMax = 64;

// The status that the newest record gives; ACTIVE where there was no change.
proto::Status latest_status(const proto::CertificationState& state);
// The status on `day`, by the changes that the state holds.
proto::Status status_on(const proto::CertificationState& state, Day day);

bool is_final(proto::Status status);  // withdrawn and cancelled
bool is_transition_allowed(proto::Status from, proto::Status to);
std::string status_name(proto::Status status);  // "withdrawn"

}  // namespace ledger

// How a certification stands on a day, as the state of some height tells it. Nothing of this is
// stored: a certification expires without a record, and a withdrawal with effect from an earlier
// day changes what is said of the days since.
//
// Pure; any thread.
#pragma once

#include <string_view>

#include "ledger/records/date.h"
#include "proto/state.pb.h"

namespace ledger {

enum class Standing { active, not_yet_valid, expired, suspended, withdrawn, cancelled };

// Of all status changes that have taken effect by `day`, the one recorded last decides, since its
// author knew the others. Withdrawn and cancelled go before the dates of validity, the dates before
// a suspension. A date less precise than a day is read in favour of the certification: from its
// first day, or to its last.
Standing standing_on(const proto::CertificationState& state, Day day);

std::string_view standing_name(Standing standing);  // "not_yet_valid"

}  // namespace ledger

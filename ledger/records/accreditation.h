// Who may certify under a scheme: a public authority and a declarer for themselves; third parties
// need an accreditation that covers the day from which the certificate speaks.
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "ledger/records/date.h"
#include "proto/records.pb.h"

namespace ledger {

// The day on which a certifier's right is judged: that from which the certificate speaks, or, where
// it does not say, the day of its record. CHECK: `valid_from` is a date.
Day day_of_issue(const std::string& valid_from, Day recorded);

bool may_certify(const proto::Scheme& scheme, std::string_view scheme_owner,
                 std::string_view certifier, Day day);

}  // namespace ledger

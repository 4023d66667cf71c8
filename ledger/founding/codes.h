// Reject codes of requests.
#pragma once

#include "crypto/reject.h"

namespace ledger {

inline constexpr crypto::RejectCode kRequestForm{
    "E-REQUEST-FORM", "Make the request with `greenledger keys new` and leave it as it is."};
inline constexpr crypto::RejectCode kRequestKey{"E-REQUEST-KEY",
                                                "Make the keys with `greenledger keys new`."};
inline constexpr crypto::RejectCode kRequestSignature{
    "E-REQUEST-SIGNATURE",
    "Ask the organisation for the file again: it was changed, or it lacks the keys that it names."};

}  // namespace ledger

// Reject codes of documents that the client reads.
#pragma once

#include <array>

#include "crypto/reject.h"

namespace tools {

inline constexpr crypto::RejectCode kRequestForm{
    "E-REQUEST-FORM", "Make the request with `greenledger keys new` and leave it as it is."};
inline constexpr crypto::RejectCode kRequestKey{"E-REQUEST-KEY",
                                                "Make the keys with `greenledger keys new`."};
inline constexpr crypto::RejectCode kRequestSignature{
    "E-REQUEST-SIGNATURE",
    "Ask the organisation for the file again: it was changed, or it lacks the keys that it names."};

inline constexpr std::array kClientCodes = {kRequestForm, kRequestKey, kRequestSignature};

}  // namespace tools

// Reject codes of frames that peers send. Either one costs the peer its connection.
#pragma once

#include "crypto/reject.h"

namespace node {

inline constexpr crypto::RejectCode kPeerForm{
    "E-PEER-FORM", "Run a version of the node that this network knows on the other side."};
inline constexpr crypto::RejectCode kPeerSignature{
    "E-PEER-SIGNATURE", "Ask the operator of that node: it passes on what nobody signed."};

}  // namespace node

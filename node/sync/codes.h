// Reject codes of what peers send to a node that catches up.
#pragma once

#include "crypto/reject.h"

namespace node {

inline constexpr crypto::RejectCode kRangeForm{
    "E-RANGE-FORM", "Send consecutive blocks of one epoch, within the bounds, with a certificate."};
inline constexpr crypto::RejectCode kRangeCertificate{
    "E-RANGE-CERTIFICATE",
    "Send the FINALIZE certificate that names the last header of the range."};
inline constexpr crypto::RejectCode kRangeChain{
    "E-RANGE-CHAIN", "Send the headers that lead by hash to the one that the certificate names."};
inline constexpr crypto::RejectCode kRangePlace{"E-RANGE-PLACE",
                                                "Send blocks that follow the head of the asker."};
inline constexpr crypto::RejectCode kRangeBody{
    "E-RANGE-BODY", "Send the entries that the tree root of the header binds."};
inline constexpr crypto::RejectCode kEpochProof{
    "E-EPOCH-PROOF", "Send the closing block of the epoch, its certificate and the next members."};
inline constexpr crypto::RejectCode kSnapshotHead{
    "E-SNAPSHOT-HEAD", "Send a final block with the tree edge and the subtrees that it binds."};
inline constexpr crypto::RejectCode kSnapshotLeaves{
    "E-SNAPSHOT-LEAVES", "Send the leaves of the state that the snapshot is of, in order."};

}  // namespace node

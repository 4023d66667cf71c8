// The rejects of ledger/history: proofs, tile bundles, notes and checkpoints that others sent.
#pragma once

#include "crypto/reject.h"

namespace ledger {

using crypto::RejectCode;

inline constexpr RejectCode kProofSizes{
    "E-PROOF-SIZES", "Ask for a proof whose index and tree sizes fit each other."};
inline constexpr RejectCode kProofLength{
    "E-PROOF-LENGTH", "Fetch the proof again; it is cut short or has hashes too many."};
inline constexpr RejectCode kProofRoot{
    "E-PROOF-ROOT", "Compare the entry and the checkpoint with those of another node."};
inline constexpr RejectCode kBundleForm{
    "E-BUNDLE-FORM", "Fetch the entry bundle again; each entry is a u16 length and its bytes."};

}  // namespace ledger

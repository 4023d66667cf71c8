// Why a proof about the state is refused.
#pragma once

#include "crypto/reject.h"

namespace ledger {

inline constexpr crypto::RejectCode kStateProofForm{
    "E-STATE-PROOF-FORM",
    "Ask for the proof again; these bytes are cut, altered or of another version."};
inline constexpr crypto::RejectCode kStateProofKind{
    "E-STATE-PROOF-KIND",
    "Ask for the kind of proof that the question needs: presence or absence."};
inline constexpr crypto::RejectCode kStateProofPath{
    "E-STATE-PROOF-PATH", "Ask for the proof of this key; the way it shows leads elsewhere."};
inline constexpr crypto::RejectCode kStateProofRoot{
    "E-STATE-PROOF-ROOT", "Check that key, value and state root are of the same height."};

}  // namespace ledger

// Rejects of ledger/history: proofs, entry bundles, notes and checkpoints that others sent.
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

inline constexpr RejectCode kProofForm{
    "E-PROOF-FORM", "Fetch the proof file again; its form is c2sp.org/tlog-proof@v1."};
inline constexpr RejectCode kNoteForm{"E-NOTE-FORM",
                                      "Fetch the note again; its form is c2sp.org/signed-note."};
inline constexpr RejectCode kNoteKey{
    "E-NOTE-KEY", "Copy the whole verifier key: name+key id+key, of type Ed25519 or cosignature."};
inline constexpr RejectCode kNoteSignature{
    "E-NOTE-SIGNATURE", "Do not use this note: a known key did not sign what it says."};
inline constexpr RejectCode kCheckpointForm{
    "E-CHECKPOINT-FORM", "Fetch the checkpoint again; it is three lines: origin, size, root."};
inline constexpr RejectCode kCheckpointOrigin{
    "E-CHECKPOINT-ORIGIN", "Ask a node of the network that the trusted keys belong to."};
inline constexpr RejectCode kCheckpointLog{
    "E-CHECKPOINT-LOG", "Ask a node whose log key is trusted to sign the checkpoint."};
inline constexpr RejectCode kCheckpointQuorum{
    "E-CHECKPOINT-QUORUM", "Ask again later or another node, for more validators' cosignatures."};

}  // namespace ledger

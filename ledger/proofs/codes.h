// Rejects of ledger/proofs. The first group says that a file is wrong, the second that it cannot be
// judged here: by this program, or from what the auditor trusts; the third is of making proofs.
#pragma once

#include "crypto/reject.h"

namespace ledger {

using crypto::RejectCode;

inline constexpr RejectCode kBundleBytes{
    "E-BUNDLE-BYTES", "Fetch the proof again; it was cut short or changed on its way."};
inline constexpr RejectCode kBundleOtherNetwork{
    "E-BUNDLE-NETWORK", "Verify it with the genesis file of the network that it speaks of."};
inline constexpr RejectCode kBundleLink{
    "E-BUNDLE-LINK", "Ask another node: the validators before did not hand over to these."};
inline constexpr RejectCode kBundleHead{
    "E-BUNDLE-HEAD", "Ask another node: no quorum of the validators has signed this state."};
inline constexpr RejectCode kBundleShrunk{
    "E-BUNDLE-SHRUNK", "Keep this file: the ledger that it shows is not a longer one of yours."};
inline constexpr RejectCode kBundleEntry{
    "E-BUNDLE-ENTRY", "Ask another node: an entry is not on the ledger that was signed."};
inline constexpr RejectCode kBundleState{
    "E-BUNDLE-STATE", "Ask another node: a value is not in the state that was signed."};
inline constexpr RejectCode kBundleAuthor{
    "E-BUNDLE-AUTHOR", "Ask another node: a record is not signed by whom it should be."};
inline constexpr RejectCode kBundleHistory{"E-BUNDLE-HISTORY",
                                           "Ask another node for the complete history."};
inline constexpr RejectCode kBundleAnswer{
    "E-BUNDLE-ANSWER", "Ask another node: what the file holds does not answer its question."};

inline constexpr RejectCode kBundleVersion{"E-BUNDLE-VERSION",
                                           "Verify it with a newer version of the program."};
inline constexpr RejectCode kBundleRules{
    "E-BUNDLE-RULES", "Verify it with a newer version of the program, which knows these rules."};
inline constexpr RejectCode kBundleStart{
    "E-BUNDLE-START", "Ask for a proof that begins at genesis, or at the head you verified last."};
inline constexpr RejectCode kBundleOld{
    "E-BUNDLE-OLD", "Ask for the proof again: the ledger has gone on since this one."};
inline constexpr RejectCode kBundleKey{
    "E-BUNDLE-KEY", "Ask the organisation whether it stands by what the key signed."};
inline constexpr RejectCode kBundleWitnesses{
    "E-BUNDLE-WITNESSES", "Ask for the proof again when enough witnesses have signed."};

// Of questions that this ledger cannot answer with a proof, or not now.
inline constexpr RejectCode kProveQuestion{
    "E-PROVE-QUESTION", "Name the subject as the ledger does, and the day as 2019-06-30."};
inline constexpr RejectCode kProveAbsent{
    "E-PROVE-ABSENT", "Check the name; that nothing is there has a proof too (absence)."};
inline constexpr RejectCode kProvePresent{"E-PROVE-PRESENT",
                                          "Ask for the record or its history: there is something."};
inline constexpr RejectCode kProvePending{
    "E-PROVE-PENDING",
    "Ask again in a few seconds, when the validators have signed the newest state."};
inline constexpr RejectCode kProveWitnesses{
    "E-PROVE-WITNESSES", "Ask for fewer witnesses, or later; /v1/witnesses says how they stand."};
inline constexpr RejectCode kProveStart{
    "E-PROVE-START", "Begin at genesis, or at the head of a proof of this ledger."};
inline constexpr RejectCode kProveGone{"E-PROVE-GONE", "Ask a node that has the whole history."};
inline constexpr RejectCode kProveLarge{
    "E-PROVE-LARGE", "Audit the whole ledger instead: this history is too long for one file."};

// Whether a reject of this folder leaves the question open, where others answer it with no.
bool leaves_open(const RejectCode& code);

}  // namespace ledger

// Reject codes of submissions and execution.
#pragma once

#include "crypto/reject.h"

namespace ledger {

using crypto::RejectCode;

inline constexpr RejectCode kSubmissionForm{
    "E-SUBMISSION-FORM", "Make the submission with the client of the same version as the node."};
inline constexpr RejectCode kSubmissionSize{
    "E-SUBMISSION-SIZE", "Send at most 1,000 records and 512 KiB in one submission."};
inline constexpr RejectCode kSubmissionRoot{
    "E-SUBMISSION-ROOT", "Sign the submission again: its records are not those that were signed."};
inline constexpr RejectCode kSubmissionNetwork{
    "E-SUBMISSION-NETWORK", "Use the genesis file of the network that this node belongs to."};
inline constexpr RejectCode kSubmissionExpired{
    "E-SUBMISSION-EXPIRED", "Sign the submission again and check the clock of your machine."};
inline constexpr RejectCode kSubmissionTooFarAhead{"E-SUBMISSION-NOT-AFTER",
                                                   "Sign with a not_after at most 24 hours ahead."};
inline constexpr RejectCode kSubmissionSignature{"E-SUBMISSION-SIGNATURE",
                                                 "Sign with the key that the header names."};
inline constexpr RejectCode kOrganisationUnknown{
    "E-ORGANISATION-UNKNOWN", "Ask the network to admit the organisation first (org admit)."};
inline constexpr RejectCode kKeyUnknown{
    "E-KEY-UNKNOWN", "Use a key that the ledger lists for the organisation (org show)."};
inline constexpr RejectCode kKeyRevoked{
    "E-KEY-REVOKED", "Use a key of the organisation that is in force (org show)."};
inline constexpr RejectCode kKeyPurpose{
    "E-KEY-PURPOSE",
    "Sign membership and key changes with a root key, all else with an operation "
    "key."};
inline constexpr RejectCode kSubjectOwner{
    "E-SUBJECT-OWNER", "Only the organisation in the subject's second segment writes into it."};
inline constexpr RejectCode kSubjectKind{
    "E-SUBJECT-KIND", "Use the subject form of the record kind, e.g. purchase/<recorder>/…"};
inline constexpr RejectCode kAlreadyRecorded{
    "E-ALREADY-RECORDED", "Nothing needs to be done: the ledger holds this very record."};
inline constexpr RejectCode kPlaceConflict{
    "E-PLACE-CONFLICT",
    "Another record holds this place; read the subject's history and send a correction."};
inline constexpr RejectCode kPlaceAhead{"E-PLACE-AHEAD",
                                        "Send the records of the places before it first."};
inline constexpr RejectCode kAllowance{
    "E-ALLOWANCE", "The organisation's daily bytes are used up; go on tomorrow (UTC)."};
inline constexpr RejectCode kBlockFull{
    "E-BLOCK-FULL", "Split the submission: it does not fit one block of this network."};
inline constexpr RejectCode kEpochEnd{
    "E-EPOCH-END",
    "Send a record that changes validators or parameters as the last of its own "
    "submission."};
inline constexpr RejectCode kVoteEpoch{"E-VOTE-EPOCH", "Send votes of the epoch at hand."};
inline constexpr RejectCode kVoteSigner{"E-VOTE-SIGNER",
                                        "Only members of the epoch's validator set vote."};
inline constexpr RejectCode kVoteSignature{"E-VOTE-SIGNATURE",
                                           "Sign with the vote key that the set lists."};
inline constexpr RejectCode kCertificateEpoch{"E-CERTIFICATE-EPOCH",
                                              "Ask for the certificate of the epoch at hand."};
inline constexpr RejectCode kCertificateSigners{
    "E-CERTIFICATE-SIGNERS", "Ask another node: a certificate needs a quorum of its epoch's set."};
inline constexpr RejectCode kCertificateSignature{
    "E-CERTIFICATE-SIGNATURE", "Ask another node: this certificate was altered."};
inline constexpr RejectCode kBodyForm{"E-BODY-FORM",
                                      "Ask another node: this is no body of a block."};
inline constexpr RejectCode kBodySubmission{
    "E-BODY-SUBMISSION", "Ask another node: a submission of this block is malformed."};
inline constexpr RejectCode kBlockInvalid{
    "E-BLOCK-INVALID", "Whoever proposed this block has another state or breaks the rules."};
inline constexpr RejectCode kMempoolFull{
    "E-MEMPOOL-FULL",
    "The node has no room for more of this organisation's submissions; wait and "
    "send again."};

}  // namespace ledger

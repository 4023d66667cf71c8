// What the copies and audits of whole ledgers report. Faults are rejects: they name what is wrong
// with the ledger. Errors are the world's: what cannot be read or written.
#pragma once

#include "crypto/reject.h"

namespace tools {

using crypto::RejectCode;

namespace error_code {

inline constexpr std::string_view kSource = "E-SOURCE";                 // it is no ledger
inline constexpr std::string_view kSourceMissing = "E-SOURCE-MISSING";  // it lacks a part
inline constexpr std::string_view kSourceRead = "E-SOURCE-READ";        // it cannot be read
inline constexpr std::string_view kExportWrite = "E-EXPORT-WRITE";      // a copy cannot be written
inline constexpr std::string_view kExportRoot = "E-EXPORT-ROOT";        // not what was signed
inline constexpr std::string_view kArchiveForm = "E-ARCHIVE-FORM";      // no archive, or another's
inline constexpr std::string_view kArchiveDamaged = "E-ARCHIVE-DAMAGED";  // bytes of it differ
inline constexpr std::string_view kArchiveCut = "E-ARCHIVE-CUT";          // its end is missing

}  // namespace error_code

// What an audit finds wrong, in the order in which it looks.
inline constexpr RejectCode kAuditEntry{
    "E-AUDIT-ENTRY", "Keep this copy: an entry is not the one that its tile was made of."};
inline constexpr RejectCode kAuditForm{
    "E-AUDIT-FORM", "Keep this copy: no node that follows the rules records such an entry."};
inline constexpr RejectCode kAuditGenesis{
    "E-AUDIT-GENESIS", "Check that the genesis file is the network's; if it is, keep this copy."};
inline constexpr RejectCode kAuditSubmission{
    "E-AUDIT-SUBMISSION",
    "Keep this copy: what was recorded was not signed so, or breaks a rule of the ledger."};
inline constexpr RejectCode kAuditSeal{
    "E-AUDIT-SEAL", "Keep this copy: the entries of the block do not give what its seal says."};
inline constexpr RejectCode kAuditEpoch{
    "E-AUDIT-EPOCH", "Keep this copy: the validators before did not sign for this epoch."};
inline constexpr RejectCode kAuditCertificate{
    "E-AUDIT-CERTIFICATE", "Ask another node: the certificate kept for the block is not one."};
inline constexpr RejectCode kAuditTile{
    "E-AUDIT-TILE", "Ask another node: a tile is not the root of the entries below it."};
inline constexpr RejectCode kAuditCheckpoint{
    "E-AUDIT-CHECKPOINT", "Keep this copy: the validators did not sign for this ledger."};
inline constexpr RejectCode kAuditFork{
    "E-AUDIT-FORK", "Keep both copies: two ledgers of one network were signed. Tell its members."};

// What leaves an audit open.
inline constexpr RejectCode kAuditRules{
    "E-AUDIT-RULES", "Audit with a newer version of the program, which knows these rules."};
inline constexpr RejectCode kAuditOld{
    "E-AUDIT-OLD", "Ask another node: this copy ends before what you verified last."};

// Of files with statements.
inline constexpr RejectCode kStatementForm{
    "E-STATEMENT-FORM", "Name the file that `greenledger audit --statement` made."};
inline constexpr RejectCode kStatementSignature{
    "E-STATEMENT-SIGNATURE", "Ask the auditor for the statement again: these words differ."};

}  // namespace tools

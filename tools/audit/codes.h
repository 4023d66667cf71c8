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

}  // namespace tools

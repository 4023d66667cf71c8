// The stable codes of the errors that crypto/ gives (Error::code).
#pragma once

#include <string_view>

namespace crypto::error_code {

inline constexpr std::string_view kKeyMissing = "E-KEY-MISSING";          // no such file
inline constexpr std::string_view kKeyExists = "E-KEY-EXISTS";            // would be overwritten
inline constexpr std::string_view kKeyPermissions = "E-KEY-PERMISSIONS";  // others may touch it
inline constexpr std::string_view kKeyFormat = "E-KEY-FORMAT";            // not a keystore of ours
inline constexpr std::string_view kKeyUnencrypted = "E-KEY-UNENCRYPTED";  // and not allowed to be
inline constexpr std::string_view kKeyPassphrase = "E-KEY-PASSPHRASE";    // wrong passphrase
inline constexpr std::string_view kKeyMismatch = "E-KEY-MISMATCH";  // not the public key beside it
inline constexpr std::string_view kKeyFile = "E-KEY-FILE";          // reading or writing failed
inline constexpr std::string_view kPassphraseSource = "E-PASSPHRASE-SOURCE";  // cannot be had
inline constexpr std::string_view kPassphraseShort = "E-PASSPHRASE-SHORT";    // for a new keystore

}  // namespace crypto::error_code

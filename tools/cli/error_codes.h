// The stable codes of the errors that the client itself gives (Error::code).
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "crypto/expected.h"

namespace tools::error_code {

inline constexpr std::string_view kUsage = "E-USAGE";                 // the command line
inline constexpr std::string_view kConfig = "E-CONFIG";               // a configuration file
inline constexpr std::string_view kInput = "E-INPUT";                 // a file that the user names
inline constexpr std::string_view kNotFound = "E-NOT-FOUND";          // what was asked for
inline constexpr std::string_view kWrongNetwork = "E-NETWORK-WRONG";  // another genesis file
inline constexpr std::string_view kCredential = "E-CREDENTIAL";  // nothing the issuer can vouch for
inline constexpr std::string_view kWrite = "E-WRITE";            // a file that cannot be written

}  // namespace tools::error_code

namespace tools {

// E-USAGE: what is wrong with the command line, and how to mend it.
inline crypto::Unexpected<crypto::Error> usage_error(std::string message, std::string hint) {
  return crypto::Unexpected{
      crypto::Error{std::string(error_code::kUsage), std::move(message), std::move(hint)}};
}

}  // namespace tools

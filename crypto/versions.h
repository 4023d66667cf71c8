// The versions of the cryptographic libraries that this process runs with.
#pragma once

#include <string>

namespace crypto {

std::string openssl_version();    // "3.0.22"
std::string libsodium_version();  // "1.0.18"

}  // namespace crypto

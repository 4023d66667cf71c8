#include "crypto/versions.h"

#include <openssl/crypto.h>
#include <sodium.h>

namespace crypto {

std::string openssl_version() { return OpenSSL_version(OPENSSL_VERSION_STRING); }

std::string libsodium_version() { return sodium_version_string(); }

}  // namespace crypto

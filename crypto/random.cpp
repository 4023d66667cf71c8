#include "crypto/random.h"

#include <sodium.h>

#include "crypto/check.h"

namespace crypto {

Bytes random_bytes(std::size_t count) {
  CHECK(sodium_init() >= 0);
  Bytes bytes(count, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

Secret random_secret(std::size_t count) {
  Secret secret(count);
  randombytes_buf(secret.data(), secret.size());
  return secret;
}

}  // namespace crypto

// Randomness of the operating system, for keys and for nonces at the edge. Nothing that decides
// may use it: the ledger and the pure part of the node get their choices from their inputs.
#pragma once

#include <cstddef>

#include "crypto/bytes.h"
#include "crypto/secret.h"

namespace crypto {

Bytes random_bytes(std::size_t count);
Secret random_secret(std::size_t count);

}  // namespace crypto

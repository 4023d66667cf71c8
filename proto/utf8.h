// Whether text is UTF-8 (RFC 3629): shortest forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>

#include "crypto/bytes.h"

namespace proto {

// The number of bytes before the first fault; text.size() when there is none.
std::size_t valid_utf8_prefix(crypto::ByteView text);

}  // namespace proto

// Splitting the target of a request ("/v1/certifications?status=active&limit=10") into decoded path
// segments and query pairs. Strict: what two programs could read differently is refused.
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/reject.h"

namespace node::api {

inline constexpr std::size_t kQueryPairsMax = 64;

struct Target {
  std::vector<std::string> path;
  std::vector<std::pair<std::string, std::string>> query;
};

// E-TARGET for anything but the origin form of RFC 9112 3.2.1 with characters of RFC 3986, for bad
// percent-encoding, for what does not decode to UTF-8 without control characters, for empty, "."
// and
// ".." segments, and for more than kQueryPairsMax pairs. In the query '+' is a space, as browsers
// write it.
crypto::Checked<Target> split_target(std::string_view target);

// The text with all but A-Z a-z 0-9 - . _ ~ percent-encoded.
std::string percent_encode(std::string_view text);

}  // namespace node::api

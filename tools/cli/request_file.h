// The request of an organisation (keys new) as a file that the user names.
#pragma once

#include <string>

#include "crypto/expected.h"
#include "ledger/founding/key_request.h"

namespace tools {

// E-INPUT: there is no such file, or it is no request whose signatures hold.
crypto::Result<ledger::KeyRequest> read_request(const std::string& path);

}  // namespace tools

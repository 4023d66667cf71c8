// Asking a node that runs on this machine, on its listener for operations.
#pragma once

#include <cstdint>
#include <string>

#include "crypto/expected.h"

namespace node {

// Where a node listens for operations.
struct OperationsAddress {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8601;
};

// Returns when the checkpoint is there. E-BACKUP-NODE: nobody answers there, or the node says why
// it cannot.
crypto::Result<void> ask_for_checkpoint(const OperationsAddress& node);

}  // namespace node

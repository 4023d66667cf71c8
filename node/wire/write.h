// From messages to bytes. What was hashed or signed goes out as the bytes it was.
#pragma once

#include "node/wire/messages.h"

namespace node {

// A frame without its length. CHECK: the message is within its bounds and not an OtherEpoch, which
// only reading makes.
crypto::Bytes write_message(const Message& message);

}  // namespace node

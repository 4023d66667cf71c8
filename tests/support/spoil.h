// Spoil: answers and claims changed as an input says: what nobody has signed, or what is signed and
// does not fit together any more.
#pragma once

#include "node/wire/messages.h"
#include "tests/support/script.h"

namespace tests {

// The message stays one that can be written. Kinds of which every part is checked on reading stay
// as they are.
void spoil(node::Message& message, Script& script);

// One to three bytes of a frame changed, cut off or added.
void spoil(crypto::Bytes& frame, Script& script);

}  // namespace tests

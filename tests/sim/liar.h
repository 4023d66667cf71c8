// Liar: what a faulty validator does on the wire, with what it remembers. liars.h has them by name.
#pragma once

#include <vector>

#include "node/wire/messages.h"
#include "node/wire/read.h"
#include "tests/sim/dice.h"

namespace sim {

class Liar {
 public:
  virtual ~Liar() = default;
  // The frames that leave in place of this message, to one place. `keyring`: the epoch in which its
  // replica says it.
  virtual std::vector<crypto::Bytes> say(const node::Message& message, std::size_t to,
                                         const node::Keyring& keyring, Dice& dice) = 0;
};

}  // namespace sim

// Liars: what faulty validators do on the wire. Each runs an unmodified replica, and this stands
// between it and the network: frames are changed, repeated, held back or made up. What takes a
// second key or a changed protocol is elsewhere: twins (ledger_world.h), and strategies.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "node/wire/messages.h"
#include "tests/sim/dice.h"

namespace sim {

// One of the strategies of liars.cpp, with what it remembers.
class Liar {
 public:
  virtual ~Liar() = default;
  // The frames that leave in place of this message, to one peer.
  virtual std::vector<crypto::Bytes> say(const node::Message& message, Dice& dice) = 0;
};

const std::vector<std::string>& liar_names();
std::unique_ptr<Liar> make_liar(const std::string& name);

}  // namespace sim

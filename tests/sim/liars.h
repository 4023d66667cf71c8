// Liars: what faulty validators do on the wire. Each runs an unmodified replica, and this stands
// between it and the network: frames are changed, repeated, held back or made up. What takes a
// second key or a changed protocol is elsewhere: twins (ledger_world.h), and strategies.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/sim/liar.h"

namespace sim {

const std::vector<std::string>& liar_names();
std::unique_ptr<Liar> make_liar(const std::string& name, const std::string& organisation);

}  // namespace sim

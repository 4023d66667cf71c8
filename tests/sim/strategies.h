// What faulty validators do instead of the protocol: each strategy is aimed at one rule. They hold
// their own keys, may sign anything, hear everything that is sent to them, and send to whom they
// like. Unmodified nodes that share a key (twins) are not here: the world makes them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sim {

class Stage;
struct Wire;

// Called with every message that reaches the place.
using Strategy = std::function<void(std::uint16_t from, const Wire& wire)>;

const std::vector<std::string>& strategy_names();
Strategy make_strategy(const std::string& name, Stage& stage, std::size_t place);

}  // namespace sim

// ByzzFuzz: a validator that is wrong by little and seldom. In one to three of its views a message
// to some of the others is changed in one place, by one or to a value of an earlier message, and
// signed again: what others signed, it cannot change.
#pragma once

#include <memory>
#include <string>

#include "tests/sim/liar.h"

namespace sim {

std::unique_ptr<Liar> make_mutating_liar(const std::string& organisation);

}  // namespace sim

// What the replica notes, as lines for the operator's log. Most notes are for metrics and events
// only; a line is what somebody who looks after the node wants to read weeks later.
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "node/net/peers.h"
#include "node/replica.h"
#include "node/sync/snapshot_join.h"

namespace node {

// alarm: somebody has to look; this node signs nothing more, or a partner breaks the rules.
enum class NoteSeverity : std::uint8_t { information, warning, alarm };

struct NoteLine {
  NoteSeverity severity = NoteSeverity::information;
  std::string text;
};

// nullopt: nothing to log.
std::optional<NoteLine> note_line(const Note& note);
std::optional<NoteLine> note_line(const NetNote& note);
std::optional<NoteLine> note_line(const JoinNote& note);

}  // namespace node

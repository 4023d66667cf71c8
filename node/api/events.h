// The event stream as a walk over the log: an event "record" for each record and "block" for each
// seal, in the order of the ledger. The id of an event is its entry's index, so whoever resumes
// behind Last-Event-ID gets exactly what follows, from any node, however long it was away.
//
// Pure; one thread a walk.
#pragma once

#include <optional>

#include "node/api/router.h"

namespace node::api {

// Entries that one piece may read; others' streams and requests come in between.
inline constexpr std::uint64_t kEventEntriesMax = 512;

class EventWalk {
 public:
  // Where the call wants to begin: behind Last-Event-ID, at "from", else behind the tip.
  explicit EventWalk(const Call& call);

  // The next piece of the stream; empty: nothing more is final yet.
  std::string next(const View& view);

 private:
  void write_entry(std::string& piece, const View& view, std::uint64_t index);

  bool blocks_ = true;
  bool records_ = true;
  std::uint64_t next_ = 0;
  std::optional<ledger::Header> block_;  // that holds next_, once it was looked up
};

// What is wrong with the Last-Event-ID that the client sent, as an answer; nullopt: nothing.
std::optional<Response> event_fault(const Call& call);

}  // namespace node::api

// What the HTTP server and the routes say to each other: plain values, without a socket and without
// Beast. A handler gets a Request and a Reply and answers once, now or later and from any thread.
//
// Event streams are pulled, not pushed: the server asks the source for what follows whenever the
// reader has taken the last piece. So a slow reader costs no memory; it only falls behind, and is
// dropped when it takes nothing for longer than a write may last.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/bytes.h"

namespace node::api {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;                                      // as sent: "GET"
  std::vector<std::string> path;                           // decoded segments; empty for "/"
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
  std::string content_type;   // media type in lower case without parameters; empty: not stated
  std::string accept;         // as sent
  std::string last_event_id;  // as sent
  crypto::Bytes body;
};

// The next piece of an event stream; empty: nothing for now. Runs on the server's thread, so a
// piece is small (kEventPieceBytes) and quick to make.
using EventSource = std::function<std::string()>;

inline constexpr std::size_t kEventPieceBytes = 32 * 1024;

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  crypto::Bytes body;
  Headers headers;     // further ones; names and values are ours, never a client's
  EventSource events;  // set: a stream of text/event-stream, body is not used
};

// Answers the request. May be copied, kept, and called from any thread; only the first call counts.
// When all copies go without a call, the server answers that the node is stopping.
using Reply = std::function<void(Response)>;

using Handler = std::function<void(Request, Reply)>;

}  // namespace node::api

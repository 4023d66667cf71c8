// The HTTP/1.1 server: one thread that owns the listening socket and every session
// (http_session.h). It bounds everything before it costs something: connections, header, target,
// body, time for each step, requests on a connection. What passes is a plain Request, given to the
// handler.
//
// Thread rule: run() makes the server's thread; post(), wake_streams() and counters() may be
// called from any, stop() from any other. The handler runs on the server's thread and must not
// block; it replies from where it likes.
//
// Not here: TLS, routes, HTTP/2, chunked request bodies (411), upgrades.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "crypto/expected.h"
#include "node/api/http.h"
#include "node/api/http_options.h"

namespace node::api {

class HttpServer {
 public:
  // Listens; nothing is accepted before run(). E-API-LISTEN: the address is wrong or taken.
  static crypto::Result<std::unique_ptr<HttpServer>> listen(HttpOptions options, Handler handler);

  // Starts the thread; once.
  void run();

  // Stops when stop() was not called.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const;
  const HttpCounters& counters() const;

  // Runs `function` on the server's thread, soon or at a moment; not at all when it stops before.
  void post(std::function<void()> function);
  void post_at(std::chrono::steady_clock::time_point moment, std::function<void()> function);

  // There may be something new for the event streams: each asks its source. Cheap; any thread.
  void wake_streams();

  // Takes no more requests, gives running ones stop_time, closes everything and joins the thread.
  // A second call does nothing.
  void stop();

 private:
  struct Parts;
  explicit HttpServer(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

namespace error_code {
inline constexpr std::string_view kListen = "E-API-LISTEN";  // the address is wrong or taken
}  // namespace error_code

}  // namespace node::api

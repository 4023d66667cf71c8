// What an HTTP server is told, with the bounds that hold whatever it is told, and what it counts.
//
// Thread rule: options are read only; the counters may be read from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "node/api/clients.h"

namespace node::api {

using Milliseconds = std::chrono::milliseconds;

// Header lines with the request line, and their number: what browsers send with room to spare.
inline constexpr std::size_t kHeadBytesMax = 16 * 1024;
inline constexpr std::size_t kHeaderLinesMax = 64;
inline constexpr std::size_t kTargetBytesMax = 4 * 1024;
// A submission of 512 KiB in base64 with room to spare.
inline constexpr std::size_t kBodyBytesMax = 1024 * 1024;
// Memory for a body grows with what has arrived, not with what was announced.
inline constexpr std::size_t kBodyStepBytes = 64 * 1024;

struct HttpOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one; HttpServer::port() tells

  std::size_t connections_soft = 256;  // above: 503 and closed
  std::size_t connections_hard = 288;  // above: closed at once
  ClientLimits client;
  std::size_t streams_max = 64;  // event streams at once
  std::uint64_t requests_per_connection = 1000;

  // Pages of any site may read what is answered to GET: a verifier in a browser reads every node.
  bool any_site_reads = false;

  Milliseconds head_time{5000};              // from the first byte of a request to its whole header
  Milliseconds request_time{15000};          // … to its last byte
  std::size_t body_bytes_per_second = 1024;  // at least, once head_time is over
  Milliseconds write_time{30000};            // for one answer, or one piece of a stream
  Milliseconds idle_time{30000};             // between two requests
  Milliseconds answer_time{120000};          // for the handler
  Milliseconds heartbeat_time{15000};        // comment lines that keep a silent stream alive
  Milliseconds stop_time{2000};              // for running requests when the server stops

  // One line for the operator's log; called on the server's thread.
  std::function<void(std::string_view line)> log;
};

// What happened so far; read from any thread.
struct HttpCounters {
  std::atomic<std::uint64_t> connections{0};  // accepted in all
  std::atomic<std::uint64_t> connections_open{0};
  std::atomic<std::uint64_t> connections_refused{0};  // over a cap
  std::atomic<std::uint64_t> streams_open{0};
  std::atomic<std::uint64_t> requests{0};          // given to the handler
  std::atomic<std::uint64_t> requests_refused{0};  // malformed, too large, too slow, too many
  std::atomic<std::uint64_t> answers_2xx{0};
  std::atomic<std::uint64_t> answers_4xx{0};
  std::atomic<std::uint64_t> answers_5xx{0};
  std::atomic<std::uint64_t> accept_errors{0};  // out of descriptors or memory
};

}  // namespace node::api

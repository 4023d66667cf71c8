// What operators and their tools ask, on a listener of its own that only this machine reaches:
//   /livez    200 as long as the process answers
//   /readyz   200, or 503 with what is wrong: {"status", "failed_checks": [{component, reason}]}
//   /metrics  Prometheus text format 0.0.4
//   POST /checkpoint   for `greenledgerd backup`: api.cpp answers it
//
// Pure functions over counters; any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "node/api/http.h"
#include "node/api/http_options.h"
#include "node/witness/witness_status.h"

namespace node::api {

// What the node did, beside what its HTTP server counts.
struct NodeCounters {
  std::atomic<std::uint64_t> height{0};
  std::atomic<std::uint64_t> block_time_ms{0};  // of the newest block
  std::atomic<std::uint64_t> tree_size{0};
  std::atomic<std::uint64_t> records{0};
  std::atomic<std::uint64_t> blocks_committed{0};  // since the start
  std::atomic<std::uint64_t> records_committed{0};
  std::atomic<std::uint64_t> submissions_received{0};
  std::atomic<std::uint64_t> submissions_final{0};
  std::atomic<std::uint64_t> submissions_recorded{0};
  std::atomic<std::uint64_t> submissions_rejected{0};
  std::atomic<std::uint64_t> pending_submissions{0};
  std::atomic<std::uint64_t> pending_bytes{0};
  std::atomic<std::uint64_t> jobs{0};  // on the pools, running or waiting
  std::atomic<std::uint64_t> peers{0};
  std::atomic<std::uint64_t> peer_bytes_in{0};  // of frames, since the start
  std::atomic<std::uint64_t> peer_bytes_out{0};
  std::atomic<std::uint64_t> peer_frames_dropped{0};
};

struct FailedCheck {
  std::string component;
  std::string reason;
};

// The witnesses may be none.
std::string metrics_text(const NodeCounters& node, const HttpCounters& http,
                         const std::vector<WitnessStatus>* witnesses = nullptr);

Response answer_operations(const Request& request, const NodeCounters& node,
                           const HttpCounters& http, const std::vector<FailedCheck>& failed,
                           const std::vector<WitnessStatus>* witnesses = nullptr);

}  // namespace node::api

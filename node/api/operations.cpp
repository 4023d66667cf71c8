#include "node/api/operations.h"

#include <fmt/format.h>

#include <array>

#include "node/api/json.h"
#include "node/api/router.h"

namespace node::api {
namespace {

struct Metric {
  std::string_view name;
  std::string_view type;
  std::string_view help;
  const std::atomic<std::uint64_t>* value;
};

void write_metrics(std::string& text, const std::vector<Metric>& metrics) {
  std::string_view last;
  for (const Metric& metric : metrics) {
    const std::string_view family = metric.name.substr(0, metric.name.find('{'));
    if (family != last) {
      text += fmt::format("# HELP greenledger_{} {}\n# TYPE greenledger_{} {}\n", family,
                          metric.help, family, metric.type);
    }
    last = family;
    text += fmt::format("greenledger_{} {}\n", metric.name,
                        metric.value->load(std::memory_order_relaxed));
  }
}

Response status_response(int status, const std::vector<FailedCheck>& failed) {
  Json json;
  json["status"] = failed.empty() ? "ok" : "failed";
  json["failed_checks"] = Json::array();
  for (const FailedCheck& check : failed) {
    json["failed_checks"].push_back({{"component", check.component}, {"reason", check.reason}});
  }
  Response response = json_response(json);
  response.status = status;
  return response;
}

// Of the text format: backslash, quote and line end.
std::string label(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out.push_back('\\');
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out;
}

void write_witnesses(std::string& text, const std::vector<WitnessStatus>& witnesses) {
  struct Family {
    std::string_view name, type, help;
    std::uint64_t (*value)(const WitnessStatus&);
  };
  static constexpr Family kFamilies[] = {
      {"witness_signed_tree_size", "gauge", "Entries of the tree that the outside witness signed.",
       [](const WitnessStatus& one) { return one.memory.head.size; }},
      {"witness_signed_time_seconds", "gauge", "When it signed last, by its clock, Unix.",
       [](const WitnessStatus& one) { return one.memory.signed_s; }},
      {"witness_current", "gauge", "1: it signed the newest checkpoint that it was shown.",
       [](const WitnessStatus& one) {
         return std::uint64_t{one.state == WitnessState::current ? 1U : 0U};
       }},
      {"witness_requests_total", "counter", "Checkpoints that it was shown.",
       [](const WitnessStatus& one) { return one.requests; }},
      {"witness_failures_total", "counter", "Answers that were no signature, or none at all.",
       [](const WitnessStatus& one) { return one.failures; }},
      {"witness_conflicts", "gauge", "Refusals that may show a fork, since the node's first start.",
       [](const WitnessStatus& one) { return one.memory.conflicts; }}};
  for (const Family& family : kFamilies) {
    text += fmt::format("# HELP greenledger_{0} {1}\n# TYPE greenledger_{0} {2}\n", family.name,
                        family.help, family.type);
    for (const WitnessStatus& one : witnesses) {
      text += fmt::format("greenledger_{}{{witness=\"{}\"}} {}\n", family.name,
                          label(one.options.key.name), family.value(one));
    }
  }
}

}  // namespace

std::string metrics_text(const NodeCounters& node, const HttpCounters& http,
                         const std::vector<WitnessStatus>* witnesses) {
  std::string text;
  write_metrics(
      text,
      {{"height", "gauge", "Height of the newest final block.", &node.height},
       {"block_time_milliseconds", "gauge", "Time of the newest final block, Unix milliseconds.",
        &node.block_time_ms},
       {"tree_size", "gauge", "Entries of the history tree.", &node.tree_size},
       {"records", "gauge", "Records on the ledger.", &node.records},
       {"blocks_committed_total", "counter", "Blocks committed since the start.",
        &node.blocks_committed},
       {"records_committed_total", "counter", "Records committed since the start.",
        &node.records_committed},
       {"submissions_received_total", "counter", "Submissions verified and handed on.",
        &node.submissions_received},
       {"submissions_total{outcome=\"final\"}", "counter", "Submissions settled, by outcome.",
        &node.submissions_final},
       {"submissions_total{outcome=\"recorded\"}", "counter", "", &node.submissions_recorded},
       {"submissions_total{outcome=\"rejected\"}", "counter", "", &node.submissions_rejected},
       {"pending_submissions", "gauge", "Submissions taken in and not settled.",
        &node.pending_submissions},
       {"pending_bytes", "gauge", "Bytes of their records.", &node.pending_bytes},
       {"api_jobs", "gauge", "Requests on the pools, running or waiting.", &node.jobs},
       {"peers", "gauge", "Nodes with an open connection.", &node.peers},
       {"peer_received_bytes_total", "counter", "Bytes of frames that came from peers.",
        &node.peer_bytes_in},
       {"peer_sent_bytes_total", "counter", "Bytes of frames that went to peers.",
        &node.peer_bytes_out},
       {"peer_frames_dropped_total", "counter", "Frames that found a peer's send queue full.",
        &node.peer_frames_dropped},
       {"http_connections_open", "gauge", "HTTP connections.", &http.connections_open},
       {"http_connections_total", "counter", "HTTP connections accepted.", &http.connections},
       {"http_connections_refused_total", "counter", "HTTP connections over a cap.",
        &http.connections_refused},
       {"http_streams_open", "gauge", "Event streams.", &http.streams_open},
       {"http_requests_total", "counter", "HTTP requests that reached a route.", &http.requests},
       {"http_requests_refused_total", "counter", "HTTP requests refused before a route.",
        &http.requests_refused},
       {"http_answers_total{class=\"2xx\"}", "counter", "HTTP answers by class of status.",
        &http.answers_2xx},
       {"http_answers_total{class=\"4xx\"}", "counter", "", &http.answers_4xx},
       {"http_answers_total{class=\"5xx\"}", "counter", "", &http.answers_5xx},
       {"http_accept_errors_total", "counter", "Times the process had no descriptor left.",
        &http.accept_errors}});
  if (witnesses != nullptr && !witnesses->empty()) write_witnesses(text, *witnesses);
  return text;
}

Response answer_operations(const Request& request, const NodeCounters& node,
                           const HttpCounters& http, const std::vector<FailedCheck>& failed,
                           const std::vector<WitnessStatus>* witnesses) {
  const std::string name = request.path.size() == 1 ? request.path.front() : "";
  if (name == "livez") return status_response(200, {});
  if (name == "readyz") return status_response(failed.empty() ? 200 : 503, failed);
  if (name != "metrics") {
    return not_found("Here are /livez, /readyz, /metrics and, by POST, /checkpoint.");
  }
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = metrics_text(node, http, witnesses);
  return response;
}

}  // namespace node::api

// The table of routes as data, and finding the route of a request in it. One row says everything
// about a route: method, pattern, parameters with their bounds, the schema of its answer, and the
// function that answers. The OpenAPI document (openapi.h) is made from the same rows, so the two
// cannot differ.
//
// A call reaches its function with every parameter checked: known, given once, of its kind, within
// its bounds.
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/api/http.h"
#include "node/api/view.h"

namespace node::api {

enum class ParameterKind {
  text,
  number,  // 0 to `max`
  flag,    // true or false
  choice,  // one of `choices`, which are parted by '|'
  day,     // 2018-01-13
  gtin,    // 8, 12, 13 or 14 digits; given to the route as 14
  hash,    // 64 hex digits
  height,  // of a block that is there
  cursor,  // what a page gave as "next"; given to the route decoded
};

struct Parameter {
  std::string_view name;
  bool in_path = false;
  ParameterKind kind = ParameterKind::text;
  std::string_view summary;
  std::string_view choices = {};
  std::uint64_t max = (std::uint64_t{1} << 53) - 1;
};

class Call;

// Where the work of a route is done.
enum class Work {
  quick,       // a few look-ups: on the server's thread
  scan,        // reads many rows: on the pool
  report,      // reads very many: on a thread of its own, few at a time
  submission,  // the node's own: verify on the pool, then wait for the replica
  outcome,     // the node's own: asks the book of submissions
  events,      // the node's own: a stream
};

struct Route {
  std::string_view method;
  // "/v1/blocks/{height}"; a last segment "{subject...}" takes the rest of the path.
  std::string_view pattern;
  std::string_view operation;  // operationId, unique
  std::string_view summary;
  std::vector<Parameter> parameters;
  std::string_view schema;  // of the answer (schemas.h); empty: not JSON
  std::string_view media_type = "application/json";
  Work work = Work::quick;
  Response (*answer)(const Call& call) = nullptr;  // none for the node's own
};

const std::vector<Route>& routes();

// A request that fits its route.
class Call {
 public:
  using Values = std::vector<std::pair<std::string, std::string>>;

  Call(const Route& route, Values values, std::vector<std::string> rest, const Request& request,
       const View& view)
      : route_(&route),
        values_(std::move(values)),
        rest_(std::move(rest)),
        request_(&request),
        view_(&view) {}

  const Route& route() const { return *route_; }
  const Request& request() const { return *request_; }
  const View& view() const { return *view_; }

  // The value of a parameter; nullopt: not given.
  std::optional<std::string> find(std::string_view name) const;
  // Of one that is in the path (CHECK).
  std::string text(std::string_view name) const;
  std::optional<std::uint64_t> find_number(std::string_view name) const;
  std::uint64_t number(std::string_view name) const;  // in the path
  bool flag(std::string_view name) const;             // not given: false
  // Segments behind the fixed part of a pattern that ends with "...}".
  const std::vector<std::string>& rest() const { return rest_; }

  // The height for which the answer holds: as_of_height, else the tip.
  std::uint64_t height() const;
  std::uint64_t limit() const;

 private:
  const Route* route_;
  Values values_;
  std::vector<std::string> rest_;
  const Request* request_;
  const View* view_;
};

// The call, or the problem that answers it: E-NOT-FOUND, E-METHOD (with Allow), E-QUERY.
struct Resolved {
  std::optional<Call> call;
  Response problem;
};
Resolved resolve(const Request& request, const View& view);

// Answers a request whose route has a function; for the node's own routes CHECK fails.
Response handle(const Request& request, const View& view);

// Names of the placeholders of a pattern, in order, without "...".
std::vector<std::string_view> placeholders(std::string_view pattern);

// The problem of one parameter.
Response bad_parameter(std::string_view name, std::string message);
Response not_found(std::string message);

}  // namespace node::api

// How a command reaches its node: made for the real network by default, and by tests for a node
// without sockets.
#pragma once

#include <functional>
#include <string>

#include "tools/cli/submitter.h"

namespace tools {

// One GET over a connection of its own. `path` is encoded and begins with "/v1/".
using Get = std::function<crypto::Result<HttpResponse>(const std::string& path)>;

struct NodeAccess {
  std::function<Get(const std::string& node)> get;
  std::function<SubmitOptions(const std::string& node)> submit;
};

NodeAccess real_node_access();

}  // namespace tools

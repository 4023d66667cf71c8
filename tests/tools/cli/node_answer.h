// What the node's real routes answer a client, without a socket.
#pragma once

#include <gtest/gtest.h>

#include "node/api/router.h"
#include "node/api/target.h"
#include "tools/cli/http_client.h"

namespace tools {

inline crypto::Result<HttpResponse> answer_of(const node::api::View& view,
                                              const std::string& path) {
  const auto target = node::api::split_target(path);
  EXPECT_TRUE(target.has_value()) << path;
  node::api::Request request;
  request.method = "GET";
  request.path = target->path;
  request.query = target->query;
  node::api::Response response = node::api::handle(request, view);
  return HttpResponse{response.status, response.content_type, std::move(response.body), 0};
}

}  // namespace tools

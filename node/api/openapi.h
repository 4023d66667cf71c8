// The OpenAPI 3.1 document of the API, made from the route table (router.h), the document schemas
// (schemas.h) and the protobuf descriptors of records. Nothing of it is written by hand, so it says
// what the node does.
#pragma once

#include "node/api/json.h"

namespace node::api {

// Takes about a millisecond.
Json openapi_document();

// The path of a pattern as OpenAPI writes it: "{subject...}" becomes "{subject}".
std::string openapi_path(std::string_view pattern);

}  // namespace node::api

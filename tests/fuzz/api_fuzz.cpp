#include "node/api/page.h"
#include "node/api/router.h"
#include "node/api/submit.h"
#include "node/api/target.h"
#include "tests/support/test_network.h"

namespace node::api {
namespace {

const tests::TestChain& chain() {
  static const tests::TestChain made = [] {
    tests::TestChain chain(tests::make_genesis());
    chain.add({tests::submission(chain.genesis(), "epa",
                                 {tests::certification("A1", "Toyota", "Prius"),
                                  tests::status_change("A1", 2, proto::WITHDRAWN, "2018-06-01")}),
               tests::submission(chain.genesis(), "shop",
                                 {tests::purchase("r1", "1", "Toyota", "Prius")})});
    return chain;
  }();
  return made;
}

View view() {
  NodeFacts facts;
  facts.network_id = chain().genesis().network_id;
  return View{chain().reader(),
              chain().tip(),
              tests::kGenesisTimeMs,
              std::make_shared<const NodeFacts>(facts),
              0,
              0};
}

std::string write_target(const Target& target) {
  std::string text;
  for (const std::string& segment : target.path) text += "/" + percent_encode(segment);
  if (text.empty()) text = "/";
  char before = '?';
  for (const auto& [name, value] : target.query) {
    text += before + percent_encode(name) + "=" + percent_encode(value);
    before = '&';
  }
  return text;
}

// Any address gets an answer, and what was understood of it can be written down again.
void try_target(const std::string& text, const View& moment) {
  const auto target = split_target(text);
  if (!target) return;
  const auto again = split_target(write_target(*target));
  CHECK(again.has_value() && again->path == target->path && again->query == target->query);
  Request request;
  request.method = "GET";
  request.path = target->path;
  request.query = target->query;
  const Resolved resolved = resolve(request, moment);
  if (resolved.call && resolved.call->route().answer == nullptr) return;
  const Response response = handle(request, moment);
  CHECK(response.status == 200 || response.status == 400 || response.status == 404);
  CHECK(!response.body.empty());
}

void try_body(std::string body, const std::string& content_type, const View& moment) {
  Request request;
  request.method = "POST";
  request.content_type = content_type;
  request.body = std::move(body);
  const auto message = decode_body(request);
  if (!message) CHECK(message.error().status >= 400);
  const auto verified = verify_submission(request, moment);
  CHECK(verified || verified.error().status >= 400);
}

}  // namespace

// First byte: what the rest is taken for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  static const View moment = view();
  switch (data[0]) {
    case 'j':
      try_body(rest, "application/json", moment);
      break;
    case 'p':
      try_body(rest, "application/x-protobuf", moment);
      break;
    case 'c':
      if (const auto position = decode_cursor(rest)) CHECK(encode_cursor(*position) == rest);
      break;
    default:
      try_target(rest, moment);
  }
  return 0;
}

}  // namespace node::api

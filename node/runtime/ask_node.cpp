#include "node/runtime/ask_node.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <nlohmann/json.hpp>

namespace node {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

constexpr std::chrono::seconds kConnectTime{5};
// What is in memory is moved to tables first; a node under load on a slow disk takes its time.
constexpr std::chrono::seconds kAnswerTime{120};
constexpr std::size_t kAnswerBytesMax = 64 * 1024;

// Starts one operation and runs to its end.
template <class Start>
error_code complete(asio::io_context& context, Start start) {
  error_code outcome;
  start([&outcome](error_code error, auto&&...) { outcome = error; });
  context.restart();
  context.run();
  return outcome;
}

crypto::Unexpected<crypto::Error> failed(const OperationsAddress& node, const std::string& what) {
  return {crypto::Error{"E-BACKUP-NODE",
                        "A node runs on this home, but " + node.address + ":" +
                            std::to_string(node.port) + " makes no checkpoint: " + what,
                        "Give the address that its line \"ready\" names with --operations, or stop "
                        "the node."}};
}

std::string reason_in(const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  const auto found = json.is_object() ? json.find("detail") : json.end();
  return json.is_object() && found != json.end() && found->is_string() ? found->get<std::string>()
                                                                       : "it answers otherwise";
}

}  // namespace

crypto::Result<void> ask_for_checkpoint(const OperationsAddress& node) {
  error_code error;
  const auto address = asio::ip::make_address(node.address, error);
  if (error) return failed(node, error.message());
  asio::io_context context(1);
  beast::tcp_stream stream(context);
  stream.expires_after(kConnectTime);
  error = complete(context, [&](auto done) {
    stream.async_connect(asio::ip::tcp::endpoint(address, node.port), done);
  });
  if (error) return failed(node, error.message());

  http::request<http::string_body> request(http::verb::post, "/checkpoint", 11);
  request.set(http::field::host, "localhost");
  request.set(http::field::content_type, "application/json");
  request.set(http::field::connection, "close");
  request.prepare_payload();
  stream.expires_after(kConnectTime);
  error = complete(context, [&](auto done) { http::async_write(stream, request, done); });
  if (error) return failed(node, error.message());

  beast::flat_buffer buffer;
  http::response_parser<http::string_body> answer;
  answer.body_limit(kAnswerBytesMax);
  stream.expires_after(kAnswerTime);
  error = complete(context, [&](auto done) { http::async_read(stream, buffer, answer, done); });
  if (error) return failed(node, error.message());
  if (answer.get().result() != http::status::ok)
    return failed(node, reason_in(answer.get().body()));
  return {};
}

}  // namespace node

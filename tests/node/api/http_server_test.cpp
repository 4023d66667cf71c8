#include "node/api/http_server.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <future>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "node/api/codes.h"
#include "tests/node/api/raw_client.h"

namespace node::api {
namespace {

using std::chrono::steady_clock;

// Answers at once with what it was asked.
void echo(Request request, const Reply& reply) {
  nlohmann::ordered_json seen;
  seen["method"] = request.method;
  seen["path"] = request.path;
  seen["content_type"] = request.content_type;
  seen["size"] = request.body.size();
  seen["sum"] = std::hash<std::string>{}(request.body);
  Response response;
  response.body = seen.dump();
  reply(std::move(response));
}

std::unique_ptr<HttpServer> serve(HttpOptions options = {}, Handler handler = echo) {
  auto server = HttpServer::listen(std::move(options), std::move(handler));
  EXPECT_TRUE(server);
  (*server)->run();
  return std::move(*server);
}

// Lets the server's thread go on until the condition holds; false after ten seconds.
bool wait_for(const std::function<bool()>& condition) {
  const auto latest = steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (steady_clock::now() > latest) return false;
    std::this_thread::yield();
  }
  return true;
}

std::string post(std::string_view body, std::string_view more = "") {
  return "POST /v1/x HTTP/1.1\r\nHost: n\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + std::string(more) + "\r\n" + std::string(body);
}

std::string code_of(const Answer& answer) {
  const auto body = nlohmann::json::parse(answer.body, nullptr, false);
  return body.is_object() ? body.value("code", "") : "";
}

// What `bytes` on a fresh connection are answered with; the connection must then be closed.
void expect_refused(HttpServer& server, std::string_view bytes, int status,
                    const RejectCode& code) {
  RawClient client(server.port());
  client.send(bytes);
  const Answer answer = client.receive();
  EXPECT_EQ(answer.status, status) << bytes.substr(0, 200);
  EXPECT_EQ(code_of(answer), code.name) << bytes.substr(0, 200);
  EXPECT_NE(answer.head.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(client.is_closed());
}

TEST(HttpServer, AnswersOneRequestAfterAnotherOnOneConnection) {
  const auto server = serve();
  RawClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    const Answer answer = client.get("/v1/a%20b");
    EXPECT_EQ(answer.status, 200);
    EXPECT_NE(answer.body.find("\"path\":[\"v1\",\"a b\"]"), std::string::npos);
    EXPECT_NE(answer.head.find("\r\nDate: "), std::string::npos);
    EXPECT_NE(answer.head.find("Cache-Control: no-store"), std::string::npos);
    EXPECT_EQ(answer.head.find("Connection: close"), std::string::npos);
  }
  EXPECT_EQ(server->counters().connections, 1u);
  EXPECT_EQ(server->counters().requests, 3u);
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  const auto server = serve();
  RawClient client(server->port());
  client.send(post("1") + post("22") + post(std::string(70000, '3')) + post(""));
  for (const char* size : {"\"size\":1,", "\"size\":2,", "\"size\":70000,", "\"size\":0,"}) {
    EXPECT_NE(client.receive().body.find(size), std::string::npos) << size;
  }
}

TEST(HttpServer, ReadsARequestThatComesByteByByte) {
  const auto server = serve();
  RawClient client(server->port());
  for (const char c : post("abc")) client.send(std::string_view(&c, 1));
  EXPECT_NE(client.receive().body.find("\"size\":3,"), std::string::npos);
}

TEST(HttpServer, TakesABodyUpToTheBoundWhole) {
  const auto server = serve();
  std::string body(kBodyBytesMax, ' ');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 7 + i / 251);
  RawClient client(server->port());
  client.send(post(body));
  const auto seen = nlohmann::json::parse(client.receive().body);
  EXPECT_EQ(seen["size"], body.size());
  EXPECT_EQ(seen["sum"], std::hash<std::string>{}(body));
  expect_refused(*server, "POST / HTTP/1.1\r\nHost: n\r\nContent-Length: 1048577\r\n\r\n", 413,
                 kHttpBodySize);
}

TEST(HttpServer, SaysContinueBeforeABodyThatWaitsForIt) {
  const auto server = serve();
  RawClient client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: n\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send("abc");
  EXPECT_EQ(client.receive().status, 200);
}

TEST(HttpServer, LetsPagesOfAnySiteReadWhereItIsToldTo) {
  const auto allows = [](HttpServer& server, std::string_view request) {
    RawClient client(server.port());
    client.send(request);
    return client.receive().head.find("Access-Control-Allow-Origin: *") != std::string::npos;
  };
  constexpr std::string_view kGet = "GET /v1 HTTP/1.1\r\nHost: n\r\n\r\n";
  constexpr std::string_view kPost = "POST /v1 HTTP/1.1\r\nHost: n\r\nContent-Length: 0\r\n\r\n";
  HttpOptions options;
  EXPECT_FALSE(allows(*serve(options), kGet));
  options.any_site_reads = true;
  EXPECT_TRUE(allows(*serve(options), kGet));
  EXPECT_FALSE(allows(*serve(options), kPost));
}

TEST(HttpServer, LeavesOutTheBodyForHead) {
  const auto server = serve();
  RawClient client(server->port());
  client.send("HEAD /v1 HTTP/1.1\r\nHost: n\r\n\r\n");
  const Answer answer = client.receive(false);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.head.find("Content-Length: 0"), std::string::npos);
  EXPECT_EQ(client.get("/v1").status, 200);
}

TEST(HttpServer, ClosesAfterHttp10AndWhenAsked) {
  const auto server = serve();
  for (const char* request :
       {"GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: n\r\nConnection: close\r\n\r\n"}) {
    RawClient client(server->port());
    client.send(request);
    EXPECT_EQ(client.receive().status, 200);
    EXPECT_TRUE(client.is_closed());
  }
}

TEST(HttpServer, RefusesMalformedHeads) {
  const auto server = serve();
  for (const char* bytes :
       {"GET / HTTP/1.1\nHost: n\n\n", "GET / HTTP/1.1\r\nHost: n\n\r\n",
        "GET / HTTP/1.1\r\nHost: n\r\nA: b\rc\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: n\r\nA: b\r\n c\r\n\r\n", "GET /\r\n\r\n", "\x16\x03\x01\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: n\r\n\r\n", "GET / HTTP/1.1\r\nHost : n\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: n\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: n\r\nContent-Length: 1, 1\r\n\r\na",
        "POST / HTTP/1.1\r\nHost: n\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
        "POST / HTTP/1.1\r\nHost: n\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
        "POST / HTTP/1.1\r\nHost: n\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: n\r\nContent-Length: 0x1\r\n\r\na",
        "POST / HTTP/1.1\r\nHost: n\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: n\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    expect_refused(*server, bytes, 400, kHttpMalformed);
  }
}

TEST(HttpServer, RefusesOtherWaysToDelimitABody) {
  const auto server = serve();
  expect_refused(*server,
                 "POST / HTTP/1.1\r\nHost: n\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411,
                 kHttpLength);
  expect_refused(*server, "POST / HTTP/1.1\r\nHost: n\r\nTransfer-Encoding: gzip\r\n\r\n", 411,
                 kHttpLength);
  expect_refused(
      *server,
      "POST / HTTP/1.1\r\nHost: n\r\nTransfer-Encoding: gzip\r\nContent-Length: 1\r\n\r\na", 411,
      kHttpLength);
}

TEST(HttpServer, RefusesWhatItDoesNotOffer) {
  const auto server = serve();
  expect_refused(*server, "GET / HTTP/2.0\r\nHost: n\r\n\r\n", 505, kHttpVersion);
  expect_refused(*server, post("a", "Content-Encoding: gzip\r\n"), 415, kMediaType);
  expect_refused(*server, post("a", "Expect: the unexpected\r\n"), 417, kHttpExpect);
  expect_refused(*server, "GET http://n/ HTTP/1.1\r\nHost: n\r\n\r\n", 400, kTarget);
}

TEST(HttpServer, BoundsTheHead) {
  const auto server = serve();
  const std::string start = "GET / HTTP/1.1\r\nHost: n\r\n";
  RawClient client(server->port());
  client.send(start + "A: " + std::string(kHeadBytesMax - start.size() - 7, 'a') + "\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
  expect_refused(*server, start + "A: " + std::string(kHeadBytesMax - start.size() - 3, 'a'), 431,
                 kHttpHeadSize);
  std::string lines;
  for (std::size_t i = 1; i < kHeaderLinesMax; ++i) lines += "A: b\r\n";
  client.send(start + lines + "\r\n");
  EXPECT_EQ(client.receive().status, 200);
  expect_refused(*server, start + lines + "A: b\r\n\r\n", 431, kHttpHeadSize);
  EXPECT_EQ(client.get("/" + std::string(kTargetBytesMax - 1, 'a')).status, 200);
  expect_refused(*server,
                 "GET /" + std::string(kTargetBytesMax, 'a') + " HTTP/1.1\r\nHost: n\r\n\r\n", 414,
                 kHttpTargetSize);
}

TEST(HttpServer, DropsSlowClients) {
  HttpOptions options;
  options.head_time = Milliseconds(100);
  options.request_time = Milliseconds(300);
  options.idle_time = Milliseconds(1000);
  options.body_bytes_per_second = 1000;
  const auto server = serve(options);
  expect_refused(*server, "GET / HT", 408, kHttpTimeout);
  expect_refused(*server, "POST / HTTP/1.1\r\nHost: n\r\nContent-Length: 9\r\n\r\nabc", 408,
                 kHttpTimeout);
  // 100 ms for the head and 200 more for 200 bytes at 1,000 a second, but 300 at most.
  const auto begun = steady_clock::now();
  expect_refused(
      *server,
      "POST / HTTP/1.1\r\nHost: n\r\nContent-Length: 9999\r\n\r\n" + std::string(9998, 'a'), 408,
      kHttpTimeout);
  EXPECT_GE(steady_clock::now() - begun, Milliseconds(290));
  RawClient idle(server->port());
  EXPECT_TRUE(idle.is_closed());
  RawClient idle_later(server->port());
  EXPECT_EQ(idle_later.get("/").status, 200);
  EXPECT_TRUE(idle_later.is_closed());
}

TEST(HttpServer, DropsAClientThatDoesNotReadItsAnswer) {
  HttpOptions options;
  options.write_time = Milliseconds(200);
  const auto server = serve(options, [](const Request&, const Reply& reply) {
    Response response;
    response.body.assign(32 * 1024 * 1024, 'x');
    reply(std::move(response));
  });
  RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: n\r\n\r\n");
  EXPECT_TRUE(wait_for([&] {
    return server->counters().answers_2xx == 1 && server->counters().connections_open == 0;
  }));
  EXPECT_LT(client.receive().body.size(), 32u * 1024 * 1024);
}

TEST(HttpServer, EndsAConnectionAfterItsShareOfRequests) {
  HttpOptions options;
  options.requests_per_connection = 2;
  const auto server = serve(options);
  RawClient client(server->port());
  EXPECT_EQ(client.get("/").head.find("Connection: close"), std::string::npos);
  EXPECT_NE(client.get("/").head.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(client.is_closed());
}

TEST(HttpServer, AnswersConnectionsOverTheSoftCapAndClosesThoseOverTheHardOne) {
  HttpOptions options;
  options.connections_soft = 2;
  options.connections_hard = 3;
  const auto server = serve(options);
  RawClient first(server->port());
  RawClient second(server->port());
  EXPECT_EQ(first.get("/").status, 200);
  EXPECT_EQ(second.get("/").status, 200);
  // Both at once: the third lingers for a second after its answer, and counts so long.
  RawClient third(server->port());
  RawClient fourth(server->port());
  const Answer answer = third.receive();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(code_of(answer), kHttpConnections.name);
  EXPECT_NE(answer.head.find("Retry-After: 1"), std::string::npos);
  EXPECT_TRUE(fourth.is_closed());
  EXPECT_EQ(first.get("/").status, 200);
  EXPECT_EQ(server->counters().connections_refused, 2u);
}

TEST(HttpServer, GoesOnAcceptingAfterRunningOutOfDescriptors) {
  const auto server = serve();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  RawClient waiting_room(server->port());
  ASSERT_EQ(waiting_room.get("/").status, 200);
  RawClient last(server->port());
  // Descriptors are given lowest first: with the limit at the next free one the server gets none.
  const int next = ::dup(0);
  ::close(next);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(next);
  ASSERT_EQ(last.get("/").status, 200);
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server->port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_TRUE(wait_for([&] { return server->counters().accept_errors > 0; }));
  EXPECT_EQ(waiting_room.get("/").status, 200);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(wait_for([&] { return server->counters().connections == 3; }));
  ::close(client);
}

TEST(HttpServer, TellsAClientThatAsksTooOftenToWait) {
  HttpOptions options;
  options.client = {.requests_per_second = 0.001, .requests_burst = 2, .loopback = true};
  const auto server = serve(std::move(options));
  RawClient client(server->port());
  EXPECT_EQ(client.get("/v1").status, 200);
  EXPECT_EQ(client.get("/v1").status, 200);
  const Answer answer = client.get("/v1");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(code_of(answer), kHttpRate.name);
  EXPECT_NE(answer.head.find("Retry-After: 1"), std::string::npos);
}

TEST(HttpServer, ServesManyConnectionsAtOnce) {
  const auto server = serve();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(std::make_unique<RawClient>(server->port()));
  for (int round = 0; round < 3; ++round) {
    for (auto& client : clients) client->send(post("body"));
    for (auto& client : clients) EXPECT_EQ(client->receive().status, 200);
  }
  EXPECT_EQ(server->counters().requests, 600u);
}

TEST(HttpServer, WaitsForAnAnswerFromAnotherThread) {
  std::promise<Reply> promised;
  const auto server =
      serve({}, [&](const Request&, Reply reply) { promised.set_value(std::move(reply)); });
  RawClient client(server->port());
  client.send(post("a"));
  const Reply reply = promised.get_future().get();
  Response response;
  response.status = 202;
  reply(response);
  reply(Response{});
  EXPECT_EQ(client.receive().status, 202);
}

TEST(HttpServer, AnswersForAHandlerThatForgetsOrIsTooSlow) {
  HttpOptions options;
  options.answer_time = Milliseconds(50);
  std::mutex lock;
  std::vector<Reply> kept;
  const auto server = serve(options, [&](const Request& request, Reply reply) {
    const std::lock_guard guard(lock);
    if (request.method == "POST") kept.push_back(std::move(reply));
  });
  RawClient client(server->port());
  const Answer forgotten = client.get("/");
  EXPECT_EQ(forgotten.status, 503);
  EXPECT_EQ(code_of(forgotten), kHttpStopping.name);
  client.send(post("a"));
  const Answer late = client.receive();
  EXPECT_EQ(late.status, 504);
  EXPECT_EQ(code_of(late), kHttpAnswer.name);
  const std::lock_guard guard(lock);
  kept.at(0)(Response{});
}

TEST(HttpServer, StreamsEventsAsTheyComeAndKeepsASilentStreamAlive) {
  HttpOptions options;
  options.heartbeat_time = Milliseconds(50);
  std::atomic<int> ready{1};
  const auto server = serve(options, [&](const Request&, const Reply& reply) {
    Response response;
    response.content_type = "text/event-stream";
    response.events = [&ready, sent = 0]() mutable {
      return sent < ready ? "id: " + std::to_string(++sent) + "\n\n" : std::string();
    };
    reply(std::move(response));
  });
  RawClient client(server->port());
  client.send("GET /events HTTP/1.1\r\nHost: n\r\n\r\n");
  const std::string head = client.receive_until("\r\n\r\n");
  EXPECT_NE(head.find("Content-Type: text/event-stream"), std::string::npos);
  EXPECT_EQ(head.find("Content-Length"), std::string::npos);
  EXPECT_EQ(client.receive_until("id: 1\n\n"), ":\n\nid: 1\n\n");
  EXPECT_EQ(client.receive_until(":\n\n"), ":\n\n");
  ready = 3;
  server->wake_streams();
  const std::string next = client.receive_until("id: 3\n\n");
  EXPECT_NE(next.find("id: 2\n\n"), std::string::npos);
  EXPECT_EQ(server->counters().streams_open, 1u);
}

TEST(HttpServer, DropsAStreamThatIsNotReadAndBoundsTheirNumber) {
  HttpOptions options;
  options.write_time = Milliseconds(200);
  options.streams_max = 1;
  std::atomic<bool> endless{false};
  const auto server = serve(options, [&](const Request&, const Reply& reply) {
    Response response;
    response.events = [&] { return endless ? std::string(kEventPieceBytes, 'e') : std::string(); };
    reply(std::move(response));
  });
  RawClient first(server->port());
  first.send("GET / HTTP/1.1\r\nHost: n\r\n\r\n");
  ASSERT_NE(first.receive_until(":\n\n"), "");
  RawClient second(server->port());
  const Answer refused = second.get("/");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(code_of(refused), kHttpConnections.name);
  endless = true;
  server->wake_streams();
  EXPECT_TRUE(wait_for([&] { return server->counters().streams_open == 0; }));
}

TEST(HttpServer, StopsCleanlyWithIdleRunningAndStreamingConnections) {
  HttpOptions options;
  std::promise<Reply> promised;
  auto server = serve(options, [&](Request request, Reply reply) {
    if (request.method == "POST") return promised.set_value(std::move(reply));
    if (request.path.empty()) return echo(std::move(request), reply);
    Response response;
    response.events = [] { return std::string(); };
    reply(std::move(response));
  });
  RawClient idle(server->port());
  EXPECT_EQ(idle.get("/").status, 200);
  RawClient stream(server->port());
  stream.send("GET /events HTTP/1.1\r\nHost: n\r\n\r\n");
  ASSERT_NE(stream.receive_until(":\n\n"), "");
  RawClient running(server->port());
  running.send(post("a"));
  const Reply reply = promised.get_future().get();
  std::thread stopper([&] { server->stop(); });
  EXPECT_TRUE(idle.is_closed());
  EXPECT_TRUE(stream.is_closed());
  reply(Response{});
  const Answer answer = running.receive();
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.head.find("Connection: close"), std::string::npos);
  stopper.join();
  reply(Response{});
  EXPECT_FALSE(RawClient(server->port()).connected());
}

TEST(HttpServer, ClosesWhatRunsTooLongWhenItStops) {
  HttpOptions options;
  options.stop_time = Milliseconds(50);
  std::promise<Reply> promised;
  auto server =
      serve(options, [&](const Request&, Reply reply) { promised.set_value(std::move(reply)); });
  RawClient client(server->port());
  client.send(post("a"));
  const Reply reply = promised.get_future().get();
  server->stop();
  EXPECT_EQ(client.receive().status, 0);
  server.reset();
  reply(Response{});
}

TEST(HttpServer, SaysWhyItCannotListen) {
  const auto first = serve();
  HttpOptions options;
  options.port = first->port();
  const auto second = HttpServer::listen(options, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, error_code::kListen);
  EXPECT_NE(second.error().message.find(std::to_string(options.port)), std::string::npos);
  options.address = "not an address";
  EXPECT_FALSE(HttpServer::listen(options, echo));
}

}  // namespace
}  // namespace node::api

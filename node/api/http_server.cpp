#include "node/api/http_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>
#include <vector>

#include "node/api/codes.h"
#include "node/api/http_session.h"
#include "node/api/problem.h"
#include "node/runtime_thread.h"

namespace node::api {
namespace {

using asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;

constexpr auto kUse = asio::as_tuple(asio::use_awaitable_t<Executor>{});

// How long the acceptor rests when the process is out of descriptors or memory.
constexpr Milliseconds kAcceptRest{200};
constexpr Milliseconds kAcceptLogEvery{10000};

std::unique_ptr<Acceptor> open_acceptor(asio::io_context& io, const HttpOptions& options,
                                        boost::system::error_code& error) {
  const auto address = asio::ip::make_address(options.address, error);
  if (error) return nullptr;
  const tcp::endpoint endpoint(address, options.port);
  auto acceptor = std::make_unique<Acceptor>(io.get_executor());
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
  if (error) return nullptr;
  return acceptor;
}

}  // namespace

struct HttpServer::Parts {
  Parts(HttpOptions options, Handler handler)
      : io(std::make_shared<asio::io_context>(1)),
        host(std::move(options), std::move(handler), io),
        rest(io->get_executor()),
        stop_timer(io->get_executor()) {
    host.on_session_end = [this] {
      if (host.stopping && host.sessions.empty()) stop_timer.cancel();
    };
  }

  Awaitable<void> accept_all();
  void take(Socket socket);
  void begin_stop();
  void close_all();
  std::vector<std::shared_ptr<HttpSession>> all_sessions() const;

  std::shared_ptr<asio::io_context> io;
  SessionHost host;
  std::unique_ptr<Acceptor> acceptor;
  std::uint16_t port = 0;
  Timer rest;
  Timer stop_timer;
  std::vector<std::unique_ptr<Timer>> later;
  std::thread thread;
};

Awaitable<void> HttpServer::Parts::accept_all() {
  auto logged = std::chrono::steady_clock::now() - kAcceptLogEvery;
  while (!host.stopping) {
    auto [error, socket] = co_await acceptor->async_accept(kUse);
    if (host.stopping) co_return;
    if (!error) {
      take(std::move(socket));
      continue;
    }
    if (error == asio::error::connection_aborted) continue;
    // Out of descriptors or memory: those who hold them will give them back; accepting goes on.
    host.counters.accept_errors.fetch_add(1, std::memory_order_relaxed);
    const auto now = std::chrono::steady_clock::now();
    if (host.options.log && now - logged >= kAcceptLogEvery) {
      logged = now;
      host.options.log("cannot accept HTTP connections: " + error.message());
    }
    rest.expires_after(kAcceptRest);
    const auto [rested] = co_await rest.async_wait(kUse);
    static_cast<void>(rested);
  }
}

void HttpServer::Parts::take(Socket socket) {
  HttpCounters& counters = host.counters;
  counters.connections.fetch_add(1, std::memory_order_relaxed);
  boost::system::error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return;
  const auto now = std::chrono::steady_clock::now();
  const std::string address = peer.address().to_string();
  const std::string name = Clients::name(address);
  const std::string client = name.empty() && host.options.client.loopback ? address : name;
  const bool full = host.sessions.size() >= host.options.connections_hard;
  if (full || !host.clients.open(client, now)) {
    counters.connections_refused.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  socket.set_option(tcp::no_delay(true), error);
  auto session = std::make_shared<HttpSession>(host, std::move(socket), client);
  if (host.sessions.size() < host.options.connections_soft) return session->start({});
  counters.connections_refused.fetch_add(1, std::memory_order_relaxed);
  session->start(
      problem_later(503, {kHttpConnections, "", "The node has all the connections it takes."}, 1));
}

std::vector<std::shared_ptr<HttpSession>> HttpServer::Parts::all_sessions() const {
  std::vector<std::shared_ptr<HttpSession>> all;
  for (const auto& [key, weak] : host.sessions) {
    if (auto session = weak.lock()) all.push_back(std::move(session));
  }
  return all;
}

void HttpServer::Parts::begin_stop() {
  host.stopping = true;
  boost::system::error_code ignored;
  acceptor->close(ignored);
  rest.cancel();
  for (const auto& timer : later) timer->cancel();
  if (host.sessions.empty()) return;
  stop_timer.expires_after(host.options.stop_time);
  stop_timer.async_wait([this](boost::system::error_code) { close_all(); });
  for (const auto& session : all_sessions()) session->finish();
}

void HttpServer::Parts::close_all() {
  for (const auto& session : all_sessions()) session->close();
}

HttpServer::HttpServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

HttpServer::~HttpServer() { stop(); }

crypto::Result<std::unique_ptr<HttpServer>> HttpServer::listen(HttpOptions options,
                                                               Handler handler) {
  auto parts = std::make_unique<Parts>(std::move(options), std::move(handler));
  boost::system::error_code error;
  parts->acceptor = open_acceptor(*parts->io, parts->host.options, error);
  if (!parts->acceptor) {
    const HttpOptions& wanted = parts->host.options;
    return crypto::Unexpected{
        crypto::Error{std::string(error_code::kListen),
                      fmt::format("The node cannot listen on {} port {}: {}.", wanted.address,
                                  wanted.port, error.message()),
                      "Name an address of this machine and a port that no other program uses."}};
  }
  parts->port = parts->acceptor->local_endpoint(error).port();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(parts)));
}

void HttpServer::run() {
  CHECK(!parts_->thread.joinable());
  asio::co_spawn(parts_->io->get_executor(), parts_->accept_all(), [](std::exception_ptr escaped) {
    if (escaped) crypto::fatal("the HTTP acceptor ended with an exception");
  });
  parts_->thread = start_thread("http", [io = parts_->io.get()] { io->run(); });
}

std::uint16_t HttpServer::port() const { return parts_->port; }

const HttpCounters& HttpServer::counters() const { return parts_->host.counters; }

void HttpServer::post(std::function<void()> function) {
  asio::post(*parts_->io, std::move(function));
}

void HttpServer::post_at(std::chrono::steady_clock::time_point moment,
                         std::function<void()> function) {
  post([parts = parts_.get(), moment, function = std::move(function)] {
    if (parts->host.stopping) return;
    parts->later.push_back(std::make_unique<Timer>(parts->io->get_executor(), moment));
    parts->later.back()->async_wait(
        [parts, timer = parts->later.back().get(), function](boost::system::error_code error) {
          std::erase_if(parts->later, [&](const auto& held) { return held.get() == timer; });
          if (!error) function();
        });
  });
}

void HttpServer::wake_streams() {
  asio::post(*parts_->io, [parts = parts_.get()] {
    for (const auto& [key, weak] : parts->host.sessions) {
      if (const auto session = weak.lock()) session->wake();
    }
  });
}

void HttpServer::stop() {
  if (!parts_->thread.joinable()) return;
  asio::post(*parts_->io, [parts = parts_.get()] { parts->begin_stop(); });
  parts_->thread.join();
}

}  // namespace node::api

// One connection of the HTTP server: a coroutine that takes a request, asks the handler, sends the
// answer, and goes on. Included by http_session.cpp and http_server.cpp only.
//
// Thread rule: everything here runs on the server's thread; a Reply alone crosses threads.
//
// Deadlines: one timer a session. A later deadline only moves a variable, the timer looks at it
// when it fires; so the usual request touches no timer at all.
//
// The head is parsed by Beast after two checks of our own on its raw bytes: every line ends with
// CR LF, and none is folded. Bodies have a Content-Length and are read straight into the request.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <map>
#include <optional>

#include "crypto/reject.h"
#include "node/api/http.h"
#include "node/api/http_options.h"

namespace node::api {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;
template <class T>
using Awaitable = asio::awaitable<T, Executor>;

// The head of a request as Beast gives it.
using Message = boost::beast::http::request<boost::beast::http::empty_body>;

class HttpSession;

// What the sessions of one server share. Outlives them.
struct SessionHost {
  SessionHost(HttpOptions options_, Handler handler_, std::shared_ptr<asio::io_context> io_)
      : options(std::move(options_)),
        handler(std::move(handler_)),
        io(std::move(io_)),
        clients(options.client) {}

  HttpOptions options;
  Handler handler;
  std::shared_ptr<asio::io_context> io;
  HttpCounters counters;
  Clients clients;
  std::map<HttpSession*, std::weak_ptr<HttpSession>> sessions;
  bool stopping = false;
  std::function<void()> on_session_end;

  // The Date header of this second.
  const std::string& date();

 private:
  std::int64_t date_second_ = -1;
  std::string date_;
};

class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  using Time = std::chrono::steady_clock::time_point;

  HttpSession(SessionHost& host, Socket socket, std::string client);
  ~HttpSession();
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  // Starts the coroutine. With a refusal, that is sent and the connection closed.
  void start(std::optional<Response> refusal);

  // The handler's answer to the request with this number; a late one is dropped.
  void deliver(std::uint64_t number, Response response);
  // The event stream may have something new.
  void wake();
  // No further request; what runs is answered.
  void finish();
  void close();

 private:
  Awaitable<void> run(std::shared_ptr<HttpSession> self);
  Awaitable<bool> exchange();
  // Bytes of the next head in the buffer; 0: there is none, perhaps with a refusal set.
  Awaitable<std::size_t> receive_head();
  Awaitable<void> receive_body();
  Awaitable<void> send_continue();
  Awaitable<void> ask_handler();
  Awaitable<void> send();
  Awaitable<void> stream();
  Awaitable<void> linger();

  void read_head(std::string_view head);
  void read_request(const Message& message);
  Reply make_reply();
  std::string answer_head(std::size_t body_size);
  void count_answer();
  bool may_stream() const;
  void refuse(Response response);
  void refuse_bytes(int status, const crypto::RejectCode& code, std::string message);

  void set_deadline(Time deadline);
  void arm();

  SessionHost& host_;
  Socket socket_;
  std::string client_;
  Timer deadline_timer_;
  Timer signal_;  // fires or is cancelled when the coroutine shall look again
  boost::beast::flat_buffer buffer_{kHeadBytesMax};

  Time deadline_;
  Time armed_until_;
  bool armed_ = false;
  bool expired_ = false;

  Request request_;
  std::optional<Response> response_;
  std::uint64_t number_ = 0;  // of the request on this connection
  std::size_t body_size_ = 0;
  Time began_;
  bool expects_continue_ = false;
  bool head_only_ = false;
  bool reads_ = false;  // GET or HEAD
  bool keep_alive_ = false;
  bool waiting_ = false;  // for the first byte of a request
  bool refused_ = false;
  bool streaming_ = false;
  bool finishing_ = false;
  bool gone_ = false;  // the connection is of no further use
};

}  // namespace node::api

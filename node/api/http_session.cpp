#include "node/api/http_session.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <ctime>

#include "node/api/codes.h"
#include "node/api/problem.h"
#include "node/api/target.h"

namespace node::api {
namespace {

namespace http = boost::beast::http;

constexpr auto kUse = asio::as_tuple(asio::use_awaitable_t<Executor>{});

// Input that is still read after an answer that closes, so that the answer is not lost to a reset.
constexpr std::size_t kLingerBytesMax = 1024 * 1024;
constexpr Milliseconds kLingerTime{1000};

HttpSession::Time now() { return std::chrono::steady_clock::now(); }

// What the raw bytes of a head, or of its beginning, do wrong; empty: nothing. `from` is where new
// bytes begin. Two programs that disagree on where a line ends disagree on where a request ends.
std::string_view line_fault(std::string_view head, std::size_t from) {
  for (std::size_t i = from; i < head.size(); ++i) {
    const char before = i > 0 ? head[i - 1] : '\0';
    if (head[i] == '\n' && before != '\r') return "A line ends with LF alone.";
    if (head[i] != '\n' && before == '\r') return "A line holds a CR that is not followed by LF.";
    if (before == '\n' && (head[i] == ' ' || head[i] == '\t')) return "A header line is folded.";
  }
  return {};
}

std::string media_type(std::string_view value) {
  std::string type(value.substr(0, value.find(';')));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
  for (char& c : type) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return type;
}

std::string_view to_std(boost::beast::string_view text) { return {text.data(), text.size()}; }

struct HeadFault {
  int status;
  crypto::RejectCode code;
  std::string_view message;
};

// What a well-formed head asks for that this server does not offer.
std::optional<HeadFault> message_fault(const Message& message) {
  const auto count = [&](http::field name) { return message.count(name); };
  if (std::distance(message.begin(), message.end()) > std::ptrdiff_t{kHeaderLinesMax}) {
    return HeadFault{431, kHttpHeadSize, "The header has more than 64 lines."};
  }
  if (message.target().size() > kTargetBytesMax) {
    return HeadFault{414, kHttpTargetSize, "The address is longer than 4 KiB."};
  }
  if (count(http::field::host) > 1 || (message.version() == 11 && count(http::field::host) == 0)) {
    return HeadFault{400, kHttpMalformed, "There must be exactly one Host header."};
  }
  if (count(http::field::upgrade) > 0) {
    return HeadFault{400, kHttpMalformed, "Upgrades are not offered."};
  }
  if (count(http::field::transfer_encoding) > 0) {
    return HeadFault{411, kHttpLength, "The body has a Transfer-Encoding."};
  }
  if (count(http::field::content_encoding) > 0) {
    return HeadFault{415, kMediaType, "The body is compressed or otherwise encoded."};
  }
  if (count(http::field::content_length) > 1 ||
      message[http::field::content_length].find(',') != boost::beast::string_view::npos) {
    return HeadFault{400, kHttpMalformed, "There is more than one Content-Length."};
  }
  const auto expect = message[http::field::expect];
  if (!expect.empty() && !boost::beast::iequals(expect, "100-continue")) {
    return HeadFault{417, kHttpExpect, "The Expect header is not understood."};
  }
  return std::nullopt;
}

// Carries one answer from any thread to its session, and answers for a handler that forgot.
class Answer {
 public:
  Answer(std::weak_ptr<HttpSession> session, std::weak_ptr<asio::io_context> io,
         std::uint64_t number)
      : session_(std::move(session)), io_(std::move(io)), number_(number) {}

  ~Answer() {
    if (given_.test_and_set()) return;
    deliver(problem_later(503, {kHttpStopping, "", "The node is stopping."}, 1));
  }

  void give(Response response) {
    if (!given_.test_and_set()) deliver(std::move(response));
  }

 private:
  void deliver(Response response) {
    const std::shared_ptr<asio::io_context> io = io_.lock();
    if (!io) return;
    if (io->get_executor().running_in_this_thread()) {
      if (const auto session = session_.lock()) session->deliver(number_, std::move(response));
      return;
    }
    asio::post(*io, [weak = session_, number = number_, answer = std::move(response)]() mutable {
      if (const auto session = weak.lock()) session->deliver(number, std::move(answer));
    });
  }

  std::weak_ptr<HttpSession> session_;
  std::weak_ptr<asio::io_context> io_;
  std::uint64_t number_;
  std::atomic_flag given_;
};

}  // namespace

const std::string& SessionHost::date() {
  const std::time_t second = std::time(nullptr);
  if (second != date_second_) {
    std::tm utc{};
    ::gmtime_r(&second, &utc);
    std::array<char, 40> text{};
    const std::size_t size =
        std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
    date_.assign(text.data(), size);
    date_second_ = second;
  }
  return date_;
}

HttpSession::HttpSession(SessionHost& host, Socket socket, std::string client)
    : host_(host),
      socket_(std::move(socket)),
      client_(std::move(client)),
      deadline_timer_(socket_.get_executor()),
      signal_(socket_.get_executor()) {}

HttpSession::~HttpSession() = default;

void HttpSession::start(std::optional<Response> refusal) {
  host_.sessions.emplace(this, weak_from_this());
  host_.counters.connections_open.fetch_add(1, std::memory_order_relaxed);
  if (refusal) refuse(std::move(*refusal));
  asio::co_spawn(socket_.get_executor(), run(shared_from_this()), [](std::exception_ptr escaped) {
    if (escaped) crypto::fatal("an HTTP session ended with an exception");
  });
}

void HttpSession::deliver(std::uint64_t number, Response response) {
  if (number != number_ || response_) return;
  response_ = std::move(response);
  signal_.cancel();
}

void HttpSession::wake() {
  if (streaming_) signal_.cancel();
}

void HttpSession::finish() {
  finishing_ = true;
  signal_.cancel();
  if (waiting_) close();
}

void HttpSession::close() {
  gone_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
  signal_.cancel();
}

// ---- deadlines -----------------------------------------------------------------------------

void HttpSession::set_deadline(Time deadline) {
  deadline_ = deadline;
  expired_ = false;
  if (!armed_ || deadline < armed_until_) arm();
}

void HttpSession::arm() {
  armed_ = true;
  armed_until_ = deadline_;
  deadline_timer_.expires_at(deadline_);
  deadline_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto session = weak.lock();
    if (error || !session) return;
    session->armed_ = false;
    if (now() < session->deadline_) return session->arm();
    session->expired_ = true;
    boost::system::error_code ignored;
    session->socket_.cancel(ignored);
  });
}

// ---- the coroutine -------------------------------------------------------------------------

Awaitable<void> HttpSession::run(std::shared_ptr<HttpSession> self) {
  if (refused_) {
    co_await send();
  } else {
    for (;;) {
      const auto more = co_await exchange();
      if (!more) break;
    }
  }
  co_await linger();
  deadline_timer_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
  host_.counters.connections_open.fetch_sub(1, std::memory_order_relaxed);
  host_.clients.close(client_);
  host_.sessions.erase(self.get());
  host_.on_session_end();
}

Awaitable<bool> HttpSession::exchange() {
  ++number_;
  response_.reset();
  const auto head_size = co_await receive_head();
  if (head_size > 0) {
    const auto* data = static_cast<const char*>(buffer_.data().data());
    read_head(std::string_view(data, head_size));
    buffer_.consume(head_size);
    if (!refused_) co_await receive_body();
  }
  if (!refused_ && head_size > 0 && !gone_ && !host_.clients.request(client_, now())) {
    refuse(problem_later(429, {kHttpRate, "", "This client sends too many requests."}, 1));
  }
  if (!refused_ && (head_size == 0 || gone_)) {
    gone_ = true;
    co_return false;
  }
  if (!refused_) co_await ask_handler();
  if (response_->events && !may_stream()) {
    refuse(problem_later(503, {kHttpConnections, "", "There are too many event streams."}, 10));
  }
  if (response_->events && !head_only_) {
    co_await stream();
    co_return false;
  }
  co_await send();
  co_return keep_alive_ && !gone_;
}

Awaitable<std::size_t> HttpSession::receive_head() {
  std::size_t checked = 0;
  began_ = now();
  waiting_ = buffer_.size() == 0;
  if (waiting_) set_deadline(began_ + host_.options.idle_time);
  for (;;) {
    const std::string_view arrived(static_cast<const char*>(buffer_.data().data()), buffer_.size());
    const std::size_t end = arrived.find("\r\n\r\n", checked < 3 ? 0 : checked - 3);
    const std::string_view head = arrived.substr(0, end == arrived.npos ? end : end + 4);
    const std::string_view fault = line_fault(head, checked);
    if (!fault.empty()) refuse_bytes(400, kHttpMalformed, std::string(fault));
    if (!fault.empty()) co_return 0;
    if (end != arrived.npos) co_return head.size();
    checked = arrived.size();
    if (checked == kHeadBytesMax) {
      refuse_bytes(431, kHttpHeadSize, "The header is larger than 16 KiB.");
      co_return 0;
    }
    if (checked > 0) set_deadline(began_ + host_.options.head_time);
    if (gone_ || (finishing_ && checked == 0)) co_return 0;
    const auto room = buffer_.prepare(kHeadBytesMax - checked);
    const auto [error, size] = co_await socket_.async_read_some(room, kUse);
    if (error) {
      const bool slow = expired_ && checked > 0 && !gone_;
      if (slow) refuse_bytes(408, kHttpTimeout, "The header took longer than allowed.");
      co_return 0;
    }
    if (checked == 0) began_ = now();
    waiting_ = false;
    buffer_.commit(size);
  }
}

Awaitable<void> HttpSession::receive_body() {
  if (body_size_ == 0) co_return;
  std::size_t have = std::min(buffer_.size(), body_size_);
  request_.body.assign(static_cast<const char*>(buffer_.data().data()), have);
  buffer_.consume(have);
  if (have < body_size_ && expects_continue_) co_await send_continue();
  while (have < body_size_) {
    if (have == request_.body.size()) {
      request_.body.resize(std::min(body_size_, std::max(2 * have, kBodyStepBytes)));
    }
    // At least so many bytes a second, and never longer than a request may take.
    const Milliseconds earned(1000 * have / host_.options.body_bytes_per_second);
    const Milliseconds allowed = host_.options.head_time + earned;
    set_deadline(began_ + std::min(host_.options.request_time, allowed));
    if (gone_) co_return;
    const auto room = asio::buffer(request_.body.data() + have, request_.body.size() - have);
    const auto [error, size] = co_await socket_.async_read_some(room, kUse);
    if (error) {
      const bool slow = expired_ && !gone_;
      if (slow) refuse_bytes(408, kHttpTimeout, "The body took longer than allowed.");
      gone_ = gone_ || !slow;
      co_return;
    }
    have += size;
  }
}

Awaitable<void> HttpSession::send_continue() {
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  set_deadline(now() + host_.options.write_time);
  const auto bytes = asio::buffer(kContinue.data(), kContinue.size());
  const auto [error, size] = co_await asio::async_write(socket_, bytes, kUse);
  static_cast<void>(size);
  gone_ = gone_ || error;
}

Awaitable<void> HttpSession::ask_handler() {
  host_.counters.requests.fetch_add(1, std::memory_order_relaxed);
  Reply reply = make_reply();
  host_.handler(std::move(request_), std::move(reply));
  request_ = {};
  const Time latest = now() + host_.options.answer_time;
  while (!response_ && !gone_ && now() < latest) {
    signal_.expires_at(latest);
    const auto [error] = co_await signal_.async_wait(kUse);
    static_cast<void>(error);
  }
  if (response_) co_return;
  response_ = problem(504, {kHttpAnswer, "", "The node did not answer in time."});
  keep_alive_ = false;
}

Reply HttpSession::make_reply() {
  auto answer = std::make_shared<Answer>(weak_from_this(), host_.io, number_);
  return [answer = std::move(answer)](Response response) { answer->give(std::move(response)); };
}

Awaitable<void> HttpSession::send() {
  if (finishing_ || number_ >= host_.options.requests_per_connection) keep_alive_ = false;
  count_answer();
  const std::string head = answer_head(response_->body.size());
  std::array<asio::const_buffer, 2> parts;
  parts[0] = asio::buffer(head);
  if (!head_only_) parts[1] = asio::buffer(response_->body);
  if (gone_) co_return;
  set_deadline(now() + host_.options.write_time);
  const auto [error, size] = co_await asio::async_write(socket_, parts, kUse);
  static_cast<void>(size);
  gone_ = gone_ || error;
}

Awaitable<void> HttpSession::stream() {
  const EventSource source = std::move(response_->events);
  response_->headers.emplace_back("X-Accel-Buffering", "no");
  keep_alive_ = false;
  count_answer();
  host_.counters.streams_open.fetch_add(1, std::memory_order_relaxed);
  std::string piece = answer_head(std::string::npos) + ":\n\n";
  streaming_ = true;
  while (!gone_ && !finishing_) {
    if (piece.empty()) piece = source();
    if (piece.empty()) {
      signal_.expires_after(host_.options.heartbeat_time);
      const auto [error] = co_await signal_.async_wait(kUse);
      if (error) continue;
      piece = ":\n\n";
    }
    set_deadline(now() + host_.options.write_time);
    const auto [error, size] = co_await asio::async_write(socket_, asio::buffer(piece), kUse);
    static_cast<void>(size);
    gone_ = gone_ || error;
    piece.clear();
  }
  host_.counters.streams_open.fetch_sub(1, std::memory_order_relaxed);
}

bool HttpSession::may_stream() const {
  return head_only_ ||
         host_.counters.streams_open.load(std::memory_order_relaxed) < host_.options.streams_max;
}

Awaitable<void> HttpSession::linger() {
  boost::system::error_code failed;
  if (!gone_) socket_.shutdown(asio::ip::tcp::socket::shutdown_send, failed);
  if (gone_ || failed) co_return;
  set_deadline(now() + kLingerTime);
  std::size_t left = kLingerBytesMax;
  buffer_.clear();
  while (left > 0 && !gone_ && !expired_) {
    const auto room = buffer_.prepare(kHeadBytesMax);
    const auto [error, size] = co_await socket_.async_read_some(room, kUse);
    if (error) co_return;
    left -= std::min(left, size);
  }
}

// ---- heads ---------------------------------------------------------------------------------

void HttpSession::refuse(Response response) {
  refused_ = true;
  keep_alive_ = false;
  response_ = std::move(response);
  host_.counters.requests_refused.fetch_add(1, std::memory_order_relaxed);
}

void HttpSession::refuse_bytes(int status, const crypto::RejectCode& code, std::string message) {
  refuse(problem(status, crypto::Reject(code, "", std::move(message))));
}

void HttpSession::read_head(std::string_view head) {
  keep_alive_ = expects_continue_ = head_only_ = reads_ = false;
  body_size_ = 0;
  http::request_parser<http::empty_body> parser;
  parser.header_limit(kHeadBytesMax);
  parser.skip(true);
  boost::beast::error_code error;
  parser.put(asio::buffer(head.data(), head.size()), error);
  const auto& message = parser.get();
  const bool known = message.version() == 11 || message.version() == 10;
  if (error == http::error::bad_version || (!error && !known)) {
    return refuse_bytes(505, kHttpVersion, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
  }
  if (error) {
    return refuse_bytes(400, kHttpMalformed, "The header is malformed: " + error.message() + ".");
  }
  if (const auto fault = message_fault(message)) {
    return refuse_bytes(fault->status, fault->code, std::string(fault->message));
  }
  const std::uint64_t announced = parser.content_length().value_or(0);
  if (announced > kBodyBytesMax) {
    return refuse_bytes(413, kHttpBodySize, "The body is larger than 1 MiB.");
  }
  body_size_ = announced;
  read_request(message);
}

void HttpSession::read_request(const Message& message) {
  auto target = split_target(to_std(message.target()));
  if (!target) return refuse(problem(400, target.error()));

  expects_continue_ = message.count(http::field::expect) > 0 && message.version() == 11;
  keep_alive_ = message.version() == 11 && message.keep_alive();
  head_only_ = message.method() == http::verb::head;
  request_.method = head_only_ ? "GET" : std::string(to_std(message.method_string()));
  reads_ = request_.method == "GET";
  request_.path = std::move(target->path);
  request_.query = std::move(target->query);
  request_.content_type = media_type(to_std(message[http::field::content_type]));
  request_.accept = std::string(to_std(message[http::field::accept]));
  request_.last_event_id = std::string(to_std(message["Last-Event-ID"]));
}

std::string HttpSession::answer_head(std::size_t body_size) {
  std::string head;
  head.reserve(320);
  head.append("HTTP/1.1 ").append(std::to_string(response_->status)).append(" ");
  head.append(reason_phrase(response_->status)).append("\r\nDate: ").append(host_.date());
  if (!response_->content_type.empty()) {
    head.append("\r\nContent-Type: ").append(response_->content_type);
  }
  if (body_size != std::string::npos) {
    head.append("\r\nContent-Length: ").append(std::to_string(body_size));
  }
  bool caching_stated = false;
  for (const auto& [name, value] : response_->headers) {
    head.append("\r\n").append(name).append(": ").append(value);
    caching_stated = caching_stated || name == "Cache-Control";
  }
  if (!caching_stated) head.append("\r\nCache-Control: no-store");
  if (host_.options.any_site_reads && reads_) {
    head.append("\r\nAccess-Control-Allow-Origin: *");
  }
  head.append("\r\nX-Content-Type-Options: nosniff");
  if (!keep_alive_) head.append("\r\nConnection: close");
  head.append("\r\n\r\n");
  return head;
}

void HttpSession::count_answer() {
  HttpCounters& counters = host_.counters;
  const int hundreds = response_->status / 100;
  auto& counter = hundreds == 2   ? counters.answers_2xx
                  : hundreds == 4 ? counters.answers_4xx
                                  : counters.answers_5xx;
  counter.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace node::api

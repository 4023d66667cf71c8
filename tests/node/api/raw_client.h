// A client that sends exactly the bytes a test wants, over a real loopback socket. Blocking, with a
// receive time-out so that a server that says nothing fails the test instead of hanging it.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace node::api {

struct Answer {
  int status = 0;
  std::string head;
  std::string body;
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int timeout_seconds = 10) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    timeval wait{};
    wait.tv_sec = timeout_seconds;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  int descriptor() const { return socket_; }

  // False: the server has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // The next answer; status 0: the server closed, or said nothing in time.
  Answer receive(bool has_body = true) {
    Answer answer;
    if (!fill_until("\r\n\r\n")) return answer;
    const std::size_t end = buffer_.find("\r\n\r\n") + 4;
    answer.head = buffer_.substr(0, end);
    buffer_.erase(0, end);
    answer.status = std::stoi(answer.head.substr(9, 3));
    const std::size_t length = answer.head.find("Content-Length: ");
    if (length == std::string::npos || !has_body) return answer;
    const auto size = static_cast<std::size_t>(std::stoul(answer.head.substr(length + 16)));
    while (buffer_.size() < size && fill()) {
    }
    answer.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return answer;
  }

  Answer get(std::string_view target) {
    send("GET " + std::string(target) + " HTTP/1.1\r\nHost: n\r\n\r\n");
    return receive();
  }

  // Everything up to and with `end`; empty: it did not come.
  std::string receive_until(std::string_view end) {
    if (!fill_until(end)) return {};
    const std::size_t size = buffer_.find(end) + end.size();
    std::string text = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return text;
  }

  // True: the server closes without another byte.
  bool is_closed() { return buffer_.empty() && !fill(); }

 private:
  bool fill() {
    char bytes[65536];
    const ssize_t size = ::recv(socket_, bytes, sizeof bytes, 0);
    if (size <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(size));
    return true;
  }
  bool fill_until(std::string_view end) {
    while (buffer_.find(end) == std::string::npos) {
      if (!fill()) return false;
    }
    return true;
  }

  int socket_ = -1;
  bool connected_ = false;
  std::string buffer_;
};

}  // namespace node::api

// HTTP to a node, on libcurl: one keep-alive connection, so one thread at a time. Every request has
// a deadline. What the node answers is the caller's to judge; an Error means that no answer came.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "crypto/bytes.h"
#include "crypto/expected.h"

namespace tools {

namespace error_code {

inline constexpr std::string_view kNodeUnreachable = "E-NODE-UNREACHABLE";  // no connection
inline constexpr std::string_view kNodeTimeout = "E-NODE-TIMEOUT";          // no answer in time
inline constexpr std::string_view kNodeBusy = "E-NODE-BUSY";      // no room until the deadline
inline constexpr std::string_view kNodeAnswer = "E-NODE-ANSWER";  // not the answer of a node

}  // namespace error_code

struct HttpResponse {
  long status = 0;
  std::string content_type;
  crypto::Bytes body;
  long retry_after_s = 0;  // 0: not stated
};

struct HttpOptions {
  std::string node = "http://127.0.0.1:8600";  // scheme, host and port
  long connect_timeout_ms = 5'000;
  long timeout_ms = 60'000;
};

class HttpClient {
 public:
  explicit HttpClient(HttpOptions options);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  // `path` begins with "/v1/…" and is encoded already (encode_segment). Errors: E-NODE-UNREACHABLE,
  // E-NODE-TIMEOUT (the outcome is unknown; repeating is safe).
  crypto::Result<HttpResponse> get(const std::string& path);
  crypto::Result<HttpResponse> post(const std::string& path, const std::string& content_type,
                                    crypto::ByteView body);

  const std::string& node() const;

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

// Percent-encodes one segment of a path or one value of a query (RFC 3986 unreserved stay).
std::string encode_segment(std::string_view text);

}  // namespace tools

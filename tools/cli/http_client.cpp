#include "tools/cli/http_client.h"

#include <curl/curl.h>

#include <cstdlib>

#include "crypto/check.h"

namespace tools {
namespace {

// What a node may answer at the most: a page of 1,000 records of 16 KiB, in JSON.
constexpr std::size_t kAnswerBytesMax = 64 * 1024 * 1024;

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* target) {
  auto& body = *static_cast<crypto::Bytes*>(target);
  if (body.size() + size * count > kAnswerBytesMax) return 0;
  body.append(data, size * count);
  return size * count;
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

bool is_timeout(CURLcode code) { return code == CURLE_OPERATION_TIMEDOUT; }

}  // namespace

struct HttpClient::Connection {
  HttpOptions options;
  CURL* curl = nullptr;

  ~Connection() {
    if (curl != nullptr) curl_easy_cleanup(curl);
  }

  crypto::Result<HttpResponse> perform(const std::string& path, curl_slist* headers) {
    HttpResponse response;
    const std::string url = options.node + path;
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &response.body);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, options.connect_timeout_ms);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, options.timeout_ms);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) {
      return crypto::Unexpected{crypto::Error{
          std::string(is_timeout(code) ? error_code::kNodeTimeout : error_code::kNodeUnreachable),
          "The node at " + options.node + " gave no answer: " + curl_easy_strerror(code) + ".",
          "Check that the node runs (greenledger node status) and that --node names it; repeating "
          "is safe."}};
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &response.status);
    char* content_type = nullptr;
    curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &content_type);
    if (content_type != nullptr) response.content_type = content_type;
    curl_off_t retry_after = 0;
    curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after);
    response.retry_after_s = static_cast<long>(retry_after);
    return response;
  }
};

HttpClient::HttpClient(HttpOptions options) : connection_(std::make_unique<Connection>()) {
  connection_->options = std::move(options);
  connection_->curl = curl_easy_init();
  CHECK(connection_->curl != nullptr);
}

HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

crypto::Result<HttpResponse> HttpClient::get(const std::string& path) {
  curl_easy_reset(connection_->curl);
  return connection_->perform(path, nullptr);
}

crypto::Result<HttpResponse> HttpClient::post(const std::string& path,
                                              const std::string& content_type,
                                              crypto::ByteView body) {
  CURL* curl = connection_->curl;
  curl_easy_reset(curl);
  // "Expect:" off: waiting for a 100 costs a round trip for each large body.
  std::unique_ptr<curl_slist, FreeList> headers(
      curl_slist_append(nullptr, ("Content-Type: " + content_type).c_str()));
  headers.reset(curl_slist_append(headers.release(), "Expect:"));
  curl_easy_setopt(curl, CURLOPT_POST, 1L);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  return connection_->perform(path, headers.get());
}

const std::string& HttpClient::node() const { return connection_->options.node; }

std::string encode_segment(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back(kDigits[byte >> 4]);
      out.push_back(kDigits[byte & 15]);
    }
  }
  return out;
}

}  // namespace tools

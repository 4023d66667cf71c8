#include "node/runtime/http_posts.h"

#include <curl/curl.h>

#include <algorithm>

#include "crypto/check.h"

namespace node {
namespace {

constexpr std::size_t kHeadBytesMax = 16 * 1024;
constexpr std::uint64_t kWaitMsMax = 3'600'000;

struct Place {
  CURL* curl = nullptr;
  std::string request;
  std::string body;
  std::size_t head_bytes = 0;
  std::size_t body_bytes_max = 0;
  char error[CURL_ERROR_SIZE] = {};
  bool busy = false;
};

// Fewer bytes than were brought end the transfer.
std::size_t take_body(char* data, std::size_t size, std::size_t count, void* target) {
  auto& place = *static_cast<Place*>(target);
  const std::size_t bytes = size * count;
  if (place.body.size() + bytes > place.body_bytes_max) return 0;
  place.body.append(data, bytes);
  return bytes;
}

std::size_t take_head(char*, std::size_t size, std::size_t count, void* target) {
  auto& place = *static_cast<Place*>(target);
  place.head_bytes += size * count;
  return place.head_bytes > kHeadBytesMax ? 0 : size * count;
}

std::string fault_of(const Place& place, CURLcode code) {
  if (code == CURLE_WRITE_ERROR) return "it sends more than is read";
  return place.error[0] == '\0' ? curl_easy_strerror(code) : place.error;
}

}  // namespace

struct HttpPosts::Parts {
  HttpPostsOptions options;
  CURLM* multi = nullptr;
  curl_slist* headers = nullptr;
  std::vector<Place> places;
};

HttpPosts::HttpPosts(HttpPostsOptions options) : parts_(std::make_unique<Parts>()) {
  CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
  parts_->multi = curl_multi_init();
  CHECK(parts_->multi != nullptr);
  // "Expect:" off: not every server knows it, and the body is small.
  for (const char* header : {"Content-Type: text/plain; charset=utf-8", "Expect:"}) {
    parts_->headers = curl_slist_append(parts_->headers, header);
    CHECK(parts_->headers != nullptr);
  }
  parts_->places.resize(options.places);
  for (Place& place : parts_->places) {
    place.body_bytes_max = options.answer_bytes_max;
    place.curl = curl_easy_init();
    CHECK(place.curl != nullptr);
  }
  parts_->options = std::move(options);
}

HttpPosts::~HttpPosts() {
  for (Place& place : parts_->places) {
    if (place.busy) curl_multi_remove_handle(parts_->multi, place.curl);
    curl_easy_cleanup(place.curl);
  }
  curl_multi_cleanup(parts_->multi);
  curl_slist_free_all(parts_->headers);
  curl_global_cleanup();
}

void HttpPosts::post(std::size_t at, const std::string& url, std::string body) {
  Place& place = parts_->places.at(at);
  CHECK(!place.busy);
  place.request = std::move(body);
  place.body.clear();
  place.head_bytes = 0;
  place.error[0] = '\0';
  place.busy = true;
  CURL* curl = place.curl;
  curl_easy_reset(curl);  // keeps the connection
  const auto timeout_ms = static_cast<long>(parts_->options.timeout_ms);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);  // a resolver that hangs must not hold a stop up
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "greenledgerd");
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, parts_->headers);
  curl_easy_setopt(curl, CURLOPT_POST, 1L);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, place.request.data());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(place.request.size()));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &place);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_head);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &place);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, place.error);
  if (!parts_->options.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, parts_->options.ca_file.c_str());
  }
  CHECK(curl_multi_add_handle(parts_->multi, curl) == CURLM_OK);
}

std::vector<HttpPosted> HttpPosts::wait(std::uint64_t most_ms) {
  std::vector<HttpPosted> ended;
  int running = 0;
  curl_multi_perform(parts_->multi, &running);
  int left = 0;
  const auto take = [&] {
    while (CURLMsg* message = curl_multi_info_read(parts_->multi, &left)) {
      const auto place =
          std::find_if(parts_->places.begin(), parts_->places.end(),
                       [&](const Place& one) { return one.curl == message->easy_handle; });
      HttpPosted posted;
      posted.place = static_cast<std::size_t>(place - parts_->places.begin());
      const CURLcode code = message->data.result;
      if (code == CURLE_OK) {
        long status = 0;
        curl_easy_getinfo(place->curl, CURLINFO_RESPONSE_CODE, &status);
        posted.status = static_cast<unsigned>(status);
        posted.body = std::move(place->body);
      } else {
        posted.fault = fault_of(*place, code);
      }
      curl_multi_remove_handle(parts_->multi, place->curl);
      place->busy = false;
      ended.push_back(std::move(posted));
    }
  };
  take();
  if (!ended.empty()) return ended;
  curl_multi_poll(parts_->multi, nullptr, 0, static_cast<int>(std::min(most_ms, kWaitMsMax)),
                  nullptr);
  curl_multi_perform(parts_->multi, &running);
  take();
  return ended;
}

void HttpPosts::wake() { curl_multi_wakeup(parts_->multi); }

}  // namespace node

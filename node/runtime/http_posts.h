// POST to servers that nobody vouches for, on libcurl: several at once on one thread, one to a
// place at a time. What they answer is bounded in bytes and in time, and no redirect is followed.
//
// Thread rule: wake() may be called from any thread, the rest belongs to one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace node {

struct HttpPostsOptions {
  std::size_t places = 0;
  std::size_t answer_bytes_max = 64 * 1024;
  std::uint64_t timeout_ms = 10'000;
  std::string ca_file;  // PEM; empty: the system's
};

struct HttpPosted {
  std::size_t place = 0;
  unsigned status = 0;  // 0: no answer that is one
  std::string body;
  std::string fault;  // why there is none
};

class HttpPosts {
 public:
  explicit HttpPosts(HttpPostsOptions options);
  ~HttpPosts();
  HttpPosts(const HttpPosts&) = delete;
  HttpPosts& operator=(const HttpPosts&) = delete;

  // Nothing is under way at this place (CHECK).
  void post(std::size_t place, const std::string& url, std::string body);

  // What has ended; waits for it so long at most, or until wake().
  std::vector<HttpPosted> wait(std::uint64_t most_ms);
  void wake();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace node

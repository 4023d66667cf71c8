// A few threads for work that is too long for the server's thread: signatures, scans. Bounded: what
// does not fit is refused at once, and the client told to come back.
//
// Thread rule: run() from any thread; stop() once, by the owner. Jobs own what they work on.
#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <functional>

namespace node::api {

class WorkPool {
 public:
  // `jobs_max` counts those that run and those that wait.
  WorkPool(std::size_t threads, std::size_t jobs_max) : jobs_max_(jobs_max), pool_(threads) {}

  // False: full.
  bool run(std::function<void()> job);

  // Finishes the jobs it has.
  void stop();

  std::size_t jobs() const { return jobs_.load(); }

 private:
  std::size_t jobs_max_;
  std::atomic<std::size_t> jobs_ = 0;
  boost::asio::thread_pool pool_;
};

}  // namespace node::api

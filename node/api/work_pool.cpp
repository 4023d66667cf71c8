#include "node/api/work_pool.h"

#include <boost/asio/post.hpp>

#include "node/runtime_thread.h"

namespace node::api {

bool WorkPool::run(std::function<void()> job) {
  if (jobs_.fetch_add(1) >= jobs_max_) {
    jobs_.fetch_sub(1);
    return false;
  }
  boost::asio::post(pool_, [this, job = std::move(job)] {
    thread_local const bool named = (name_this_thread("http pool"), true);
    static_cast<void>(named);
    job();
    jobs_.fetch_sub(1);
  });
  return true;
}

void WorkPool::stop() { pool_.join(); }

}  // namespace node::api

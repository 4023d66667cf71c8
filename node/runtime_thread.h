// Names of the node's threads, so that `top -H` and profiles tell which part of it is at work.
#pragma once

#include <sys/prctl.h>

#include <thread>
#include <utility>

namespace node {

// At most 15 characters. The replica's thread keeps the program's own name.
inline void name_this_thread(const char* name) { ::prctl(PR_SET_NAME, name); }

template <class Work>
std::thread start_thread(const char* name, Work work) {
  return std::thread([name, work = std::move(work)]() mutable {
    name_this_thread(name);
    work();
  });
}

}  // namespace node

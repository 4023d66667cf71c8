// A folder of its own for one test, gone with it.
#pragma once

#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "crypto/check.h"

namespace tests {

class ScratchFolder {
 public:
  ScratchFolder() {
    path_ = (std::filesystem::temp_directory_path() / "greenledger-XXXXXX").string();
    CHECK(::mkdtemp(path_.data()) != nullptr);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// From here on this process cannot write beyond `bytes` into any file: what a full disk does, for
// one process only and without being root. For child processes and death tests.
inline void refuse_writes_beyond(rlim_t bytes) {
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{bytes, bytes};
  CHECK(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

}  // namespace tests

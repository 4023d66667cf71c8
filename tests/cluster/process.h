// A program that a test runs: started with arguments, read line by line, killed or waited for. It
// ends with its owner, however the test ends.
//
// Thread rule: one thread, but kill() may be called from any while the process runs.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tests {

struct Ended {
  int code = 0;  // exit code, or 128 + the signal that ended it
  std::string output;
  std::string errors;
};

class Process {
 public:
  // stderr is kept in a file of `folder`. The environment is this process's with `environment`
  // added. CHECK: it can be started.
  Process(const std::filesystem::path& folder, const std::vector<std::string>& command,
          const std::map<std::string, std::string>& environment = {});
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  pid_t pid() const { return pid_; }

  // The next line of stdout. nullopt: stdout was closed, or nothing came in time.
  std::optional<std::string> read_line(std::chrono::milliseconds patience);
  void kill(int signal) const;
  // The rest of stdout, stderr, and how it ended. A process that does not end in time is killed,
  // and its code is 137.
  Ended wait(std::chrono::milliseconds patience = std::chrono::minutes(2));

 private:
  bool read_some(std::chrono::milliseconds patience);

  pid_t pid_ = 0;
  int output_ = -1;
  std::string unread_;
  std::filesystem::path errors_;
};

// Runs a program to its end.
Ended run(const std::filesystem::path& folder, const std::vector<std::string>& command,
          const std::map<std::string, std::string>& environment = {});

}  // namespace tests

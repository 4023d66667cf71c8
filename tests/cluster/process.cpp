#include "tests/cluster/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "crypto/check.h"

namespace tests {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

milliseconds left_until(Clock::time_point end) {
  return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(end - Clock::now()));
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> found;
  for (std::string& text : texts) found.push_back(text.data());
  found.push_back(nullptr);
  return found;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
  std::vector<std::string> lines;
  for (char** line = environ; *line != nullptr; ++line) lines.emplace_back(*line);
  for (const auto& [name, value] : added) lines.push_back(name + "=" + value);
  return lines;
}

}  // namespace

Process::Process(const fs::path& folder, const std::vector<std::string>& command,
                 const std::map<std::string, std::string>& environment)
    : errors_(folder / "stderr") {
  int ends[2];
  CHECK(::pipe2(ends, O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  CHECK(::posix_spawn_file_actions_init(&actions) == 0);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors_.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
  std::vector<std::string> words = command;
  std::vector<std::string> lines = environment_with(environment);
  const int failed = ::posix_spawn(&pid_, command.front().c_str(), &actions, nullptr,
                                   pointers(words).data(), pointers(lines).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  output_ = ends[0];
  CHECK(failed == 0);
}

Process::~Process() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(output_);
}

bool Process::read_some(milliseconds patience) {
  pollfd ready{output_, POLLIN, 0};
  if (::poll(&ready, 1, static_cast<int>(patience.count())) <= 0) return false;
  char bytes[4096];
  const ssize_t count = ::read(output_, bytes, sizeof bytes);
  if (count <= 0) return false;
  unread_.append(bytes, static_cast<std::size_t>(count));
  return true;
}

std::optional<std::string> Process::read_line(milliseconds patience) {
  const auto end = Clock::now() + patience;
  while (unread_.find('\n') == std::string::npos) {
    if (!read_some(left_until(end))) return std::nullopt;
  }
  const std::size_t length = unread_.find('\n');
  std::string line = unread_.substr(0, length);
  unread_.erase(0, length + 1);
  return line;
}

void Process::kill(int signal) const {
  if (pid_ > 0) ::kill(pid_, signal);
}

// Its stdout is closed when it ends; nothing it starts outlives it.
Ended Process::wait(milliseconds patience) {
  const auto end = Clock::now() + patience;
  while (read_some(left_until(end))) {
  }
  if (Clock::now() >= end) ::kill(pid_, SIGKILL);
  int status = 0;
  CHECK(::waitpid(pid_, &status, 0) == pid_);
  pid_ = 0;
  Ended ended;
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ended.output = std::move(unread_);
  std::ifstream file(errors_, std::ios::binary);
  ended.errors.assign(std::istreambuf_iterator<char>(file), {});
  return ended;
}

Ended run(const fs::path& folder, const std::vector<std::string>& command,
          const std::map<std::string, std::string>& environment) {
  return Process(folder, command, environment).wait();
}

}  // namespace tests

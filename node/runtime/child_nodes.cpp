#include "node/runtime/child_nodes.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

#include "ledger/chain/file_bytes.h"

namespace node {
namespace {

using Clock = std::chrono::steady_clock;

// A node that was told to stop finishes the block at hand; then it is ended.
constexpr std::chrono::seconds kPatience{15};
constexpr std::size_t kLineBytesMax = 16 * 1024;

struct Child {
  std::string name;
  pid_t pid = 0;    // 0: it has ended
  int output = -1;  // what it says, stdout and stderr
  std::string line;
  std::string last_line;
};

crypto::Error node_error(std::string message) {
  return {"E-TESTNET-NODE", std::move(message),
          "Mend what its own lines above say, and start again with --run."};
}

// Signals that end all, as a descriptor, and blocked in this thread while it lives.
class Signals {
 public:
  Signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM}) sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, &before_);
    descriptor_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals() {
    ::close(descriptor_);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  int descriptor() const { return descriptor_; }
  const sigset_t& before() const { return before_; }

 private:
  sigset_t before_{};
  int descriptor_ = -1;
};

// In the child: only calls that are allowed between fork and exec.
[[noreturn]] void become_node(const char* const* command, int output, pid_t parent,
                              const sigset_t& signals) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(1);  // it was gone before the line above
  pthread_sigmask(SIG_SETMASK, &signals, nullptr);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::execv("/proc/self/exe", const_cast<char* const*>(command));
  ::_exit(127);
}

crypto::Result<Child> start_child(const Home& home, const Signals& signals) {
  Child child;
  child.name = home.root.filename().string();
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return crypto::Unexpected{node_error("No pipe can be made: " + ledger::last_system_error())};
  }
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  const std::string root = home.root.string();
  const char* const command[] = {"greenledgerd", "start", "--home", root.c_str(), nullptr};
  const pid_t parent = ::getpid();
  child.pid = ::fork();
  if (child.pid == 0) become_node(command, ends[1], parent, signals.before());
  ::close(ends[1]);
  child.output = ends[0];
  if (child.pid < 0) {
    ::close(ends[0]);
    return crypto::Unexpected{
        node_error(child.name + " cannot be started: " + ledger::last_system_error())};
  }
  return child;
}

void show_line(Child& child) {
  std::printf("%s | %s\n", child.name.c_str(), child.line.c_str());
  std::fflush(stdout);
  child.last_line = std::exchange(child.line, {});
}

// Shows whole lines; false: it has closed its output.
bool show_output(Child& child) {
  char piece[4096];
  for (;;) {
    const ssize_t count = ::read(child.output, piece, sizeof piece);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return true;  // nothing for now
    if (count == 0) break;
    for (const char letter : std::string_view(piece, static_cast<std::size_t>(count))) {
      if (letter == '\n' || child.line.size() >= kLineBytesMax) show_line(child);
      if (letter != '\n') child.line += letter;
    }
  }
  if (!child.line.empty()) show_line(child);
  ::close(child.output);
  child.output = -1;
  return false;
}

// Waits until somebody says something or `deadline`; true: a signal came.
bool wait_for_news(std::vector<Child>& children, const Signals& signals,
                   Clock::time_point deadline) {
  std::vector<pollfd> watched = {{signals.descriptor(), POLLIN, 0}};
  for (const Child& child : children) watched.push_back({child.output, POLLIN, 0});
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  ::poll(watched.data(), watched.size(), static_cast<int>(std::max<long>(0, left)));
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (watched[i + 1].revents != 0) show_output(children[i]);
  }
  signalfd_siginfo signal{};
  return ::read(signals.descriptor(), &signal, sizeof signal) == sizeof signal;
}

// The first that has ended, with how; nullptr: all run.
Child* find_ended(std::vector<Child>& children, int& status) {
  for (Child& child : children) {
    if (child.pid != 0 && ::waitpid(child.pid, &status, WNOHANG) == child.pid) {
      child.pid = 0;
      return &child;
    }
  }
  return nullptr;
}

bool any_runs(const std::vector<Child>& children) {
  return std::any_of(children.begin(), children.end(),
                     [](const Child& child) { return child.pid != 0; });
}

void send(const std::vector<Child>& children, int signal) {
  for (const Child& child : children) {
    if (child.pid != 0) ::kill(child.pid, signal);
  }
}

void end_all(std::vector<Child>& children, const Signals& signals) {
  send(children, SIGTERM);
  const Clock::time_point deadline = Clock::now() + kPatience;
  int status = 0;
  while (any_runs(children)) {
    if (Clock::now() >= deadline) send(children, SIGKILL);
    wait_for_news(children, signals, Clock::now() + std::chrono::milliseconds(100));
    while (find_ended(children, status) != nullptr) {
    }
  }
  for (Child& child : children) {
    if (child.output >= 0) show_output(child);
    if (child.output >= 0) ::close(child.output);
  }
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) return "by signal " + std::to_string(WTERMSIG(status));
  return "with code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

crypto::Result<void> run_nodes(const std::vector<Home>& homes) {
  const Signals signals;
  std::vector<Child> children;
  for (const Home& home : homes) {
    auto child = start_child(home, signals);
    if (!child) {
      end_all(children, signals);
      return crypto::Unexpected{child.error()};
    }
    children.push_back(*std::move(child));
  }
  for (;;) {
    const bool stopped =
        wait_for_news(children, signals, Clock::now() + std::chrono::milliseconds(200));
    int status = 0;
    Child* const ended = stopped ? nullptr : find_ended(children, status);
    if (!stopped && ended == nullptr) continue;
    end_all(children, signals);
    if (stopped) return {};
    return crypto::Unexpected{node_error(ended->name + " ended by itself, " + how_it_ended(status) +
                                         ", and said last: " + ended->last_line)};
  }
}

}  // namespace node

// Loaded before other libraries (LD_PRELOAD), it sets the wall clock of one process off by what the
// file named in CLOCK_SHIM holds: nanoseconds, eight bytes, which a test changes while it runs. The
// monotonic clock stays as it is, as when somebody sets a machine's date.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

const std::atomic<std::int64_t>* offset_ns = nullptr;

__attribute__((constructor)) void map_offset() {
  const char* path = std::getenv("CLOCK_SHIM");
  if (path == nullptr) return;
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) std::abort();
  void* mapped = mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (mapped == MAP_FAILED) std::abort();
  offset_ns = static_cast<const std::atomic<std::int64_t>*>(mapped);
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const long failed = syscall(SYS_clock_gettime, clock, now);
  if (failed != 0 || clock != CLOCK_REALTIME || offset_ns == nullptr) return failed != 0 ? -1 : 0;
  const std::int64_t all = now->tv_sec * kSecond + now->tv_nsec + offset_ns->load();
  now->tv_sec = all / kSecond;
  now->tv_nsec = all % kSecond;
  return 0;
}

#include "ledger/chain/file_bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace ledger {
namespace {

using crypto::Unexpected;

std::string failed(const char* verb, const std::string& path) {
  return path + " cannot be " + verb + ": " + last_system_error();
}

bool write_all(int descriptor, crypto::ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

std::string last_system_error() { return std::strerror(errno); }

crypto::Expected<crypto::Bytes, std::string> read_small_file(const std::string& path,
                                                             std::size_t bytes_max) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return Unexpected{failed("opened", path)};
  crypto::Bytes bytes(bytes_max, '\0');
  std::size_t size = 0;
  while (size < bytes_max) {
    const ssize_t count = ::read(descriptor, bytes.data() + size, bytes_max - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      std::string reason = failed("read", path);
      ::close(descriptor);
      return Unexpected{std::move(reason)};
    }
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  ::close(descriptor);
  bytes.resize(size);
  return bytes;
}

crypto::Expected<void, std::string> replace_file(const std::string& path, crypto::ByteView bytes) {
  const std::string beside = path + ".new";
  const int descriptor =
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return Unexpected{failed("made", beside)};
  if (!write_all(descriptor, bytes) || ::fsync(descriptor) != 0) {
    std::string reason = failed("written", beside);
    ::close(descriptor);
    return Unexpected{std::move(reason)};
  }
  ::close(descriptor);
  if (::rename(beside.c_str(), path.c_str()) != 0) return Unexpected{failed("replaced", path)};
  return sync_folder(folder_of(path));
}

crypto::Expected<void, std::string> sync_folder(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return Unexpected{failed("opened", path)};
  const bool synced = ::fsync(descriptor) == 0;
  std::string reason = synced ? std::string() : failed("synced", path);
  ::close(descriptor);
  if (!synced) return Unexpected{std::move(reason)};
  return {};
}

std::string folder_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace ledger

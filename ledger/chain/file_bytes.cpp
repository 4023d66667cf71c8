#include "ledger/chain/file_bytes.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "crypto/descriptor.h"

namespace ledger {
namespace {

using crypto::Unexpected;

std::string failed(const char* verb, const std::string& path) {
  return path + " cannot be " + verb + ": " + last_system_error();
}

}  // namespace

std::string last_system_error() { return std::strerror(errno); }

crypto::Expected<crypto::Bytes, std::string> read_small_file(const std::string& path,
                                                             std::size_t bytes_max) {
  const crypto::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return Unexpected{failed("opened", path)};
  crypto::Bytes bytes(bytes_max, '\0');
  std::size_t size = 0;
  while (size < bytes_max) {
    const std::ptrdiff_t count = crypto::read_some(file, bytes.data() + size, bytes_max - size);
    if (count < 0) return Unexpected{failed("read", path)};
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  bytes.resize(size);
  return bytes;
}

crypto::Expected<void, std::string> replace_file(const std::string& path, crypto::ByteView bytes) {
  const std::string beside = path + ".new";
  {
    const crypto::Descriptor file(
        ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.is_open()) return Unexpected{failed("made", beside)};
    if (!crypto::write_all(file, bytes) || ::fsync(file.number()) != 0) {
      return Unexpected{failed("written", beside)};
    }
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return Unexpected{failed("replaced", path)};
  return sync_folder(folder_of(path));
}

crypto::Expected<void, std::string> sync_folder(const std::string& path) {
  const crypto::Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) return Unexpected{failed("opened", path)};
  if (::fsync(folder.number()) != 0) return Unexpected{failed("synced", path)};
  return {};
}

std::string folder_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace ledger

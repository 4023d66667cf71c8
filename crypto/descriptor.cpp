#include "crypto/descriptor.h"

#include <unistd.h>

#include <cerrno>

namespace crypto {

Descriptor::~Descriptor() {
  if (is_open()) ::close(number_);
}

std::ptrdiff_t read_some(const Descriptor& file, char* buffer, std::size_t size) {
  while (true) {
    const ssize_t count = ::read(file.number(), buffer, size);
    if (count >= 0 || errno != EINTR) return count;
  }
}

bool write_all(const Descriptor& file, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.number(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace crypto

#include "crypto/secret.h"

#include <sodium.h>

#include <algorithm>

#include "crypto/check.h"

namespace crypto {

void Secret::Wipe::operator()(char* bytes) const { sodium_free(bytes); }

Secret::Secret(std::size_t size) : size_(size) {
  CHECK(sodium_init() >= 0);
  bytes_.reset(static_cast<char*>(sodium_malloc(size)));
  CHECK(bytes_ != nullptr);
  std::fill_n(bytes_.get(), size, '\0');
}

Secret::Secret(ByteView contents) : Secret(contents.size()) {
  std::copy(contents.begin(), contents.end(), bytes_.get());
}

void Secret::truncate(std::size_t size) {
  CHECK(size <= this->size());
  if (!bytes_) return;
  sodium_memzero(bytes_.get() + size, size_ - size);
  size_ = size;
}

}  // namespace crypto

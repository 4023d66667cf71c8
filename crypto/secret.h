// Bytes that nobody else may read: seeds and passphrases. They lie in guarded pages that are kept
// out of swap and of core files where the system allows it, and are wiped when the object dies.
// Move-only; an object that was moved from is empty.
//
// It does not hide what a caller copies out of it: view() is for the call that needs the bytes.
#pragma once

#include <cstddef>
#include <memory>

#include "crypto/bytes.h"

namespace crypto {

class Secret {
 public:
  Secret() = default;                  // empty
  explicit Secret(std::size_t size);   // zeros
  explicit Secret(ByteView contents);  // a copy

  char* data() { return bytes_.get(); }
  const char* data() const { return bytes_.get(); }
  std::size_t size() const { return bytes_ ? size_ : 0; }
  ByteView view() const { return {data(), size()}; }

  // Forgets the bytes past `size`, which must not be greater than the present size (CHECK).
  void truncate(std::size_t size);

 private:
  struct Wipe {
    void operator()(char* bytes) const;
  };

  std::unique_ptr<char, Wipe> bytes_;
  std::size_t size_ = 0;
};

}  // namespace crypto

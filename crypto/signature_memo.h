// Signatures that were found good, so that the same one is not checked twice: a vote comes once by
// itself and again in the certificates of several peers. What it remembers is the hash of key,
// message and signature together, so it can only say what crypto::verify() has said of the same
// three.
//
// Thread rule: one thread.
#pragma once

#include <unordered_set>

#include "crypto/hash.h"
#include "crypto/keys.h"

namespace crypto {

class SignatureMemo {
 public:
  // The newest so many are remembered, and up to twice as many.
  static constexpr std::size_t kRemembered = 1024;

  // As crypto::verify().
  bool verify(const PublicKey& key, ByteView message, const Signature& signature);

  // That were not remembered.
  std::uint64_t checked() const { return checked_; }

 private:
  struct First8 {
    std::size_t operator()(const Hash& hash) const;
  };
  using Good = std::unordered_set<Hash, First8>;

  Good newer_;
  Good older_;
  std::uint64_t checked_ = 0;
};

}  // namespace crypto

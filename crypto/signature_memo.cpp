#include "crypto/signature_memo.h"

#include <cstring>
#include <utility>

namespace crypto {

// The bytes of a hash are as good as random already.
std::size_t SignatureMemo::First8::operator()(const Hash& hash) const {
  std::size_t value = 0;
  std::memcpy(&value, hash.bytes.data(), sizeof value);
  return value;
}

// Key and signature have a fixed size, so the three cannot be shifted against each other.
bool SignatureMemo::verify(const PublicKey& key, ByteView message, const Signature& signature) {
  Bytes all;
  all.reserve(key.bytes.size() + signature.bytes.size() + message.size());
  all.append(key.view()).append(signature.view()).append(message);
  const Hash hash = sha256(all);
  if (newer_.contains(hash) || older_.contains(hash)) return true;
  ++checked_;
  if (!crypto::verify(key, message, signature)) return false;
  if (newer_.size() >= kRemembered) older_ = std::exchange(newer_, {});
  newer_.insert(hash);
  return true;
}

}  // namespace crypto

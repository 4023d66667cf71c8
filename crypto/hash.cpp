#include "crypto/hash.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "crypto/check.h"

namespace crypto {
namespace {

struct Free {
  void operator()(EVP_MD* md) const { EVP_MD_free(md); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// One fetched digest and one reused context a thread: one-shot SHA256() fetches the algorithm on
// every call and is three to four times slower on short input.
class Hasher {
 public:
  Hasher() : md_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    CHECK(md_ != nullptr && context_ != nullptr);
  }
  void start() { CHECK(EVP_DigestInit_ex2(context_.get(), md_.get(), nullptr) == 1); }
  void add(ByteView part) {
    CHECK(EVP_DigestUpdate(context_.get(), part.data(), part.size()) == 1);
  }
  Hash finish() {
    Hash hash;
    CHECK(EVP_DigestFinal_ex(context_.get(), hash.bytes.data(), nullptr) == 1);
    return hash;
  }

 private:
  std::unique_ptr<EVP_MD, Free> md_;
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

Hasher& thread_hasher() {
  thread_local Hasher hasher;
  return hasher;
}

void add_tag(Hasher& hasher, std::string_view tag) {
  CHECK(tag.size() <= 255);
  const char length = static_cast<char>(static_cast<std::uint8_t>(tag.size()));
  hasher.add({&length, 1});
  hasher.add(tag);
}

}  // namespace

std::optional<Hash> Hash::from_view(ByteView view) {
  Hash hash;
  if (view.size() != hash.bytes.size()) return std::nullopt;
  std::copy(view.begin(), view.end(), hash.bytes.begin());
  return hash;
}

std::optional<Hash> Hash::from_hex(std::string_view hex) {
  const std::optional<Bytes> bytes = crypto::from_hex(hex);
  if (!bytes) return std::nullopt;
  return from_view(*bytes);
}

Hash sha256(ByteView bytes) { return sha256({bytes}); }

Hash sha256(std::initializer_list<ByteView> parts) {
  Hasher& hasher = thread_hasher();
  hasher.start();
  for (ByteView part : parts) hasher.add(part);
  return hasher.finish();
}

struct Sha256::State {
  Hasher hasher;
};

Sha256::Sha256() : state_(std::make_unique<State>()) { state_->hasher.start(); }
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::add(ByteView bytes) { state_->hasher.add(bytes); }

Hash Sha256::finish() { return state_->hasher.finish(); }

Hash tagged_hash(std::string_view tag, ByteView bytes) { return tagged_hash(tag, {bytes}); }

Hash tagged_hash(std::string_view tag, std::initializer_list<ByteView> parts) {
  Hasher& hasher = thread_hasher();
  hasher.start();
  add_tag(hasher, tag);
  for (ByteView part : parts) hasher.add(part);
  return hasher.finish();
}

Bytes tagged_bytes(std::string_view tag, ByteView bytes) {
  CHECK(tag.size() <= 255);
  Bytes out;
  out.reserve(1 + tag.size() + bytes.size());
  append_u8(out, static_cast<std::uint8_t>(tag.size()));
  out.append(tag);
  out.append(bytes);
  return out;
}

}  // namespace crypto

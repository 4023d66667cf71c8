#include "crypto/keys.h"

#include <sodium.h>

#include "crypto/check.h"
#include "crypto/hash.h"
#include "crypto/random.h"

namespace crypto {
namespace {

const unsigned char* data_of(ByteView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* data_of(Secret& secret) { return reinterpret_cast<unsigned char*>(secret.data()); }

static_assert(crypto_sign_PUBLICKEYBYTES == sizeof(PublicKey::bytes));
static_assert(crypto_sign_BYTES == sizeof(Signature::bytes));

}  // namespace

KeyId key_id(const PublicKey& key) {
  const auto algorithm = static_cast<char>(PublicKey::kAlgorithm);
  const Hash hash = tagged_hash(tag::kKeyId, {ByteView(&algorithm, 1), key.view()});
  return *KeyId::from_view(hash.view().substr(0, sizeof(KeyId::bytes)));
}

std::string fingerprint(const PublicKey& key) {
  const std::string hex = key_id(key).hex();
  std::string text;
  for (std::size_t at = 0; at < hex.size(); at += 4) {
    if (at > 0) text.push_back(' ');
    text.append(hex, at, 4);
  }
  return text;
}

bool is_acceptable(const PublicKey& key) {
  return crypto_core_ed25519_is_valid_point(key.bytes.data()) == 1;
}

bool verify(const PublicKey& key, ByteView message, const Signature& signature) {
  return crypto_sign_verify_detached(signature.bytes.data(), data_of(message), message.size(),
                                     key.bytes.data()) == 0;
}

bool verify(const PublicKey& key, std::string_view tag, ByteView message,
            const Signature& signature) {
  return verify(key, tagged_bytes(tag, message), signature);
}

PrivateKey PrivateKey::from_seed(const Secret& seed) {
  CHECK(seed.size() == crypto_sign_SEEDBYTES);
  PrivateKey key;
  key.expanded_ = Secret(crypto_sign_SECRETKEYBYTES);
  CHECK(crypto_sign_seed_keypair(key.public_key_.bytes.data(), data_of(key.expanded_),
                                 data_of(seed.view())) == 0);
  return key;
}

PrivateKey PrivateKey::generate() { return from_seed(random_secret(crypto_sign_SEEDBYTES)); }

Signature PrivateKey::sign(ByteView message) const {
  CHECK(expanded_.size() == crypto_sign_SECRETKEYBYTES);
  Signature signature;
  CHECK(crypto_sign_detached(signature.bytes.data(), nullptr, data_of(message), message.size(),
                             data_of(expanded_.view())) == 0);
  return signature;
}

Signature PrivateKey::sign(std::string_view tag, ByteView message) const {
  return sign(tagged_bytes(tag, message));
}

Secret PrivateKey::seed() const {
  CHECK(expanded_.size() == crypto_sign_SECRETKEYBYTES);
  return Secret(expanded_.view().substr(0, crypto_sign_SEEDBYTES));
}

}  // namespace crypto

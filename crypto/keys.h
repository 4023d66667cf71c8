// Ed25519 (RFC 8032) keys and signatures. libsodium alone decides what a valid signature is, for
// records, votes, checkpoints and peers: libraries differ on small-order points, non-canonical
// encodings and malleated signatures, and nodes that differ would fork.
//
// The algorithm id is part of every key id, so that a second algorithm can be added without a
// collision. Everything here is immutable once made and may be used from any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>

#include "crypto/bytes.h"
#include "crypto/secret.h"

namespace crypto {

enum class Algorithm : std::uint8_t { ed25519 = 1 };

// What tells keys, ids and signatures apart at compile time: all are just bytes otherwise.
template <class Kind, std::size_t kSize>
struct FixedBytes {
  std::array<std::uint8_t, kSize> bytes{};

  ByteView view() const { return {reinterpret_cast<const char*>(bytes.data()), kSize}; }
  std::string hex() const { return to_hex(view()); }
  static std::optional<Kind> from_view(ByteView view) {
    if (view.size() != kSize) return std::nullopt;
    Kind value;
    for (std::size_t i = 0; i < kSize; ++i) value.bytes[i] = static_cast<std::uint8_t>(view[i]);
    return value;
  }
  static std::optional<Kind> from_hex(std::string_view hex) {
    const std::optional<Bytes> bytes = crypto::from_hex(hex);
    if (!bytes) return std::nullopt;
    return from_view(*bytes);
  }

  friend auto operator<=>(const FixedBytes&, const FixedBytes&) = default;
};

struct PublicKey : FixedBytes<PublicKey, 32> {
  static constexpr Algorithm kAlgorithm = Algorithm::ed25519;
};
struct KeyId : FixedBytes<KeyId, 16> {};
struct Signature : FixedBytes<Signature, 64> {};

// The first 16 bytes of H("greenledger/keyid/v1", u8 algorithm || public key).
KeyId key_id(const PublicKey& key);

// The key id for people, in groups of four hex digits: "4f1c 9a02 …".
std::string fingerprint(const PublicKey& key);

// Whether a key may be enrolled: the canonical encoding of a point of the main subgroup, not of
// small order (under such keys one signature fits any message). Costs about as much as verify.
bool is_acceptable(const PublicKey& key);

// About 41 us for short messages. Refuses small-order and non-canonical keys, and S >= L.
bool verify(const PublicKey& key, ByteView message, const Signature& signature);
// Over tagged_bytes(tag, message).
bool verify(const PublicKey& key, std::string_view tag, ByteView message,
            const Signature& signature);

class PrivateKey {
 public:
  // `seed` is the 32 byte private key of RFC 8032 5.1.5 (CHECK).
  static PrivateKey from_seed(const Secret& seed);
  static PrivateKey generate();

  const PublicKey& public_key() const { return public_key_; }
  Signature sign(ByteView message) const;
  // Over tagged_bytes(tag, message).
  Signature sign(std::string_view tag, ByteView message) const;

  // The 32 byte seed, for keystores.
  Secret seed() const;

 private:
  PrivateKey() = default;

  Secret expanded_;  // seed || public key, the form libsodium signs with
  PublicKey public_key_;
};

}  // namespace crypto

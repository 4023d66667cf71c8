// SHA-256 and hashing with domain tags: H(tag, x) = SHA-256(u8 length of tag || tag || x).
// A tag keeps what was hashed for one purpose from being read as something else. All tags of the
// product are listed here and nowhere else.
//
// Thread rule: every function may be called from any thread; each thread keeps one context.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>

#include "crypto/bytes.h"

namespace crypto {

// 32 bytes; all zero when default-made.
struct Hash {
  std::array<std::uint8_t, 32> bytes{};

  ByteView view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
  std::string hex() const { return to_hex(view()); }
  bool is_zero() const { return *this == Hash{}; }
  static std::optional<Hash> from_view(ByteView view);  // nullopt: not 32 bytes
  static std::optional<Hash> from_hex(std::string_view hex);

  friend auto operator<=>(const Hash&, const Hash&) = default;
};

namespace tag {
inline constexpr std::string_view kGenesis = "greenledger/genesis/v1";
inline constexpr std::string_view kHeader = "greenledger/header/v1";
inline constexpr std::string_view kValidatorSet = "greenledger/valset/v1";
inline constexpr std::string_view kSubmission = "greenledger/submission/v1";
inline constexpr std::string_view kVote = "greenledger/consensus/v1";
inline constexpr std::string_view kKeyId = "greenledger/keyid/v1";
inline constexpr std::string_view kCountersignature = "greenledger/countersignature/v1";
inline constexpr std::string_view kVoteChain = "greenledger/votechain/v1";
inline constexpr std::string_view kProbe = "greenledger/probe/v1";
inline constexpr std::string_view kKeyRequest = "greenledger/keyrequest/v1";
inline constexpr std::string_view kHello = "greenledger/hello/v1";
}  // namespace tag

Hash sha256(ByteView bytes);

// SHA-256 over the parts one after the other, without joining them in memory.
Hash sha256(std::initializer_list<ByteView> parts);

// SHA-256 of what comes in pieces, such as a file. Not for several threads at once.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void add(ByteView bytes);
  Hash finish();  // once, after the last piece

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Hash tagged_hash(std::string_view tag, ByteView bytes);
Hash tagged_hash(std::string_view tag, std::initializer_list<ByteView> parts);

// u8 length of tag || tag || x: what an Ed25519 signature of ours covers.
Bytes tagged_bytes(std::string_view tag, ByteView bytes);

}  // namespace crypto

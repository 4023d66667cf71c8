#include "ledger/proofs/receipt.h"

#include "crypto/check.h"

namespace ledger {
namespace {

// RFC 8949: what a first byte begins. The shortest form of every head (4.2.1).
enum class Cbor : std::uint8_t {
  number = 0,
  negative = 1,  // -1 - n
  bytes = 2,
  text = 3,
  list = 4,
  map = 5,
  tag = 6,
};

constexpr char kNil = '\xf6';
constexpr std::uint64_t kSign1 = 18;  // the tag of COSE_Sign1
// Labels of RFC 9052 and 9942.
constexpr std::uint64_t kAlgorithm = 1;
constexpr std::uint64_t kKeyId = 4;
constexpr std::uint64_t kCwtClaims = 15;
constexpr std::uint64_t kDataStructure = 395;
constexpr std::uint64_t kProofs = 396;
constexpr std::uint64_t kEdDsa = 7;  // -8
constexpr std::uint64_t kRfc9162Sha256 = 1;
constexpr std::uint64_t kInclusionProof = 0;  // -1

void head(Bytes& out, Cbor kind, std::uint64_t value) {
  const unsigned major = static_cast<unsigned>(kind) << 5U;
  const unsigned size = value < 24              ? 0
                        : value < 0x100         ? 1
                        : value < 0x1'0000      ? 2
                        : value < 0x1'0000'0000 ? 4
                                                : 8;
  const unsigned low = size == 0   ? static_cast<unsigned>(value)
                       : size == 1 ? 24
                       : size == 2 ? 25
                       : size == 4 ? 26
                                   : 27;
  out.push_back(static_cast<char>(major | low));
  for (unsigned i = size; i > 0; --i) {
    out.push_back(static_cast<char>((value >> (8 * (i - 1))) & 0xff));
  }
}

void string(Bytes& out, Cbor kind, ByteView value) {
  head(out, kind, value.size());
  out.append(value);
}

Bytes protected_header(const ReceiptClaims& claims, const crypto::PublicKey& key) {
  Bytes out;
  head(out, Cbor::map, 4);
  head(out, Cbor::number, kAlgorithm);
  head(out, Cbor::negative, kEdDsa);
  head(out, Cbor::number, kKeyId);
  string(out, Cbor::bytes, crypto::sha256(key.view()).view());
  head(out, Cbor::number, kCwtClaims);
  head(out, Cbor::map, 2);
  head(out, Cbor::number, 1);
  string(out, Cbor::text, claims.issuer);
  head(out, Cbor::number, 2);
  string(out, Cbor::text, claims.subject);
  head(out, Cbor::number, kDataStructure);
  head(out, Cbor::number, kRfc9162Sha256);
  return out;
}

Bytes inclusion(std::uint64_t size, std::uint64_t index, const std::vector<Hash>& path) {
  Bytes out;
  head(out, Cbor::list, 3);
  head(out, Cbor::number, size);
  head(out, Cbor::number, index);
  head(out, Cbor::list, path.size());
  for (const Hash& hash : path) string(out, Cbor::bytes, hash.view());
  return out;
}

Bytes signed_bytes(ByteView header, const Hash& root) {
  Bytes out;
  head(out, Cbor::list, 4);
  string(out, Cbor::text, "Signature1");
  string(out, Cbor::bytes, header);
  string(out, Cbor::bytes, "");
  string(out, Cbor::bytes, root.view());
  return out;
}

}  // namespace

Bytes make_receipt(const ReceiptClaims& claims, const TreeHead& tree, std::uint64_t index,
                   const std::vector<Hash>& path, const crypto::PrivateKey& key) {
  CHECK(!path.empty());
  const Bytes header = protected_header(claims, key.public_key());
  Bytes out;
  head(out, Cbor::tag, kSign1);
  head(out, Cbor::list, 4);
  string(out, Cbor::bytes, header);
  head(out, Cbor::map, 1);
  head(out, Cbor::number, kProofs);
  head(out, Cbor::map, 1);
  head(out, Cbor::negative, kInclusionProof);
  head(out, Cbor::list, 1);
  string(out, Cbor::bytes, inclusion(tree.size, index, path));
  out.push_back(kNil);
  string(out, Cbor::bytes, key.sign(signed_bytes(header, tree.root)).view());
  return out;
}

}  // namespace ledger

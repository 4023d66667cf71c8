// COSE receipts (RFC 9942): that an entry is in a tree, on the word of one signer, for programs
// that read COSE and know nothing of this ledger. A quorum is an array of receipts, one a
// validator.
//
//   18([ protected   {1: -8 (EdDSA), 4: kid, 15: {1: issuer, 2: subject}, 395: 1},
//        unprotected {396: {-1: [ bstr .cbor [tree size, index, [+ sibling]] ]}},
//        nil, signature over ["Signature1", protected, h'', root] ])
//
// The payload is the tree's root, which the verifier computes from the entry and the path. kid is
// SHA-256 of the public key, 395 says: the tree of RFC 9162. Written by hand, as three fixed
// structures need none of a library.
//
// Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "crypto/keys.h"
#include "ledger/history/tree.h"

namespace ledger {

struct ReceiptClaims {
  std::string issuer;   // who says it: the log's origin
  std::string subject;  // of what: a subject of the ledger
};

// CHECK: the path is not empty; a tree of one entry has no receipt.
Bytes make_receipt(const ReceiptClaims& claims, const TreeHead& tree, std::uint64_t index,
                   const std::vector<Hash>& path, const crypto::PrivateKey& key);

}  // namespace ledger

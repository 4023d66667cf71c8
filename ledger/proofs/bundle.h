// The proof bundle: one file with everything that answers one question about the ledger to somebody
// who holds the genesis file and nothing else. FORMAT.md has its bytes.
//
// A bundle has one form: what decodes encodes to the same bytes, and the last 32 of them are the
// SHA-256 of the others. What its parts are worth, verify.h says.
//
// Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "ledger/proofs/trust_chain.h"
#include "ledger/state/proof.h"

namespace ledger {

// As many bytes are read. The histories of a certification, its scheme and its issuer take some 10
// KiB, and 600 bytes for each further record.
inline constexpr std::size_t kBundleBytesMax = std::size_t{4} << 20;
inline constexpr std::uint8_t kBundleVersion1 = 1;

enum class QuestionKind : std::uint8_t {
  record = 1,    // is this record on the ledger, and who signed it?
  history = 2,   // all records of a subject, nothing left out
  standing = 3,  // how did a certification stand on a day, as known at a height?
  absence = 4,   // is there nothing under this key of the state?
  purchase = 5,  // does a purchase count as green, and why?
};

struct Question {
  QuestionKind kind = QuestionKind::record;
  std::string subject;             // absence: any key of the state ("gtin/05901234123457")
  std::uint64_t place = 0;         // record: its place in the subject's history
  std::string day;                 // standing: "2019-06-30"
  std::uint64_t as_of_height = 0;  // standing: 0 says as the head of the bundle has it

  friend bool operator==(const Question&, const Question&) = default;
};

// An entry of the history tree.
struct EntryProof {
  std::uint64_t index = 0;
  Bytes bytes;
  std::vector<Hash> path;  // to the head's root, leaf sibling first
};

// A record among those that one signature covers.
struct AuthorProof {
  std::uint64_t record = 0;      // index of its entry
  std::uint64_t submission = 0;  // index of the entry with the signature
  std::vector<Hash> path;        // to the submission's records root
};

// A key of the state after the head.
struct ValueProof {
  Bytes key;
  std::optional<Bytes> value;  // nullopt: there is none
  StateProof proof;
};

struct ProofBundle {
  Hash network_id;
  Question question;
  // Where the trust chain begins: genesis (both 0), or a head that was verified before.
  std::uint64_t from_epoch = 0;
  std::uint64_t from_size = 0;
  std::vector<EpochLink> links;
  std::vector<Hash> consistency;     // from `from_size` to the head; none from genesis
  std::string checkpoint;            // the signed note of the head (note.h)
  std::vector<EntryProof> entries;   // ascending by index; the last is the seal of the head
  std::vector<AuthorProof> authors;  // ascending by record
  std::vector<ValueProof> values;    // ascending by key
};

// CHECK: lists are in their order, and nothing is longer than its count can say.
Bytes encode_bundle(const ProofBundle& bundle);

// E-BUNDLE-BYTES: not the one form of a bundle. E-BUNDLE-VERSION: of a newer version.
Checked<ProofBundle> decode_bundle(ByteView file);

}  // namespace ledger

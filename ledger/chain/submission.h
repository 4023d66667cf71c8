// A submission: what a client signs. One Ed25519 signature covers 1 to 1,000 records, and each
// record can still be shown alone, because the header holds the RFC 6962 root over the record
// bytes.
//
// Header, fixed binary form:
//   01 version || network id 32 || u8 length || organisation || key id 16 || not_after u64 (Unix
//   ms)
//   || record count u32 || records root 32
// Signature: Ed25519 over u8 length || "greenledger/submission/v1" || header.
// Id: H("greenledger/submission/v1", header || signature).
//
// Three types for three states of trust: Submission (decoded: every record is canonical and the
// header's root is theirs), VerifiedSubmission (signature checked against a key that the caller
// took from the state). Execution accepts only the second.
#pragma once

#include <memory>
#include <vector>

#include "crypto/hash.h"
#include "crypto/keys.h"
#include "crypto/reject.h"
#include "ledger/chain/store.h"
#include "proto/records.pb.h"
#include "proto/submission.pb.h"

namespace ledger {

using crypto::Checked;
using crypto::Hash;

inline constexpr std::size_t kSubmissionRecordsMax = 1000;
inline constexpr std::size_t kSubmissionBytesMax = 512 * 1024;
inline constexpr std::size_t kOrganisationIdBytesMax = 64;
// A signature that could be used for longer would have to be remembered for longer.
inline constexpr std::uint64_t kNotAfterAheadMaxMs = 24ull * 60 * 60 * 1000;

struct SubmissionHeader {
  Hash network_id;
  std::string organisation;
  crypto::KeyId key_id;
  std::uint64_t not_after_ms = 0;
  std::uint32_t record_count = 0;
  Hash records_root;
};

Bytes encode_submission_header(const SubmissionHeader& header);
Checked<SubmissionHeader> decode_submission_header(ByteView bytes);

// The root that a header must hold for these records.
Hash records_root(const std::vector<Bytes>& records);

struct Submission {
  SubmissionHeader header;
  Bytes header_bytes;
  crypto::Signature signature;
  Hash id;
  // Decoded they would take four times as much, and a node keeps many that wait.
  std::vector<Bytes> record_bytes;

  // Bytes that this adds to the log: entries without their two length bytes.
  std::size_t entry_bytes() const;
};

// Signs records for one organisation. CHECK: 1 to kSubmissionRecordsMax records.
proto::Submission sign_submission(SubmissionHeader header, std::vector<Bytes> records,
                                  const crypto::PrivateKey& key);

// Everything that needs no state: bounds, canonical records, count and root, form of every record
// (check() of ledger/records). On a fault in a record, `rows` of the reject list names it.
struct RecordReject {
  std::uint32_t record = 0;  // position in the submission
  crypto::Reject reject;
};
using SubmissionRejects = std::vector<RecordReject>;
crypto::Expected<Submission, SubmissionRejects> decode_submission(const proto::Submission& message);

class VerifiedSubmission {
 public:
  const Submission& operator*() const { return *submission_; }
  const Submission* operator->() const { return submission_.get(); }
  // The key whose signature was checked; execution asks the state whether it may sign still.
  const crypto::PublicKey& key() const { return key_; }

 private:
  friend Checked<VerifiedSubmission> verify_submission(Submission, const crypto::PublicKey&);
  VerifiedSubmission(std::shared_ptr<const Submission> submission, crypto::PublicKey key)
      : submission_(std::move(submission)), key_(key) {}

  std::shared_ptr<const Submission> submission_;
  crypto::PublicKey key_;
};

// E-SUBMISSION-SIGNATURE when the signature is not this key's or the key id is not the key's.
Checked<VerifiedSubmission> verify_submission(Submission submission, const crypto::PublicKey& key);

}  // namespace ledger

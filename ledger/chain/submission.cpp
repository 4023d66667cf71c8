#include "ledger/chain/submission.h"

#include "crypto/check.h"
#include "ledger/chain/codes.h"
#include "ledger/history/tree.h"
#include "ledger/records/rules.h"
#include "proto/canonical.h"

namespace ledger {
namespace {

constexpr std::uint8_t kHeaderVersion = 1;
constexpr std::size_t kKeyIdBytes = 16;

SubmissionRejects whole(crypto::Reject reject) { return {{0, std::move(reject)}}; }

// Decodes the records; every fault of every record is listed, so that one answer mends all rows.
SubmissionRejects decode_records(const proto::Submission& message, Submission& submission) {
  SubmissionRejects rejects;
  proto::Record record;
  for (int i = 0; i < message.records_size(); ++i) {
    const auto position = static_cast<std::uint32_t>(i);
    if (auto decoded = proto::decode_record(message.records(i), record); !decoded) {
      rejects.push_back({position, decoded.error()});
      continue;
    }
    for (crypto::Reject& fault : check(record)) rejects.push_back({position, std::move(fault)});
    submission.record_bytes.push_back(message.records(i));
  }
  return rejects;
}

}  // namespace

Bytes encode_submission_header(const SubmissionHeader& header) {
  CHECK(!header.organisation.empty() && header.organisation.size() <= kOrganisationIdBytesMax);
  Bytes out;
  crypto::append_u8(out, kHeaderVersion);
  out.append(header.network_id.view());
  crypto::append_u8(out, static_cast<std::uint8_t>(header.organisation.size()));
  out.append(header.organisation);
  out.append(header.key_id.view());
  crypto::append_u64(out, header.not_after_ms);
  crypto::append_u32(out, header.record_count);
  out.append(header.records_root.view());
  return out;
}

Checked<SubmissionHeader> decode_submission_header(ByteView bytes) {
  crypto::ByteReader reader(bytes);
  SubmissionHeader header;
  const std::uint8_t version = reader.u8();
  header.network_id = Hash::from_view(reader.bytes(32)).value_or(Hash{});
  header.organisation = Bytes(reader.bytes(reader.u8()));
  const ByteView key_id = reader.bytes(kKeyIdBytes);
  header.not_after_ms = reader.u64();
  header.record_count = reader.u32();
  header.records_root = Hash::from_view(reader.bytes(32)).value_or(Hash{});
  if (!reader.ok() || !reader.at_end() || version != kHeaderVersion ||
      header.organisation.empty() || header.organisation.size() > kOrganisationIdBytesMax) {
    return Unexpected{
        crypto::Reject(kSubmissionForm, "header", "The submission header is malformed.")};
  }
  header.key_id = *crypto::KeyId::from_view(key_id);
  return header;
}

Hash records_root(const std::vector<Bytes>& records) {
  Frontier tree;
  for (const Bytes& record : records) tree.append(leaf_hash(record));
  return tree.head().root;
}

std::size_t Submission::entry_bytes() const {
  std::size_t total = 1 + header_bytes.size() + 64;
  for (const Bytes& record : record_bytes) total += 9 + record.size();
  return total;
}

proto::Submission sign_submission(SubmissionHeader header, std::vector<Bytes> records,
                                  const crypto::PrivateKey& key) {
  CHECK(!records.empty() && records.size() <= kSubmissionRecordsMax);
  header.record_count = static_cast<std::uint32_t>(records.size());
  header.records_root = records_root(records);
  header.key_id = crypto::key_id(key.public_key());
  proto::Submission message;
  message.set_header(encode_submission_header(header));
  message.set_signature(Bytes(key.sign(crypto::tag::kSubmission, message.header()).view()));
  for (Bytes& record : records) message.add_records(std::move(record));
  return message;
}

crypto::Expected<Submission, SubmissionRejects> decode_submission(
    const proto::Submission& message) {
  std::size_t bytes = 0;
  for (const std::string& record : message.records()) bytes += record.size();
  if (message.records_size() < 1 ||
      static_cast<std::size_t>(message.records_size()) > kSubmissionRecordsMax ||
      bytes > kSubmissionBytesMax) {
    return Unexpected{whole({kSubmissionSize, "records",
                             "The submission holds " + std::to_string(message.records_size()) +
                                 " records in " + std::to_string(bytes) + " bytes."})};
  }
  crypto::Checked<SubmissionHeader> header = decode_submission_header(message.header());
  if (!header) return Unexpected{whole(header.error())};
  const auto signature = crypto::Signature::from_view(message.signature());
  if (!signature) {
    return Unexpected{whole({kSubmissionForm, "signature", "A signature has 64 bytes."})};
  }
  Submission submission;
  submission.header = *std::move(header);
  submission.header_bytes = message.header();
  submission.signature = *signature;
  submission.id = crypto::tagged_hash(crypto::tag::kSubmission,
                                      {submission.header_bytes, submission.signature.view()});
  SubmissionRejects rejects = decode_records(message, submission);
  if (!rejects.empty()) return Unexpected{std::move(rejects)};
  if (submission.header.record_count != submission.record_bytes.size() ||
      submission.header.records_root != records_root(submission.record_bytes)) {
    return Unexpected{whole({kSubmissionRoot, "header.records_root",
                             "The header was signed for other records than these."})};
  }
  return submission;
}

Checked<VerifiedSubmission> verify_submission(Submission submission, const crypto::PublicKey& key) {
  if (crypto::key_id(key) != submission.header.key_id ||
      !crypto::verify(key, crypto::tag::kSubmission, submission.header_bytes,
                      submission.signature)) {
    return Unexpected{crypto::Reject(kSubmissionSignature, "signature",
                                     "The signature is not one of the key that the header names.")};
  }
  return VerifiedSubmission(std::make_shared<const Submission>(std::move(submission)), key);
}

}  // namespace ledger

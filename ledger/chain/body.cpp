#include "ledger/chain/body.h"

#include "crypto/check.h"
#include "ledger/chain/codes.h"

namespace ledger {
namespace {

crypto::Unexpected<crypto::Reject> bad_form(std::string message) {
  return {crypto::Reject(kBodyForm, "", std::move(message))};
}

// The records that follow a submission's entry.
std::optional<proto::Submission> read_submission(std::span<const ByteView> entries,
                                                 std::size_t& at) {
  const auto head = decode_submission_entry(entries[at]);
  if (!head) return std::nullopt;
  const auto header = decode_submission_header(head->header);
  if (!header || header->record_count > entries.size() - at - 1) return std::nullopt;
  proto::Submission message;
  message.set_header(Bytes(head->header));
  message.set_signature(Bytes(head->signature));
  ++at;
  for (std::uint32_t i = 0; i < header->record_count; ++i, ++at) {
    const auto record = decode_record_entry(entries[at]);
    if (!record) return std::nullopt;
    message.add_records(Bytes(record->record));
  }
  return message;
}

}  // namespace

Body Body::of(std::span<const Bytes> entries) {
  Body body;
  std::size_t size = 0;
  for (const Bytes& entry : entries) size += 2 + entry.size();
  body.bytes_.reserve(size);
  for (const Bytes& entry : entries) append_to_bundle(body.bytes_, entry);
  return body;
}

Checked<Body> Body::decode(Bytes bytes) {
  if (bytes.size() > kBodyBytesMax) return bad_form("The body of a block is too large.");
  for (std::size_t at = 0; at < bytes.size();) {
    if (bytes.size() - at < 2) return bad_form("The body ends within a length.");
    const std::size_t size = static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[at])) << 8 |
                             static_cast<std::uint8_t>(bytes[at + 1]);
    at += 2;
    if (size == 0 || bytes.size() - at < size) return bad_form("The body ends within an entry.");
    at += size;
  }
  Body body;
  body.bytes_ = std::move(bytes);
  return body;
}

std::vector<ByteView> Body::entries() const {
  std::vector<ByteView> entries;
  for (std::size_t at = 0; at < bytes_.size();) {
    const std::size_t size = static_cast<std::size_t>(static_cast<std::uint8_t>(bytes_[at])) << 8 |
                             static_cast<std::uint8_t>(bytes_[at + 1]);
    entries.push_back(bytes().substr(at + 2, size));
    at += 2 + size;
  }
  return entries;
}

Checked<BodyContent> read_body_content(const Body& body) {
  BodyContent content;
  const std::vector<ByteView> entries = body.entries();
  std::size_t at = 0;
  if (!entries.empty() && entries[0][0] == static_cast<char>(EntryKind::epoch)) {
    content.opening = decode_epoch_entry(entries[0]);
    if (!content.opening) return bad_form("The certificate that opens the epoch has no such form.");
    content.epoch_entry = Bytes(entries[0]);
    ++at;
  }
  while (at < entries.size()) {
    const std::size_t first = at;
    const auto message = read_submission(entries, at);
    if (!message) {
      return bad_form("Entry " + std::to_string(first) + " of the block begins no submission.");
    }
    auto submission = decode_submission(*message);
    if (!submission) {
      const RecordReject& fault = submission.error().front();
      return crypto::Unexpected{crypto::Reject(kBodySubmission, fault.reject.field,
                                               "The submission at entry " + std::to_string(first) +
                                                   " of the block: " + fault.reject.message)};
    }
    content.submissions.push_back(*std::move(submission));
  }
  return content;
}

bool is_body_of(const Body& body, const Header& header, const Appender& parent_tree) {
  const Seal& seal = header.seal;
  const std::vector<ByteView> entries = body.entries();
  if (parent_tree.size() != seal.first_index || seal.count != entries.size() + 1 ||
      header.tree_size != seal.first_index + seal.count) {
    return false;
  }
  Appender tree = parent_tree.next();
  std::vector<Hash> leaves;
  leaves.reserve(entries.size() + 1);
  for (const ByteView entry : entries) leaves.push_back(leaf_hash(entry));
  leaves.push_back(leaf_hash(encode_seal(seal)));
  tree.append(leaves);
  return tree.head().root == header.tree_root;
}

}  // namespace ledger

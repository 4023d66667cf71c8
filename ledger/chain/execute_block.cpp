#include "ledger/chain/execute_block.h"

#include "crypto/check.h"
#include "ledger/chain/codes.h"

namespace ledger {
namespace {

crypto::Unexpected<crypto::Reject> invalid(std::string message, std::string field = "") {
  return {crypto::Reject(kBlockInvalid, std::move(field), std::move(message))};
}

// The 04 entry stands where an epoch opens and nowhere else, and holds what ended the one before.
std::optional<std::string> opening_fault(ByteView entry, const Header& parent,
                                         const Hash& parent_hash, const Epoch* closed) {
  if (!parent.closes_epoch()) {
    if (entry.empty()) return std::nullopt;
    return "It opens an epoch that is open.";
  }
  CHECK(closed != nullptr);
  auto certificate = decode_epoch_entry(entry);
  if (!certificate) return "It opens an epoch without a certificate.";
  if (certificate->vote.kind != VoteKind::finalize ||
      certificate->vote.candidate.block_hash != parent_hash ||
      certificate->vote.candidate.height != parent.seal.height) {
    return "The certificate that opens its epoch names another block.";
  }
  const auto verified =
      verify_certificate(*std::move(certificate), closed->scope, closed->validators);
  if (!verified) return verified.error().message;
  return std::nullopt;
}

using Next = std::function<Checked<VerifiedSubmission>(std::size_t i, const BlockBuilder& builder)>;

Checked<ExecutedBlock> build(BlockBase base, const Seal& seal, const Bytes& epoch_entry,
                             std::size_t count, const Next& next, const Epoch* closed) {
  if (auto fault = opening_fault(epoch_entry, base.parent, base.parent_hash, closed)) {
    return invalid(*std::move(fault), "epoch_entry");
  }
  BlockBuilder builder(std::move(base), {seal.epoch, seal.view, seal.time_ms, seal.proposer});
  if (!epoch_entry.empty()) builder.add_epoch_entry(epoch_entry);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string field = "submissions." + std::to_string(i);
    const auto submission = next(i, builder);
    if (!submission) return invalid(submission.error().message, field);
    const Added added = builder.add(*submission);
    if (added.outcome == Outcome::included) continue;
    std::string reason = ".";
    if (!added.rejects.empty()) {
      const crypto::Reject& first = added.rejects.front().reject;
      reason = ": " + first.message + " (" + std::string(first.code.name) + ")";
    }
    return invalid("Submission " + (*submission)->id.hex() + " has no place in it" + reason, field);
  }
  if (count == 0 && epoch_entry.empty()) return invalid("It holds no record.");
  return std::move(builder).finish();
}

Checked<ExecutedBlock> execute(BlockBase base, const Header& header, const Bytes& epoch_entry,
                               std::size_t count, const Next& next, const Epoch* closed) {
  auto block = build(std::move(base), header.seal, epoch_entry, count, next, closed);
  if (block && encode_header(block->header) != encode_header(header)) {
    return invalid("Its content gives another header.");
  }
  return block;
}

// The submissions of `content`, checked against the keys that the state lists.
Next verifying(const BodyContent& content, const FindVerified& find) {
  return [&](std::size_t i, const BlockBuilder& builder) -> Checked<VerifiedSubmission> {
    const Submission& submission = content.submissions[i];
    const VerifiedSubmission* known = find ? find(submission.id) : nullptr;
    if (known != nullptr) return *known;
    const auto key = builder.signing_key(submission.header);
    if (!key) return crypto::Unexpected{key.error()};
    return verify_submission(submission, *key);
  };
}

Next verified(const BlockContent& content) {
  return [&](std::size_t i, const BlockBuilder&) -> Checked<VerifiedSubmission> {
    return content.submissions[i];
  };
}

}  // namespace

Body body_of(const ExecutedBlock& block) {
  return Body::of(std::span(block.entries).first(block.entries.size() - 1));
}

Checked<ExecutedBlock> execute_block(BlockBase base, const Header& header,
                                     const BlockContent& content, const Epoch* closed) {
  return execute(std::move(base), header, content.epoch_entry, content.submissions.size(),
                 verified(content), closed);
}

Checked<ExecutedBlock> execute_block(BlockBase base, const Header& header,
                                     const BodyContent& content, const FindVerified& find,
                                     const Epoch* closed) {
  return execute(std::move(base), header, content.epoch_entry, content.submissions.size(),
                 verifying(content, find), closed);
}

Checked<ExecutedBlock> build_again(BlockBase base, const Seal& seal, const BlockContent& content,
                                   const Epoch* closed) {
  return build(std::move(base), seal, content.epoch_entry, content.submissions.size(),
               verified(content), closed);
}

Checked<ExecutedBlock> build_again(BlockBase base, const Seal& seal, const BodyContent& content,
                                   const Epoch* closed) {
  return build(std::move(base), seal, content.epoch_entry, content.submissions.size(),
               verifying(content, {}), closed);
}

}  // namespace ledger

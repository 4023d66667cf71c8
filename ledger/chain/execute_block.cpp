#include "ledger/chain/execute_block.h"

#include "crypto/check.h"
#include "ledger/chain/codes.h"

namespace ledger {
namespace {

crypto::Unexpected<crypto::Reject> invalid(std::string message) {
  return {crypto::Reject(kBlockInvalid, "", std::move(message))};
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

Checked<ExecutedBlock> execute(BlockBase base, const Header& header, const Bytes& epoch_entry,
                               std::size_t count, const Next& next, const Epoch* closed) {
  const Seal& seal = header.seal;
  if (auto fault = opening_fault(epoch_entry, base.parent, base.parent_hash, closed)) {
    return invalid(*std::move(fault));
  }
  BlockBuilder builder(std::move(base), {seal.epoch, seal.view, seal.time_ms, seal.proposer});
  if (!epoch_entry.empty()) builder.add_epoch_entry(epoch_entry);
  for (std::size_t i = 0; i < count; ++i) {
    const auto submission = next(i, builder);
    if (!submission) return invalid(submission.error().message);
    const Added added = builder.add(*submission);
    if (added.outcome == Outcome::included) continue;
    return invalid(
        "Submission " + (*submission)->id.hex() + " has no place in it" +
        (added.rejects.empty() ? std::string(".") : ": " + added.rejects.front().reject.message));
  }
  if (count == 0 && epoch_entry.empty()) return invalid("It holds no record.");
  ExecutedBlock block = std::move(builder).finish();
  if (encode_header(block.header) != encode_header(header)) {
    return invalid("Its content gives another header.");
  }
  return block;
}

}  // namespace

Body body_of(const ExecutedBlock& block) {
  return Body::of(std::span(block.entries).first(block.entries.size() - 1));
}

Checked<ExecutedBlock> execute_block(BlockBase base, const Header& header,
                                     const BlockContent& content, const Epoch* closed) {
  const Next next = [&](std::size_t i, const BlockBuilder&) -> Checked<VerifiedSubmission> {
    return content.submissions[i];
  };
  return execute(std::move(base), header, content.epoch_entry, content.submissions.size(), next,
                 closed);
}

Checked<ExecutedBlock> execute_block(BlockBase base, const Header& header,
                                     const BodyContent& content, const FindVerified& find,
                                     const Epoch* closed) {
  const Next next = [&](std::size_t i, const BlockBuilder& builder) -> Checked<VerifiedSubmission> {
    const Submission& submission = content.submissions[i];
    if (const VerifiedSubmission* known = find(submission.id)) return *known;
    const auto key = builder.signing_key(submission.header);
    if (!key) return crypto::Unexpected{key.error()};
    return verify_submission(submission, *key);
  };
  return execute(std::move(base), header, content.epoch_entry, content.submissions.size(), next,
                 closed);
}

}  // namespace ledger

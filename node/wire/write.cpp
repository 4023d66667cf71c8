#include "node/wire/write.h"

#include "crypto/check.h"
#include "node/wire/bounds.h"
#include "proto/canonical.h"

namespace node {
namespace {

using crypto::Bytes;
using Envelope = proto::PeerMessage;

Bytes bytes_of(const crypto::Hash& hash) { return Bytes(hash.view()); }

Bytes join(const std::vector<crypto::Hash>& hashes) {
  Bytes out;
  out.reserve(32 * hashes.size());
  for (const crypto::Hash& hash : hashes) out.append(hash.view());
  return out;
}

Bytes bitmap(const std::bitset<Status::kViews>& views) {
  if (views.none()) return "";
  Bytes out(kStatusBitmapBytes, '\0');
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (views[i])
      out[i / 8] = static_cast<char>(static_cast<std::uint8_t>(out[i / 8]) | 0x80U >> (i % 8));
  }
  return out;
}

Bytes members(const std::vector<ledger::ValidatorKeySet>& set) {
  Bytes out;
  for (const ledger::ValidatorKeySet& member : set) {
    crypto::append_u16(out, static_cast<std::uint16_t>(member.organisation.size()));
    out.append(member.organisation);
    for (const auto* key : {&member.vote, &member.log, &member.cosigner}) out.append(key->view());
  }
  return out;
}

Bytes leaves_bytes(const std::vector<SnapshotLeaf>& leaves) {
  Bytes out;
  for (const SnapshotLeaf& leaf : leaves) {
    crypto::append_u16(out, static_cast<std::uint16_t>(leaf.key.size()));
    out.append(leaf.key);
    crypto::append_u32(out, static_cast<std::uint32_t>(leaf.value.size()));
    out.append(leaf.value);
  }
  return out;
}

void put(const VerifiedVote& vote, Envelope& out) { out.set_vote(ledger::encode_vote(*vote)); }

void put(const VerifiedCertificate& certificate, Envelope& out) {
  out.set_certificate(ledger::encode_certificate(*certificate));
}

void put(const ProposalSent& sent, Envelope& out) {
  CHECK(sent.outline.submissions.size() <= kIdsMax);
  auto& proposal = *out.mutable_proposal();
  proposal.set_vote(ledger::encode_vote(*sent.proposal.vote));
  proposal.set_header(ledger::encode_header(sent.proposal.header));
  for (const VerifiedCertificate& certificate : sent.proposal.justification) {
    proposal.add_justification(ledger::encode_certificate(*certificate));
  }
  proposal.set_epoch_entry(sent.outline.epoch_entry);
  proposal.set_submissions(join(sent.outline.submissions));
}

void put(const PeerStatus& sent, Envelope& out) {
  auto& status = *out.mutable_status();
  status.set_epoch(sent.epoch);
  status.set_view(sent.views.view);
  status.set_final_view(sent.views.final_view);
  status.set_notarized(bitmap(sent.views.notarized));
  status.set_nullified(bitmap(sent.views.nullified));
  status.set_head(sent.head);
}

void put(const Evidence& sent, Envelope& out) {
  out.mutable_evidence()->set_first(ledger::encode_vote(*sent.first));
  out.mutable_evidence()->set_second(ledger::encode_vote(*sent.second));
}

// Nobody sends what it did not check.
void put(const OtherEpoch&, Envelope&) { CHECK(false); }

void put(const LateFinalize& sent, Envelope& out) { put(sent.vote, out); }

void put(const Announce& sent, Envelope& out) {
  CHECK(sent.ids.size() <= kIdsMax);
  out.mutable_announce()->set_ids(join(sent.ids));
}

void put(const GetSubmissions& sent, Envelope& out) {
  CHECK(sent.ids.size() <= kIdsMax);
  out.mutable_get_submissions()->set_ids(join(sent.ids));
}

void put(const SubmissionsSent& sent, Envelope& out) {
  std::size_t bytes = 0;
  auto& list = *out.mutable_submissions();
  for (const ledger::VerifiedSubmission& submission : sent.submissions) {
    bytes += submission->entry_bytes();
    proto::Submission message;
    message.set_header(submission->header_bytes);
    message.set_signature(Bytes(submission->signature.view()));
    for (const Bytes& record : submission->record_bytes) message.add_records(record);
    list.add_submissions(proto::encode_submission(message));
  }
  CHECK(bytes <= kSubmissionsBytesMax);
}

void put(const GetBlock& sent, Envelope& out) { out.set_get_block(bytes_of(sent.hash)); }

void put(const BlockSent& sent, Envelope::Block& out) {
  out.set_header(ledger::encode_header(sent.header));
  out.set_body(Bytes(sent.body.bytes()));
}

void put(const BlockSent& sent, Envelope& out) { put(sent, *out.mutable_block()); }

void put(const BlockAbsent& sent, Envelope& out) { out.set_block_absent(bytes_of(sent.hash)); }

void put(const GetRange& sent, Envelope& out) {
  CHECK(sent.bytes_max <= kRangeBytesMax);
  out.mutable_get_range()->set_from_height(sent.from_height);
  out.mutable_get_range()->set_bytes_max(sent.bytes_max);
}

void put(const RangeSent& sent, Envelope& out) {
  CHECK(sent.blocks.size() + sent.links.size() <= kRangeBlocksMax);
  auto& range = *out.mutable_range();
  range.set_from_height(sent.from_height);
  for (const BlockSent& block : sent.blocks) put(block, *range.add_blocks());
  Bytes links;
  for (const ledger::Header& header : sent.links) links.append(ledger::encode_header(header));
  range.set_links(std::move(links));
  if (sent.certificate) range.set_certificate(ledger::encode_certificate(*sent.certificate));
}

void put(const GetEpochProofs& sent, Envelope& out) {
  out.mutable_get_epoch_proofs()->set_from_epoch(sent.from_epoch);
}

void put(const EpochProofsSent& sent, Envelope& out) {
  CHECK(sent.proofs.size() <= kEpochProofsMax);
  auto& list = *out.mutable_epoch_proofs();
  list.set_from_epoch(sent.from_epoch);
  for (const EpochProof& proof : sent.proofs) {
    auto& one = *list.add_proofs();
    one.set_closing(ledger::encode_header(proof.closing));
    one.set_certificate(ledger::encode_certificate(proof.certificate));
    one.set_next(members(proof.next));
  }
}

void put(const GetSnapshot& sent, Envelope& out) {
  CHECK(sent.bytes_max <= kSnapshotBytesMax);
  auto& request = *out.mutable_get_snapshot();
  request.set_height(sent.height);
  if (sent.after_path) request.set_after_path(bytes_of(*sent.after_path));
  request.set_bytes_max(sent.bytes_max);
}

void put(const SnapshotPart& sent, Envelope& out) {
  auto& part = *out.mutable_snapshot_part();
  part.set_height(sent.height);
  if (sent.after_path) part.set_after_path(bytes_of(*sent.after_path));
  if (sent.head) {
    auto& head = *part.mutable_head();
    head.set_header(ledger::encode_header(sent.head->header));
    head.set_certificate(ledger::encode_certificate(sent.head->certificate));
    head.set_tree_edge(join(sent.head->tree_edge));
    head.set_subtrees(join(sent.head->subtrees));
  }
  part.set_leaves(leaves_bytes(sent.leaves));
  part.set_last(sent.last);
}

void put(const CheckpointSent& sent, Envelope& out) {
  auto& checkpoint = *out.mutable_checkpoint();
  checkpoint.set_epoch(sent.epoch);
  checkpoint.set_organisation(sent.organisation);
  checkpoint.set_note(ledger::format_note(sent.note));
}

void put(const Probe& sent, Envelope& out) {
  auto& probe = *out.mutable_probe();
  probe.set_nonce(bytes_of(sent.nonce));
  probe.set_session(bytes_of(sent.session));
  probe.set_incarnation(sent.incarnation);
}

void put(const ProbeAnswer& sent, Envelope& out) {
  CHECK(sent.yours.size() <= kVotesShownMax);
  auto& answer = *out.mutable_probe_answer();
  answer.set_nonce(bytes_of(sent.nonce));
  answer.set_epoch(sent.epoch);
  answer.set_view(sent.view);
  if (sent.highest) answer.set_highest(ledger::encode_certificate(*sent.highest));
  for (const VerifiedVote& vote : sent.yours) answer.add_yours(ledger::encode_vote(*vote));
  answer.set_other_incarnation(sent.other_incarnation);
  answer.set_closing_open(sent.closing_open);
}

}  // namespace

crypto::Bytes write_message(const Message& message) {
  Envelope envelope;
  std::visit([&](const auto& kind) { put(kind, envelope); }, message);
  const proto::Bounds* bounds = find_bounds(static_cast<std::uint64_t>(envelope.kind_case()));
  CHECK(bounds != nullptr);
  Bytes frame = proto::encode_peer_message(envelope);
  CHECK(frame.size() <= bounds->bytes_max);
  return frame;
}

}  // namespace node

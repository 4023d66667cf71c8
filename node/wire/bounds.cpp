#include "node/wire/bounds.h"

#include "proto/peer.pb.h"

namespace node {
namespace {

using Kind = proto::PeerMessage;

constexpr proto::Bounds flat(std::size_t bytes_max) {
  return {
      .bytes_max = bytes_max + kEnvelopeBytes, .depth_max = 2, .elements_max = 1, .fields_max = 8};
}

// A list of fields or of messages of at most `fields` fields each.
constexpr proto::Bounds list(std::size_t bytes_max, std::size_t elements_max, std::size_t fields) {
  return {.bytes_max = bytes_max + elements_max * kElementBytes + kEnvelopeBytes,
          .depth_max = 3,
          .elements_max = elements_max,
          .fields_max = 8 + elements_max * (fields + 1)};
}

constexpr proto::Bounds kVote = flat(kVoteBytes);
constexpr proto::Bounds kCertificate = flat(kCertificateBytesMax);
constexpr proto::Bounds kProposal =
    list(kVoteBytes + ledger::kHeaderBytes + (kJustificationMax + 1) * kCertificateBytesMax +
             kIdsMax * 32,
         kJustificationMax, 0);
constexpr proto::Bounds kStatus = flat(2 * kStatusBitmapBytes);
constexpr proto::Bounds kEvidence = flat(2 * kVoteBytes);
constexpr proto::Bounds kIds = flat(kIdsMax * 32);
constexpr proto::Bounds kSubmissions =
    list(kSubmissionsBytesMax + kIdsMax * kSubmissionSlackBytes, kIdsMax, 0);
constexpr proto::Bounds kHash = flat(32);
constexpr proto::Bounds kBlock = flat(ledger::kHeaderBytes + ledger::kBodyBytesMax);
constexpr proto::Bounds kRequest = flat(32);
constexpr proto::Bounds kRange = {.bytes_max = kFrameBytesMax,
                                  .depth_max = 3,
                                  .elements_max = kRangeBlocksMax,
                                  .fields_max = 8 + kRangeBlocksMax * 3};
constexpr proto::Bounds kEpochProofs =
    list(kEpochProofsMax * kEpochProofBytesMax, kEpochProofsMax, 3);
constexpr proto::Bounds kSnapshotPart = {
    .bytes_max = kLeavesBytesMax + ledger::kHeaderBytes + kCertificateBytesMax +
                 (kTreeEdgeMax + kSubtrees + 1) * 32 + kEnvelopeBytes,
    .depth_max = 3,
    .elements_max = 1,
    .fields_max = 16};
constexpr proto::Bounds kCheckpoint =
    flat(ledger::kOrganisationIdBytesMax + kCheckpointNoteBytesMax);
constexpr proto::Bounds kProbe = flat(2 * 32);
constexpr proto::Bounds kProbeAnswer =
    list(32 + kCertificateBytesMax + kVotesShownMax * kVoteBytes, kVotesShownMax, 0);

static_assert(kBlock.bytes_max <= kFrameBytesMax && kSubmissions.bytes_max <= kFrameBytesMax &&
              kSnapshotPart.bytes_max <= kFrameBytesMax);

}  // namespace

const proto::Bounds* find_bounds(std::uint64_t kind) {
  switch (kind) {
    case Kind::kVoteFieldNumber:
      return &kVote;
    case Kind::kCertificateFieldNumber:
      return &kCertificate;
    case Kind::kProposalFieldNumber:
      return &kProposal;
    case Kind::kStatusFieldNumber:
      return &kStatus;
    case Kind::kEvidenceFieldNumber:
      return &kEvidence;
    case Kind::kAnnounceFieldNumber:
    case Kind::kGetSubmissionsFieldNumber:
      return &kIds;
    case Kind::kSubmissionsFieldNumber:
      return &kSubmissions;
    case Kind::kGetBlockFieldNumber:
    case Kind::kBlockAbsentFieldNumber:
      return &kHash;
    case Kind::kBlockFieldNumber:
      return &kBlock;
    case Kind::kGetRangeFieldNumber:
    case Kind::kGetEpochProofsFieldNumber:
    case Kind::kGetSnapshotFieldNumber:
      return &kRequest;
    case Kind::kRangeFieldNumber:
      return &kRange;
    case Kind::kEpochProofsFieldNumber:
      return &kEpochProofs;
    case Kind::kSnapshotPartFieldNumber:
      return &kSnapshotPart;
    case Kind::kCheckpointFieldNumber:
      return &kCheckpoint;
    case Kind::kProbeFieldNumber:
      return &kProbe;
    case Kind::kProbeAnswerFieldNumber:
      return &kProbeAnswer;
    default:
      return nullptr;
  }
}

}  // namespace node

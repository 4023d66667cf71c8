// What one frame of each kind may hold, told before protobuf parses it and checked again before one
// is written. What messages.h bounds is not repeated here.
//
// Constants; any thread.
#pragma once

#include "ledger/chain/block.h"
#include "node/wire/messages.h"
#include "proto/walk.h"

namespace node {

// The parent's certificate and as many nullifications as are sent along (consensus.md 2.4).
inline constexpr std::size_t kJustificationMax = 9;
// On each tile level at most one tile is not full.
inline constexpr std::size_t kTreeEdgeMax = ledger::kTileLevels * (ledger::kTileWidth - 1);
// Key and value of the shortest leaf have more bytes together: each value starts with 16.
inline constexpr std::size_t kLeafBytesLeast = 16;
inline constexpr std::size_t kSnapshotLeavesMax = kSnapshotBytesMax / kLeafBytesLeast;
// With their lengths, six bytes a leaf.
inline constexpr std::size_t kLeavesBytesMax = kSnapshotBytesMax + 6 * kSnapshotLeavesMax;
inline constexpr std::size_t kStatusBitmapBytes = Status::kViews / 8;

// vote.h: what a vote and a certificate of the largest set take.
inline constexpr std::size_t kVoteBytes = 1 + 4 * 8 + 32 + 2 + 64;
inline constexpr std::size_t kCertificateBytesMax =
    1 + 4 * 8 + 32 + 2 + (ledger::kValidatorsMax + 7) / 8 + 64 * ledger::kValidatorsMax;
inline constexpr std::size_t kValidatorBytesMax = 2 + ledger::kOrganisationIdBytesMax + 3 * 32;
inline constexpr std::size_t kEpochProofBytesMax =
    ledger::kHeaderBytes + kCertificateBytesMax + ledger::kValidatorsMax * kValidatorBytesMax;
// A checkpoint's text and two lines are a few hundred bytes, most of them the log's name.
inline constexpr std::size_t kCheckpointNoteBytesMax = 4096;

// The tags and lengths of the envelope's own fields: at most seven fields, six bytes each, three
// deep; and what each element of a list takes.
inline constexpr std::size_t kEnvelopeBytes = 128;
inline constexpr std::size_t kElementBytes = 8;

// Records of a submission and its header have the same bytes on the wire as in the log, but for
// tags and lengths: no more than its entries take, and a few for the signature's.
inline constexpr std::size_t kSubmissionSlackBytes = 32;

// By number of the envelope's field: the bounds of a kind; none: there is no such kind.
const proto::Bounds* find_bounds(std::uint64_t kind);

}  // namespace node

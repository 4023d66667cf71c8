// The parts of messages that are only formed, not signed: lists of hashes, bitmaps, blocks, leaves.
// All give nullopt for bytes that are not the one form of such a part.
//
// Pure; any thread.
#pragma once

#include "node/wire/messages.h"
#include "proto/peer.pb.h"

namespace node {

// 32 bytes each, at most `count_max`.
std::optional<std::vector<crypto::Hash>> split_hashes(crypto::ByteView bytes,
                                                      std::size_t count_max);
// Bit i is bit 7 - i % 8 of byte i / 8; no bytes: no bit is set.
std::optional<std::bitset<Status::kViews>> read_bitmap(crypto::ByteView bytes);

std::optional<BlockSent> read_block(const proto::PeerMessage::Block& sent);
// Heights go up by one from the first to the last link, and a FINALIZE certificate is there if and
// only if there is a block.
std::optional<RangeSent> read_range(const proto::PeerMessage::Range& sent);
std::optional<EpochProof> read_epoch_proof(const proto::PeerMessage::EpochProof& sent);
std::optional<SnapshotPart> read_snapshot_part(const proto::PeerMessage::SnapshotPart& sent);

}  // namespace node

// What nodes say to each other, as values. Every message is whole and within its bounds; whatever
// carries a signature was checked against the validators of the epoch at hand, or says in its
// comment that it was not. read.h makes them from bytes and write.h bytes from them;
// proto/peer.proto is their envelope.
//
// Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ledger/chain/body.h"
#include "ledger/chain/submission.h"
#include "ledger/history/note.h"
#include "node/consensus/core.h"

namespace node {

// A connection, numbered by whoever drives the replica; a number is never used again.
using PeerId = std::uint64_t;

inline constexpr std::size_t kIdsMax = 4096;                  // in one message of ids
inline constexpr std::size_t kSubmissionsBytesMax = 1 << 20;  // in one message of submissions
inline constexpr std::size_t kRangeBytesMax = 2 << 20;        // bodies in one range
inline constexpr std::size_t kRangeBlocksMax = 256;           // links included
inline constexpr std::size_t kEpochProofsMax = 16;            // some 40 KiB each at most
inline constexpr std::size_t kSnapshotBytesMax = 1 << 20;     // leaves in one part
// A snapshot is proved in as many pieces, by the first three nibbles of the path.
inline constexpr unsigned kSubtreeNibbles = 3;
inline constexpr std::size_t kSubtrees = 4096;
inline constexpr std::size_t kVotesShownMax = 64;  // in one answer to a probe

// The largest frame of any kind: the largest body, or a range of smaller ones with their headers
// and links.
inline constexpr std::size_t kFrameBytesMax = ledger::kBodyBytesMax + (256 << 10);

// ---- consensus ----

// How a block is rebuilt from submissions that its readers hold already: its 04 entry, if it opens
// an epoch, and the ids of its submissions in their order. Nothing in it for a carry.
struct Outline {
  crypto::Bytes epoch_entry;
  std::vector<crypto::Hash> submissions;
};
struct ProposalSent {
  Proposal proposal;
  Outline outline;
};
// What the sender has; `head` is the height of its newest final block, which is a hint and no more.
struct PeerStatus {
  std::uint64_t epoch = 0;
  Status views;
  std::uint64_t head = 0;
};
// A vote, certificate, proposal, evidence or checkpoint of another epoch came. Nobody checked it.
struct OtherEpoch {
  std::uint64_t epoch = 0;
};
// A FINALIZE vote of the epoch before, checked against its validators: they complete the
// certificate of the closing block.
struct LateFinalize {
  VerifiedVote vote;
};

// ---- submissions: announce and fetch ----

struct Announce {
  std::vector<crypto::Hash> ids;
};
struct GetSubmissions {
  std::vector<crypto::Hash> ids;
};
struct SubmissionsSent {
  std::vector<ledger::VerifiedSubmission> submissions;
};

// ---- blocks ----

struct GetBlock {
  crypto::Hash hash;
};
// Header and body as claimed: the tree root binds the body (ledger/chain/body.h), a certificate or
// a vote the header. Neither was checked.
struct BlockSent {
  ledger::Header header;
  ledger::Body body;
};
struct BlockAbsent {
  crypto::Hash hash;
};
// Final blocks from this height on, of one epoch.
struct GetRange {
  std::uint64_t from_height = 0;
  std::uint64_t bytes_max = kRangeBytesMax;
};
// Consecutive blocks from `from_height`, and the FINALIZE certificate of a block of their epoch:
// the last of them, or one above it when they are too many for one range; `links` are the headers
// from the last block, excluded, to the one that the certificate names, included. Without blocks:
// the sender has none from there. Nothing was checked.
struct RangeSent {
  std::uint64_t from_height = 0;
  std::vector<BlockSent> blocks;
  std::vector<ledger::Header> links;
  std::optional<ledger::Certificate> certificate;
};

// ---- the chain of validator sets ----

// How epochs ended, from this one on.
struct GetEpochProofs {
  std::uint64_t from_epoch = 0;
};
// The block that closed an epoch, the FINALIZE certificate that names it, and the validators of the
// next epoch (consensus.md 2.16). Not checked.
struct EpochProof {
  ledger::Header closing;
  ledger::Certificate certificate;
  std::vector<ledger::ValidatorKeySet> next;
};
// Of consecutive epochs; empty: the sender knows of no end of that epoch.
struct EpochProofsSent {
  std::uint64_t from_epoch = 0;
  std::vector<EpochProof> proofs;
};

// ---- state snapshot ----

// The state after the block at `height`; 0: the newest that the answering node serves.
struct GetSnapshot {
  std::uint64_t height = 0;
  std::optional<crypto::Hash> after_path;  // none: from the first leaf, with the head
  std::uint64_t bytes_max = kSnapshotBytesMax;
};
struct SnapshotLeaf {
  crypto::Bytes key;
  crypto::Bytes value;
};
// The block that the snapshot belongs to: its certificate names it. `tree_edge`: the hashes in the
// tiles of its history tree that are not full, lowest level first. `subtrees`: for each of the
// kSubtrees beginnings of a path the hash of what the state trie holds there, zero for nothing:
// they give the state root, and each proves the leaves below it. Nothing was checked.
struct SnapshotHead {
  ledger::Header header;
  ledger::Certificate certificate;
  std::vector<crypto::Hash> tree_edge;
  std::vector<crypto::Hash> subtrees;
};
// Leaves in ascending order of path, behind the one asked for. Not checked but for their form.
// Without leaves and not the last: the sender does not serve this state, or not any more.
struct SnapshotPart {
  std::uint64_t height = 0;
  std::optional<crypto::Hash> after_path;  // as it was asked
  std::optional<SnapshotHead> head;        // with the first part
  std::vector<SnapshotLeaf> leaves;
  bool last = false;
};

// ---- checkpoints ----

// One validator's lines on a checkpoint, with its log key and its cosigner key; verified: text of
// this log, lines of one member of the set of `epoch`, which is the one at hand or the one before.
struct CheckpointSent {
  std::uint64_t epoch = 0;
  std::string organisation;
  ledger::TreeHead head;
  ledger::Note note;
};

// ---- rollback protection ----

// "What do you know of me?", with a nonce that is fresh for every question. `session` is drawn at
// each start and tells the connections of one process from those of another with the same key.
struct Probe {
  crypto::Hash nonce;
  crypto::Hash session;
  std::uint64_t incarnation = 0;  // rises with every start of the asking node; 0 is none
};
// The answer over the same connection. `highest`: the certificate by which the answering node
// entered its view, or the closing block's of the epoch before; none in the first view of a ledger.
// `yours`: votes of the asking validator that the answering node holds, newest views first,
// checked. `closing_open`: a closing block is notarized and not final there.
struct ProbeAnswer {
  crypto::Hash nonce;
  std::uint64_t epoch = 0;
  std::uint64_t view = 1;
  std::optional<ledger::Certificate> highest;  // of another epoch too: not checked then
  std::vector<VerifiedVote> yours;             // of the epoch at hand
  std::uint64_t other_incarnation = 0;         // the highest of the asker's other sessions
  bool closing_open = false;
};

using Message =
    std::variant<VerifiedVote, VerifiedCertificate, ProposalSent, PeerStatus, Evidence, OtherEpoch,
                 LateFinalize, Announce, GetSubmissions, SubmissionsSent, GetBlock, BlockSent,
                 BlockAbsent, GetRange, RangeSent, GetEpochProofs, EpochProofsSent, GetSnapshot,
                 SnapshotPart, CheckpointSent, Probe, ProbeAnswer>;

struct Send {
  std::vector<PeerId> to;
  Message message;
};

}  // namespace node

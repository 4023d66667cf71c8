// Seal, header, and the entries of a block. A block is a run of log entries that ends with its
// seal:
//   [04 epoch certificate] { 05 submission header || signature, 01 || previous u64 || record … } 02
// Everything a block changes follows from its entries; the header is the seal and the history tree
// that ends with it; its tagged hash is what votes name.
//
// Seal, 208 bytes, integers big-endian:
//   02 || rules version 1 || network id 32 || epoch 8 || height 8 || view 8 || time_ms 8
//   || first index 8 || count 4 || parent hash 32 || state root 32 || set hash 32
//   || next set hash 32 || proposer 2
// `count` counts all entries of the block with the seal, so first index + count = tree size.
#pragma once

#include "crypto/hash.h"
#include "ledger/chain/store.h"
#include "ledger/chain/submission.h"

namespace ledger {

inline constexpr std::size_t kSealBytes = 208;
inline constexpr std::size_t kHeaderBytes = kSealBytes + 8 + 32;
inline constexpr std::size_t kEntryBytesMax = 65535;

enum class EntryKind : std::uint8_t {
  record = 0x01,
  seal = 0x02,
  epoch = 0x04,
  submission = 0x05,
  signed_statement = 0xd2,
};

// "No earlier record": the previous index of a subject's first record.
inline constexpr std::uint64_t kNoIndex = ~std::uint64_t{0};

struct Seal {
  std::uint8_t rules_version = 1;
  Hash network_id;
  std::uint64_t epoch = 0;
  std::uint64_t height = 0;
  std::uint64_t view = 0;  // of first proposal; never changes
  std::uint64_t time_ms = 0;
  std::uint64_t first_index = 0;
  std::uint32_t count = 0;
  Hash parent_hash;
  Hash state_root;  // after the block
  Hash set_hash;
  Hash next_set_hash;
  std::uint16_t proposer = 0;
};

struct Header {
  Seal seal;
  std::uint64_t tree_size = 0;
  Hash tree_root;

  Hash hash() const;
  bool closes_epoch() const { return seal.set_hash != seal.next_set_hash; }
};

Bytes encode_seal(const Seal& seal);
std::optional<Seal> decode_seal(ByteView bytes);
Bytes encode_header(const Header& header);
std::optional<Header> decode_header(ByteView bytes);

Bytes record_entry(std::uint64_t previous_index, ByteView record);
Bytes submission_entry(ByteView header, const crypto::Signature& signature);

struct RecordEntry {
  std::uint64_t previous_index = kNoIndex;
  ByteView record;
};
std::optional<RecordEntry> decode_record_entry(ByteView entry);

struct SubmissionEntry {
  ByteView header;
  ByteView signature;  // 64 bytes
};
std::optional<SubmissionEntry> decode_submission_entry(ByteView entry);

// A checkpoint block closes an epoch or is the first of a second of block time.
bool is_checkpoint_block(const Seal& seal, std::uint64_t parent_time_ms);

}  // namespace ledger

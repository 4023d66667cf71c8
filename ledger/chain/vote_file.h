// The vote file: what this node has promised, outside of the store and of every backup, so that a
// store that went back in time is seen. Two slots, each in a block of 4 KiB of its own, are written
// in turn; whatever a power cut does to one of them, the other is whole.
//
// Slot, 512 bytes, integers big-endian:
//   "greenledger vote" 16 || version 1 || network id 32 || sequence 8 || floor epoch 8
//   || floor view 8 || votes ever signed 8 || their chained hash 32 || checkpoint size 8
//   || checkpoint root 32 || tip height 8 || tip hash 32 || zeros || SHA-256 of all before it 32
//
// A slot is written after the store's batch and before anything of the step is sent. What follows
// from comparing the two is decided in vote_guard.h. This file meets the disk; a write that fails
// stops the process.
//
// Thread rule: one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "crypto/expected.h"
#include "ledger/chain/store_errors.h"
#include "ledger/chain/vote_chain.h"
#include "ledger/history/tree.h"

namespace ledger {

inline constexpr std::size_t kVoteSlotBytes = 512;
inline constexpr std::size_t kVoteSlotDistance = 4096;  // a sector is never shared by two slots
inline constexpr std::size_t kVoteFileBytes = 2 * kVoteSlotDistance;

struct VoteSlot {
  crypto::Hash network_id;
  std::uint64_t sequence = 0;  // of the write; the higher slot counts
  VoteFloor floor;
  VoteChain chain;
  TreeHead checkpoint;  // the newest that was signed; size 0: none
  std::uint64_t tip_height = 0;
  crypto::Hash tip_hash;  // zero: no block

  friend bool operator==(const VoteSlot&, const VoteSlot&) = default;
};

Bytes encode_vote_slot(const VoteSlot& slot);
// nullopt: not a whole slot of this version.
std::optional<VoteSlot> decode_vote_slot(ByteView bytes);

class VoteFile {
 public:
  // Takes the file for this process alone. E-VOTE-ABSENT: no such file. A file without a whole slot
  // opens, and its newest() is empty. E-VOTE-NETWORK, E-VOTE-VERSION, E-VOTE-LOCKED, E-VOTE-OPEN.
  static crypto::Result<std::unique_ptr<VoteFile>> open(const std::string& path,
                                                        const crypto::Hash& network_id);
  // Makes the file with its first slot, durable with its name. E-VOTE-OPEN: also when it exists.
  static crypto::Result<std::unique_ptr<VoteFile>> create(const std::string& path,
                                                          const crypto::Hash& network_id);

  VoteFile(const VoteFile&) = delete;
  VoteFile& operator=(const VoteFile&) = delete;
  ~VoteFile();

  const std::optional<VoteSlot>& newest() const { return newest_; }

  // Durable when it returns. Network and sequence of `slot` are filled in here.
  void write(VoteSlot slot);

 private:
  VoteFile(int descriptor, crypto::Hash network_id)
      : descriptor_(descriptor), network_id_(network_id) {}

  crypto::Result<void> read_slots(const std::string& path);

  int descriptor_;
  crypto::Hash network_id_;
  std::optional<VoteSlot> newest_;
  std::uint64_t place_ = 1;  // of newest_: the other one is written next
};

}  // namespace ledger

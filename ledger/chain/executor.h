// Executing a block: from submissions and a parent to entries, state changes and roots. The same
// code builds a block to propose and re-executes one to vote on it; what it gives depends on
// nothing but its arguments.
//
// A submission is atomic: all its records obey the rules on the state that the ones before it left,
// or nothing of it happens and every record at fault is named.
#pragma once

#include <memory>

#include "ledger/chain/block.h"
#include "ledger/history/tiles.h"
#include "ledger/records/rules.h"
#include "ledger/state/trie.h"

namespace ledger {

// What a block builds on: the parent with everything that grows from it. A value; copying it is how
// two blocks share a parent.
struct BlockBase {
  std::shared_ptr<const Snapshot> snapshot;  // holds the state after the parent
  Hash network_id;
  bool genesis = false;  // there is no parent: block 0
  Header parent;
  Hash parent_hash;
  Hash set_hash;  // of the epoch that the block belongs to
  Appender tree;
  TrieRoot trie_root;
  const NodeCache* cache = nullptr;  // of the committed trie; may be null; outlives the builder
};

// One key of the state as a block leaves it; nullopt: removed. path = SHA-256(key).
struct StateWrite {
  Hash path;
  Bytes key;
  std::optional<Bytes> value;
};

struct IncludedSubmission {
  Hash id;
  std::uint64_t first_index = 0;  // its 05 entry
  std::uint32_t record_count = 0;
};

// A block with everything that committing it writes.
struct ExecutedBlock {
  Header header;
  Hash hash;
  std::vector<Bytes> entries;  // from header.seal.first_index
  std::vector<IncludedSubmission> submissions;
  std::vector<StateWrite> state;  // ascending by path, as trie and store are ordered
  std::vector<Bytes> index_keys;
  Appender tree;
  TrieUpdate trie;
  std::uint32_t record_count = 0;
  std::uint64_t record_total = 0;  // on the ledger, this block's included
};

// Who proposes, when, and in which view.
struct Turn {
  std::uint64_t epoch = 0;
  std::uint64_t view = 0;
  std::uint64_t time_ms = 0;
  std::uint16_t proposer = 0;
};

enum class Outcome {
  included,
  recorded,  // every record of it is on the ledger already
  ahead,     // a record wants a place behind the next one: keep it and try again
  rejected,
  full,  // no room in this block
};

struct Added {
  Outcome outcome = Outcome::included;
  SubmissionRejects rejects;
};

class BlockBuilder {
 public:
  BlockBuilder(BlockBase base, const Turn& turn);

  // The 04 entry that opens an epoch; only as the first thing of a block.
  void add_epoch_entry(Bytes entry);
  Added add(const VerifiedSubmission& submission);
  // A record of the genesis file: no signature, no organisation that sends it.
  SubmissionRejects add_genesis_record(ByteView bytes, const proto::Record& record);

  // The key that the state lists for this header. Rejects: those of signing_key.h.
  crypto::Checked<crypto::PublicKey> signing_key(const SubmissionHeader& header) const;

  std::uint32_t record_count() const { return record_count_; }
  std::size_t entry_bytes() const { return entry_bytes_; }
  // A record changed validators or parameters: it is the last one of the epoch.
  bool closed() const { return closed_; }

  ExecutedBlock finish() &&;

 private:
  crypto::Checked<void> check_submission(const Submission& submission, RuleContext& context);
  crypto::Checked<void> charge_allowance(const Submission& submission);
  std::optional<crypto::Reject> add_record(RuleContext& context, ByteView bytes,
                                           const proto::Record& record);
  crypto::Reject place_taken(const SubjectValue& value, const proto::Record& record,
                             ByteView bytes) const;
  std::optional<Bytes> entry(std::uint64_t index) const;
  std::optional<crypto::Reject> apply_counters(const RuleContext& context);
  std::uint64_t next_index() const { return first_index_ + entries_.size(); }
  RuleContext make_context() const;

  BlockBase base_;
  Turn turn_;
  std::string today_;
  proto::Parameters parameters_;
  Overlay state_;
  std::uint64_t first_index_ = 0;
  std::vector<Bytes> entries_;
  std::vector<Bytes> index_keys_;
  std::vector<IncludedSubmission> submissions_;
  std::size_t entry_bytes_ = 0;
  std::uint32_t record_count_ = 0;
  bool closed_ = false;
};

// The one batch that makes a block true: entries, tiles, trie, values, indexes, header.
WriteBatch commit_batch(const ExecutedBlock& block);

}  // namespace ledger

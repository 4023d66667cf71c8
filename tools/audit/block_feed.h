// The blocks of a source in their order, prepared by all cores before they are executed: entries
// against their tiles, the form of every record, the signatures of submissions. What needs no state
// is done here; what does is the replay's (replay.h).
//
// Threads: one reads the source, some prepare; next() is for one more.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ledger/chain/execute_block.h"
#include "tools/audit/source.h"

namespace tools {

// What is wrong, and where.
struct AuditFault {
  std::string code;
  std::string message;
  std::string hint;
  std::optional<std::uint64_t> index;   // of the first entry at fault
  std::optional<std::uint64_t> height;  // of its block
  bool open = false;                    // it leaves the question open; else the ledger is wrong
};
AuditFault fault_of(const crypto::RejectCode& code, std::string message,
                    std::optional<std::uint64_t> index, std::optional<std::uint64_t> height);
AuditFault fault_of(const crypto::Error& error);

// Keys that the state was seen to list, so that signatures can be checked ahead of it. Whether a
// key may sign where it did is asked of the state, in order. Any thread.
class KnownKeys {
 public:
  std::optional<crypto::PublicKey> find(const crypto::KeyId& id) const;
  void add(const crypto::PublicKey& key);

 private:
  mutable std::mutex mutex_;
  std::map<crypto::KeyId, crypto::PublicKey> keys_;
};

struct PreparedBlock {
  std::uint64_t first_index = 0;
  std::vector<crypto::Bytes> entries;  // with the seal
  ledger::Seal seal;
  std::optional<crypto::Bytes> certificate;

  // The first thing that is wrong with it; what stands below is then not to be used.
  std::optional<AuditFault> fault;
  std::vector<crypto::Hash> leaves;  // of the entries
  // The same content twice: with verified submissions where all their keys were known.
  std::optional<ledger::BlockContent> verified;
  ledger::BodyContent content;
};

class BlockFeed {
 public:
  // From entry `from` on, which begins the block at `height`. The source and the keys outlive it.
  BlockFeed(const LedgerSource& source, std::uint64_t from, std::uint64_t height,
            const KnownKeys& keys, unsigned threads);
  ~BlockFeed();
  BlockFeed(const BlockFeed&) = delete;
  BlockFeed& operator=(const BlockFeed&) = delete;

  // The next block; nullopt: the tree ends. A block with a fault is the last one.
  std::optional<PreparedBlock> next();

 private:
  class Reader;
  struct Shared;

  std::unique_ptr<Shared> shared_;
};

}  // namespace tools

// The digest of a ledger's records: equal on two ledgers that hold the same records, whatever their
// indexes, heights and times are. So it tells whether a second import, a restore or a crash lost or
// doubled anything.
//
// SHA-256 over one line a record, sorted by their bytes:
//   subject TAB place in decimal TAB SHA-256 of the record's canonical bytes in hex LF
//
// It proves nothing to a stranger: for that are tree root and state root. Pure; one thread. Holds
// about 150 bytes a record until it is finished.
#pragma once

#include <vector>

#include "ledger/chain/reader.h"

namespace ledger {

class RecordDigest {
 public:
  void add(std::string_view subject, std::uint64_t place, ByteView record);

  std::uint64_t records() const { return lines_.size(); }
  Hash finish() &&;

 private:
  std::vector<Bytes> lines_;  // without their line ends
};

struct LedgerDigest {
  Hash digest;
  std::uint64_t height = 0;
  std::uint64_t records = 0;
};

// Of all records up to the block at `height`, those of the genesis file among them. nullopt: there
// is no such block, or an entry below it is missing.
std::optional<LedgerDigest> ledger_digest(const ChainReader& reader, std::uint64_t height);

}  // namespace ledger

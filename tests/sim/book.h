// Book: every block that anyone has made in a run, and the application that judges them. A body is
// a list of record numbers; it is valid when none of them is on the chain already and the state
// root is the one they give. Who has which body is the nodes' affair.
#pragma once

#include <bitset>
#include <map>
#include <string>
#include <vector>

#include "ledger/chain/block.h"
#include "ledger/chain/vote.h"

namespace sim {

inline constexpr std::size_t kRecordsMax = 256;
inline constexpr std::size_t kClosingRecord = kRecordsMax - 1;
using Records = std::bitset<kRecordsMax>;

class Book {
 public:
  Book(const ledger::VoteScope& scope, const ledger::ValidatorSet& set, const ledger::Header& base);

  struct Entry {
    ledger::Header header;
    crypto::Bytes body;  // a byte for each record, and a salt
    Records chain;       // its own records and those of its ancestors
    bool valid = false;  // on its parent; an ancestor's fault is its own
  };
  struct Draft {
    std::uint64_t view = 0;
    std::uint16_t proposer = 0;
    std::uint64_t time_ms = 0;
    crypto::Hash parent;
    Records records;
    std::uint8_t salt = 0;    // makes two blocks of the same records differ
    bool wrong_root = false;  // what execution refuses
  };
  // The parent must be in the book.
  const Entry& make(const Draft& draft);

  const Entry& at(const crypto::Hash& hash) const { return entries_.at(hash); }
  bool has(const crypto::Hash& hash) const { return entries_.contains(hash); }
  // What a body that was on disk belongs to.
  const crypto::Hash& base() const { return base_; }

 private:
  ledger::VoteScope scope_;
  crypto::Hash set_hash_;
  crypto::Hash base_;
  std::map<crypto::Hash, Entry> entries_;
};

}  // namespace sim

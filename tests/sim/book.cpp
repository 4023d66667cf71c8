#include "tests/sim/book.h"

namespace sim {

using crypto::Hash;

Book::Book(const ledger::VoteScope& scope, const ledger::ValidatorSet& set,
           const ledger::Header& base)
    : scope_(scope), set_hash_(set.hash()), base_(base.hash()) {
  Entry entry;
  entry.header = base;
  entry.valid = true;
  entries_.emplace(base_, entry);
}

const Book::Entry& Book::make(const Draft& draft) {
  const Entry& parent = entries_.at(draft.parent);
  Entry entry;
  entry.body.push_back(static_cast<char>(draft.salt));
  for (std::size_t record = 0; record < kRecordsMax; ++record) {
    if (draft.records[record]) entry.body.push_back(static_cast<char>(record));
  }
  ledger::Header& header = entry.header;
  header.seal.network_id = scope_.network_id;
  header.seal.epoch = scope_.epoch;
  header.seal.height = parent.header.seal.height + 1;
  header.seal.view = draft.view;
  header.seal.time_ms = draft.time_ms;
  header.seal.parent_hash = draft.parent;
  header.seal.set_hash = header.seal.next_set_hash = set_hash_;
  if (draft.records[kClosingRecord]) header.seal.next_set_hash = crypto::sha256("the next set");
  header.seal.proposer = draft.proposer;
  header.seal.state_root = crypto::sha256(
      {parent.header.seal.state_root.view(), entry.body, draft.wrong_root ? "x" : ""});
  header.tree_root = crypto::sha256(entry.body);
  entry.chain = parent.chain | draft.records;
  entry.valid = parent.valid && !draft.wrong_root && (parent.chain & draft.records).none();
  return entries_.emplace(header.hash(), entry).first->second;
}

}  // namespace sim

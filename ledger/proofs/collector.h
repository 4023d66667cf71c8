// Gathers what a bundle shows from a store: entries with their authors and blocks, values of the
// state and whole histories, everything once and under one head.
//
// Thread rule: belongs to one thread; it reads one snapshot.
#pragma once

#include <map>
#include <string>

#include "ledger/history/tiles.h"
#include "ledger/proofs/bundle.h"
#include "ledger/state/node_reader.h"
#include "ledger/state/trie.h"

namespace ledger {

class Collector {
 public:
  static Checked<Collector> over(const ChainReader& reader, const Header& head,
                                 std::size_t entries_max);

  // False: this store lacks something, or there is too much; failure() says which.
  bool entry(std::uint64_t index);
  bool record(std::uint64_t index);
  bool value(const std::string& key);
  // Also of a subject without a record, whose absence is shown.
  bool history(const std::string& subject);

  crypto::Unexpected<crypto::Reject> failure() const;
  void pour_into(ProofBundle& bundle) &&;
  const Header& head() const { return head_; }

 private:
  Collector(const ChainReader& reader, const Header& head, const TrieRoot& root,
            std::size_t entries_max)
      : reader_(&reader),
        head_(head),
        root_(root),
        entries_max_(entries_max),
        hashes_(read_hashes(reader.shared_snapshot())),
        nodes_(reader.shared_snapshot()) {}

  bool author(std::uint64_t index);

  const ChainReader* reader_;
  Header head_;
  TrieRoot root_;
  std::size_t entries_max_;
  HashReader hashes_;
  NodeReader nodes_;
  std::map<std::uint64_t, EntryProof> entries_;
  std::map<std::uint64_t, AuthorProof> authors_;
  std::map<Bytes, ValueProof> values_;
};

}  // namespace ledger

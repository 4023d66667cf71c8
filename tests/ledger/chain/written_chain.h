// The chain that store_writer writes and the damage tests look for: every batch follows from its
// number alone, so that what must be on disk is known without asking the disk.
#pragma once

#include "ledger/chain/block.h"
#include "ledger/chain/rocks_store.h"
#include "ledger/chain/vote_guard.h"

namespace tests {

inline constexpr std::string_view kWrittenNetwork = "written";

inline ledger::VoteScope written_scope() {
  return {crypto::sha256(kWrittenNetwork), 0, crypto::sha256("anchor")};
}

// Small memory, so that a few seconds see logs rotate and tables merge.
inline ledger::RocksOptions written_options(const std::string& home) {
  ledger::RocksOptions options;
  options.path = home + "/db";
  options.network_id = crypto::sha256(kWrittenNetwork);
  options.critical_free_bytes = 0;
  options.memtable_bytes = std::size_t{256} << 10U;
  options.memtables_bytes = std::size_t{1} << 20U;
  options.log_bytes = std::size_t{1} << 20U;
  return options;
}

inline crypto::Bytes number_key(std::uint64_t number) {
  crypto::Bytes key;
  crypto::append_u64(key, number);
  return key;
}

inline crypto::Bytes entry_of(std::uint64_t number) {
  crypto::Hash block = crypto::sha256(number_key(number));
  crypto::Bytes out;
  for (auto left = block.bytes[0]; left > 0; --left) {
    out += block.view();
    block = crypto::sha256(block.view());
  }
  return out;
}

inline ledger::Header header_of(std::uint64_t height) {
  ledger::Header header;
  header.seal.height = height;
  header.seal.first_index = height;
  header.seal.count = 1;
  header.tree_size = height + 1;
  header.tree_root = crypto::sha256(entry_of(height));
  return header;
}

inline ledger::SignedVote vote_of(std::uint64_t height) {
  ledger::SignedVote vote;
  vote.vote = {ledger::VoteKind::notarize, {height + 1, height, height, header_of(height).hash()}};
  vote.signature.bytes.fill(static_cast<std::uint8_t>(height));
  return vote;
}

// The batch of a height; moves `head` on as the node would.
inline ledger::WriteBatch batch_of(std::uint64_t height, ledger::JournalHead& head) {
  using ledger::Column;
  const auto key = number_key(height);
  ledger::WriteBatch batch;
  batch.put(Column::entries, key, entry_of(height));
  batch.put(Column::blocks, key, ledger::encode_header(header_of(height)));
  batch.put(Column::block_hashes, crypto::Bytes(header_of(height).hash().view()), key);
  batch.put(Column::values, crypto::Bytes(crypto::sha256(key).view()) + key, entry_of(height));
  batch.put(Column::stale, key, "");
  if (height >= 10) batch.remove(Column::stale, number_key(height - 10));
  ledger::JournalStep step;
  step.votes = {vote_of(height)};
  append_step(batch, head, written_scope(), step);
  return batch;
}

inline ledger::VoteSlot slot_of(std::uint64_t height, const ledger::JournalHead& head) {
  ledger::VoteSlot slot;
  slot.chain = head.now;
  slot.checkpoint = {height + 1, header_of(height).tree_root};
  slot.tip_height = height;
  slot.tip_hash = header_of(height).hash();
  return slot;
}

// Whether all of a height is in the store, none of it, or (never allowed) a part.
enum class Presence { whole, absent, torn };

inline Presence presence_of(const ledger::Snapshot& snapshot, std::uint64_t height) {
  using ledger::Column;
  const auto key = number_key(height);
  const auto path = crypto::Bytes(crypto::sha256(key).view()) + key;
  int there = 0;
  there += snapshot.get(Column::entries, key) == entry_of(height);
  there += snapshot.get(Column::blocks, key) == ledger::encode_header(header_of(height));
  there += snapshot.get(Column::block_hashes, header_of(height).hash().view()) == key;
  there += snapshot.get(Column::values, path) == entry_of(height);
  if (there == 0) return Presence::absent;
  return there == 4 ? Presence::whole : Presence::torn;
}

}  // namespace tests

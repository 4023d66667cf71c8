#include "node/sync/history_fill.h"

#include <algorithm>

#include "node/sync/joined_store.h"

namespace node {
namespace {

using crypto::Bytes;
using ledger::Column;

Bytes key_of(std::uint64_t number) {
  Bytes key;
  crypto::append_u64(key, number);
  return key;
}

}  // namespace

HistoryFill::HistoryFill(const std::shared_ptr<const ledger::Snapshot>& snapshot) {
  const ledger::ChainReader reader(snapshot);
  const auto start = ledger::find_history_start(*snapshot);
  std::optional<FillHead> fill = find_fill_head(*snapshot);
  CHECK(start.has_value() && fill.has_value());
  start_ = *start;
  joined_ = reader.header(start_.height)->hash();
  trie_root_ = fill->trie_root;
  head_ = {fill->header, fill->header.hash(), std::move(fill->tree)};
  epoch_ = ledger::epoch_after(reader, head_.header);
  if (head_.header.closes_epoch()) closed_ = ledger::epoch_of(reader, head_.header);
  sync_.emplace(head_.header, head_.tree, epoch_.scope, epoch_.validators);
  sync_->set_patience(0);
}

void HistoryFill::on_peer(PeerId peer, std::string organisation) {
  sync_->on_peer(peer, std::move(organisation));
}

// What lies above the joined block is not fetched here.
void HistoryFill::on(PeerId peer, const PeerStatus& status) {
  PeerStatus below;
  below.head = std::min(status.head, start_.height);
  below.epoch = std::min(status.epoch, start_.epoch);
  sync_->on(peer, below);
}

void HistoryFill::on(PeerId peer, RangeSent range, Moment now) {
  for (VerifiedRange& verified : sync_->on(peer, std::move(range), now)) {
    for (BlockSent& block : verified.blocks) {
      if (block.header.seal.height > start_.height) break;
      const bool named = block.header.seal.height == verified.certificate->vote.candidate.height;
      waiting_.push_back({std::move(block), std::nullopt});
      if (named) waiting_.back().certificate = *verified.certificate;
    }
  }
}

void HistoryFill::on_tick(Moment now, std::vector<Send>& sends) {
  if (!differs_ && height() < start_.height) sync_->on_tick(now, sends);
}

ledger::WriteBatch HistoryFill::step(const std::shared_ptr<const ledger::Snapshot>& snapshot) {
  if (done_ || differs_) return {};
  if (height() == start_.height) return clear_away(*snapshot);
  if (head_.header.closes_epoch() && epoch_.scope.epoch == head_.header.seal.epoch) {
    closed_ = std::move(epoch_);
    epoch_ = ledger::epoch_after(ledger::ChainReader(snapshot), head_.header);
    tell_sync();
  }
  return waiting_.empty() ? ledger::WriteBatch{} : execute(snapshot);
}

void HistoryFill::tell_sync() {
  sync_->set_head(head_.header, head_.tree, epoch_.scope, epoch_.validators);
}

ledger::WriteBatch HistoryFill::stop(const std::string& reason) {
  differs_ = HistoryDiffers{height() + 1, reason};
  waiting_.clear();
  return {};
}

ledger::WriteBatch HistoryFill::execute(const std::shared_ptr<const ledger::Snapshot>& snapshot) {
  const Waiting waiting = std::move(waiting_.front());
  waiting_.pop_front();
  const ledger::Header& header = waiting.block.header;
  if (header.seal.height == start_.height && header.hash() != joined_) {
    return stop("Another block than the one that was joined is final.");
  }
  const auto content = ledger::read_body_content(waiting.block.body);
  if (!content) return stop(content.error().message);
  ledger::BlockBase base;
  base.snapshot = snapshot;
  base.network_id = epoch_.scope.network_id;
  base.parent = head_.header;
  base.parent_hash = head_.hash;
  base.set_hash = epoch_.validators.hash();
  base.tree = head_.tree;
  base.trie_root = trie_root_;
  const auto nobody = [](const crypto::Hash&) -> const ledger::VerifiedSubmission* {
    return nullptr;
  };
  const auto block = ledger::execute_block(std::move(base), header, *content, nobody,
                                           closed_ ? &*closed_ : nullptr);
  if (!block) return stop(block.error().message);
  closed_.reset();
  head_ = {header, block->hash, block->tree.next()};
  trie_root_ = block->trie.root;
  tell_sync();
  return keep(*block, waiting);
}

// What the block adds to a store that shows a later state already.
ledger::WriteBatch HistoryFill::keep(const ledger::ExecutedBlock& block,
                                     const Waiting& waiting) const {
  const bool last = block.header.seal.height == start_.height;
  ledger::WriteBatch batch;
  for (auto& operation : ledger::commit_batch(block).operations) {
    const bool is_full_tile = operation.value->size() == ledger::kTileWidth * ledger::kHashBytes;
    switch (operation.column) {
      case Column::tiles:
        // A tile that is not full would hide the wider one that the blocks above fill.
        if (is_full_tile) {
          batch.operations.push_back(std::move(operation));
        } else {
          put_fill_tile(batch, operation.key, *std::move(operation.value));
        }
        break;
      case Column::nodes:
      case Column::values:
        if (!last) batch.operations.push_back(std::move(operation));
        break;
      case Column::roots:
      case Column::stale:
      case Column::meta:
        break;
      default:
        batch.operations.push_back(std::move(operation));
    }
  }
  if (waiting.certificate && !last) {
    batch.put(Column::certificates, key_of(block.header.seal.height),
              ledger::encode_certificate(*waiting.certificate));
  }
  for (const Bytes& node : block.trie.stale) batch.remove(Column::nodes, node);
  put_fill_head(batch, block.header.seal.height, trie_root_);
  return batch;
}

// The trie that was kept for executing belongs to no height that can be asked for. Roots go first,
// so that nothing is found whose nodes are partly gone.
ledger::WriteBatch HistoryFill::clear_away(const ledger::Snapshot& snapshot) {
  ledger::WriteBatch batch;
  const Bytes end = key_of(start_.height);
  for (const Column column : {Column::roots, Column::stale, Column::nodes}) {
    snapshot.scan(column, "", [&](crypto::ByteView key, crypto::ByteView) {
      if (key.substr(0, end.size()) >= end || batch.operations.size() >= kRemovalsMax) return false;
      batch.remove(column, Bytes(key));
      return true;
    });
  }
  if (!batch.empty()) return batch;
  remove_fill(batch);
  batch.remove(Column::meta, Bytes(ledger::kHistoryStartKey));
  done_ = true;
  return batch;
}

}  // namespace node

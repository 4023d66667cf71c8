#include "node/execution/block_tree.h"

#include <utility>

#include "crypto/check.h"

namespace node {

using crypto::Hash;
using ledger::ExecutedBlock;

BlockTree::BlockTree(const Hash& network_id, Head head, const ledger::Store& store,
                     unsigned cache_levels)
    : network_id_(network_id), store_(store), head_(std::move(head)), cache_(cache_levels) {}

const ExecutedBlock* BlockTree::find(const Hash& hash) const {
  const auto found = nodes_.find(hash);
  return found == nodes_.end() ? nullptr : found->second.block.get();
}

const ledger::Header& BlockTree::header(const Hash& hash) const {
  if (hash == head_.hash) return head_.header;
  return nodes_.at(hash).block->header;
}

const ledger::Appender& BlockTree::tree_of(const Hash& parent) const {
  if (parent == head_.hash) return head_.tree;
  return nodes_.at(parent).block->tree;
}

void BlockTree::on_written() {
  if (!std::exchange(behind_, false)) return;
  const auto snapshot = store_.snapshot();
  for (auto& [hash, node] : nodes_) {
    if (node.after && node.block->header.seal.parent_hash == head_.hash) {
      node.after->rebase(snapshot);
    }
  }
}

std::shared_ptr<const ledger::Snapshot> BlockTree::state_after(const Hash& hash) {
  if (hash == head_.hash) return store_.snapshot();
  Node& node = nodes_.at(hash);
  if (!node.after) {
    node.writes = commit_batch(*node.block);
    node.after = std::make_shared<ledger::LayeredSnapshot>(
        state_after(node.block->header.seal.parent_hash), node.writes);
  }
  return node.after;
}

ledger::BlockBase BlockTree::base_on(const Hash& parent, const Hash& set_hash) {
  CHECK(has(parent) && !behind_);
  ledger::BlockBase base;
  base.snapshot = state_after(parent);
  base.network_id = network_id_;
  base.parent = header(parent);
  base.parent_hash = parent;
  base.set_hash = set_hash;
  base.tree = tree_of(parent);
  base.trie_root = parent == head_.hash ? head_.trie_root : nodes_.at(parent).block->trie.root;
  base.cache = &cache_;
  return base;
}

void BlockTree::add(ExecutedBlock block) {
  CHECK(has(block.header.seal.parent_hash));
  const Hash hash = block.hash;
  nodes_.emplace(hash, Node{std::make_shared<const ExecutedBlock>(std::move(block)), nullptr, {}});
}

std::vector<Hash> BlockTree::submissions_below(const Hash& tip) const {
  std::vector<Hash> ids;
  for (Hash hash = tip; hash != head_.hash;) {
    const ExecutedBlock& block = *nodes_.at(hash).block;
    for (const ledger::IncludedSubmission& one : block.submissions) ids.push_back(one.id);
    hash = block.header.seal.parent_hash;
  }
  return ids;
}

BlockTree::Committed BlockTree::commit(const Hash& hash) {
  const auto found = nodes_.find(hash);
  CHECK(found != nodes_.end() && found->second.block->header.seal.parent_hash == head_.hash);
  Committed committed;
  committed.block = found->second.block;
  const ExecutedBlock& block = *committed.block;
  ledger::WriteBatch& made = found->second.writes;
  committed.writes = made.empty() ? commit_batch(block) : std::move(made);
  for (const auto& one : block.submissions) committed.submissions.push_back(one.id);
  cache_.absorb(block.trie);
  head_ = {block.header, hash, block.tree.next(), block.trie.root};
  nodes_.erase(found);
  // Once children of the head's siblings have lost their parents, so have theirs.
  bool changed = true;
  while (changed) {
    changed = std::erase_if(nodes_, [this](const auto& entry) {
                return !has(entry.second.block->header.seal.parent_hash);
              }) > 0;
  }
  behind_ = true;
  return committed;
}

}  // namespace node

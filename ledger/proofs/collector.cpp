#include "ledger/proofs/collector.h"

#include "ledger/proofs/codes.h"

namespace ledger {
namespace {

using crypto::Unexpected;

Unexpected<crypto::Reject> refuse(RejectCode code, std::string field, std::string message) {
  return {crypto::Reject(code, std::move(field), std::move(message))};
}

}  // namespace

Checked<Collector> Collector::over(const ChainReader& reader, const Header& head,
                                   std::size_t entries_max) {
  const auto root = find_root(reader.snapshot(), head.seal.height);
  if (!root) return refuse(kProveGone, "", "The state of the newest checkpoint is not kept here.");
  Collector collector(reader, head, *root, entries_max);
  if (!collector.entry(head.tree_size - 1)) return collector.failure();
  return collector;
}

crypto::Unexpected<crypto::Reject> Collector::failure() const {
  if (entries_.size() >= entries_max_) {
    return refuse(kProveLarge, "question", "The answer takes too many entries for one file.");
  }
  return refuse(kProveGone, "question", "An entry that the answer takes is not here.");
}

bool Collector::entry(std::uint64_t index) {
  if (entries_.contains(index)) return true;
  if (entries_.size() >= entries_max_) return false;
  auto bytes = reader_->entry(index);
  auto path = inclusion_proof(index, head_.tree_size, hashes_);
  if (!bytes || !path) return false;
  entries_.emplace(index, EntryProof{index, *std::move(bytes), *std::move(path)});
  return true;
}

bool Collector::value(const std::string& key) {
  if (values_.contains(key)) return true;
  ValueProof proof{key, reader_->value(key, head_.seal.height), {}};
  proof.proof = ledger::prove(nodes_, root_, crypto::sha256(key));
  values_.emplace(key, std::move(proof));
  return true;
}

bool Collector::record(std::uint64_t index) {
  if (!entry(index)) return false;
  const auto block = reader_->block_of(index);
  if (!block) return false;
  // Founding records are compared with the genesis file.
  return block->seal.height == 0 || (entry(block->tree_size - 1) && author(index));
}

// The signature, the way from the record to it, and the keys of its organisation.
bool Collector::author(std::uint64_t index) {
  if (authors_.contains(index)) return true;
  const auto submission = reader_->submission_of(index);
  if (!submission || !entry(submission->index)) return false;
  std::vector<Hash> leaves;
  for (std::uint32_t i = 0; i < submission->header.record_count; ++i) {
    const auto one = reader_->record(submission->index + 1 + i);
    if (!one) return false;
    leaves.push_back(leaf_hash(one->bytes));
  }
  const HashReader subtrees = [&leaves](unsigned level, std::uint64_t place) {
    const std::size_t width = std::size_t{1} << level;
    return std::optional(root_of_leaves(std::span(leaves).subspan(place * width, width)));
  };
  auto path = inclusion_proof(index - submission->index - 1, leaves.size(), subtrees);
  if (!path) return false;
  authors_.emplace(index, AuthorProof{index, submission->index, *std::move(path)});
  return value("org/" + submission->header.organisation);
}

bool Collector::history(const std::string& subject) {
  value(subject);
  bool whole = true;
  reader_->history(subject, head_.seal.height, [&](const StoredRecord& stored) {
    whole = record(stored.index);
    return whole;
  });
  return whole;
}

void Collector::pour_into(ProofBundle& bundle) && {
  for (auto& [index, entry] : entries_) bundle.entries.push_back(std::move(entry));
  for (auto& [index, author] : authors_) bundle.authors.push_back(std::move(author));
  for (auto& [key, value] : values_) bundle.values.push_back(std::move(value));
}

}  // namespace ledger

#include "ledger/proofs/prove.h"

#include <map>
#include <set>

#include "ledger/chain/checkpoints.h"
#include "ledger/history/tiles.h"
#include "ledger/proofs/codes.h"
#include "ledger/records/date.h"
#include "ledger/records/subject.h"

namespace ledger {
namespace {

using crypto::Unexpected;

Unexpected<crypto::Reject> refuse(RejectCode code, std::string field, std::string message) {
  return {crypto::Reject(code, std::move(field), std::move(message))};
}

// The newest head that a quorum has signed.
struct SignedHead {
  Header header;
  std::string note;
};

Checked<SignedHead> newest_head(const ChainReader& reader) {
  auto kept = newest_checkpoint(reader.snapshot());
  if (!kept) return refuse(kProvePending, "", "The validators have signed no checkpoint yet.");
  const std::uint64_t size = kept->size;
  const auto header = size == 0 ? std::nullopt : reader.block_of(size - 1);
  if (!header || header->tree_size != size) {
    return refuse(kProveGone, "", "The block of the newest checkpoint is not here.");
  }
  return SignedHead{*header, std::move(kept->note)};
}

// Gathers what a bundle shows, everything once, under one head.
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

  Unexpected<crypto::Reject> failure() const;
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

Checked<Collector> Collector::over(const ChainReader& reader, const Header& head,
                                   std::size_t entries_max) {
  const auto root = find_root(reader.snapshot(), head.seal.height);
  if (!root) return refuse(kProveGone, "", "The state of the newest checkpoint is not kept here.");
  Collector collector(reader, head, *root, entries_max);
  if (!collector.entry(head.tree_size - 1)) return collector.failure();
  return collector;
}

Unexpected<crypto::Reject> Collector::failure() const {
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

// ---- questions ----

Unexpected<crypto::Reject> absent(const Question& question) {
  return refuse(kProveAbsent, "question.subject",
                "There is no " + question.subject + " under the newest checkpoint.");
}

Checked<void> collect_record(Collector& collector, const ChainReader& reader,
                             const Question& question) {
  std::optional<std::uint64_t> index;
  reader.history(question.subject, collector.head().seal.height, [&](const StoredRecord& stored) {
    if (stored.record.place() == question.place) index = stored.index;
    return !index && stored.record.place() > question.place;
  });
  if (!index) {
    return refuse(kProveAbsent, "question",
                  question.subject + " has no place " + std::to_string(question.place) +
                      " under the newest checkpoint.");
  }
  if (!collector.record(*index)) return collector.failure();
  return {};
}

Checked<void> collect_history(Collector& collector, const ChainReader& reader,
                              const Question& question) {
  if (!parse_subject(question.subject)) {
    return refuse(kProveQuestion, "question.subject", question.subject + " is no subject.");
  }
  if (!reader.subject(question.subject, collector.head().seal.height)) return absent(question);
  if (!collector.history(question.subject)) return collector.failure();
  return {};
}

// With the histories that say whether the issuer might certify.
Checked<void> collect_standing(Collector& collector, const ChainReader& reader,
                               const Question& question) {
  const auto path = parse_subject(question.subject);
  const auto day = Date::parse(question.day);
  if (!path || path->kind != SubjectKind::certification || !day ||
      day->precision() != Precision::day) {
    return refuse(kProveQuestion, "question",
                  "The question names no certification (cert/…) or no day (2019-06-30).");
  }
  const std::uint64_t height = collector.head().seal.height;
  if (question.as_of_height > height) {
    return refuse(kProvePending, "question.as_of_height",
                  "Block " + std::to_string(question.as_of_height) +
                      " is not under the newest checkpoint, which is of block " +
                      std::to_string(height) + ".");
  }
  const auto as_of = reader.header(question.as_of_height);
  if (question.as_of_height != 0 && (!as_of || !collector.entry(as_of->tree_size - 1))) {
    return collector.failure();
  }
  if (auto whole = collect_history(collector, reader, question); !whole) return whole;
  std::set<std::string> others = {"org/" + std::string(path->owner())};
  reader.history(question.subject, height, [&](const StoredRecord& stored) {
    if (stored.record.has_certification()) {
      others.insert(stored.record.certification().scheme());
    }
    return true;
  });
  for (const std::string& other : others) {
    if (!collector.history(other)) return collector.failure();
  }
  return {};
}

Checked<void> collect_absence(Collector& collector, const ChainReader& reader,
                              const Question& question) {
  if (reader.value(question.subject, collector.head().seal.height)) {
    return refuse(kProvePresent, "question.subject",
                  "There is something under " + question.subject + ".");
  }
  collector.value(question.subject);
  return {};
}

Checked<void> collect(Collector& collector, const ChainReader& reader, const Question& question) {
  if (question.subject.empty() || question.subject.size() > kRecordBytesMax) {
    return refuse(kProveQuestion, "question.subject", "The question names no subject.");
  }
  switch (question.kind) {
    case QuestionKind::record:
      return collect_record(collector, reader, question);
    case QuestionKind::history:
      return collect_history(collector, reader, question);
    case QuestionKind::standing:
      return collect_standing(collector, reader, question);
    case QuestionKind::absence:
      return collect_absence(collector, reader, question);
  }
  CHECK(false);
  return {};
}

// ---- where the chain begins ----

// Who votes where the auditor's trust begins.
std::optional<Epoch> epoch_at(const ChainReader& reader, const ProofStart& start) {
  const auto header = start.size == 0 ? reader.header(0) : reader.block_of(start.size - 1);
  if (!header || (start.size != 0 && header->tree_size != start.size)) return std::nullopt;
  auto epoch = header->seal.height == 0 ? epoch_after(reader, *header) : epoch_of(reader, *header);
  if (!epoch || epoch->scope.epoch != start.epoch) return std::nullopt;
  return epoch;
}

Checked<void> begin(ProofBundle& bundle, const ChainReader& reader, const ProofStart& start,
                    const Header& head) {
  const auto known = epoch_at(reader, start);
  if (!known || start.size > head.tree_size) {
    return refuse(kProveStart, "start",
                  "No head of this ledger has " + std::to_string(start.size) +
                      " entries in epoch " + std::to_string(start.epoch) + ".");
  }
  bundle.network_id = head.seal.network_id;
  bundle.from_epoch = start.epoch;
  bundle.from_size = start.size;
  auto links = links_to(reader, *known, head);
  auto path = consistency_proof(start.size, head.tree_size, read_hashes(reader.shared_snapshot()));
  if (!links || !path) {
    return refuse(kProveGone, "start", "A closing block since the start is not here.");
  }
  bundle.links = *std::move(links);
  bundle.consistency = *std::move(path);
  return {};
}

}  // namespace

Checked<ProofBundle> prove(const ChainReader& reader, const Question& question,
                           const ProofStart& start, std::size_t entries_max) {
  const auto head = newest_head(reader);
  if (!head) return Unexpected{head.error()};
  ProofBundle bundle;
  bundle.question = question;
  bundle.checkpoint = head->note;
  if (auto begun = begin(bundle, reader, start, head->header); !begun) {
    return Unexpected{begun.error()};
  }
  auto collector = Collector::over(reader, head->header, entries_max);
  if (!collector) return Unexpected{collector.error()};
  if (auto done = collect(*collector, reader, question); !done) return Unexpected{done.error()};
  std::move(*collector).pour_into(bundle);
  return bundle;
}

Checked<Bytes> prove_file(const ChainReader& reader, const Question& question,
                          const ProofStart& start) {
  const auto bundle = prove(reader, question, start);
  if (!bundle) return Unexpected{bundle.error()};
  Bytes file = encode_bundle(*bundle);
  if (file.size() <= kBundleBytesMax) return file;
  return refuse(kProveLarge, "question", "The answer takes too many bytes for one file.");
}

}  // namespace ledger

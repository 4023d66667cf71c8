#include "ledger/proofs/prove.h"

#include <algorithm>
#include <set>

#include "ledger/chain/checkpoints.h"
#include "ledger/history/tiles.h"
#include "ledger/proofs/certified_proof.h"
#include "ledger/proofs/codes.h"
#include "ledger/proofs/collector.h"
#include "ledger/proofs/purchase_proof.h"
#include "ledger/records/date.h"
#include "ledger/records/subject.h"
#include "ledger/reports/ledger_lines.h"

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

Checked<SignedHead> newest_head(const ChainReader& reader, std::size_t witnesses_min) {
  auto kept = newest_checkpoint(reader.snapshot(), witnesses_min);
  if (!kept && witnesses_min != 0) {
    return refuse(
        kProveWitnesses, "",
        "No checkpoint has the lines of " + std::to_string(witnesses_min) + " outside witnesses.");
  }
  if (!kept) return refuse(kProvePending, "", "The validators have signed no checkpoint yet.");
  const std::uint64_t size = kept->size;
  const auto header = size == 0 ? std::nullopt : reader.block_of(size - 1);
  if (!header || header->tree_size != size) {
    return refuse(kProveGone, "", "The block of the newest checkpoint is not here.");
  }
  return SignedHead{*header, std::move(kept->note)};
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

// The history of a certification or an assessment, with those that say whether its issuer might
// write it. False: see Collector.
bool collect_certified(Collector& collector, const ChainReader& reader,
                       const std::string& subject) {
  std::set<std::string> all = {subject, "org/" + std::string(owner_of(subject))};
  reader.history(subject, collector.head().seal.height, [&](const StoredRecord& stored) {
    const std::string& scheme = scheme_named_in(stored.record);
    if (!scheme.empty()) all.insert(scheme);
    return true;
  });
  return std::all_of(all.begin(), all.end(),
                     [&](const std::string& one) { return collector.history(one); });
}

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
  if (!reader.subject(question.subject, height)) return absent(question);
  if (!collect_certified(collector, reader, question.subject)) return collector.failure();
  return {};
}

// What the join of ledger/reports looks at for this purchase, and the counts that say it is all.
Checked<void> collect_purchase(Collector& collector, const ChainReader& reader,
                               const Question& question) {
  const auto path = parse_subject(question.subject);
  if (!path || path->kind != SubjectKind::purchase) {
    return refuse(kProveQuestion, "question.subject", question.subject + " is no purchase.");
  }
  const std::uint64_t height = collector.head().seal.height;
  CandidateReader candidates(reader, height);
  const auto line = read_line(reader, question.subject, height, JoinPolicy(), candidates);
  if (!line) return absent(question);
  if (!collector.history(question.subject)) return collector.failure();
  for (const std::string& key : join_keys(line->purchase)) collector.value(key);
  const CandidateList& list = candidates.find(line->purchase);
  if (!list.completeness.same || !list.completeness.longer) {
    return refuse(kProveLarge, "question.subject", "Too many products bear the name it states.");
  }
  const bool is_longer_looked_at =
      line->join.match == Match::longer_name || line->join.match == Match::none;
  for (const JoinCandidate& candidate : list.candidates) {
    if (match_of(line->purchase, candidate) == Match::longer_name && !is_longer_looked_at) continue;
    if (!collect_certified(collector, reader, candidate.subject)) return collector.failure();
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
    case QuestionKind::purchase:
      return collect_purchase(collector, reader, question);
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
  const auto head = newest_head(reader, start.witnesses_min);
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

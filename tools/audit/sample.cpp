#include "tools/audit/sample.h"

#include <cmath>
#include <set>

#include "ledger/proofs/prove.h"
#include "proto/canonical.h"
#include "tools/audit/codes.h"

namespace tools {
namespace {

using crypto::Bytes;
using crypto::ByteView;
using crypto::Error;
using crypto::Result;
using crypto::Unexpected;
using ledger::Verdict;

constexpr std::string_view kDrawTag = "greenledger audit sample";
constexpr double kDoubt = 0.05;
// So many numbers for each purchase wanted: a ledger with few purchases is not searched for ever.
constexpr std::uint64_t kDrawsEach = 1000;

struct DrawnRecord {
  std::string subject;
  std::uint64_t place = 0;
  Bytes bytes;
};

// nullopt: the entry is no purchase.
Result<std::optional<DrawnRecord>> purchase_at(const LedgerSource& source, std::uint64_t index) {
  const std::uint64_t first = index - index % ledger::kTileWidth;
  const auto count = static_cast<unsigned>(
      std::min<std::uint64_t>(ledger::kTileWidth, source.checkpoint.head.size - first));
  const auto bundle = read_entries(source, first / ledger::kTileWidth, count);
  if (!bundle) return Unexpected{bundle.error()};
  const auto entries = ledger::parse_bundle(*bundle, count);
  if (!entries) return std::optional<DrawnRecord>();
  const ByteView bytes = (*entries)[static_cast<std::size_t>(index - first)];
  const auto entry = ledger::decode_record_entry(bytes);
  if (!entry) return std::optional<DrawnRecord>();
  const auto record = proto::decode_record(entry->record);
  if (!record || !record->has_purchase()) return std::optional<DrawnRecord>();
  return std::optional(DrawnRecord{record->subject(), record->place(), Bytes(entry->record)});
}

std::string encoded(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    out += plain ? std::string(1, c) : "%" + crypto::to_hex(ByteView(&c, 1));
  }
  return out;
}

// A proof file for the record; what the source answers instead, in words.
crypto::Expected<Bytes, std::string> proof_of(const LedgerSource& source,
                                              const DrawnRecord& record) {
  if (source.snapshot) {
    ledger::Question question;
    question.kind = ledger::QuestionKind::record;
    question.subject = record.subject;
    question.place = record.place;
    auto file = ledger::prove_file(ledger::ChainReader(source.snapshot), question);
    if (file) return *std::move(file);
    return Unexpected{file.error().message};
  }
  auto answer = source.get("/v1/proofs?subject=" + encoded(record.subject) +
                           "&place=" + std::to_string(record.place));
  if (!answer) return Unexpected{answer.error().message};
  if (answer->status == 200) return std::move(answer->body);
  return Unexpected{"The node answered with status " + std::to_string(answer->status) + "."};
}

SampledPurchase judge(const LedgerSource& source, const ledger::Auditor& auditor,
                      std::uint64_t index, const DrawnRecord& record) {
  SampledPurchase judged{index, record.subject, record.place, Verdict::undecided, ""};
  const auto file = proof_of(source, record);
  if (!file) {
    judged.reason = file.error();
    return judged;
  }
  const ledger::ProofVerdict verdict = ledger::verify_bundle(*file, auditor);
  judged.verdict = verdict.verdict;
  if (verdict.reason) judged.reason = verdict.reason->message;
  if (verdict.verdict != Verdict::valid) return judged;
  // The proof is good; it must also be of the entry that was drawn.
  const bool same = verdict.question && verdict.question->kind == ledger::QuestionKind::record &&
                    verdict.records.size() == 1 && verdict.records.front().index == index &&
                    verdict.records.front().bytes == record.bytes;
  if (!same) {
    judged.verdict = Verdict::invalid;
    judged.reason = "The proof is of another record than the one that stands at the entry.";
  }
  return judged;
}

}  // namespace

std::uint64_t bad_share_bound_ppm(std::uint64_t good) {
  if (good == 0) return 1'000'000;
  const double bound = 1 - std::pow(kDoubt, 1 / static_cast<double>(good));
  return static_cast<std::uint64_t>(std::ceil(bound * 1e6));
}

std::uint64_t drawn_entry(const std::string& seed, std::uint64_t counter, std::uint64_t size) {
  Bytes text(kDrawTag);
  text += '\0';
  text += seed;
  text += '\0';
  crypto::append_u64(text, counter);
  return crypto::read_u64(crypto::sha256(text).view()) % size;
}

Result<SampleReport> audit_sample(const LedgerSource& source, const ledger::Genesis& genesis,
                                  std::uint64_t count, const std::string& seed) {
  if (!source.snapshot && !source.get) {
    return Unexpected{Error{std::string(error_code::kSource),
                            source.name + " holds no state to prove records with.",
                            "Name a node's URL or folder, or audit the whole ledger."}};
  }
  SampleReport report{Verdict::valid, seed, source.checkpoint.head.size, 0, {}, 0, 0};
  const ledger::Auditor auditor{genesis, std::nullopt, {}, 0, 0};
  std::set<std::uint64_t> before;
  for (; report.purchases.size() < count && report.drawn < count * kDrawsEach; ++report.drawn) {
    const std::uint64_t index = drawn_entry(seed, report.drawn, report.size);
    if (!before.insert(index).second) continue;
    const auto record = purchase_at(source, index);
    if (!record) return Unexpected{record.error()};
    if (!*record) continue;
    report.purchases.push_back(judge(source, auditor, index, **record));
    const Verdict verdict = report.purchases.back().verdict;
    report.good += verdict == Verdict::valid ? 1 : 0;
    if (verdict == Verdict::invalid) report.verdict = Verdict::invalid;
    if (verdict == Verdict::undecided && report.verdict == Verdict::valid) {
      report.verdict = Verdict::undecided;
    }
  }
  if (report.purchases.empty()) report.verdict = Verdict::undecided;
  report.bound_ppm = bad_share_bound_ppm(report.good);
  return report;
}

}  // namespace tools

#include "ledger/proofs/standing_proof.h"

#include "ledger/proofs/certified_proof.h"
#include "ledger/proofs/codes.h"
#include "ledger/records/subject.h"

namespace ledger {
namespace {

using crypto::Unexpected;

Unexpected<crypto::Reject> refuse(RejectCode code, std::string message) {
  return {crypto::Reject(code, "", std::move(message))};
}

}  // namespace

Checked<StandingAnswer> prove_standing(const Evidence& evidence, const ProvenHead& head,
                                       const Question& question) {
  const auto path = parse_subject(question.subject);
  const auto day = Date::parse(question.day);
  if (!path || path->kind != SubjectKind::certification || !day ||
      day->precision() != Precision::day) {
    return refuse(kBundleAnswer, "The question names no certification or no day.");
  }
  StandingAnswer answer;
  std::uint64_t cut = head.header.tree_size;
  answer.as_of_height = head.header.seal.height;
  answer.as_of_time_ms = head.header.seal.time_ms;
  if (question.as_of_height != 0) {
    const auto block = evidence.seal_at(question.as_of_height);
    if (!block) {
      return refuse(kBundleAnswer, "The file lacks the seal of block " +
                                       std::to_string(question.as_of_height) + ".");
    }
    cut = block->index;
    answer.as_of_height = block->seal.height;
    answer.as_of_time_ms = block->seal.time_ms;
  }
  auto proof = prove_certified(evidence, question.subject, cut);
  if (!proof) return Unexpected{proof.error()};
  answer.history = std::move(proof->history);
  if (proof->known > 0) answer.standing = standing_on(proof->state, day->first());
  return answer;
}

}  // namespace ledger

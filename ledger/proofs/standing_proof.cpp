#include "ledger/proofs/standing_proof.h"

#include <algorithm>

#include "ledger/proofs/codes.h"
#include "ledger/records/accreditation.h"
#include "ledger/records/subject.h"

namespace ledger {
namespace {

using crypto::Unexpected;

Unexpected<crypto::Reject> refuse(RejectCode code, std::string message) {
  return {crypto::Reject(code, "", std::move(message))};
}

// What the rules write of these records (certification.cpp, certification_status.cpp).
proto::CertificationState state_after(const std::vector<ProvenRecord>& records) {
  proto::CertificationState state;
  for (const ProvenRecord& one : records) {
    if (one.record.has_certification()) {
      const proto::Certification& content = one.record.certification();
      state.set_content_index(one.index);
      state.set_valid_from(content.valid_from());
      state.set_valid_to(content.valid_to());
      state.set_scheme(content.scheme());
    } else if (one.record.has_certification_status()) {
      const proto::CertificationStatus& change = one.record.certification_status();
      proto::StatusChange* const added = state.add_changes();
      added->set_status(change.status());
      added->set_effective_from(change.effective_from());
      added->set_index(one.index);
    }
  }
  return state;
}

// The newest record of a kind before an entry; null: there is none.
template <class IsKind>
const ProvenRecord* newest_before(const std::vector<ProvenRecord>& history, std::uint64_t index,
                                  IsKind is_kind) {
  const ProvenRecord* found = nullptr;
  for (const ProvenRecord& one : history) {
    if (one.index < index && is_kind(one.record)) found = &one;
  }
  return found;
}

// The issuer was a certifier and might certify under the scheme when it wrote `content`.
Checked<void> check_issuer(const Evidence& evidence, const ProvenRecord& content) {
  const std::string issuer(owner_of(content.record.subject()));
  const std::string& scheme = content.record.certification().scheme();
  const auto path = parse_subject(scheme);
  if (!path || path->kind != SubjectKind::scheme) {
    return refuse(kBundleAnswer, "The certification names no scheme.");
  }
  const auto schemes = evidence.history(scheme);
  if (!schemes) return Unexpected{schemes.error()};
  const auto members = evidence.history("org/" + issuer);
  if (!members) return Unexpected{members.error()};
  const ProvenRecord* const rules = newest_before(
      *schemes, content.index, [](const proto::Record& one) { return one.has_scheme(); });
  const ProvenRecord* const member = newest_before(
      *members, content.index, [](const proto::Record& one) { return one.has_organisation(); });
  if (rules == nullptr || member == nullptr) {
    return refuse(kBundleAnswer, "Its scheme or its issuer was not on the ledger before it.");
  }
  const auto& roles = member->record.organisation().roles();
  if (std::find(roles.begin(), roles.end(), proto::CERTIFIER) == roles.end()) {
    return refuse(kBundleAnswer, issuer + " was no certifier when it issued this.");
  }
  const Day day =
      day_of_issue(content.record.certification().valid_from(), utc_day(content.time_ms));
  if (!may_certify(rules->record.scheme(), path->owner(), issuer, day)) {
    return refuse(kBundleAnswer,
                  issuer + " was not accredited for " + scheme + " on " + day_text(day) + ".");
  }
  return {};
}

// The state's own value says the same as the history.
Checked<void> check_state(const Evidence& evidence, const std::string& subject,
                          const std::vector<ProvenRecord>& history) {
  const auto value = evidence.value(subject);
  if (!value) return Unexpected{value.error()};
  proto::CertificationState stated;
  proto::CertificationState computed = state_after(history);
  const bool is_read =
      *value != nullptr && stated.ParseFromString(decode_subject_value(**value).body);
  *computed.mutable_counters() = stated.counters();
  if (is_read && stated.SerializeAsString() == computed.SerializeAsString()) return {};
  return refuse(kBundleHistory, "The state does not say of " + subject + " what its records do.");
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
  auto history = evidence.history(question.subject);
  if (!history) return Unexpected{history.error()};
  answer.history = *std::move(history);
  if (!answer.history.empty()) {
    if (auto same = check_state(evidence, question.subject, answer.history); !same) {
      return Unexpected{same.error()};
    }
  }
  std::vector<ProvenRecord> known;
  for (const ProvenRecord& one : answer.history) {
    if (one.index >= cut) continue;
    if (one.is_compromised) {
      return refuse(kBundleKey, one.signer + " says that the key of entry " +
                                    std::to_string(one.index) + " was compromised by then.");
    }
    if (one.record.has_certification()) {
      if (auto fit = check_issuer(evidence, one); !fit) return Unexpected{fit.error()};
    }
    known.push_back(one);
  }
  if (!known.empty()) answer.standing = standing_on(state_after(known), day->first());
  return answer;
}

}  // namespace ledger

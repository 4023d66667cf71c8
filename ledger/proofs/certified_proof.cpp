#include "ledger/proofs/certified_proof.h"

#include <algorithm>
#include <map>

#include "ledger/proofs/codes.h"
#include "ledger/records/accreditation.h"
#include "ledger/records/product_keys.h"
#include "ledger/records/subject.h"

namespace ledger {
namespace {

using crypto::Unexpected;
using Histories = std::map<std::string, std::vector<ProvenRecord>>;

Unexpected<crypto::Reject> refuse(RejectCode code, std::string message) {
  return {crypto::Reject(code, "", std::move(message))};
}

template <class Content>
void set_content(proto::CertificationState& state, const Content& content, std::uint64_t index) {
  state.set_content_index(index);
  state.set_valid_from(content.valid_from());
  state.set_valid_to(content.valid_to());
  state.set_scheme(content.scheme());
  state.clear_counters();
  for (const std::string& key : product_keys(content.products())) state.add_counters(key);
}

// What the rules write of these records (certification.cpp, certification_status.cpp,
// assessment.cpp).
proto::CertificationState state_after(std::span<const ProvenRecord> records) {
  proto::CertificationState state;
  for (const ProvenRecord& one : records) {
    if (one.record.has_certification()) {
      set_content(state, one.record.certification(), one.index);
    } else if (one.record.has_assessment()) {
      set_content(state, one.record.assessment(), one.index);
      state.set_assessment(true);
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

const ProvenRecord* scheme_before(const std::vector<ProvenRecord>& history, std::uint64_t index) {
  return newest_before(history, index, [](const proto::Record& one) { return one.has_scheme(); });
}

// The issuer was a certifier and might certify under the scheme when it wrote `content`.
Checked<void> check_issuer(const Histories& histories, const ProvenRecord& content) {
  const std::string issuer(owner_of(content.record.subject()));
  const std::string& scheme = scheme_named_in(content.record);
  const ProvenRecord* const rules = scheme_before(histories.at(scheme), content.index);
  const ProvenRecord* const member =
      newest_before(histories.at("org/" + issuer), content.index,
                    [](const proto::Record& one) { return one.has_organisation(); });
  if (rules == nullptr || member == nullptr) {
    return refuse(kBundleAnswer, "Its scheme or its issuer was not on the ledger before it.");
  }
  const auto& roles = member->record.organisation().roles();
  if (std::find(roles.begin(), roles.end(), proto::CERTIFIER) == roles.end()) {
    return refuse(kBundleAnswer, issuer + " was no certifier when it issued this.");
  }
  const std::string& valid_from = content.record.has_certification()
                                      ? content.record.certification().valid_from()
                                      : content.record.assessment().valid_from();
  const auto stated = Date::parse(valid_from);
  if (!stated) return refuse(kBundleAnswer, "The day it is valid from is none.");
  const Day day = day_of_issue(valid_from, utc_day(content.time_ms));
  if (!may_certify(rules->record.scheme(), owner_of(scheme), issuer, day)) {
    return refuse(kBundleAnswer,
                  issuer + " was not accredited for " + scheme + " on " + day_text(day) + ".");
  }
  return {};
}

// The state's own value says the same as the history.
Checked<void> check_state(const Evidence& evidence, const std::string& subject,
                          const std::vector<ProvenRecord>& history) {
  const auto value = evidence.value(subject);
  CHECK(value.has_value() && *value != nullptr);
  proto::CertificationState stated;
  if (stated.ParseFromString(decode_subject_value(**value).body) &&
      stated.SerializeAsString() == state_after(history).SerializeAsString()) {
    return {};
  }
  return refuse(kBundleHistory, "The state does not say of " + subject + " what its records do.");
}

// Of the issuer and of every scheme that a content names.
Checked<Histories> other_histories(const Evidence& evidence, const std::string& subject,
                                   const std::vector<ProvenRecord>& history) {
  std::vector<std::string> names = {"org/" + std::string(owner_of(subject))};
  for (const ProvenRecord& one : history) {
    const std::string& scheme = scheme_named_in(one.record);
    if (scheme.empty()) continue;
    const auto path = parse_subject(scheme);
    if (!path || path->kind != SubjectKind::scheme) {
      return refuse(kBundleAnswer, subject + " names no scheme.");
    }
    names.push_back(scheme);
  }
  Histories histories;
  for (const std::string& name : names) {
    if (histories.contains(name)) continue;
    auto records = evidence.history(name);
    if (!records) return Unexpected{records.error()};
    histories.emplace(name, *std::move(records));
  }
  return histories;
}

void take_content(CertifiedProof& proof, const Histories& histories, std::uint64_t cut) {
  const std::span<const ProvenRecord> known(proof.history.data(), proof.known);
  proof.state = state_after(known);
  for (const ProvenRecord& one : known) {
    if (one.record.has_certification()) proof.products = one.record.certification().products();
    if (one.record.has_assessment()) proof.products = one.record.assessment().products();
  }
  const auto scheme = histories.find(proof.state.scheme());
  if (scheme == histories.end()) return;
  if (const ProvenRecord* const newest = scheme_before(scheme->second, cut)) {
    proof.scheme = newest->record.scheme();
  }
}

}  // namespace

const std::string& scheme_named_in(const proto::Record& record) {
  static const std::string none;
  if (record.has_certification()) return record.certification().scheme();
  return record.has_assessment() ? record.assessment().scheme() : none;
}

Checked<void> check_keys(const std::vector<ProvenRecord>& records, std::uint64_t cut) {
  for (const ProvenRecord& one : records) {
    if (one.index >= cut || !one.is_compromised) continue;
    return refuse(kBundleKey, one.signer + " says that the key of entry " +
                                  std::to_string(one.index) + " was compromised by then.");
  }
  return {};
}

Checked<CertifiedProof> prove_certified(const Evidence& evidence, const std::string& subject,
                                        std::uint64_t cut) {
  auto history = evidence.history(subject);
  if (!history) return Unexpected{history.error()};
  CertifiedProof proof;
  proof.history = *std::move(history);
  if (auto same = check_state(evidence, subject, proof.history); !same) {
    return Unexpected{same.error()};
  }
  const auto others = other_histories(evidence, subject, proof.history);
  if (!others) return Unexpected{others.error()};
  for (const ProvenRecord& one : proof.history) {
    if (one.index >= cut) break;
    ++proof.known;
    if (scheme_named_in(one.record).empty()) continue;
    if (auto fit = check_issuer(*others, one); !fit) return Unexpected{fit.error()};
  }
  if (proof.known == 0) return proof;
  if (auto sound = check_keys(proof.history, cut); !sound) return Unexpected{sound.error()};
  for (const auto& [name, records] : *others) {
    if (auto sound = check_keys(records, cut); !sound) return Unexpected{sound.error()};
  }
  take_content(proof, *others, cut);
  return proof;
}

}  // namespace ledger

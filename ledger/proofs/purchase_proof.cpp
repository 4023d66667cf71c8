#include "ledger/proofs/purchase_proof.h"

#include <algorithm>

#include "ledger/proofs/certified_proof.h"
#include "ledger/proofs/codes.h"
#include "ledger/records/decimal.h"
#include "ledger/records/product_keys.h"
#include "ledger/records/subject.h"

namespace ledger {
namespace {

using crypto::Unexpected;

Unexpected<crypto::Reject> refuse(RejectCode code, std::string message) {
  return {crypto::Reject(code, "", std::move(message))};
}

const proto::Purchase* content_of(const proto::Record& record) {
  if (record.has_purchase()) return &record.purchase();
  return record.has_purchase_correction() ? &record.purchase_correction().purchase() : nullptr;
}

// What the rules write of these records (purchase.cpp, purchase_correction.cpp,
// purchase_return.cpp).
proto::PurchaseState state_after(const std::vector<ProvenRecord>& records) {
  proto::PurchaseState state;
  for (const ProvenRecord& one : records) {
    if (const proto::Purchase* const content = content_of(one.record)) {
      state.set_content_index(one.index);
      state.set_quantity(content->quantity());
    } else if (one.record.has_purchase_return()) {
      const auto before = Decimal::parse(state.returned());
      const auto more = Decimal::parse(one.record.purchase_return().quantity());
      if (more) state.set_returned((before.value_or(Decimal()) + *more).text());
    }
  }
  return state;
}

Checked<const proto::Purchase*> check_purchase(const Evidence& evidence, const std::string& subject,
                                               const std::vector<ProvenRecord>& history) {
  const auto value = evidence.value(subject);
  CHECK(value.has_value() && *value != nullptr);
  proto::PurchaseState stated;
  if (!stated.ParseFromString(decode_subject_value(**value).body) ||
      stated.SerializeAsString() != state_after(history).SerializeAsString()) {
    return refuse(kBundleHistory, "The state does not say of " + subject + " what its records do.");
  }
  const proto::Purchase* newest = nullptr;
  for (const ProvenRecord& one : history) {
    if (const proto::Purchase* const content = content_of(one.record)) newest = content;
  }
  if (newest == nullptr) return refuse(kBundleAnswer, subject + " has no purchase.");
  return newest;
}

// Every certification and assessment that the bundle shows.
Checked<std::vector<JoinCandidate>> candidates_of(const Evidence& evidence, std::uint64_t cut) {
  std::vector<JoinCandidate> candidates;
  for (const char* kind : {"assessment/", "cert/"}) {
    for (const std::string& subject : evidence.present(kind)) {
      auto proof = prove_certified(evidence, subject, cut);
      if (!proof) return Unexpected{proof.error()};
      JoinCandidate candidate;
      candidate.subject = subject;
      candidate.state = std::move(proof->state);
      candidate.products = std::move(proof->products);
      candidate.scheme = candidate.state.scheme();
      candidate.iso_type = proof->scheme.iso_type();
      candidate.scheme_recognised = !proof->scheme.recognised_by().empty();
      candidates.push_back(std::move(candidate));
    }
  }
  return candidates;
}

// As many are shown as the state counts.
Checked<void> check_count(const Evidence& evidence, const std::string& key,
                          const std::vector<JoinCandidate>& candidates) {
  const auto value = evidence.value(key);
  if (!value) return Unexpected{value.error()};
  const bool is_count = *value == nullptr || (*value)->size() == 8;
  const std::uint64_t counted = *value != nullptr && is_count ? crypto::read_u64(**value) : 0;
  const auto shown =
      std::count_if(candidates.begin(), candidates.end(), [&](const JoinCandidate& one) {
        const auto& keys = one.state.counters();
        return std::find(keys.begin(), keys.end(), key) != keys.end();
      });
  if (is_count && counted == static_cast<std::uint64_t>(shown)) return {};
  return refuse(kBundleAnswer, std::to_string(counted) + " certifications and assessments name " +
                                   key + ", and " + std::to_string(shown) + " are shown.");
}

}  // namespace

std::vector<std::string> join_keys(const proto::Purchase& purchase) {
  if (!purchase.claimed_certification().empty()) return {purchase.claimed_certification()};
  std::vector<std::string> keys;
  const proto::Product& product = purchase.product();
  if (!product.gtin().empty()) keys.push_back(gtin_counter_key(product.gtin()));
  if (!product.model().empty()) keys.push_back(model_counter_key(product.brand(), product.model()));
  return keys;
}

Checked<PurchaseAnswer> prove_purchase(const Evidence& evidence, const ProvenHead& head,
                                       const std::string& subject) {
  const auto path = parse_subject(subject);
  if (!path || path->kind != SubjectKind::purchase) {
    return refuse(kBundleAnswer, "The question names no purchase.");
  }
  const std::uint64_t cut = head.header.tree_size;
  PurchaseAnswer answer;
  answer.as_of_height = head.header.seal.height;
  answer.as_of_time_ms = head.header.seal.time_ms;
  auto history = evidence.history(subject);
  if (!history) return Unexpected{history.error()};
  answer.history = *std::move(history);
  const auto purchase = check_purchase(evidence, subject, answer.history);
  if (!purchase) return Unexpected{purchase.error()};
  if (auto sound = check_keys(answer.history, cut); !sound) return Unexpected{sound.error()};
  answer.date = (*purchase)->date();
  const auto candidates = candidates_of(evidence, cut);
  if (!candidates) return Unexpected{candidates.error()};
  const bool is_claimed = !(*purchase)->claimed_certification().empty();
  for (const std::string& key : join_keys(**purchase)) {
    if (is_claimed) {
      if (const auto claimed = evidence.value(key); !claimed) return Unexpected{claimed.error()};
    } else if (auto all = check_count(evidence, key, *candidates); !all) {
      return Unexpected{all.error()};
    }
  }
  answer.join = join_purchase(**purchase, *candidates, JoinPolicy());
  answer.rests_on_names =
      !is_claimed && !(*purchase)->product().model().empty() && answer.join.match != Match::gtin;
  return answer;
}

}  // namespace ledger

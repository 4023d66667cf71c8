// Whether a purchase counts as green, and why: the join of ledger/reports over what a bundle
// proves. The purchase, the certifications and assessments that could match, their schemes and
// their issuers come with complete histories; the counts of the state say that no further one names
// the product.
//
// Pure; any thread.
#pragma once

#include "ledger/proofs/evidence.h"
#include "ledger/reports/join.h"

namespace ledger {

struct PurchaseAnswer {
  Join join;         // under the policy of reports by default: recognised schemes of ISO type I
  std::string date;  // of the purchase, as it states it
  std::uint64_t as_of_height = 0;
  std::uint64_t as_of_time_ms = 0;
  std::vector<ProvenRecord> history;  // of the purchase, oldest first
  // Names with '*' and longer names are in nobody's count: that a further one matches is not
  // excluded.
  bool rests_on_names = false;
};

// The codes of prove_certified, for the purchase and for each candidate. E-BUNDLE-ANSWER also:
// fewer are shown than name the product.
Checked<PurchaseAnswer> prove_purchase(const Evidence& evidence, const ProvenHead& head,
                                       const std::string& subject);

// Keys of the state that say what there is to look at: the claimed certification, or the counts
// of those that name the purchase's GTIN and its name.
std::vector<std::string> join_keys(const proto::Purchase& purchase);

}  // namespace ledger

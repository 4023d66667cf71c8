// A certification or an assessment, from complete histories alone: its own, its schemes' and its
// issuer's. What the state says of it is computed again from its records, and so is the right of
// its issuer to write each of them.
//
// Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "ledger/proofs/evidence.h"
#include "proto/state.pb.h"

namespace ledger {

struct CertifiedProof {
  std::vector<ProvenRecord> history;  // oldest first, later records too
  std::size_t known = 0;              // of these lie before the cut
  // What the known records do together; nothing where there is none.
  proto::CertificationState state;
  proto::Scheme scheme;  // of the newest known content, as its newest record before the cut has it
  google::protobuf::RepeatedPtrField<proto::Product> products;  // of that content
};

// Records before the entry `cut` count. E-BUNDLE-ANSWER: something is not shown, or its issuer
// might not write it. E-BUNDLE-HISTORY: not all is shown, or the state says otherwise.
// E-BUNDLE-KEY: a record that counts, of any of these histories, was signed with a key that was
// compromised by then.
Checked<CertifiedProof> prove_certified(const Evidence& evidence, const std::string& subject,
                                        std::uint64_t cut);

// E-BUNDLE-KEY: one of the records before the entry `cut` was signed with such a key.
Checked<void> check_keys(const std::vector<ProvenRecord>& records, std::uint64_t cut);

// The scheme that a record's content names; empty: it is no content of a certified product.
const std::string& scheme_named_in(const proto::Record& record);

}  // namespace ledger

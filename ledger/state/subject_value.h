// What the state keeps of a subject: how long its history is, where its newest record lies, and a
// body that the subject's record kind understands (proto/state.proto).
//   count u64 || last index u64 || body
// Count and last index under a state proof show that a history is complete (proofs.md 3.4).
#pragma once

#include "crypto/bytes.h"

namespace ledger {

using crypto::Bytes;
using crypto::ByteView;

inline constexpr std::size_t kSubjectHeadBytes = 16;  // before the body

struct SubjectValue {
  std::uint64_t count = 0;       // records in its history
  std::uint64_t last_index = 0;  // entry of the newest
  Bytes body;
};

// CHECK: the ledger alone writes these.
SubjectValue decode_subject_value(ByteView value);
Bytes encode_subject_value(const SubjectValue& value);

}  // namespace ledger

#include "ledger/state/subject_value.h"

#include "crypto/check.h"

namespace ledger {

SubjectValue decode_subject_value(ByteView value) {
  crypto::ByteReader reader(value);
  SubjectValue subject;
  subject.count = reader.u64();
  subject.last_index = reader.u64();
  CHECK(reader.ok());
  subject.body = Bytes(reader.rest());
  return subject;
}

Bytes encode_subject_value(const SubjectValue& value) {
  Bytes out;
  out.reserve(kSubjectHeadBytes + value.body.size());
  crypto::append_u64(out, value.count);
  crypto::append_u64(out, value.last_index);
  out.append(value.body);
  return out;
}

}  // namespace ledger

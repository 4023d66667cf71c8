// Bytes from anywhere as a record and as a submission: no crash, and what is taken is written as
// the same bytes again.
#include <cstddef>
#include <cstdint>

#include "crypto/check.h"
#include "proto/canonical.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const crypto::ByteView bytes(reinterpret_cast<const char*>(data), size);
  if (const auto record = proto::decode_record(bytes)) {
    CHECK(proto::encode_record(*record) == bytes);
  }
  if (const auto submission = proto::decode_submission(bytes)) {
    CHECK(proto::encode_submission(*submission) == bytes);
  }
  return 0;
}

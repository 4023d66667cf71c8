#include "tests/node/wire/wire_example.h"

// Frames of peers: what is accepted whole is written back as the same bytes; where a reader leaves
// out what it cannot check, the rest is accepted again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const node::WireExample example;
  const crypto::ByteView frame(reinterpret_cast<const char*>(data), size);
  const auto message = example.read(frame);
  if (!message || std::holds_alternative<node::OtherEpoch>(*message)) return 0;
  const crypto::Bytes back = node::write_message(*message);
  if (std::holds_alternative<node::SubmissionsSent>(*message) ||
      std::holds_alternative<node::ProbeAnswer>(*message)) {
    CHECK(back.size() <= frame.size());
    const auto again = example.read(back);
    CHECK(again && node::write_message(*again) == back);
  } else {
    CHECK(back == frame);
  }
  return 0;
}

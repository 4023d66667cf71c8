#include <vector>

#include "node/net/frame.h"
#include "node/net/hello.h"
#include "node/net/tls.h"
#include "node/wire/bounds.h"

namespace {

using node::net::FrameReader;
using node::net::Hello;
using node::net::HelloExpected;
using node::net::Role;

crypto::PrivateKey key_of(std::string_view name) {
  return crypto::PrivateKey::from_seed(crypto::Secret(crypto::sha256(name).view()));
}

// What a member says who may say anything: it is read as it is written, or refused.
void try_hello(crypto::ByteView form) {
  static const crypto::PrivateKey key = key_of("bravo");
  const crypto::Hash exporter = crypto::sha256("exporter");
  const HelloExpected expected{.role = Role::dialler,
                               .network_id = crypto::sha256("network"),
                               .organisation = "alfa",
                               .key = key.public_key(),
                               .key_owner = "bravo",
                               .exporter = exporter};
  const crypto::Bytes said = crypto::Bytes(form) + crypto::Bytes(exporter.view());
  const crypto::Signature signature = key.sign(crypto::tag::kHello, said);
  const crypto::Bytes whole = crypto::Bytes(form) + crypto::Bytes(signature.view());
  const auto hello = node::net::read_hello(whole, expected);
  if (hello) CHECK(node::net::write_hello(*hello, key, exporter) == whole);
  // What the fuzzer makes up is signed by nobody.
  CHECK(!node::net::read_hello(form, expected));
}

struct Read {
  std::vector<crypto::Bytes> frames;
  bool fault = false;
};

Read read_in_pieces(FrameReader reader, crypto::ByteView stream, std::size_t piece) {
  Read read;
  while (!stream.empty() && !read.fault) {
    crypto::ByteView bytes = stream.substr(0, piece);
    stream.remove_prefix(bytes.size());
    while (auto frame = reader.take(bytes)) read.frames.push_back(std::move(*frame));
    read.fault = reader.fault();
    CHECK(bytes.empty() || read.fault);
  }
  return read;
}

// Frames are what was sent, however it was cut, and no longer than their kinds may be.
void try_frames(const FrameReader& reader, crypto::ByteView stream, bool hello) {
  const Read whole = read_in_pieces(reader, stream, stream.size());
  const Read drops = read_in_pieces(reader, stream, 1);
  const Read pieces = read_in_pieces(reader, stream, 7);
  CHECK(whole.frames == drops.frames && whole.frames == pieces.frames);
  CHECK(whole.fault == drops.fault && whole.fault == pieces.fault);
  crypto::Bytes again;
  for (const crypto::Bytes& frame : whole.frames) {
    crypto::append_u32(again, static_cast<std::uint32_t>(frame.size()));
    again += frame;
    if (hello) {
      CHECK(!frame.empty() && frame.size() <= node::net::kHelloBytesMax);
    } else if (!frame.empty()) {
      CHECK(frame.size() <= node::net::frame_bytes_max(frame).value());
    }
  }
  CHECK(stream.starts_with(again));
}

// Before a handshake nothing but a handshake gets far, and the answer to it is short.
void try_tls(crypto::ByteView bytes) {
  static const auto context = node::net::TlsContext::make(key_of("alfa"));
  CHECK(context.has_value());
  node::net::TlsSession session(*context, Role::acceptor, [](const auto&) { return true; });
  session.receive(bytes);
  CHECK(!session.shake_hands());
  crypto::Bytes answer;
  session.take_output(answer);
  CHECK(answer.size() < 4096);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const crypto::ByteView bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      try_hello(bytes);
      break;
    case 1:
      try_frames(FrameReader(), bytes, false);
      break;
    case 2:
      try_frames(FrameReader::for_hello(node::net::kHelloBytesMax), bytes, true);
      break;
    default:
      if (!bytes.empty()) try_tls(bytes);
  }
  return 0;
}

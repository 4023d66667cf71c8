#include "node/net/frame.h"

#include <gtest/gtest.h>

#include <vector>

#include "node/wire/bounds.h"

namespace node::net {
namespace {

crypto::Bytes framed(crypto::ByteView envelope) {
  crypto::Bytes bytes;
  crypto::append_u32(bytes, static_cast<std::uint32_t>(envelope.size()));
  bytes.append(envelope);
  return bytes;
}

// An envelope whose first field is that number, of bytes, with `size` bytes in all.
crypto::Bytes envelope(std::uint64_t field, std::size_t size) {
  crypto::Bytes bytes;
  std::uint64_t tag = field << 3 | 2;
  for (; tag >= 0x80; tag >>= 7) bytes.push_back(static_cast<char>(tag | 0x80));
  bytes.push_back(static_cast<char>(tag));
  bytes.resize(std::max(size, bytes.size()), 'x');
  return bytes;
}

TEST(FrameReader, GivesFramesHoweverTheyAreCut) {
  const std::vector<crypto::Bytes> sent = {envelope(1, 1), envelope(1, 50), "", envelope(20, 2),
                                           envelope(20, 300)};
  crypto::Bytes stream;
  for (const crypto::Bytes& frame : sent) stream += framed(frame);

  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    FrameReader reader;
    std::vector<crypto::Bytes> got;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      crypto::ByteView bytes = crypto::ByteView(stream).substr(at, piece);
      while (auto frame = reader.take(bytes)) got.push_back(std::move(*frame));
      ASSERT_TRUE(bytes.empty());
    }
    EXPECT_EQ(got, sent) << piece;
    EXPECT_EQ(reader.arrived(), 0u);
  }
}

TEST(FrameReader, BoundsEveryKindBeforeItTakesMemory) {
  std::size_t kinds = 0;
  for (std::uint64_t field = 1; field < 40; ++field) {
    const proto::Bounds* bounds = find_bounds(field);
    if (!bounds) continue;
    ++kinds;
    for (const bool within : {true, false}) {
      crypto::Bytes head;
      crypto::append_u32(head, static_cast<std::uint32_t>(bounds->bytes_max + (within ? 0 : 1)));
      head += envelope(field, 0);
      crypto::ByteView bytes = head;
      FrameReader reader;
      EXPECT_FALSE(reader.take(bytes));
      EXPECT_EQ(reader.fault(), !within) << field;
    }
  }
  EXPECT_EQ(kinds, 20u);
}

TEST(FrameReader, RefusesKindsThatThereAreNot) {
  for (const std::uint64_t field : {std::uint64_t{0}, std::uint64_t{21}, std::uint64_t{1} << 28}) {
    const crypto::Bytes frame = framed(envelope(field, 10));
    crypto::ByteView bytes = frame;
    FrameReader reader;
    EXPECT_FALSE(reader.take(bytes));
    EXPECT_TRUE(reader.fault()) << field;
  }
}

TEST(FrameReader, RefusesATagThatNeverEnds) {
  for (const std::string_view tag : {"\x82", "\x82\x80\x80\x80\x80\x80\x80"}) {
    const crypto::Bytes frame = framed(tag);
    crypto::ByteView bytes = frame;
    FrameReader reader;
    EXPECT_FALSE(reader.take(bytes));
    EXPECT_TRUE(reader.fault());
  }
}

TEST(FrameReader, RefusesWhatIsTooLongForAllKindsByItsLengthAlone) {
  crypto::Bytes head;
  crypto::append_u32(head, kFrameBytesMax + 1);
  crypto::ByteView bytes = head;
  FrameReader reader;
  EXPECT_FALSE(reader.take(bytes));
  EXPECT_TRUE(reader.fault());
}

TEST(FrameReader, TakesOneHelloOfAnyBytes) {
  constexpr std::size_t kHello = 4096;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kHello, kHello + 1}) {
    const crypto::Bytes frame = framed(crypto::Bytes(size, '\xff'));
    crypto::ByteView bytes = frame;
    FrameReader reader = FrameReader::for_hello(kHello);
    const auto hello = reader.take(bytes);
    const bool good = size == 1 || size == kHello;
    EXPECT_EQ(hello.has_value(), good) << size;
    EXPECT_EQ(reader.fault(), !good) << size;
  }
}

}  // namespace
}  // namespace node::net

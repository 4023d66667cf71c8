// Frames on a connection: length u32 ‖ envelope. Length 0 is a ping. The first tag of the envelope
// says its kind, and the kind how long it may be; only then is memory taken, and never more than
// twice what has arrived, or 64 KiB.
//
// Values without sockets; one thread each.
#pragma once

#include <optional>

#include "crypto/bytes.h"

namespace node::net {

inline constexpr std::size_t kFrameHeaderBytes = 4;
// A field number of at most 29 bits.
inline constexpr std::size_t kKindBytesMax = 5;
inline constexpr std::size_t kFrameStepBytes = 64 << 10;

// The longest frame with this beginning of an envelope may have; nullopt: the tag is not whole yet;
// 0: there is no such kind.
std::optional<std::size_t> frame_bytes_max(crypto::ByteView beginning);

class FrameReader {
 public:
  // A frame of an unauthenticated connection: any bytes, and no pings.
  static FrameReader for_hello(std::size_t bytes_max);
  // Frames of the kinds that node/wire knows.
  FrameReader() = default;

  // Takes bytes from the front of `bytes`, up to the end of a frame. nullopt: there is no whole
  // frame yet and `bytes` is empty, or fault() is set. An empty frame is a ping.
  std::optional<crypto::Bytes> take(crypto::ByteView& bytes);

  // Nothing but the connection's end may follow.
  bool fault() const { return fault_; }

  // Of the frame at hand; 0: none has begun.
  std::size_t arrived() const { return header_.size() + frame_.size(); }
  std::size_t announced() const { return length_; }

 private:
  bool take_header(crypto::ByteView& bytes);
  bool take_kind(crypto::ByteView& bytes);
  void grow();

  std::size_t hello_max_ = 0;  // 0: frames
  crypto::Bytes header_;
  std::size_t length_ = 0;  // once the header is whole
  bool bounded_ = false;    // the length is one that its kind may have
  crypto::Bytes frame_;
  bool fault_ = false;
};

}  // namespace node::net

#include "node/net/frame.h"

#include <algorithm>

#include "node/wire/bounds.h"

namespace node::net {

std::optional<std::size_t> frame_bytes_max(crypto::ByteView beginning) {
  std::uint64_t tag = 0;
  for (std::size_t i = 0; i < kKindBytesMax; ++i) {
    if (i == beginning.size()) return std::nullopt;
    const auto byte = static_cast<std::uint8_t>(beginning[i]);
    tag |= std::uint64_t{byte & 0x7fu} << (7 * i);
    if (byte >= 0x80) continue;
    const proto::Bounds* bounds = find_bounds(tag >> 3);
    return bounds ? bounds->bytes_max : 0;
  }
  return 0;
}

FrameReader FrameReader::for_hello(std::size_t bytes_max) {
  FrameReader reader;
  reader.hello_max_ = bytes_max;
  return reader;
}

std::optional<crypto::Bytes> FrameReader::take(crypto::ByteView& bytes) {
  if (fault_ || !take_header(bytes)) return std::nullopt;
  if (length_ > 0 && !bounded_ && !take_kind(bytes)) return std::nullopt;
  const std::size_t size = std::min(bytes.size(), length_ - frame_.size());
  if (frame_.size() + size > frame_.capacity()) grow();
  frame_.append(bytes.substr(0, size));
  bytes.remove_prefix(size);
  if (frame_.size() < length_) return std::nullopt;
  header_.clear();
  length_ = 0;
  bounded_ = false;
  return std::exchange(frame_, {});
}

bool FrameReader::take_header(crypto::ByteView& bytes) {
  if (header_.size() == kFrameHeaderBytes) return true;
  const std::size_t size = std::min(bytes.size(), kFrameHeaderBytes - header_.size());
  header_.append(bytes.substr(0, size));
  bytes.remove_prefix(size);
  if (header_.size() < kFrameHeaderBytes) return false;
  length_ = crypto::read_u32(header_);
  bounded_ = hello_max_ > 0;
  fault_ = hello_max_ > 0 ? length_ == 0 || length_ > hello_max_ : length_ > kFrameBytesMax;
  return !fault_;
}

// The tag is part of the frame and a few bytes long.
bool FrameReader::take_kind(crypto::ByteView& bytes) {
  while (frame_.size() < length_ && !bytes.empty()) {
    frame_.push_back(bytes.front());
    bytes.remove_prefix(1);
    const std::optional<std::size_t> most = frame_bytes_max(frame_);
    if (!most) continue;
    fault_ = length_ > *most;
    bounded_ = !fault_;
    return bounded_;
  }
  fault_ = frame_.size() == length_;  // a frame that ends within its first tag
  return false;
}

void FrameReader::grow() {
  frame_.reserve(std::min(length_, std::max(kFrameStepBytes, 2 * frame_.capacity())));
}

}  // namespace node::net

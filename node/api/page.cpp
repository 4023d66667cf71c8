#include "node/api/page.h"

#include <algorithm>

namespace node::api {

bool Page::look_at(std::string_view position) {
  more_ = items_.size() >= limit_ || scanned_ >= kRowsScannedMax || bytes_ >= kPageBytesMax;
  if (more_) return false;
  ++scanned_;
  position_ = position;
  return true;
}

void Page::add(Json item, std::size_t bytes) {
  items_.push_back(std::move(item));
  bytes_ += bytes;
}

void Page::write_to(Json& document) && {
  document["items"] = std::move(items_);
  if (more_) document["next"] = encode_cursor(position_);
}

std::string encode_cursor(std::string_view position) {
  std::string text = crypto::to_base64(position);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.resize(std::min(text.find('='), text.size()));
  return text;
}

std::optional<std::string> decode_cursor(std::string_view cursor) {
  std::string text(cursor);
  if (text.find_first_of("+/=") != std::string::npos) return std::nullopt;
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return crypto::from_base64(text);
}

}  // namespace node::api

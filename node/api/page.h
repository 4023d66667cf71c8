// One page of a list. A list ends at the page's limit, at rows scanned (kRowsScannedMax), or at
// bytes (kPageBytesMax); whichever comes first leaves a cursor behind which the next page begins.
//
// Pure; one call.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "node/api/json.h"

namespace node::api {

inline constexpr std::uint64_t kPageDefault = 100;
inline constexpr std::uint64_t kPageMax = 1000;
// What one request may read, however little of it fits the filter.
inline constexpr std::uint64_t kRowsScannedMax = 10'000;
// Of record bytes; as JSON they are two to four times as many.
inline constexpr std::size_t kPageBytesMax = 1024 * 1024;

class Page {
 public:
  explicit Page(std::uint64_t limit) : limit_(limit) {}

  // Before each row: may it be looked at? False ends the page. `position` names the row for the
  // cursor.
  bool look_at(std::string_view position);
  // The row that was looked at last belongs into the list; `bytes` is about what it holds.
  void add(Json item, std::size_t bytes);

  // What an item cost beyond its own row counts as rows looked at.
  void count(std::uint64_t rows) { scanned_ += rows; }

  // Writes "items" and, when there is more, "next".
  void write_to(Json& document) &&;

 private:
  std::uint64_t limit_;
  std::uint64_t scanned_ = 0;
  std::size_t bytes_ = 0;
  std::string position_;
  bool more_ = false;
  Json items_ = Json::array();
};

// A cursor is the position in base64url (RFC 4648 section 5, no padding): opaque, and safe in a
// URL.
std::string encode_cursor(std::string_view position);
std::optional<std::string> decode_cursor(std::string_view cursor);

}  // namespace node::api

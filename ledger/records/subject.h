// Subjects: what a record is about, as a path of 2 to 6 segments.
//   org/<id>                                       scheme/<owner>/<id>
//   cert/<certifier>/<scheme>/<number>             assessment/<certifier>/<scheme>/<number>
//   purchase/<recorder>/<system>/<document>/<line> network/validators, network/parameters
//
// A segment is 1 to 64 bytes of text (text.h), neither "." nor "..", and has one encoding: letters,
// digits and -._~@: stand for themselves, every other byte is %XX with capital digits. So a subject
// is safe in a URL path and two spellings of one subject cannot exist.
// The second segment is the organisation that owns the subject. Organisation ids are narrower:
// lower case letters, digits, "-" and ".", first and last a letter or digit, so that none looks
// like another. Pure functions, usable from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/reject.h"

namespace ledger {

inline constexpr std::size_t kSegmentBytesMax = 64;
inline constexpr std::size_t kSegmentsMin = 2;
inline constexpr std::size_t kSegmentsMax = 6;

enum class SubjectKind { organisation, scheme, certification, assessment, purchase, network };

// A view into the text that was parsed, which must outlive it.
struct SubjectPath {
  SubjectKind kind = SubjectKind::organisation;
  std::array<std::string_view, kSegmentsMax> segments;  // still encoded
  std::size_t count = 0;

  // The organisation that owns the subject; "validators" or "parameters" for the network's own.
  std::string_view owner() const { return segments[1]; }
  std::string_view last() const { return segments[count - 1]; }
};

// E-SUBJECT: not in the one form above. The reject's field is "subject".
crypto::Checked<SubjectPath> parse_subject(std::string_view text);

// For checked subjects only (CHECK).
std::string_view owner_of(std::string_view subject);

bool is_organisation_id(std::string_view text);

// Text to segment and back. decode: nullopt unless `segment` is the one encoding of valid text.
std::string encode_segment(std::string_view text);
std::optional<std::string> decode_segment(std::string_view segment);

// Joins texts, encoding each: make_subject({"cert", "epa", "smartway", "JTKXV01.5P35~0a1b2c3d"}).
std::string make_subject(std::initializer_list<std::string_view> texts);

}  // namespace ledger

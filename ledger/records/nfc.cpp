#include "ledger/records/nfc.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "crypto/check.h"
#include "ledger/records/lists/nfc_classes.h"
#include "ledger/records/lists/nfc_decompositions.h"

namespace ledger {
namespace {

using Points = std::u32string;

constexpr std::size_t kBlockSize = 128;
constexpr std::uint8_t kQuickCheckMaybe = 1;
constexpr std::uint8_t kQuickCheckNo = 2;

// Hangul syllables compose by arithmetic (The Unicode Standard 3.12).
constexpr char32_t kSyllableStart = 0xAC00;
constexpr char32_t kLeadStart = 0x1100;
constexpr char32_t kVowelStart = 0x1161;
constexpr char32_t kTrailStart = 0x11A7;
constexpr char32_t kLeadCount = 19;
constexpr char32_t kVowelCount = 21;
constexpr char32_t kTrailCount = 28;
constexpr char32_t kSyllableCount = kLeadCount * kVowelCount * kTrailCount;

std::size_t class_of(char32_t point) {
  const std::size_t block = point / kBlockSize;
  if (block >= lists::kNfcBlocks.size()) return 0;
  return lists::kNfcClassOf[lists::kNfcBlocks[block] * kBlockSize + point % kBlockSize];
}

std::uint8_t combining_class(char32_t point) { return lists::kNfcClasses[2 * class_of(point)]; }

constexpr std::size_t kDecompositionCount = lists::kNfcDecompositions.size() / 3;

struct Decomposition {
  char32_t point;
  char32_t first;
  char32_t second;  // 0: a singleton
};

Decomposition decomposition(std::size_t number) {
  const auto& flat = lists::kNfcDecompositions;
  return {flat[3 * number], flat[3 * number + 1], flat[3 * number + 2]};
}

void decompose(char32_t point, Points& out) {
  const char32_t syllable = point - kSyllableStart;
  if (point >= kSyllableStart && syllable < kSyllableCount) {
    out.push_back(kLeadStart + syllable / (kVowelCount * kTrailCount));
    out.push_back(kVowelStart + syllable % (kVowelCount * kTrailCount) / kTrailCount);
    if (syllable % kTrailCount != 0) out.push_back(kTrailStart + syllable % kTrailCount);
    return;
  }
  std::size_t low = 0;
  std::size_t high = kDecompositionCount;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (decomposition(middle).point < point) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == kDecompositionCount || decomposition(low).point != point) {
    out.push_back(point);
    return;
  }
  // A mapping's first part may have a mapping itself (at most four deep); the second never has.
  decompose(decomposition(low).first, out);
  if (decomposition(low).second != 0) out.push_back(decomposition(low).second);
}

// Marks between two starters in the order of their combining classes; equal classes keep their
// order, so the position is part of what is sorted.
void reorder(Points& points) {
  constexpr unsigned kClassShift = 56;
  constexpr unsigned kPositionShift = 24;
  constexpr std::uint64_t kPointMask = 0xFFFFFF;
  std::vector<std::uint64_t> marks;
  for (std::size_t at = 0; at < points.size(); ++at) {
    const std::uint64_t mark_class = combining_class(points[at]);
    if (mark_class != 0) {
      marks.push_back(mark_class << kClassShift | marks.size() << kPositionShift | points[at]);
      if (at + 1 < points.size()) continue;
      ++at;
    }
    std::sort(marks.begin(), marks.end());
    for (std::size_t i = 0; i < marks.size(); ++i) {
      points[at - marks.size() + i] = static_cast<char32_t>(marks[i] & kPointMask);
    }
    marks.clear();
  }
}

// The point that the two compose to; 0: none.
char32_t compose_pair(char32_t first, char32_t second) {
  const char32_t lead = first - kLeadStart;
  const char32_t vowel = second - kVowelStart;
  if (first >= kLeadStart && lead < kLeadCount && second >= kVowelStart && vowel < kVowelCount) {
    return kSyllableStart + (lead * kVowelCount + vowel) * kTrailCount;
  }
  const char32_t syllable = first - kSyllableStart;
  const char32_t trail = second - kTrailStart;
  if (first >= kSyllableStart && syllable < kSyllableCount && syllable % kTrailCount == 0 &&
      second > kTrailStart && trail < kTrailCount) {
    return first + trail;
  }
  const auto below = [&](std::uint16_t number, std::pair<char32_t, char32_t> wanted) {
    const Decomposition found = decomposition(number);
    return std::pair{found.first, found.second} < wanted;
  };
  const auto& order = lists::kNfcCompositions;
  const auto at = std::lower_bound(order.begin(), order.end(), std::pair{first, second}, below);
  if (at == order.end()) return 0;
  const Decomposition found = decomposition(*at);
  return found.first == first && found.second == second ? found.point : 0;
}

// Canonical composition (UAX #15, D117): a mark joins the last starter unless something between
// them blocks it.
void compose(Points& points) {
  if (points.empty()) return;
  std::size_t starter = 0;
  bool has_starter = combining_class(points[0]) == 0;
  int last_class = has_starter ? -1 : 255;
  std::size_t out = 1;
  for (std::size_t at = 1; at < points.size(); ++at) {
    const char32_t point = points[at];
    const int point_class = combining_class(point);
    const bool blocked = !has_starter || last_class >= point_class;
    const char32_t joined = blocked ? 0 : compose_pair(points[starter], point);
    if (joined != 0) {
      points[starter] = joined;
      continue;
    }
    if (point_class == 0) {
      starter = out;
      has_starter = true;
      last_class = -1;
    } else {
      last_class = point_class;
    }
    points[out++] = point;
  }
  points.resize(out);
}

void append_utf8(std::string& out, char32_t point) {
  const auto tail = [&](unsigned shift) {
    out.push_back(static_cast<char>(0x80 | ((point >> shift) & 0x3F)));
  };
  if (point < 0x80) {
    out.push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (point >> 6)));
    tail(0);
  } else if (point < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | (point >> 12)));
    tail(6);
    tail(0);
  } else {
    out.push_back(static_cast<char>(0xF0 | (point >> 18)));
    tail(12);
    tail(6);
    tail(0);
  }
}

enum class QuickCheck { yes, maybe, no };

// UAX #15 section 9. Invalid UTF-8 is "no".
QuickCheck quick_check(std::string_view text) {
  QuickCheck result = QuickCheck::yes;
  std::uint8_t last_class = 0;
  while (!text.empty()) {
    const std::optional<char32_t> point = take_code_point(text);
    if (!point) return QuickCheck::no;
    const std::size_t number = class_of(*point);
    const std::uint8_t point_class = lists::kNfcClasses[2 * number];
    const std::uint8_t check = lists::kNfcClasses[2 * number + 1];
    if (check == kQuickCheckNo) return QuickCheck::no;
    if (point_class != 0 && last_class > point_class) return QuickCheck::no;
    if (check == kQuickCheckMaybe) result = QuickCheck::maybe;
    last_class = point_class;
  }
  return result;
}

}  // namespace

std::optional<char32_t> take_code_point(std::string_view& text) {
  CHECK(!text.empty());
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) {
    text.remove_prefix(1);
    return lead;
  }
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return std::nullopt;
  char32_t point = lead & (size == 4 ? 0x07u : size == 3 ? 0x0Fu : 0x1Fu);
  for (std::size_t at = 1; at < size; ++at) {
    if ((byte(at) & 0xC0) != 0x80) return std::nullopt;
    point = (point << 6) | (byte(at) & 0x3Fu);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  if (point < kLeast[size] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) {
    return std::nullopt;
  }
  text.remove_prefix(size);
  return point;
}

bool is_nfc(std::string_view text) {
  switch (quick_check(text)) {
    case QuickCheck::yes:
      return true;
    case QuickCheck::no:
      return false;
    case QuickCheck::maybe:
      return to_nfc(text) == text;
  }
  CHECK(false);
}

std::optional<std::string> to_nfc(std::string_view text) {
  Points points;
  points.reserve(text.size());
  while (!text.empty()) {
    const std::optional<char32_t> point = take_code_point(text);
    if (!point) return std::nullopt;
    decompose(*point, points);
  }
  reorder(points);
  compose(points);
  std::string out;
  out.reserve(points.size());
  for (const char32_t point : points) append_utf8(out, point);
  return out;
}

}  // namespace ledger

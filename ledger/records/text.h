// Text in records: valid UTF-8 in NFC, without control characters and with a cap on its bytes, so
// that what looks alike is alike and nothing a reader sees is re-ordered or hidden. Trimming and
// folding of what a file holds is the edge's work; a record is refused, never mended.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ledger {

// Caps in bytes. Names and descriptions of products: 256 (ux: "description <= 256"); a reason or a
// title may be a sentence or two; codes, labels and numbers are short.
inline constexpr std::size_t kNameBytesMax = 256;
inline constexpr std::size_t kSentenceBytesMax = 1024;
inline constexpr std::size_t kCodeBytesMax = 64;
inline constexpr std::size_t kUriBytesMax = 512;

enum class TextFault { none, not_utf8, control_character, not_nfc };

// Control characters are U+0000 to U+001F, U+007F to U+009F, the line separators U+2028 and U+2029,
// those that re-order what stands beside them (U+202A to U+202E, U+2066 to U+2069), the byte order
// mark U+FEFF and the non-characters.
TextFault check_text(std::string_view text);

// The form in which product names are compared and index keys are made: ASCII letters in upper
// case, every run of white space (also no-break and ideographic) one space, none at the ends. Other
// letters stay: folding them is a question of language.
std::string normalise_name(std::string_view text);

}  // namespace ledger

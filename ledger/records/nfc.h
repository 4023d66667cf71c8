// Unicode Normalization Form C (UAX #15) with the data of Unicode 15.0 from lists/, so that every
// node decides alike whatever is installed beside it. ASCII costs a glance; text in Chinese or
// Korean a table look-up per character; only text with combining marks is normalised to be
// compared. Pure functions, usable from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ledger {

// The first code point of `text`, which it removes; nullopt: the bytes are not UTF-8 (RFC 3629: no
// surrogates, no over-long forms, at most U+10FFFF). `text` must not be empty (CHECK).
std::optional<char32_t> take_code_point(std::string_view& text);

// Whether `text` is valid UTF-8 in NFC.
bool is_nfc(std::string_view text);

// `text` in NFC; nullopt: it is not UTF-8.
std::optional<std::string> to_nfc(std::string_view text);

}  // namespace ledger

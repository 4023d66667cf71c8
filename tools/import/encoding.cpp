#include "tools/import/encoding.h"

#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cctype>

#include "tools/import/codes.h"

namespace tools {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

bool is_ascii(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::optional<std::size_t> first_bad_utf8(ByteView bytes) {
  Utf8Scan scan;
  std::size_t start = 0;  // of the character that is being read
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const bool inside = scan.is_inside();
    const Utf8Scan::Seen seen = scan.take(static_cast<unsigned char>(bytes[at]));
    if (!inside) start = at;
    if (seen == Utf8Scan::Seen::bad) return start;
  }
  return scan.is_inside() ? std::optional(start) : std::nullopt;
}

Reject bad_byte(Encoding encoding, ByteView bytes, std::size_t at, std::uint64_t offset) {
  const std::string hex = at < bytes.size() ? crypto::to_hex(bytes.substr(at, 1)) : "(missing)";
  return {kEncoding, "",
          "Byte " + hex + " at offset " + std::to_string(offset + at) + " is not " +
              std::string(encoding_name(encoding)) + "."};
}

std::u16string to_utf16(std::string_view text) {
  std::u16string wide(text.size(), u'\0');
  std::int32_t length = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strFromUTF8(wide.data(), static_cast<std::int32_t>(wide.size()), &length, text.data(),
                static_cast<std::int32_t>(text.size()), &status);
  CHECK(U_SUCCESS(status));
  wide.resize(static_cast<std::size_t>(length));
  return wide;
}

std::string to_utf8(const std::u16string& wide) {
  std::string text(wide.size() * 3, '\0');
  std::int32_t length = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strToUTF8(text.data(), static_cast<std::int32_t>(text.size()), &length, wide.data(),
              static_cast<std::int32_t>(wide.size()), &status);
  CHECK(U_SUCCESS(status));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

void append_utf8(Bytes& out, UChar32 character) {
  char buffer[4];
  std::int32_t length = 0;
  U8_APPEND_UNSAFE(buffer, length, character);
  out.append(buffer, static_cast<std::size_t>(length));
}

// Every kind of space as the plain one, and without byte order marks, which copying leaves in the
// middle of cells. `text` is valid UTF-8.
std::string with_plain_spaces(const std::string& text) {
  std::string out;
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < size;) {
    const std::int32_t start = at;
    UChar32 character = 0;
    U8_NEXT_UNSAFE(text.data(), at, character);
    if (character == 0xFEFF) continue;
    if (u_charType(character) == U_SPACE_SEPARATOR) {
      out.push_back(' ');
    } else {
      out.append(text, static_cast<std::size_t>(start), static_cast<std::size_t>(at - start));
    }
  }
  return out;
}

const char* converter_name(Encoding encoding) {
  return encoding == Encoding::gb18030 ? "gb18030" : "ibm-5348_P100-1997";  // windows-1252
}

// windows-1252 leaves five bytes without a meaning; the converter maps them to control characters.
bool is_undefined_latin1(char c) {
  return c == '\x81' || c == '\x8D' || c == '\x8F' || c == '\x90' || c == '\x9D';
}

}  // namespace

std::string_view encoding_name(Encoding encoding) {
  switch (encoding) {
    case Encoding::utf8:
      return "UTF-8";
    case Encoding::gb18030:
      return "GB18030";
    case Encoding::latin1:
      return "Latin-1";
    case Encoding::utf16le:
      return "UTF-16LE";
    case Encoding::utf16be:
      return "UTF-16BE";
  }
  return "";
}

std::optional<Encoding> find_encoding(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (lower == "utf-8" || lower == "utf8") return Encoding::utf8;
  if (lower == "gb18030" || lower == "gbk" || lower == "gb2312") return Encoding::gb18030;
  if (lower == "latin-1" || lower == "latin1" || lower == "iso-8859-1" || lower == "windows-1252") {
    return Encoding::latin1;
  }
  if (lower == "utf-16le") return Encoding::utf16le;
  if (lower == "utf-16be") return Encoding::utf16be;
  return std::nullopt;
}

Utf8Scan::Seen Utf8Scan::take(unsigned char byte) {
  if (pending_ == 0) return start(byte);
  if (byte < low_ || byte > high_) {
    start(byte);
    return Seen::bad;
  }
  low_ = 0x80;
  high_ = 0xBF;
  return --pending_ == 0 ? Seen::character : Seen::part;
}

Utf8Scan::Seen Utf8Scan::start(unsigned char byte) {
  pending_ = 0;
  low_ = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
  high_ = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
  if (byte < 0x80) return Seen::ascii;
  if (byte >= 0xC2 && byte <= 0xDF) pending_ = 1;
  if (byte >= 0xE0 && byte <= 0xEF) pending_ = 2;
  if (byte >= 0xF0 && byte <= 0xF4) pending_ = 3;
  return pending_ > 0 ? Seen::part : Seen::bad;
}

void EncodingProbe::feed(ByteView bytes) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (start_.size() < 4) start_.push_back(c);
    if (byte == 0) ++(count_ % 2 == 0 ? zeros_even_ : zeros_odd_);
    ++count_;
    const Utf8Scan::Seen seen = utf8_.take(byte);
    if (seen == Utf8Scan::Seen::character) ++characters_;
    if (seen == Utf8Scan::Seen::bad) ++bad_;
    feed_pairs(byte);
  }
}

// Chinese text is mostly pairs of bytes from A1 on; Western text is single high bytes among
// letters.
void EncodingProbe::feed_pairs(unsigned char byte) {
  if (lead_ == 0) {
    lead_ = byte >= 0x80 ? byte : static_cast<unsigned char>(0);
    return;
  }
  ++(lead_ >= 0xA1 && byte >= 0xA1 ? pairs_ : singles_);
  lead_ = 0;
}

Detected EncodingProbe::finish() const {
  if (start_.starts_with(kUtf8Mark)) return {Encoding::utf8, 3};
  if (start_.starts_with("\xFF\xFE")) return {Encoding::utf16le, 2};
  if (start_.starts_with("\xFE\xFF")) return {Encoding::utf16be, 2};
  // Text of ASCII letters in UTF-16 has a zero in every second byte.
  if (zeros_odd_ > count_ / 4 && zeros_even_ == 0) return {Encoding::utf16le, 0};
  if (zeros_even_ > count_ / 4 && zeros_odd_ == 0) return {Encoding::utf16be, 0};
  if (characters_ >= bad_) return {Encoding::utf8, 0};
  return {pairs_ > singles_ ? Encoding::gb18030 : Encoding::latin1, 0};
}

ByteSource utf16_to_utf8(ByteSource source, Encoding encoding) {
  struct Stream {
    ByteSource source;
    bool little = false;
    Bytes in;
    Bytes out;
    bool at_end = false;

    // Turns all whole characters of `in` into `out`.
    void convert() {
      std::size_t at = 0;
      while (at + 1 < in.size()) {
        const char16_t unit = unit_at(at);
        if (U16_IS_LEAD(unit) && at + 3 >= in.size() && !at_end) break;
        at += 2;
        if (!U16_IS_SURROGATE(unit)) {
          append_utf8(out, unit);
        } else if (U16_IS_SURROGATE_LEAD(unit) && at + 1 < in.size() && U16_IS_TRAIL(unit_at(at))) {
          append_utf8(out, U16_GET_SUPPLEMENTARY(unit, unit_at(at)));
          at += 2;
        } else {
          out.push_back('\xFF');
        }
      }
      if (at_end && at < in.size()) {
        out.push_back('\xFF');
        at = in.size();
      }
      in.erase(0, at);
    }

    char16_t unit_at(std::size_t at) const {
      const auto first = static_cast<unsigned char>(in[at]);
      const auto second = static_cast<unsigned char>(in[at + 1]);
      return static_cast<char16_t>(little ? second << 8 | first : first << 8 | second);
    }
  };
  auto stream = std::make_shared<Stream>();
  stream->source = std::move(source);
  stream->little = encoding == Encoding::utf16le;
  return [stream](char* buffer, std::size_t size) -> Result<std::size_t> {
    while (stream->out.empty() && !stream->at_end) {
      Bytes chunk(64 * 1024, '\0');
      const Result<std::size_t> count = stream->source(chunk.data(), chunk.size());
      if (!count) return count;
      stream->at_end = *count == 0;
      stream->in.append(chunk, 0, *count);
      stream->convert();
    }
    const std::size_t count = std::min(size, stream->out.size());
    stream->out.copy(buffer, count);
    stream->out.erase(0, count);
    return count;
  };
}

void Decoder::Close::operator()(UConverter* converter) const { ucnv_close(converter); }

Decoder::Decoder(Encoding encoding) : encoding_(encoding) {
  if (encoding_ != Encoding::gb18030 && encoding_ != Encoding::latin1) return;
  UErrorCode status = U_ZERO_ERROR;
  converter_.reset(ucnv_open(converter_name(encoding_), &status));
  CHECK(U_SUCCESS(status));
  ucnv_setToUCallBack(converter_.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr,
                      &status);
  CHECK(U_SUCCESS(status));
  ucnv_setSubstChars(converter_.get(), "?", 1, &status);
  CHECK(U_SUCCESS(status));
}

Checked<std::string> Decoder::decode(ByteView cell, std::uint64_t offset) const {
  if (is_ascii(cell)) return std::string(trim(cell));
  std::string text;
  if (converter_ == nullptr) {
    const std::optional<std::size_t> bad = first_bad_utf8(cell);
    if (bad) return Unexpected{bad_byte(Encoding::utf8, cell, *bad, offset)};
    text = cell;
  } else {
    if (encoding_ == Encoding::latin1) {
      const auto bad = std::find_if(cell.begin(), cell.end(), is_undefined_latin1);
      if (bad != cell.end()) {
        return Unexpected{
            bad_byte(encoding_, cell, static_cast<std::size_t>(bad - cell.begin()), offset)};
      }
    }
    std::u16string wide(cell.size() + 1, u'\0');
    const char* from = cell.data();
    char16_t* to = wide.data();
    UErrorCode status = U_ZERO_ERROR;
    ucnv_resetToUnicode(converter_.get());
    ucnv_toUnicode(converter_.get(), &to, wide.data() + wide.size(), &from,
                   cell.data() + cell.size(), nullptr, true, &status);
    if (U_FAILURE(status)) {
      char bytes[8];
      std::int8_t length = sizeof bytes;
      UErrorCode ignored = U_ZERO_ERROR;
      ucnv_getInvalidChars(converter_.get(), bytes, &length, &ignored);
      const auto read = static_cast<std::size_t>(from - cell.data());
      return Unexpected{bad_byte(encoding_, cell, read - static_cast<std::size_t>(length), offset)};
    }
    wide.resize(static_cast<std::size_t>(to - wide.data()));
    text = to_utf8(wide);
  }
  text = with_plain_spaces(to_nfc(text));
  return std::string(trim(text));
}

Bytes Decoder::encode(std::string_view text) const {
  if (converter_ == nullptr || is_ascii(text)) return Bytes(text);
  const std::u16string wide = to_utf16(text);
  Bytes out(wide.size() * 4 + 8, '\0');
  UErrorCode status = U_ZERO_ERROR;
  const std::int32_t length =
      ucnv_fromUChars(converter_.get(), out.data(), static_cast<std::int32_t>(out.size()),
                      wide.data(), static_cast<std::int32_t>(wide.size()), &status);
  CHECK(U_SUCCESS(status));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::string to_nfc(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* normalizer = unorm2_getNFCInstance(&status);
  CHECK(U_SUCCESS(status));
  const std::u16string wide = to_utf16(text);
  const auto size = static_cast<std::int32_t>(wide.size());
  if (unorm2_isNormalized(normalizer, wide.data(), size, &status) != 0) return std::string(text);
  CHECK(U_SUCCESS(status));
  std::u16string composed(wide.size() * 3 + 8, u'\0');  // form C grows to at most three times
  const std::int32_t length = unorm2_normalize(normalizer, wide.data(), size, composed.data(),
                                               static_cast<std::int32_t>(composed.size()), &status);
  CHECK(U_SUCCESS(status));
  composed.resize(static_cast<std::size_t>(length));
  return to_utf8(composed);
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace tools

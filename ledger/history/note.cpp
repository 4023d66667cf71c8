#include "ledger/history/note.h"

#include <algorithm>

#include "crypto/hash.h"

namespace ledger {
namespace {

using crypto::Reject;
using crypto::Unexpected;

constexpr std::string_view kDash = "\u2014 ";
constexpr std::size_t kSignatureBytes = 64;

Unexpected<Reject> malformed(std::string message) {
  return {Reject(kNoteForm, "note", std::move(message))};
}

// Takes one code point of UTF-8 (RFC 3629) off the front; nullopt: the bytes are not valid.
std::optional<char32_t> take_code_point(std::string_view& text) {
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
  const std::uint8_t first = byte(0);
  const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || text.size() < length) return std::nullopt;
  char32_t point = length == 1 ? first : first & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return std::nullopt;
    point = point << 6 | (byte(i) & 0x3fU);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  if (overlong || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return std::nullopt;
  text.remove_prefix(length);
  return point;
}

// White_Space of the Unicode character database.
bool is_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

bool is_note_text(std::string_view text) {
  while (!text.empty()) {
    const std::optional<char32_t> c = take_code_point(text);
    if (!c || (*c < 0x20 && *c != '\n')) return false;
  }
  return true;
}

// type || public key, as in the vkey and in the key id.
Bytes typed_key(const NoteKey& key) {
  Bytes bytes;
  crypto::append_u8(bytes, static_cast<std::uint8_t>(key.type));
  bytes.append(key.key.view());
  return bytes;
}

Bytes cosigned_bytes(std::string_view text, std::uint64_t time_s) {
  return "cosignature/v1\ntime " + std::to_string(time_s) + "\n" + Bytes(text);
}

std::optional<NoteLine> parse_line(std::string_view text) {
  if (!text.starts_with(kDash)) return std::nullopt;
  text.remove_prefix(kDash.size());
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view name = text.substr(0, space);
  const std::optional<Bytes> signature = crypto::from_base64(text.substr(space + 1));
  if (!is_note_key_name(name) || !signature || signature->size() < 5) return std::nullopt;
  return NoteLine{std::string(name), crypto::read_u32(*signature), signature->substr(4)};
}

// The signer if the line is a good signature of `key`.
std::optional<NoteSigner> verify_line(const NoteLine& line, std::size_t index, const NoteKey& key,
                                      std::string_view text) {
  NoteSigner signer{index, 0};
  crypto::ByteReader reader(line.payload);
  if (key.type == NoteKeyType::cosignature) signer.time_s = reader.u64();
  const auto signature = crypto::Signature::from_view(reader.bytes(kSignatureBytes));
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  const bool good = key.type == NoteKeyType::cosignature
                        ? crypto::verify(key.key, cosigned_bytes(text, signer.time_s), *signature)
                        : crypto::verify(key.key, text, *signature);
  if (!good) return std::nullopt;
  return signer;
}

}  // namespace

std::uint32_t NoteKey::id() const {
  return crypto::read_u32(crypto::sha256({name, "\n", typed_key(*this)}).view());
}

bool is_note_key_name(std::string_view name) {
  if (name.empty()) return false;
  while (!name.empty()) {
    const std::optional<char32_t> c = take_code_point(name);
    if (!c || is_space(*c) || *c == '+') return false;
  }
  return true;
}

std::string format_vkey(const NoteKey& key) {
  Bytes id;
  crypto::append_u32(id, key.id());
  return key.name + "+" + crypto::to_hex(id) + "+" + crypto::to_base64(typed_key(key));
}

Checked<NoteKey> parse_vkey(std::string_view vkey) {
  const auto wrong = [](std::string message) {
    return Unexpected{Reject(kNoteKey, "vkey", std::move(message))};
  };
  const std::size_t first = vkey.find('+');
  const std::size_t second = vkey.find('+', std::min(first, vkey.size() - 1) + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) {
    return wrong("The verifier key does not have three parts with + between them.");
  }
  const std::optional<Bytes> typed = crypto::from_base64(vkey.substr(second + 1));
  if (!typed || typed->size() != 33) {
    return wrong("The key is not a type and 32 bytes in base64.");
  }
  NoteKey key;
  key.name = vkey.substr(0, first);
  key.type = static_cast<NoteKeyType>((*typed)[0]);
  if (key.type != NoteKeyType::ed25519 && key.type != NoteKeyType::cosignature) {
    return wrong("The key is neither of type 01 (Ed25519) nor of type 04 (cosignature).");
  }
  key.key = *crypto::PublicKey::from_view(ByteView(*typed).substr(1));
  if (!is_note_key_name(key.name) || format_vkey(key) != vkey) {
    return wrong("The key id does not belong to the name and the key.");
  }
  if (!crypto::is_acceptable(key.key)) return wrong("The public key is weak.");
  return key;
}

std::string format_note_line(const NoteLine& line) {
  Bytes signature;
  crypto::append_u32(signature, line.key_id);
  signature.append(line.payload);
  return std::string(kDash) + line.name + " " + crypto::to_base64(signature) + "\n";
}

std::string format_note(const Note& note) {
  std::string bytes = note.text + "\n";
  for (const NoteLine& line : note.lines) bytes += format_note_line(line);
  return bytes;
}

Checked<std::vector<NoteLine>> parse_note_lines(ByteView bytes) {
  std::vector<NoteLine> lines;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    if (end == ByteView::npos) return malformed("The last signature line has no line end.");
    std::optional<NoteLine> line = parse_line(bytes.substr(0, end));
    if (!line) {
      return malformed("Signature line " + std::to_string(lines.size() + 1) +
                       " is not a dash, a key name and a signature in base64.");
    }
    if (lines.size() == kNoteLinesMax) return malformed("The note has over 100 signature lines.");
    lines.push_back(std::move(*line));
    bytes.remove_prefix(end + 1);
  }
  return lines;
}

Checked<Note> parse_note(ByteView bytes) {
  if (bytes.size() > kNoteBytesMax) return malformed("The note is longer than 1,000,000 bytes.");
  if (!is_note_text(bytes)) {
    return malformed("The note is not UTF-8 or has control characters.");
  }
  // A text may have empty lines, a signature line never is one: the last empty line divides.
  const std::size_t division = bytes.rfind("\n\n");
  if (division == ByteView::npos) return malformed("The note has no empty line before signatures.");
  Checked<std::vector<NoteLine>> lines = parse_note_lines(bytes.substr(division + 2));
  if (!lines) return Unexpected{lines.error()};
  if (lines->empty()) return malformed("The note has no signature line.");
  return Note{std::string(bytes.substr(0, division + 1)), std::move(*lines)};
}

NoteLine sign_note(std::string_view name, const crypto::PrivateKey& key, std::string_view text) {
  CHECK(is_note_key_name(name));
  const NoteKey own{std::string(name), NoteKeyType::ed25519, key.public_key()};
  return {own.name, own.id(), Bytes(key.sign(text).view())};
}

NoteLine cosign_note(std::string_view name, const crypto::PrivateKey& key, std::string_view text,
                     std::uint64_t time_s) {
  CHECK(is_note_key_name(name));
  const NoteKey own{std::string(name), NoteKeyType::cosignature, key.public_key()};
  Bytes payload;
  crypto::append_u64(payload, time_s);
  payload.append(key.sign(cosigned_bytes(text, time_s)).view());
  return {own.name, own.id(), std::move(payload)};
}

Checked<std::vector<NoteSigner>> verify_note(const Note& note, std::span<const NoteKey> known) {
  std::vector<NoteSigner> signers;
  for (const NoteLine& line : note.lines) {
    const auto key = std::find_if(known.begin(), known.end(), [&](const NoteKey& candidate) {
      return candidate.name == line.name && candidate.id() == line.key_id;
    });
    if (key == known.end()) continue;
    const auto index = static_cast<std::size_t>(key - known.begin());
    const bool repeated = std::any_of(signers.begin(), signers.end(),
                                      [&](const NoteSigner& s) { return s.key == index; });
    if (repeated) continue;
    const std::optional<NoteSigner> signer = verify_line(line, index, *key, note.text);
    if (!signer) {
      return Unexpected{Reject(kNoteSignature, "note",
                               "The signature of " + line.name + " does not fit the text.")};
    }
    signers.push_back(*signer);
  }
  return signers;
}

}  // namespace ledger

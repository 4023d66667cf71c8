// Signed notes (c2sp.org/signed-note, v1.0.0): a text, an empty line, and one line a signature:
//
//   <text, UTF-8, every line ends with \n>
//   \n
//   — <key name> <base64 of key id 4 || signature>\n
//
// key id = first 4 bytes of SHA-256(name || 0A || type || public key). What a signature covers
// depends on the key's type: 01 the text, 04 (c2sp.org/tlog-cosignature) the text below a header
// with the time of signing, which stands before the signature.
//
// Pure; any thread. Which keys to trust is the caller's (checkpoint.h).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "crypto/expected.h"
#include "crypto/keys.h"
#include "ledger/history/codes.h"

namespace ledger {

using crypto::Bytes;
using crypto::ByteView;
using crypto::Checked;

// Bounds of what is read: as many lines as the reference library reads, and room for the longest.
inline constexpr std::size_t kNoteLinesMax = 100;
inline constexpr std::size_t kNoteBytesMax = 1'000'000;
// Every conforming verifier reads so many lines; further ones may not be seen.
inline constexpr std::size_t kNoteLinesGuaranteed = 16;

enum class NoteKeyType : std::uint8_t {
  ed25519 = 0x01,      // a log's signature over the text
  cosignature = 0x04,  // cosignature/v1: with the time of signing
};

// A key that verifies lines of notes. Its text form is the vkey.
struct NoteKey {
  std::string name;
  NoteKeyType type = NoteKeyType::ed25519;
  crypto::PublicKey key;

  std::uint32_t id() const;
  friend bool operator==(const NoteKey&, const NoteKey&) = default;
};

// Not empty, valid UTF-8, no Unicode space, no "+".
bool is_note_key_name(std::string_view name);

// "<name>+<8 hex of key id>+<base64 of type || public key>"
std::string format_vkey(const NoteKey& key);

// Rejects: E-NOTE-KEY, also for types that are not NoteKeyTypes and for weak keys.
Checked<NoteKey> parse_vkey(std::string_view vkey);

// One signature line.
struct NoteLine {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes payload;  // 01: signature 64; 04: seconds 8 || signature 64; of other keys anything

  friend bool operator==(const NoteLine&, const NoteLine&) = default;
};

struct Note {
  std::string text;  // with its last \n
  std::vector<NoteLine> lines;
};

std::string format_note(const Note& note);
std::string format_note_line(const NoteLine& line);

// Rejects: E-NOTE-FORM. A note without signature lines is one.
Checked<Note> parse_note(ByteView bytes);

// Signature lines only, as a witness answers add-checkpoint. Rejects: E-NOTE-FORM.
Checked<std::vector<NoteLine>> parse_note_lines(ByteView bytes);

// The line of a log key (01). The name is a note key name (CHECK).
NoteLine sign_note(std::string_view name, const crypto::PrivateKey& key, std::string_view text);

// The line of a cosigner (04) at `time_s`, Unix seconds, over the text of a checkpoint.
NoteLine cosign_note(std::string_view name, const crypto::PrivateKey& key, std::string_view text,
                     std::uint64_t time_s);

// A known key whose line verified.
struct NoteSigner {
  std::size_t key = 0;       // index among the known keys
  std::uint64_t time_s = 0;  // of a cosignature; 0 for type 01
};

// The known keys that signed, each once, in the order of the lines. Lines of unknown keys are
// ignored, also repeated lines; a line of a known key that does not verify spoils the whole note.
// Rejects: E-NOTE-SIGNATURE.
Checked<std::vector<NoteSigner>> verify_note(const Note& note, std::span<const NoteKey> known);

}  // namespace ledger

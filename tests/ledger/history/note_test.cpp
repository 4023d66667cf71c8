#include "ledger/history/note.h"

#include <gtest/gtest.h>

#include "tests/support/vectors.h"

namespace ledger {
namespace {

crypto::PrivateKey key_of(char byte) {
  return crypto::PrivateKey::from_seed(crypto::Secret(Bytes(32, byte)));
}

NoteKey log_key(std::string name, char seed) {
  return {std::move(name), NoteKeyType::ed25519, key_of(seed).public_key()};
}

NoteKey cosigner_key(std::string name, char seed) {
  return {std::move(name), NoteKeyType::cosignature, key_of(seed).public_key()};
}

// ---- Vectors ----

TEST(NoteVectors, KeysAndNotesEqualThoseOfTheGoLibrary) {
  const auto vectors = support::read_vectors("generated/signed_notes.json");
  ASSERT_EQ(vectors["notes"].size(), 4U);
  for (const auto& v : vectors["notes"]) {
    const auto key = crypto::PrivateKey::from_seed(
        crypto::Secret(*crypto::from_hex(v["seed_hex"].get<std::string>())));
    const std::string name = v["name"];
    const std::string text = v["text"];
    const NoteKey known{name, NoteKeyType::ed25519, key.public_key()};

    EXPECT_EQ(format_vkey(known), v["vkey"].get<std::string>());
    const auto parsed_key = parse_vkey(v["vkey"].get<std::string>());
    ASSERT_TRUE(parsed_key);
    EXPECT_EQ(*parsed_key, known);

    EXPECT_EQ(format_note({text, {sign_note(name, key, text)}}), v["note"].get<std::string>());
    const auto note = parse_note(v["note"].get<std::string>());
    ASSERT_TRUE(note);
    EXPECT_EQ(note->text, text);
    const auto signers = verify_note(*note, {&known, 1});
    ASSERT_TRUE(signers);
    EXPECT_EQ(signers->size(), 1U);
  }
}

TEST(NoteVectors, TheExampleOfTheSpecificationVerifies) {
  const auto vector = support::read_vectors("c2sp/signed_note_example.json");
  const auto key = parse_vkey(vector["vkey"].get<std::string>());
  const auto note = parse_note(vector["note"].get<std::string>());
  ASSERT_TRUE(key && note);

  EXPECT_EQ(key->name, "example.com/foo");
  EXPECT_EQ(note->text, "This is an example message.\n");
  EXPECT_EQ(verify_note(*note, {&*key, 1})->size(), 1U);
  EXPECT_EQ(format_note(*note), vector["note"].get<std::string>());
}

// ---- Form ----

const std::string kText = "a.example\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";

TEST(Note, DividesAtTheLastEmptyLine) {
  const std::string text = "one\n\ntwo\n\n\nthree\n";
  const auto note = parse_note(format_note({text, {sign_note("n", key_of(1), text)}}));
  ASSERT_TRUE(note);
  EXPECT_EQ(note->text, text);
}

TEST(Note, RefusesEveryOtherForm) {
  const std::string line = format_note_line(sign_note("n", key_of(1), kText));
  ASSERT_TRUE(parse_note(kText + "\n" + line));

  for (const std::string& bytes : {
           std::string(),
           std::string("\n"),
           std::string("\n\n"),
           kText,
           kText + "\n",
           line,
           kText + line,                                    // no empty line
           kText + "\n" + line.substr(0, line.size() - 1),  // no line end
           kText + "\n" + line + "x",
           kText + "\n" + line + "\n",
           kText + "\n-" + line.substr(3),        // a hyphen
           kText + "\n\u2014n" + line.substr(5),  // no space after the dash
           kText + "\n\u2014 n+m AAAAAAAA\n",     // not a key name
           kText + "\n\u2014  AAAAAAAA\n",
           kText + "\n\u2014 n\n",
           kText + "\n\u2014 n AAAAAAA\n",   // not base64
           kText + "\n\u2014 n AAAAAA==\n",  // four bytes: a key id alone
           kText + "\n\u2014 n  AAAAAAAA\n",
           "tab\there\n\n" + line,
           "carriage return\r\n\n" + line,
           std::string("nul\0\n\n", 6) + line,
           "not UTF-8 \xff\n\n" + line,
       }) {
    const auto note = parse_note(bytes);
    ASSERT_FALSE(note) << bytes;
    EXPECT_EQ(note.error().code, kNoteForm);
  }
}

TEST(Note, RefusesMoreLinesAndBytesThanItsBounds) {
  const std::string line = format_note_line(sign_note("n", key_of(1), kText));
  std::string note = kText + "\n";
  for (int i = 0; i < 100; ++i) note += line;

  EXPECT_TRUE(parse_note(note));
  EXPECT_FALSE(parse_note(note + line));
  EXPECT_FALSE(parse_note(std::string(1'000'000, 'a') + note));
  EXPECT_TRUE(parse_note(std::string(900'000, 'a') + note));
}

TEST(NoteLines, AreReadAloneAsAWitnessSendsThem) {
  const NoteLine line = cosign_note("w.example/w", key_of(3), kText, 17);
  const auto lines = parse_note_lines(format_note_line(line) + format_note_line(line));
  ASSERT_TRUE(lines);
  EXPECT_EQ(*lines, (std::vector<NoteLine>{line, line}));
  EXPECT_TRUE(parse_note_lines("")->empty());
  EXPECT_EQ(parse_note_lines("\n").error().code, kNoteForm);
}

TEST(NoteKeyName, HasNoSpacePlusOrBrokenText) {
  for (const char* name : {"a", "example.com/foo", "\u00e9co.example/\u6a19", "\U0001f333"}) {
    EXPECT_TRUE(is_note_key_name(name)) << name;
  }
  for (const char* name : {"",
                           " ",
                           "a b",
                           "a+b",
                           "a\nb",
                           "a\tb",
                           "a\u00a0b",
                           "a\u2003b",
                           "a\u3000b",
                           "a\u0085",
                           "\xff",
                           "\x80",
                           "\xc3",
                           "\xc0\xaf",
                           "\xe0\x80\xaf",
                           "\xed\xa0\x80",
                           "\xf4\x90\x80\x80",
                           "\xf0\x80\x80\xaf",
                           "\xf8\x88\x80\x80\x80",
                           "\xe6\xa8"}) {
    EXPECT_FALSE(is_note_key_name(name)) << crypto::to_hex(name);
  }
}

TEST(VerifierKey, RefusesWhatIsNotWholeOrNotOurs) {
  const std::string good = format_vkey(log_key("n", 1));
  ASSERT_TRUE(parse_vkey(good));
  ASSERT_TRUE(parse_vkey(format_vkey(cosigner_key("n", 1))));

  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto key = parse_vkey(good.substr(0, size));
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, kNoteKey);
  }
  EXPECT_FALSE(parse_vkey(good + "="));
  EXPECT_FALSE(parse_vkey("m" + good.substr(1)));  // the key id is of another name
  // Type 06 with a right key id; the identity point, under which one signature fits everything.
  NoteKey other = log_key("n", 1);
  other.type = static_cast<NoteKeyType>(6);
  EXPECT_FALSE(parse_vkey(format_vkey(other)));
  NoteKey weak{"n", NoteKeyType::ed25519, {}};
  weak.key.bytes[0] = 1;
  EXPECT_FALSE(parse_vkey(format_vkey(weak)));
}

// ---- Signatures ----

TEST(NoteSignatures, IgnoreUnknownKeysAndCountEachKeyOnce) {
  const std::vector<NoteKey> known{log_key("log", 1), cosigner_key("v", 2)};
  const NoteLine log = sign_note("log", key_of(1), kText);
  const NoteLine cosigner = cosign_note("v", key_of(2), kText, 1000);
  const NoteLine stranger = sign_note("log", key_of(9), kText);  // known name, other key id
  NoteLine spoilt_repeat = cosigner;
  spoilt_repeat.payload[20] ^= 1;

  const auto signers =
      verify_note({kText, {stranger, cosigner, cosigner, spoilt_repeat, log}}, known);
  ASSERT_TRUE(signers);
  ASSERT_EQ(signers->size(), 2U);
  EXPECT_EQ((*signers)[0].key, 1U);
  EXPECT_EQ((*signers)[0].time_s, 1000U);
  EXPECT_EQ((*signers)[1].key, 0U);
  EXPECT_EQ((*signers)[1].time_s, 0U);
  EXPECT_TRUE(verify_note({kText, {stranger}}, known)->empty());
}

TEST(NoteSignatures, OneFlippedByteOfAKnownKeySpoilsTheNote) {
  const std::vector<NoteKey> known{log_key("log", 1), cosigner_key("v", 2)};
  const NoteLine log = sign_note("log", key_of(1), kText);
  const NoteLine cosigner = cosign_note("v", key_of(2), kText, 1000);
  ASSERT_TRUE(verify_note({kText, {log, cosigner}}, known));

  for (std::size_t at = 0; at < log.payload.size(); ++at) {
    NoteLine bad = log;
    bad.payload[at] ^= 1;
    const auto verdict = verify_note({kText, {bad, cosigner}}, known);
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().code, kNoteSignature);
  }
  for (std::size_t at = 0; at < cosigner.payload.size(); ++at) {  // the time is signed too
    NoteLine bad = cosigner;
    bad.payload[at] ^= 1;
    EXPECT_FALSE(verify_note({kText, {log, bad}}, known));
  }
  for (std::size_t at = 0; at < kText.size(); ++at) {
    std::string text = kText;
    text[at] ^= 1;
    EXPECT_FALSE(verify_note({text, {log}}, known));
    EXPECT_FALSE(verify_note({text, {cosigner}}, known));
  }
  NoteLine cut = cosigner;
  cut.payload.pop_back();
  EXPECT_FALSE(verify_note({kText, {cut}}, known));
  NoteLine longer = log;
  longer.payload.push_back('\0');
  EXPECT_FALSE(verify_note({kText, {longer}}, known));
}

// The same key bytes as a log key and as a cosigner have different key ids, and neither's signature
// passes as the other's.
TEST(NoteSignatures, DoNotCrossTypes) {
  const NoteKey as_log = log_key("n", 1);
  const NoteKey as_cosigner = cosigner_key("n", 1);
  NoteLine line = sign_note("n", key_of(1), kText);
  ASSERT_EQ(line.key_id, as_log.id());
  EXPECT_NE(as_log.id(), as_cosigner.id());
  EXPECT_TRUE(verify_note({kText, {line}}, {&as_cosigner, 1})->empty());
  line.key_id = as_cosigner.id();
  EXPECT_FALSE(verify_note({kText, {line}}, {&as_cosigner, 1}));
}

}  // namespace
}  // namespace ledger

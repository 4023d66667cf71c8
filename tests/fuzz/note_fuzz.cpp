#include "ledger/history/checkpoint.h"

// For any bytes: reading ends, and what is accepted has exactly one form.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const crypto::ByteView bytes(reinterpret_cast<const char*>(data), size);

  if (const auto note = ledger::parse_note(bytes)) {
    CHECK(ledger::format_note(*note) == bytes);
    // A stranger's lines are ignored, whatever they hold.
    const ledger::NoteKey stranger{"stranger.example/key", ledger::NoteKeyType::ed25519, {}};
    CHECK(ledger::verify_note(*note, {&stranger, 1})->empty());
    // The seeds' checkpoints are of another log, and the stranger signed none.
    const ledger::CheckpointPolicy policy{"origin.example/log", {stranger}, {}, 0};
    CHECK(!ledger::verify_checkpoint(*note, policy));
  }
  if (const auto lines = ledger::parse_note_lines(bytes)) {
    std::string text;
    for (const ledger::NoteLine& line : *lines) text += ledger::format_note_line(line);
    CHECK(text == bytes);
  }
  if (const auto checkpoint = ledger::parse_checkpoint(bytes)) {
    CHECK(ledger::format_checkpoint(*checkpoint) == bytes);
  }
  if (const auto key = ledger::parse_vkey(bytes)) CHECK(ledger::format_vkey(*key) == bytes);
  return 0;
}

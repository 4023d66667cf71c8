#include "ledger/history/tlog_proof.h"

#include <charconv>

namespace ledger {
namespace {

using crypto::Reject;
using crypto::Unexpected;

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";

std::string hash_lines(std::span<const Hash> hashes) {
  std::string lines;
  for (const Hash& hash : hashes) lines += crypto::to_base64(hash.view()) + "\n";
  return lines;
}

// Takes the first line off, without its line end; empty at the end of the bytes.
std::string_view take_line(ByteView& bytes) {
  const std::size_t end = bytes.find('\n');
  const std::string_view line = bytes.substr(0, end);
  bytes.remove_prefix(end == ByteView::npos ? bytes.size() : end + 1);
  return line;
}

Unexpected<Reject> malformed(std::string message) {
  return {Reject(kProofForm, "proof", std::move(message))};
}

}  // namespace

std::string format_spicy(const TlogProof& proof) {
  return std::string(kIndex) + std::to_string(proof.index) + "\n" + hash_lines(proof.hashes) +
         "\n" + proof.checkpoint;
}

std::string format_tlog_proof(const TlogProof& proof) {
  std::string file = std::string(kFirstLine) + "\n";
  if (proof.extra) file += std::string(kExtra) + crypto::to_base64(*proof.extra) + "\n";
  return file + format_spicy(proof);
}

Checked<TlogProof> parse_tlog_proof(ByteView bytes) {
  if (bytes.size() > kNoteBytesMax) return malformed("The proof is longer than 1,000,000 bytes.");
  ByteView rest = bytes;
  TlogProof proof;
  std::string_view line = take_line(rest);
  const bool is_short = line != kFirstLine;
  if (!is_short) line = take_line(rest);
  if (!is_short && line.starts_with(kExtra)) {
    proof.extra = crypto::from_base64(line.substr(kExtra.size()));
    if (!proof.extra) return malformed("The extra line is not base64.");
    line = take_line(rest);
  }
  if (!line.starts_with(kIndex)) return malformed("The proof has no line with the index.");
  const std::string_view index = line.substr(kIndex.size());
  std::from_chars(index.data(), index.data() + index.size(), proof.index);
  for (line = take_line(rest); !line.empty(); line = take_line(rest)) {
    const std::optional<Bytes> hash = crypto::from_base64(line);
    if (!hash || hash->size() != 32 || proof.hashes.size() == kProofHashesMax) {
      return malformed("The proof is not made of at most 64 hashes in base64.");
    }
    proof.hashes.push_back(*Hash::from_view(*hash));
  }
  proof.checkpoint = rest;
  // What is written back must be what was read: so every part has one form.
  if ((is_short ? format_spicy(proof) : format_tlog_proof(proof)) != bytes) {
    return malformed("The proof does not have the one form that such a file can have.");
  }
  return proof;
}

Checked<SignedCheckpoint> verify_tlog_proof(const TlogProof& proof, const Hash& leaf,
                                            const CheckpointPolicy& policy) {
  const Checked<Note> note = parse_note(proof.checkpoint);
  if (!note) return Unexpected{note.error()};
  Checked<SignedCheckpoint> checkpoint = verify_checkpoint(*note, policy);
  if (!checkpoint) return checkpoint;
  const Checked<void> included =
      verify_inclusion(leaf, proof.index, checkpoint->checkpoint.head, proof.hashes);
  if (!included) return Unexpected{included.error()};
  return checkpoint;
}

std::string format_witness_request(std::uint64_t old_size, std::span<const Hash> consistency,
                                   std::string_view note) {
  return "old " + std::to_string(old_size) + "\n" + hash_lines(consistency) + "\n" +
         std::string(note);
}

}  // namespace ledger

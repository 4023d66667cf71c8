// Proof files for third-party verifiers: c2sp.org/tlog-proof, its short form that the program
// `spicy` reads, and the request by which a witness is asked to cosign (c2sp.org/tlog-witness).
//
//   c2sp.org/tlog-proof@v1\n      absent in the short form
//   extra <base64>\n              optional, proves nothing; absent in the short form
//   index <decimal>\n
//   <base64 of hash>\n            inclusion proof, leaf sibling first
//   \n
//   <signed checkpoint>           note.h
//
// Pure; any thread.
#pragma once

#include "ledger/history/checkpoint.h"

namespace ledger {

// No tree has a longer path: one sibling for each bit of the size.
inline constexpr std::size_t kProofHashesMax = 64;

struct TlogProof {
  std::optional<Bytes> extra;
  std::uint64_t index = 0;
  std::vector<Hash> hashes;
  std::string checkpoint;  // the note as it was signed
};

std::string format_tlog_proof(const TlogProof& proof);

// The file beside the record's own, "<name>.spicy".
std::string format_spicy(const TlogProof& proof);

// Reads both forms. Rejects: E-PROOF-FORM.
Checked<TlogProof> parse_tlog_proof(ByteView bytes);

// Checks the checkpoint against the policy and the entry, by its leaf hash, against the checkpoint.
// Rejects: those of parse_note, verify_checkpoint and verify_inclusion.
Checked<SignedCheckpoint> verify_tlog_proof(const TlogProof& proof, const Hash& leaf,
                                            const CheckpointPolicy& policy);

// The body of POST add-checkpoint. `old_size` is what the witness cosigned last (0: nothing) and
// `consistency` leads from there. The note should carry log lines only: witnesses bound the body.
std::string format_witness_request(std::uint64_t old_size, std::span<const Hash> consistency,
                                   std::string_view note);

}  // namespace ledger

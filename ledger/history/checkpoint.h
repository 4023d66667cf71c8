// Checkpoints (c2sp.org/tlog-checkpoint, v1.0.0): the text of a note that states a tree head.
//
//   <origin>\n           the log's name, that of its log keys
//   <tree size>\n        decimal
//   <base64 of root>\n
//
// Extension lines are neither written nor accepted: not every kind of cosignature covers them.
// Every validator has a log key of the same name, the origin, and a cosigner key of its own name. A
// checkpoint is final when the policy's quorum of cosigners signed it.
//
// Pure; any thread. Who may sign which sizes when is consensus' business.
#pragma once

#include <optional>

#include "ledger/history/note.h"
#include "ledger/history/tree.h"

namespace ledger {

struct Checkpoint {
  std::string origin;
  TreeHead head;

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// The origin is a note key name (CHECK).
std::string format_checkpoint(const Checkpoint& checkpoint);

// Rejects: E-CHECKPOINT-FORM.
Checked<Checkpoint> parse_checkpoint(std::string_view text);

// "<origin>/v/<organisation>": the key name of a validator as cosigner.
std::string cosigner_name(std::string_view origin, std::string_view organisation);

// Whom to believe, in the manner of c2sp.org/tlog-policy.
struct CheckpointPolicy {
  std::string origin;
  std::vector<NoteKey> logs;       // one of them must sign; empty: no log signature is asked for
  std::vector<NoteKey> cosigners;  // so many of them must sign, each key counted once:
  std::size_t quorum = 0;
};

// The policy as a file for third-party verifiers. It names the first log key alone: several lines
// mean "any" to the specification and "all" to the verifier most in use.
std::string format_policy(const CheckpointPolicy& policy);

// Puts a log key first that has signed the note, if one has.
void put_signer_first(CheckpointPolicy& policy, const Note& note);

struct SignedCheckpoint {
  Checkpoint checkpoint;
  std::vector<NoteSigner> cosigners;  // `key` is an index into policy.cosigners
};

// Rejects: E-NOTE-SIGNATURE, E-CHECKPOINT-FORM, E-CHECKPOINT-ORIGIN, E-CHECKPOINT-LOG,
// E-CHECKPOINT-QUORUM.
Checked<SignedCheckpoint> verify_checkpoint(const Note& note, const CheckpointPolicy& policy);

}  // namespace ledger

// The verdict on a proof bundle, from the genesis file alone: VALID, INVALID or COULD NOT DECIDE,
// with the reason, and the answer that was shown.
//
// The order of the checks (proofs.md 5.3): the file's form; the validators from where the auditor's
// trust begins to the head; the head's signatures; each entry and value against it; then what they
// mean together.
//
// Pure; any thread.
#pragma once

#include "ledger/proofs/evidence.h"
#include "ledger/proofs/purchase_proof.h"
#include "ledger/proofs/standing_proof.h"

namespace ledger {

enum class Verdict { valid, invalid, undecided };

std::string_view verdict_name(Verdict verdict);  // "VALID", "INVALID", "COULD NOT DECIDE"

struct Auditor {
  Genesis genesis;
  std::optional<TrustPoint> trust;   // a head that was verified before
  std::vector<NoteKey> witnesses;    // outside witnesses that are trusted
  std::size_t witnesses_min = 0;     // so many of them must have signed
  std::uint64_t signed_since_s = 0;  // Unix seconds: an older head may hide what came since
};

struct ProofVerdict {
  Verdict verdict = Verdict::valid;
  std::optional<crypto::Reject> reason;  // unless it is valid
  std::vector<std::string> warnings;     // sentences; what a careful reader should know
  // As far as the checks came:
  std::optional<Question> question;
  std::optional<ProvenHead> head;
  std::vector<ProvenRecord> records;  // that answer, oldest first
  std::optional<StandingAnswer> standing;
  std::optional<PurchaseAnswer> purchase;
};

ProofVerdict verify_bundle(ByteView file, const Auditor& auditor);

}  // namespace ledger

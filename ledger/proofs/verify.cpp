#include "ledger/proofs/verify.h"

#include <algorithm>

#include "ledger/proofs/codes.h"
#include "ledger/records/rule_context.h"

namespace ledger {
namespace {

using crypto::Unexpected;

Unexpected<crypto::Reject> refuse(RejectCode code, std::string field, std::string message) {
  return {crypto::Reject(code, std::move(field), std::move(message))};
}

// Where the bundle's chain begins, if the auditor trusts that.
Checked<TrustPoint> beginning(const ProofBundle& bundle, const Auditor& auditor) {
  if (bundle.network_id != auditor.genesis.network_id) {
    return refuse(kBundleOtherNetwork, "network_id",
                  "The file is about network " + bundle.network_id.hex() + ", not " +
                      auditor.genesis.network_id.hex() + ".");
  }
  if (bundle.from_size == 0 && bundle.from_epoch == 0) {
    auto point = trust_genesis(auditor.genesis);
    CHECK(point.has_value());
    return *std::move(point);
  }
  const auto& trust = auditor.trust;
  if (trust && trust->epoch.scope.network_id == bundle.network_id &&
      trust->epoch.scope.epoch == bundle.from_epoch && trust->head.size == bundle.from_size) {
    TrustPoint known = *trust;
    // A verifier that executes no genesis leaves its anchor out.
    if (known.epoch.scope.epoch == 0 && known.epoch.scope.anchor.is_zero()) {
      const auto point = trust_genesis(auditor.genesis);
      CHECK(point.has_value());
      known.epoch.scope.anchor = point->epoch.scope.anchor;
    }
    return known;
  }
  return refuse(kBundleStart, "from",
                "The file begins at " + std::to_string(bundle.from_size) + " entries in epoch " +
                    std::to_string(bundle.from_epoch) + ", which this auditor has not verified.");
}

// The checkpoint's seal names the validators that signed it.
Checked<Header> header_of(const ProofBundle& bundle, const TreeHead& head,
                          const TrustPoint& known) {
  const auto seal =
      bundle.entries.empty() ? std::nullopt : decode_seal(bundle.entries.back().bytes);
  if (!seal || bundle.entries.back().index + 1 != head.size ||
      seal->first_index + seal->count != head.size) {
    return refuse(kBundleHead, "entries", "The last entry is not the seal of the checkpoint.");
  }
  const EntryProof& last = bundle.entries.back();
  const auto included = verify_inclusion(leaf_hash(last.bytes), last.index, head, last.path);
  if (!included) return refuse(kBundleHead, "entries", included.error().message);
  if (seal->rules_version > kRulesVersion) {
    return refuse(
        kBundleRules, "entries",
        "The head follows version " + std::to_string(seal->rules_version) + " of the rules.");
  }
  const Epoch& epoch = known.epoch;
  if (seal->network_id != epoch.scope.network_id || seal->epoch != epoch.scope.epoch ||
      seal->set_hash != epoch.validators.hash()) {
    return refuse(kBundleHead, "entries",
                  "The head is of another epoch than the one that the links lead to.");
  }
  return Header{*seal, head.size, head.root};
}

Checked<void> check_growth(const ProofBundle& bundle, const TreeHead& older,
                           const TreeHead& newer) {
  if (older.size == 0) {
    if (bundle.consistency.empty()) return {};
    return refuse(kBundleBytes, "consistency", "There is nothing that it could lead from.");
  }
  const auto grown = verify_consistency(older, newer, bundle.consistency);
  if (grown) return {};
  return refuse(kBundleShrunk, "consistency",
                "The tree of " + std::to_string(newer.size) +
                    " entries does not contain the verified one of " + std::to_string(older.size) +
                    ".");
}

// Which of the trusted witnesses signed. A wrong signature of one spoils the note.
Checked<std::vector<NoteSigner>> witnesses_of(const Note& note, const Auditor& auditor) {
  auto signers = verify_note(note, auditor.witnesses);
  if (!signers) return refuse(kBundleHead, "checkpoint", signers.error().message);
  if (signers->size() >= auditor.witnesses_min) return signers;
  return refuse(kBundleWitnesses, "checkpoint",
                std::to_string(signers->size()) + " of the trusted witnesses have signed, " +
                    std::to_string(auditor.witnesses_min) + " are asked for.");
}

Checked<ProvenHead> prove_head(const ProofBundle& bundle, const Auditor& auditor) {
  auto point = beginning(bundle, auditor);
  if (!point) return Unexpected{point.error()};
  const TreeHead older = point->head;
  for (const EpochLink& link : bundle.links) {
    point = follow(*point, link);
    if (!point) return Unexpected{point.error()};
  }
  const auto note = parse_note(bundle.checkpoint);
  if (!note) return refuse(kBundleHead, "checkpoint", note.error().message);
  const CheckpointPolicy policy = checkpoint_policy(point->origin, point->epoch.validators);
  const auto checkpoint = verify_checkpoint(*note, policy);
  if (!checkpoint) return refuse(kBundleHead, "checkpoint", checkpoint.error().message);
  const TreeHead& head = checkpoint->checkpoint.head;
  const auto header = header_of(bundle, head, *point);
  if (!header) return Unexpected{header.error()};
  if (auto grown = check_growth(bundle, older, head); !grown) return Unexpected{grown.error()};
  const auto witnesses = witnesses_of(*note, auditor);
  if (!witnesses) return Unexpected{witnesses.error()};

  ProvenHead proven;
  proven.header = *header;
  for (const NoteSigner& signer : checkpoint->cosigners) {
    proven.cosigners.push_back(point->epoch.validators.member(signer.key).organisation);
    proven.signed_s = std::max(proven.signed_s, signer.time_s);
  }
  for (const NoteSigner& signer : *witnesses) {
    proven.witnesses.push_back(auditor.witnesses[signer.key].name);
    proven.signed_s = std::max(proven.signed_s, signer.time_s);
  }
  proven.trust = *std::move(point);
  proven.trust.head = head;
  proven.trust.height = header->seal.height;
  return proven;
}

// Yesterday's head is real, and may be shown to hide what came since.
Checked<void> check_age(const ProvenHead& head, const Auditor& auditor) {
  if (head.signed_s < auditor.signed_since_s) {
    return refuse(kBundleOld, "checkpoint",
                  "The newest signature of the head is older than asked for.");
  }
  if (!auditor.trust) return {};
  const TreeHead& known = auditor.trust->head;
  if (head.header.tree_size < known.size) {
    return refuse(kBundleOld, "checkpoint",
                  "The head has " + std::to_string(head.header.tree_size) +
                      " entries, one that was verified before has " + std::to_string(known.size) +
                      ".");
  }
  if (head.header.tree_size == known.size && head.header.tree_root != known.root) {
    return refuse(kBundleShrunk, "checkpoint",
                  "The validators have signed two trees of " + std::to_string(known.size) +
                      " entries: this one, and the one that was verified before.");
  }
  return {};
}

Checked<void> answer(const Evidence& evidence, ProofVerdict& verdict) {
  const Question& question = *verdict.question;
  switch (question.kind) {
    case QuestionKind::record: {
      auto record = evidence.record_at(question.subject, question.place);
      if (!record) return Unexpected{record.error()};
      verdict.records.push_back(*std::move(record));
      return {};
    }
    case QuestionKind::history: {
      auto records = evidence.history(question.subject);
      if (!records) return Unexpected{records.error()};
      verdict.records = *std::move(records);
      return {};
    }
    case QuestionKind::standing: {
      auto standing = prove_standing(evidence, *verdict.head, question);
      if (!standing) return Unexpected{standing.error()};
      verdict.records = standing->history;
      verdict.standing = *std::move(standing);
      return {};
    }
    case QuestionKind::absence: {
      const auto value = evidence.value(question.subject);
      if (!value) return Unexpected{value.error()};
      if (*value == nullptr) return {};
      return refuse(kBundleAnswer, "question",
                    "There is something under " + question.subject + ".");
    }
    case QuestionKind::purchase: {
      auto purchase = prove_purchase(evidence, *verdict.head, question.subject);
      if (!purchase) return Unexpected{purchase.error()};
      verdict.records = purchase->history;
      verdict.purchase = *std::move(purchase);
      return {};
    }
  }
  CHECK(false);
  return {};
}

// Whether the head is, or contains, one that the auditor verified before.
bool is_compared(const ProofVerdict& verdict, const ProofBundle& bundle, const Auditor& auditor) {
  return bundle.from_size != 0 ||
         (auditor.trust && auditor.trust->head.size == verdict.head->header.tree_size);
}

void warn(ProofVerdict& verdict, const ProofBundle& bundle, const Auditor& auditor) {
  if (verdict.head->witnesses.empty() && !is_compared(verdict, bundle, auditor)) {
    verdict.warnings.push_back(
        "No outside witness signed this head and no earlier one was compared: should a quorum of "
        "the validators conspire, they could show another ledger to others.");
  }
  if (verdict.purchase && verdict.purchase->rests_on_names) {
    verdict.warnings.push_back(
        "A register may name products with * or by longer names; that none of these bears on the "
        "purchase beyond those shown can be seen by an audit of the whole ledger only.");
  }
  for (const ProvenRecord& record : verdict.records) {
    if (!record.is_compromised) continue;
    verdict.warnings.push_back(record.signer + " says that the key that signed entry " +
                               std::to_string(record.index) + " was compromised by then.");
  }
}

void conclude(ProofVerdict& verdict, crypto::Reject reason) {
  verdict.verdict = leaves_open(reason.code) ? Verdict::undecided : Verdict::invalid;
  verdict.reason = std::move(reason);
}

}  // namespace

bool leaves_open(const RejectCode& code) {
  return code == kBundleVersion || code == kBundleRules || code == kBundleStart ||
         code == kBundleOld || code == kBundleKey || code == kBundleWitnesses;
}

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::valid:
      return "VALID";
    case Verdict::invalid:
      return "INVALID";
    case Verdict::undecided:
      return "COULD NOT DECIDE";
  }
  CHECK(false);
  return "";
}

ProofVerdict verify_bundle(ByteView file, const Auditor& auditor) {
  ProofVerdict verdict;
  const auto bundle = decode_bundle(file);
  if (!bundle) {
    conclude(verdict, bundle.error());
    return verdict;
  }
  verdict.question = bundle->question;
  auto head = prove_head(*bundle, auditor);
  if (!head) {
    conclude(verdict, head.error());
    return verdict;
  }
  verdict.head = *std::move(head);
  if (auto young = check_age(*verdict.head, auditor); !young) {
    conclude(verdict, young.error());
    return verdict;
  }
  const auto evidence = Evidence::check(*bundle, *verdict.head, auditor.genesis);
  if (!evidence) {
    conclude(verdict, evidence.error());
    return verdict;
  }
  if (auto answered = answer(*evidence, verdict); !answered) {
    conclude(verdict, answered.error());
    return verdict;
  }
  warn(verdict, *bundle, auditor);
  return verdict;
}

}  // namespace ledger

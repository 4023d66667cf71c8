#include "node/wire/read.h"

#include "ledger/history/checkpoint.h"
#include "node/wire/bounds.h"
#include "node/wire/codes.h"
#include "node/wire/parts.h"
#include "proto/canonical.h"

namespace node {
namespace {

using crypto::Bytes;
using crypto::ByteView;
using crypto::Checked;
using crypto::Reject;
using crypto::Unexpected;
using ledger::Certificate;
using ledger::SignedVote;
using ledger::VoteKind;
using Envelope = proto::PeerMessage;

Unexpected<Reject> malformed(std::string field, std::string message) {
  return {Reject(kPeerForm, std::move(field), std::move(message))};
}

Unexpected<Reject> forged(const Reject& reject) {
  return {Reject(kPeerSignature, reject.field, reject.message)};
}

// One frame: its fields may be used by one read() each.
class Reader {
 public:
  Reader(const Keyring& keyring, const FindKey& find_key, crypto::SignatureMemo* memo)
      : keyring_(keyring), find_key_(find_key), memo_(memo) {}

  Checked<Message> read(const Envelope& envelope) const;

 private:
  Checked<Message> vote(const Bytes& bytes) const;
  Checked<Message> certificate(const Bytes& bytes) const;
  Checked<Message> read(const Envelope::Proposal& sent) const;
  Checked<Message> read(const Envelope::Status& sent) const;
  Checked<Message> read(const Envelope::Evidence& sent) const;
  Checked<Message> read(const Envelope::Submissions& sent) const;
  Checked<Message> read(const Envelope::Block& sent) const;
  Checked<Message> read(const Envelope::GetRange& sent) const;
  Checked<Message> read(const Envelope::Range& sent) const;
  Checked<Message> read(const Envelope::EpochProofs& sent) const;
  Checked<Message> read(const Envelope::GetSnapshot& sent) const;
  Checked<Message> read(const Envelope::SnapshotPart& sent) const;
  Checked<Message> read(const Envelope::Checkpoint& sent) const;
  Checked<Message> read(const Envelope::Probe& sent) const;
  Checked<Message> read(const Envelope::ProbeAnswer& sent) const;

  template <class Kind>
  Checked<Message> ids(const Envelope::Ids& sent) const;
  template <class Kind>
  Checked<Message> hash(const Bytes& bytes) const;
  Checked<std::optional<ledger::VerifiedSubmission>> submission(ByteView bytes) const;
  Checked<std::vector<VerifiedCertificate>> justification(const Envelope::Proposal& sent) const;

  const Keyring& keyring_;
  const FindKey& find_key_;
  crypto::SignatureMemo* memo_;
};

// ---- consensus ----

Checked<Message> Reader::vote(const Bytes& bytes) const {
  std::optional<SignedVote> vote = ledger::decode_vote(bytes);
  if (!vote) return malformed("vote", "The bytes are not a vote.");
  const bool late = keyring_.last_scope && vote->epoch == keyring_.last_scope->epoch &&
                    vote->vote.kind == VoteKind::finalize;
  if (late) {
    auto verified =
        ledger::verify_vote(*vote, *keyring_.last_scope, keyring_.last_validators, memo_);
    if (!verified) return forged(verified.error());
    return Message(LateFinalize{*std::move(verified)});
  }
  if (vote->epoch != keyring_.scope.epoch) return Message(OtherEpoch{vote->epoch});
  auto verified = ledger::verify_vote(*vote, keyring_.scope, keyring_.validators, memo_);
  if (!verified) return forged(verified.error());
  return Message(*std::move(verified));
}

Checked<Message> Reader::certificate(const Bytes& bytes) const {
  std::optional<Certificate> one = ledger::decode_certificate(bytes);
  if (!one) return malformed("certificate", "The bytes are not a certificate.");
  if (one->epoch != keyring_.scope.epoch) return Message(OtherEpoch{one->epoch});
  auto verified =
      ledger::verify_certificate(*std::move(one), keyring_.scope, keyring_.validators, memo_);
  if (!verified) return forged(verified.error());
  return Message(*std::move(verified));
}

Checked<std::vector<VerifiedCertificate>> Reader::justification(
    const Envelope::Proposal& sent) const {
  std::vector<VerifiedCertificate> verified;
  for (const Bytes& bytes : sent.justification()) {
    std::optional<Certificate> one = ledger::decode_certificate(bytes);
    if (!one || one->epoch != keyring_.scope.epoch) {
      return malformed("proposal.justification", "It is no certificate of the proposal's epoch.");
    }
    auto good =
        ledger::verify_certificate(*std::move(one), keyring_.scope, keyring_.validators, memo_);
    if (!good) return forged(good.error());
    verified.push_back(*std::move(good));
  }
  return verified;
}

Checked<Message> Reader::read(const Envelope::Proposal& sent) const {
  std::optional<SignedVote> vote = ledger::decode_vote(sent.vote());
  std::optional<ledger::Header> header = ledger::decode_header(sent.header());
  if (!vote || !header) return malformed("proposal", "Vote or header is not one.");
  if (vote->vote.kind != VoteKind::notarize || vote->vote.candidate.block_hash != header->hash()) {
    return malformed("proposal.vote", "The leader's vote is not a NOTARIZE for the header.");
  }
  if (!sent.epoch_entry().empty() && !ledger::decode_epoch_entry(sent.epoch_entry())) {
    return malformed("proposal.epoch_entry", "The bytes are not an epoch's first entry.");
  }
  auto ids = split_hashes(sent.submissions(), kIdsMax);
  if (!ids) return malformed("proposal.submissions", "They are no ids of submissions.");
  if (vote->epoch != keyring_.scope.epoch) return Message(OtherEpoch{vote->epoch});
  auto verified = ledger::verify_vote(*vote, keyring_.scope, keyring_.validators, memo_);
  if (!verified) return forged(verified.error());
  auto certificates = justification(sent);
  if (!certificates) return Unexpected{std::move(certificates).error()};
  return Message(ProposalSent{{*std::move(verified), *std::move(header), *std::move(certificates)},
                              {sent.epoch_entry(), *std::move(ids)}});
}

Checked<Message> Reader::read(const Envelope::Status& sent) const {
  const auto notarized = read_bitmap(sent.notarized());
  const auto nullified = read_bitmap(sent.nullified());
  if (!notarized || !nullified) {
    return malformed("status", "The views are not 32 bytes of bits, some of them set.");
  }
  PeerStatus status;
  status.epoch = sent.epoch();
  status.views.view = sent.view();
  status.views.final_view = sent.final_view();
  status.views.notarized = *notarized;
  status.views.nullified = *nullified;
  status.head = sent.head();
  return Message(status);
}

Checked<Message> Reader::read(const Envelope::Evidence& sent) const {
  std::optional<SignedVote> first = ledger::decode_vote(sent.first());
  std::optional<SignedVote> second = ledger::decode_vote(sent.second());
  if (!first || !second || !is_offence(*first, *second)) {
    return malformed("evidence", "They are not two votes that nobody may sign both.");
  }
  if (first->epoch != keyring_.scope.epoch) return Message(OtherEpoch{first->epoch});
  auto one = ledger::verify_vote(*first, keyring_.scope, keyring_.validators, memo_);
  if (!one) return forged(one.error());
  auto other = ledger::verify_vote(*second, keyring_.scope, keyring_.validators, memo_);
  if (!other) return forged(other.error());
  return Message(Evidence{*std::move(one), *std::move(other)});
}

// ---- submissions ----

template <class Kind>
Checked<Message> Reader::ids(const Envelope::Ids& sent) const {
  auto ids = split_hashes(sent.ids(), kIdsMax);
  if (!ids) return malformed("ids", "They are not ids of 32 bytes.");
  return Message(Kind{*std::move(ids)});
}

template <class Kind>
Checked<Message> Reader::hash(const Bytes& bytes) const {
  const auto hash = crypto::Hash::from_view(bytes);
  if (!hash) return malformed("hash", "A hash has 32 bytes.");
  return Message(Kind{*hash});
}

// none: the key is unknown here. It is looked for first, because decoding the records costs more.
Checked<std::optional<ledger::VerifiedSubmission>> Reader::submission(ByteView bytes) const {
  const auto message = proto::decode_submission(bytes);
  if (!message) return malformed("submissions", message.error().message);
  const auto header = ledger::decode_submission_header(message->header());
  if (!header || header->network_id != keyring_.scope.network_id) {
    return malformed("submissions", "The submission has no header of this network.");
  }
  const std::optional<crypto::PublicKey> key = find_key_(*header);
  if (!key) return std::optional<ledger::VerifiedSubmission>();
  auto submission = ledger::decode_submission(*message);
  if (!submission) return malformed("submissions", submission.error().front().reject.message);
  auto verified = ledger::verify_submission(*std::move(submission), *key);
  if (!verified) return forged(verified.error());
  return std::optional(*std::move(verified));
}

Checked<Message> Reader::read(const Envelope::Submissions& sent) const {
  SubmissionsSent out;
  std::size_t bytes = 0;
  for (const Bytes& one : sent.submissions()) {
    auto verified = submission(one);
    if (!verified) return Unexpected{std::move(verified).error()};
    if (!*verified) continue;
    bytes += (**verified)->entry_bytes();
    if (bytes > kSubmissionsBytesMax) return malformed("submissions", "They are too many bytes.");
    out.submissions.push_back(**std::move(verified));
  }
  return Message(std::move(out));
}

// ---- blocks ----

Checked<Message> Reader::read(const Envelope::Block& sent) const {
  auto block = read_block(sent);
  if (!block) return malformed("block", "Header or body is not one.");
  return Message(*std::move(block));
}

Checked<Message> Reader::read(const Envelope::GetRange& sent) const {
  if (sent.bytes_max() > kRangeBytesMax) {
    return malformed("get_range.bytes_max", "That is more than a range holds.");
  }
  return Message(GetRange{sent.from_height(), sent.bytes_max()});
}

Checked<Message> Reader::read(const Envelope::Range& sent) const {
  auto range = read_range(sent);
  if (!range) return malformed("range", "It is no run of blocks with links and a certificate.");
  return Message(*std::move(range));
}

Checked<Message> Reader::read(const Envelope::EpochProofs& sent) const {
  EpochProofsSent out{sent.from_epoch(), {}};
  for (const Envelope::EpochProof& one : sent.proofs()) {
    auto proof = read_epoch_proof(one);
    if (!proof)
      return malformed("epoch_proofs", "A closing block, its certificate or set is none.");
    out.proofs.push_back(*std::move(proof));
  }
  return Message(std::move(out));
}

// ---- state snapshot ----

Checked<Message> Reader::read(const Envelope::GetSnapshot& sent) const {
  GetSnapshot out;
  out.height = sent.height();
  out.bytes_max = sent.bytes_max();
  if (!sent.after_path().empty()) {
    out.after_path = crypto::Hash::from_view(sent.after_path());
    if (!out.after_path) return malformed("get_snapshot.after_path", "A path has 32 bytes.");
  }
  if (out.bytes_max > kSnapshotBytesMax) {
    return malformed("get_snapshot.bytes_max", "That is more than a part holds.");
  }
  return Message(out);
}

Checked<Message> Reader::read(const Envelope::SnapshotPart& sent) const {
  auto part = read_snapshot_part(sent);
  if (!part) return malformed("snapshot_part", "Its head or its leaves are none.");
  return Message(*std::move(part));
}

// ---- checkpoints and rollback protection ----

Checked<Message> Reader::read(const Envelope::Checkpoint& sent) const {
  auto note = ledger::parse_note(sent.note());
  if (!note) return malformed("checkpoint.note", note.error().message);
  const auto checkpoint = ledger::parse_checkpoint(note->text);
  if (!checkpoint || checkpoint->origin != keyring_.log_origin) {
    return malformed("checkpoint.note", "The text is no checkpoint of this log.");
  }
  const bool last = keyring_.last_scope && sent.epoch() == keyring_.last_scope->epoch;
  if (!last && sent.epoch() != keyring_.scope.epoch) return Message(OtherEpoch{sent.epoch()});
  const ledger::ValidatorSet& set = last ? keyring_.last_validators : keyring_.validators;
  const auto place = set.index_of(sent.organisation());
  if (!place) return malformed("checkpoint.organisation", "It is no validator of that epoch.");
  const ledger::ValidatorKeySet& member = set.member(*place);
  const std::vector<ledger::NoteKey> keys = {
      {keyring_.log_origin, ledger::NoteKeyType::ed25519, member.log},
      {ledger::cosigner_name(keyring_.log_origin, member.organisation),
       ledger::NoteKeyType::cosignature, member.cosigner}};
  const auto signers = ledger::verify_note(*note, keys);
  if (!signers) return forged(signers.error());
  if (signers->size() != keys.size() || note->lines.size() != keys.size()) {
    return Unexpected{Reject(kPeerSignature, "checkpoint.note",
                             "The lines are not one of each of the validator's keys.")};
  }
  return Message(
      CheckpointSent{sent.epoch(), sent.organisation(), checkpoint->head, *std::move(note)});
}

Checked<Message> Reader::read(const Envelope::Probe& sent) const {
  const auto nonce = crypto::Hash::from_view(sent.nonce());
  const auto session = crypto::Hash::from_view(sent.session());
  if (!nonce || !session) return malformed("probe", "Nonce and session have 32 bytes each.");
  return Message(Probe{*nonce, *session, sent.incarnation()});
}

Checked<Message> Reader::read(const Envelope::ProbeAnswer& sent) const {
  const auto nonce = crypto::Hash::from_view(sent.nonce());
  if (!nonce) return malformed("probe_answer.nonce", "A nonce has 32 bytes.");
  ProbeAnswer out;
  out.nonce = *nonce;
  out.epoch = sent.epoch();
  out.view = sent.view();
  out.other_incarnation = sent.other_incarnation();
  out.closing_open = sent.closing_open();
  if (!sent.highest().empty()) {
    out.highest = ledger::decode_certificate(sent.highest());
    if (!out.highest) return malformed("probe_answer.highest", "The bytes are no certificate.");
    if (out.highest->epoch == keyring_.scope.epoch) {
      auto verified =
          ledger::verify_certificate(*out.highest, keyring_.scope, keyring_.validators, memo_);
      if (!verified) return forged(verified.error());
    }
  }
  for (const Bytes& bytes : sent.yours()) {
    std::optional<SignedVote> vote = ledger::decode_vote(bytes);
    if (!vote) return malformed("probe_answer.yours", "The bytes are not a vote.");
    if (vote->epoch != keyring_.scope.epoch) continue;
    auto verified = ledger::verify_vote(*vote, keyring_.scope, keyring_.validators, memo_);
    if (!verified) return forged(verified.error());
    out.yours.push_back(*std::move(verified));
  }
  return Message(std::move(out));
}

Checked<Message> Reader::read(const Envelope& envelope) const {
  switch (envelope.kind_case()) {
    case Envelope::kVote:
      return vote(envelope.vote());
    case Envelope::kCertificate:
      return certificate(envelope.certificate());
    case Envelope::kProposal:
      return read(envelope.proposal());
    case Envelope::kStatus:
      return read(envelope.status());
    case Envelope::kEvidence:
      return read(envelope.evidence());
    case Envelope::kAnnounce:
      return ids<Announce>(envelope.announce());
    case Envelope::kGetSubmissions:
      return ids<GetSubmissions>(envelope.get_submissions());
    case Envelope::kSubmissions:
      return read(envelope.submissions());
    case Envelope::kGetBlock:
      return hash<GetBlock>(envelope.get_block());
    case Envelope::kBlock:
      return read(envelope.block());
    case Envelope::kBlockAbsent:
      return hash<BlockAbsent>(envelope.block_absent());
    case Envelope::kGetRange:
      return read(envelope.get_range());
    case Envelope::kRange:
      return read(envelope.range());
    case Envelope::kGetEpochProofs:
      return Message(GetEpochProofs{envelope.get_epoch_proofs().from_epoch()});
    case Envelope::kEpochProofs:
      return read(envelope.epoch_proofs());
    case Envelope::kGetSnapshot:
      return read(envelope.get_snapshot());
    case Envelope::kSnapshotPart:
      return read(envelope.snapshot_part());
    case Envelope::kCheckpoint:
      return read(envelope.checkpoint());
    case Envelope::kProbe:
      return read(envelope.probe());
    case Envelope::kProbeAnswer:
      return read(envelope.probe_answer());
    case Envelope::KIND_NOT_SET:
      break;
  }
  return malformed("", "The frame holds no message.");
}

// The number of the envelope's only field, which every canonical frame begins with; 0: no field.
std::uint64_t kind_of(ByteView frame) {
  crypto::ByteReader reader(frame);
  const std::uint8_t first = reader.u8();
  const std::uint64_t tag =
      first < 0x80 ? first : (first & 0x7FU) | std::uint64_t{reader.u8()} << 7;
  return reader.ok() ? tag >> 3 : 0;
}

}  // namespace

std::shared_ptr<const Keyring> keyring_of(const ledger::Epoch& epoch,
                                          const std::optional<ledger::Epoch>& closed,
                                          std::string log_origin) {
  auto keyring = std::make_shared<Keyring>();
  keyring->scope = epoch.scope;
  keyring->validators = epoch.validators;
  if (closed) {
    keyring->last_scope = closed->scope;
    keyring->last_validators = closed->validators;
  }
  keyring->log_origin = std::move(log_origin);
  return keyring;
}

Checked<Message> read_message(ByteView frame, const Keyring& keyring, const FindKey& find_key,
                              crypto::SignatureMemo* memo) {
  const proto::Bounds* bounds = find_bounds(kind_of(frame));
  if (bounds == nullptr) return malformed("", "The frame is of no kind that is known here.");
  const auto envelope = proto::decode_peer_message(frame, *bounds);
  if (!envelope) return malformed(envelope.error().field, envelope.error().message);
  return Reader(keyring, find_key, memo).read(*envelope);
}

}  // namespace node

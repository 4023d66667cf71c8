#include <set>

#include "tests/node/wire/wire_fixture.h"

namespace node {
namespace {

using crypto::Bytes;

TEST_F(WireTest, PassesEveryKindWhole) {
  std::set<std::size_t> kinds;
  for (const Message& message : all()) {
    const Bytes frame = write_message(message);
    const auto back = read(frame);
    ASSERT_TRUE(back) << message.index() << ": " << back.error().message;
    EXPECT_EQ(back->index(), message.index());
    EXPECT_EQ(write_message(*back), frame) << message.index();
    kinds.insert(message.index());
  }
  // All but OtherEpoch, which only reading makes.
  EXPECT_EQ(kinds.size(), std::variant_size_v<Message> - 1);
}

// Protobuf by hand: tag = field * 8 + 2, length, bytes.
TEST_F(WireTest, WritesTheEnvelopeThatTheSchemaDraws) {
  const crypto::Hash a = crypto::sha256("a");
  const Bytes bytes(a.view());
  EXPECT_EQ(write_message(GetBlock{a}), Bytes("\x4a\x20") + bytes);
  EXPECT_EQ(write_message(Announce{{a}}), Bytes("\x32\x22\x0a\x20") + bytes);
  EXPECT_EQ(write_message(Announce{}), Bytes("\x32\x00", 2));
  EXPECT_EQ(write_message(GetRange{7, 1000}), "\x62\x05\x08\x07\x10\xe8\x07");
  EXPECT_EQ(write_message(Probe{a, a, 3}),
            Bytes("\x9a\x01\x46\x0a\x20") + bytes + "\x12\x20" + bytes + "\x18\x03");
  PeerStatus status;
  status.views.view = 5;
  status.views.nullified.set(0);
  status.views.nullified.set(9);
  status.views.nullified.set(255);
  EXPECT_EQ(write_message(status),
            Bytes("\x22\x24\x10\x05\x2a\x20\x80\x40") + Bytes(29, '\0') + "\x01");
  EXPECT_EQ(write_message(SnapshotPart{2, std::nullopt, std::nullopt, {{"k", "vw"}}, true}),
            Bytes("\x8a\x01\x0f\x08\x02\x22\x09\x00\x01k\x00\x00\x00\x02vw\x28\x01", 18));
}

TEST_F(WireTest, KeepsWhatEveryMessageSays) {
  const ProposalSent sent = proposal();
  const ProposalSent got = passed(sent);
  EXPECT_EQ(got.proposal.header.hash(), second.hash());
  EXPECT_EQ(*got.proposal.vote, *sent.proposal.vote);
  ASSERT_EQ(got.proposal.justification.size(), 2u);
  EXPECT_EQ(got.proposal.justification[1]->vote, nullify(2));
  EXPECT_EQ(got.outline.epoch_entry, sent.outline.epoch_entry);
  EXPECT_EQ(got.outline.submissions, sent.outline.submissions);

  PeerStatus status{6, {}, 12};
  status.views.notarized.set(3);
  EXPECT_EQ(passed(status).epoch, 6u);
  EXPECT_EQ(passed(status).head, 12u);
  EXPECT_EQ(passed(status).views.notarized, status.views.notarized);
  EXPECT_TRUE(passed(status).views.nullified.none());

  const RangeSent run = passed(range());
  EXPECT_EQ(run.from_height, 11u);
  ASSERT_EQ(run.blocks.size(), 2u);
  EXPECT_EQ(run.blocks[0].body, block().body);
  EXPECT_TRUE(run.blocks[1].body.empty());
  ASSERT_EQ(run.links.size(), 1u);
  EXPECT_EQ(run.links[0].seal.height, 13u);
  EXPECT_EQ(run.certificate->vote.candidate.height, 13u);
  EXPECT_FALSE(passed(RangeSent{5, {}, {}, std::nullopt}).certificate.has_value());

  const SnapshotPart part = passed(snapshot_part());
  EXPECT_TRUE(part.last);
  EXPECT_EQ(part.after_path, snapshot_part().after_path);
  EXPECT_EQ(part.head->subtrees, snapshot_part().head->subtrees);
  EXPECT_EQ(part.head->tree_edge, snapshot_part().head->tree_edge);
  ASSERT_EQ(part.leaves.size(), 2u);
  EXPECT_EQ(part.leaves[0].value, "value");
  EXPECT_EQ(part.leaves[1].key, "org/b");

  const EpochProofsSent proofs = passed(epoch_proofs());
  ASSERT_EQ(proofs.proofs.size(), 1u);
  ASSERT_EQ(proofs.proofs[0].next.size(), 4u);
  EXPECT_EQ(proofs.proofs[0].next[3].organisation, "v03");
  EXPECT_EQ(proofs.proofs[0].next[3].vote, now.keys[3].public_key());

  EXPECT_EQ(passed(checkpoint(now, 2)).head, (ledger::TreeHead{77, crypto::sha256("tree")}));
  EXPECT_EQ(passed(checkpoint(before, 2)).epoch, 0u);
  const ProbeAnswer answer = passed(probe_answer());
  EXPECT_EQ(answer.yours.size(), 2u);
  EXPECT_EQ(answer.highest->vote, nullify(3));
  EXPECT_EQ(answer.other_incarnation, 9u);
  EXPECT_TRUE(answer.closing_open);
  EXPECT_FALSE(passed(GetSnapshot{1, std::nullopt, 2}).after_path.has_value());
}

// What of a message somebody signed, each as bytes that the signature binds.
struct Signed {
  std::set<Bytes>& out;

  void operator()(const VerifiedVote& vote) const { out.insert(ledger::encode_vote(*vote)); }
  void operator()(const VerifiedCertificate& one) const {
    out.insert(ledger::encode_certificate(*one));
  }
  void operator()(const ProposalSent& sent) const {
    (*this)(sent.proposal.vote);
    out.insert(Bytes(sent.proposal.header.hash().view()));
    for (const auto& certificate : sent.proposal.justification) (*this)(certificate);
  }
  void operator()(const Evidence& sent) const {
    (*this)(sent.first);
    (*this)(sent.second);
  }
  void operator()(const LateFinalize& sent) const { (*this)(sent.vote); }
  void operator()(const SubmissionsSent& sent) const {
    for (const auto& one : sent.submissions) out.insert(Bytes(one->id.view()));
  }
  void operator()(const CheckpointSent& sent) const {
    out.insert(std::to_string(sent.epoch) + sent.organisation + ledger::format_note(sent.note));
  }
  void operator()(const ProbeAnswer& sent) const {
    for (const auto& vote : sent.yours) (*this)(vote);
    if (sent.highest && sent.highest->epoch == 1) {
      out.insert(ledger::encode_certificate(*sent.highest));
    }
  }
  template <class Unsigned>
  void operator()(const Unsigned&) const {}
};

std::set<Bytes> signed_things(const Message& message) {
  std::set<Bytes> things;
  std::visit(Signed{things}, message);
  return things;
}

// A cut or changed frame is refused, or says nothing signed that the whole one did not.
TEST_F(WireTest, NoCutAndNoFlipSaysAnythingElseSigned) {
  for (const Message& message : all()) {
    const Bytes frame = write_message(message);
    const std::set<Bytes> things = signed_things(message);
    const auto expect_harmless = [&](const Bytes& changed, std::size_t at) {
      const auto read_back = read(changed);
      if (!read_back) return;
      for (const Bytes& thing : signed_things(*read_back)) {
        EXPECT_TRUE(things.contains(thing)) << message.index() << " at " << at;
      }
    };
    // The hashes of a snapshot are one long run: a sample of it does.
    const std::size_t step = frame.size() > 50'000 ? 37 : 1;
    for (std::size_t size = 0; size < frame.size(); size += step) {
      expect_harmless(frame.substr(0, size), size);
      EXPECT_FALSE(read(frame.substr(0, size))) << message.index() << " cut at " << size;
      for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
        Bytes changed = frame;
        changed[size] = static_cast<char>(static_cast<std::uint8_t>(changed[size]) ^ flip);
        expect_harmless(changed, size);
      }
    }
  }
}

TEST_F(WireTest, RefusesWhatIsNoMessage) {
  expect_code(read(Bytes()), kPeerForm);
  expect_code(read(Bytes("\x00", 1)), kPeerForm);
  expect_code(read(Bytes("\xaa\x01\x00", 3)), kPeerForm);  // field 21
  expect_code(read(Bytes("\xff")), kPeerForm);
  const Bytes frame = write_message(GetBlock{crypto::sha256("a")});
  EXPECT_TRUE(read(frame));
  expect_code(read(frame + frame), kPeerForm);
  expect_code(read(frame + write_message(Announce{})), kPeerForm);
}

// ---- votes ----

TEST_F(WireTest, ChecksVotesAndCertificates) {
  const Vote vote = notarize(candidate(1, 0, first));
  EXPECT_TRUE(read(write_message(now.vote(1, vote))));
  proto::PeerMessage envelope;
  envelope.set_vote(forged_vote(now, vote));
  expect_code(read(envelope), kPeerSignature);
  ledger::SignedVote nobody = *now.vote(1, vote);
  nobody.signer = 4;
  envelope.set_vote(ledger::encode_vote(nobody));
  expect_code(read(envelope), kPeerSignature);
  envelope.set_vote("not a vote");
  expect_code(read(envelope), kPeerForm);

  envelope.set_certificate(forged_certificate(now, vote));
  expect_code(read(envelope), kPeerSignature);
  envelope.set_certificate("not a certificate");
  expect_code(read(envelope), kPeerForm);
}

TEST_F(WireTest, SaysOfWhichEpochTheRestIs) {
  expect_epoch(read(write_message(later.vote(1, nullify(2)))), 2);
  expect_epoch(read(write_message(before.vote(1, nullify(2)))), 0);
  expect_epoch(read(write_message(later.certificate(nullify(2)))), 2);
  const auto entry = later.vote(1, nullify(2));
  expect_epoch(read(write_message(Evidence{entry, later.vote(1, finalize({2, 0, 1, {}}))})), 2);
  expect_epoch(read(write_message(checkpoint(later, 1))), 2);
  const Header block = later.block(1, later.base);
  expect_epoch(
      read(write_message(ProposalSent{
          {later.vote(later.leader(1), notarize(candidate(1, 0, block))), block, {}}, {}})),
      2);
}

TEST_F(WireTest, TakesFinalizeVotesOfTheEpochBefore) {
  const Vote closing = finalize(candidate(77, 70, now.base));
  const Bytes frame = write_message(before.vote(3, closing));
  const auto late = read(frame);
  ASSERT_TRUE(late);
  ASSERT_TRUE(std::holds_alternative<LateFinalize>(*late));
  EXPECT_EQ(std::get<LateFinalize>(*late).vote->vote, closing);

  proto::PeerMessage envelope;
  envelope.set_vote(forged_vote(before, closing));
  expect_code(read(envelope), kPeerSignature);
  expect_epoch(read(write_message(before.vote(3, notarize(candidate(77, 70, now.base))))), 0);
  keyring.last_scope.reset();
  expect_epoch(read(frame), 0);
}

TEST_F(WireTest, WantsTheLeadersVoteForTheVeryHeader) {
  EXPECT_TRUE(read(write_message(proposal())));
  proto::PeerMessage envelope = envelope_of(proposal());
  auto& sent = *envelope.mutable_proposal();
  const std::string vote = sent.vote();

  sent.set_vote(ledger::encode_vote(*now.vote(1, finalize(candidate(3, 1, second)))));
  expect_code(read(envelope), kPeerForm);
  sent.set_vote(ledger::encode_vote(*now.vote(1, notarize(candidate(3, 1, first)))));
  expect_code(read(envelope), kPeerForm);
  sent.set_vote(forged_vote(now, notarize(candidate(3, 1, second))));
  expect_code(read(envelope), kPeerSignature);
  sent.set_vote(vote);
  EXPECT_TRUE(read(envelope));

  sent.set_justification(0, forged_certificate(now, nullify(2)));
  expect_code(read(envelope), kPeerSignature);
  sent.set_justification(0, ledger::encode_certificate(*before.certificate(nullify(2))));
  expect_code(read(envelope), kPeerForm);
  sent.clear_justification();
  EXPECT_TRUE(read(envelope));
  sent.set_epoch_entry("no entry");
  expect_code(read(envelope), kPeerForm);
}

TEST_F(WireTest, TakesOffencesOnlyForEvidence) {
  const auto one = now.vote(1, nullify(2));
  EXPECT_TRUE(read(write_message(Evidence{one, now.vote(1, finalize({2, 0, 1, {}}))})));
  expect_code(read(write_message(Evidence{one, one})), kPeerForm);
  expect_code(read(write_message(Evidence{one, now.vote(2, finalize({2, 0, 1, {}}))})), kPeerForm);
  proto::PeerMessage envelope = envelope_of(Evidence{one, now.vote(1, finalize({2, 0, 1, {}}))});
  envelope.mutable_evidence()->set_second(forged_vote(now, finalize({2, 0, 1, {}})));
  expect_code(read(envelope), kPeerSignature);
  envelope.mutable_evidence()->set_second(envelope.evidence().first());
  envelope.mutable_evidence()->set_first(forged_vote(now, finalize({2, 0, 1, {}})));
  expect_code(read(envelope), kPeerSignature);
}

// ---- submissions ----

TEST_F(WireTest, ChecksSubmissionsAndLeavesOutUnknownSigners) {
  const auto of_epa = tests::submission(genesis, "epa", {tests::certification("1", "a", "b")});
  const SubmissionsSent got = passed(SubmissionsSent{{of_epa, submission("1")}});
  ASSERT_EQ(got.submissions.size(), 1u);
  EXPECT_EQ(got.submissions[0]->id, submission("1")->id);

  proto::Submission message = tests::sign(genesis, "shop", {tests::purchase("D", "1", "a", "b")});
  proto::PeerMessage envelope;
  const auto read_one = [&](const proto::Submission& submission) {
    envelope.mutable_submissions()->clear_submissions();
    envelope.mutable_submissions()->add_submissions(proto::encode_submission(submission));
    return read(envelope);
  };
  EXPECT_TRUE(read_one(message));
  proto::Submission other = message;
  other.mutable_signature()->front() ^= 1;
  expect_code(read_one(other), kPeerSignature);
  other = message;
  other.add_records(message.records(0));
  expect_code(read_one(other), kPeerForm);
  other = message;
  other.clear_header();
  expect_code(read_one(other), kPeerForm);
  keyring.scope.network_id = crypto::sha256("another network");
  expect_code(read_one(message), kPeerForm);
}

// ---- checkpoints and probes ----

TEST_F(WireTest, WantsBothLinesOfOneValidatorOnACheckpoint) {
  const CheckpointSent good = checkpoint(now, 2);
  EXPECT_TRUE(read(write_message(good)));
  EXPECT_TRUE(read(write_message(checkpoint(before, 2))));
  CheckpointSent bad = good;
  bad.note.lines.pop_back();
  expect_code(read(write_message(bad)), kPeerSignature);
  bad = good;
  bad.note.lines.push_back(checkpoint(now, 1).note.lines[1]);
  expect_code(read(write_message(bad)), kPeerSignature);
  bad = good;
  bad.note.lines[1].payload.back() ^= 1;
  expect_code(read(write_message(bad)), kPeerSignature);
  bad = good;
  bad.organisation = "v01";
  expect_code(read(write_message(bad)), kPeerSignature);
  bad.organisation = "stranger";
  expect_code(read(write_message(bad)), kPeerForm);
  bad = good;
  bad.note.text += "extension\n";
  expect_code(read(write_message(bad)), kPeerForm);
  keyring.log_origin = "another.example/log";
  expect_code(read(write_message(good)), kPeerForm);
}

TEST_F(WireTest, ChecksWhatAnAnswerToAProbeShows) {
  ProbeAnswer answer = probe_answer();
  answer.yours.push_back(before.vote(2, nullify(9)));
  answer.yours.push_back(later.vote(2, nullify(9)));
  EXPECT_EQ(passed(answer).yours.size(), 2u);  // those of the epoch at hand
  answer.highest = *later.certificate(nullify(9));
  EXPECT_EQ(passed(answer).highest->epoch, 2u);
  answer.highest.reset();
  EXPECT_FALSE(passed(answer).highest.has_value());

  proto::PeerMessage envelope = envelope_of(probe_answer());
  envelope.mutable_probe_answer()->add_yours(forged_vote(now, nullify(3)));
  expect_code(read(envelope), kPeerSignature);
  envelope = envelope_of(probe_answer());
  envelope.mutable_probe_answer()->set_highest(forged_certificate(now, nullify(3)));
  expect_code(read(envelope), kPeerSignature);
  envelope.mutable_probe_answer()->set_highest("no certificate");
  expect_code(read(envelope), kPeerForm);
}

}  // namespace
}  // namespace node

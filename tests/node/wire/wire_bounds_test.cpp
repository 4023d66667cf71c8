// Each bound of messages.h and bounds.h, just at it and just above.
#include "node/wire/bounds.h"
#include "tests/node/wire/wire_fixture.h"

namespace node {
namespace {

using crypto::Bytes;

class WireBounds : public WireTest {
 protected:
  proto::PeerMessage envelope;
};

// The frame's size is looked at before anything else: what is at the bound is refused for what it
// says, and one byte more for its size.
TEST_F(WireBounds, OfTheFrameAreOfItsKind) {
  for (std::uint64_t kind = 1; kind <= 20; ++kind) {
    const proto::Bounds* bounds = find_bounds(kind);
    ASSERT_NE(bounds, nullptr) << kind;
    Bytes frame(bounds->bytes_max, '\0');
    frame[0] = static_cast<char>(kind < 16 ? kind * 8 + 2 : ((kind & 15) * 8 + 2) | 0x80);
    if (kind >= 16) frame[1] = 1;
    const auto at = read(frame);
    ASSERT_FALSE(at);
    EXPECT_EQ(at.error().message.find("are allowed"), std::string::npos) << kind;
    const auto above = read(frame + Bytes(1, '\0'));
    expect_code(above, kPeerForm);
    EXPECT_NE(above.error().message.find("at most " + std::to_string(bounds->bytes_max)),
              std::string::npos)
        << kind;
    EXPECT_LE(bounds->bytes_max, kFrameBytesMax);
  }
  EXPECT_EQ(find_bounds(0), nullptr);
  EXPECT_EQ(find_bounds(21), nullptr);
}

// 150 validators is the most that a set has: their proposals and proofs fit.
TEST_F(WireBounds, LeaveRoomForTheLargestSet) {
  const Committee many(ledger::kValidatorsMax, 1);
  keyring.scope = many.scope;
  keyring.validators = many.set;
  const VerifiedCertificate certificate = many.certificate(nullify(2));
  ProposalSent sent{{many.vote(0, notarize(candidate(3, 1, second))), second, {}}, {}};
  sent.proposal.justification.assign(kJustificationMax, certificate);
  sent.outline.epoch_entry = ledger::epoch_entry(*certificate);
  sent.outline.submissions.assign(kIdsMax, crypto::sha256("id"));
  EXPECT_LT(write_message(sent).size(), std::size_t{256} << 10);

  ProbeAnswer answer;
  answer.highest = *certificate;
  answer.yours.assign(kVotesShownMax, many.vote(0, nullify(2)));
  EXPECT_EQ(passed(answer).yours.size(), kVotesShownMax);
}

TEST_F(WireBounds, OfIds) {
  envelope.mutable_announce()->set_ids(Bytes(kIdsMax * 32, 'i'));
  EXPECT_TRUE(read(envelope));
  envelope.mutable_announce()->set_ids(Bytes(kIdsMax * 32 + 32, 'i'));
  expect_code(read(envelope), kPeerForm);
  envelope.mutable_get_submissions()->set_ids(Bytes(kIdsMax * 32, 'i'));
  EXPECT_TRUE(read(envelope));
  envelope.mutable_get_submissions()->set_ids(Bytes(kIdsMax * 32 + 32, 'i'));
  expect_code(read(envelope), kPeerForm);
  envelope.mutable_get_submissions()->set_ids(Bytes(33, 'i'));
  expect_code(read(envelope), kPeerForm);
}

TEST_F(WireBounds, OfHashes) {
  for (const std::size_t size : {31u, 32u, 33u}) {
    envelope.set_get_block(Bytes(size, 'h'));
    EXPECT_EQ(read(envelope).has_value(), size == 32);
    envelope.set_block_absent(Bytes(size, 'h'));
    EXPECT_EQ(read(envelope).has_value(), size == 32);
    envelope.mutable_get_snapshot()->set_after_path(Bytes(size, 'h'));
    EXPECT_EQ(read(envelope).has_value(), size == 32);
    envelope.mutable_probe()->set_nonce(Bytes(size, 'h'));
    envelope.mutable_probe()->set_session(Bytes(32, 'h'));
    EXPECT_EQ(read(envelope).has_value(), size == 32);
    envelope.mutable_probe()->set_nonce(Bytes(32, 'h'));
    envelope.mutable_probe()->set_session(Bytes(size, 'h'));
    EXPECT_EQ(read(envelope).has_value(), size == 32);
    envelope.mutable_probe_answer()->set_nonce(Bytes(size, 'h'));
    EXPECT_EQ(read(envelope).has_value(), size == 32);
  }
}

TEST_F(WireBounds, OfAProposal) {
  envelope = envelope_of(proposal());
  auto& sent = *envelope.mutable_proposal();
  sent.set_submissions(Bytes(kIdsMax * 32, 'i'));
  const Bytes certificate = sent.justification(0);
  while (sent.justification_size() < 9) sent.add_justification(certificate);
  EXPECT_TRUE(read(envelope));
  sent.add_justification(certificate);
  expect_code(read(envelope), kPeerForm);
  sent.mutable_justification()->RemoveLast();
  sent.set_submissions(Bytes((kIdsMax + 1) * 32, 'i'));
  expect_code(read(envelope), kPeerForm);
}

TEST_F(WireBounds, OfTheViewsInAStatus) {
  auto& sent = *envelope.mutable_status();
  for (const std::size_t size : {31u, 32u, 33u}) {
    sent.set_notarized(Bytes(size, '\1'));
    EXPECT_EQ(read(envelope).has_value(), size == 32);
  }
  sent.set_notarized(Bytes(32, '\0'));  // the empty field says that
  expect_code(read(envelope), kPeerForm);
}

TEST_F(WireBounds, OfSubmissions) {
  std::vector<proto::Record> records;
  for (int line = 1; line <= 300; ++line) {
    records.push_back(tests::purchase("D1", std::to_string(line), "Acme", "M1"));
  }
  const auto large = tests::submission(genesis, "shop", records);
  const std::size_t fitting = kSubmissionsBytesMax / large->entry_bytes();
  SubmissionsSent sent{std::vector(fitting, large)};
  EXPECT_EQ(passed(sent).submissions.size(), fitting);
  envelope = envelope_of(sent);
  envelope.mutable_submissions()->add_submissions(envelope.submissions().submissions(0));
  expect_code(read(envelope), kPeerForm);

  // By number they are cut off before any is looked at.
  envelope.mutable_submissions()->clear_submissions();
  for (std::size_t i = 0; i < kIdsMax; ++i) envelope.mutable_submissions()->add_submissions();
  ASSERT_FALSE(read(envelope));
  EXPECT_EQ(read(envelope).error().message.find("more than 4096"), std::string::npos);
  envelope.mutable_submissions()->add_submissions();
  ASSERT_FALSE(read(envelope));
  EXPECT_NE(read(envelope).error().message.find("more than 4096"), std::string::npos);
}

TEST_F(WireBounds, OfBodiesAndRanges) {
  // 64 entries of 65,534 bytes and their lengths are 4 MiB.
  const std::vector<Bytes> entries(64, Bytes(65534, 'e'));
  const BlockSent largest{first, ledger::Body::of(entries)};
  ASSERT_EQ(largest.body.bytes().size(), ledger::kBodyBytesMax);
  EXPECT_EQ(passed(largest).body, largest.body);
  envelope = envelope_of(largest);
  envelope.mutable_block()->mutable_body()->append("\0\1e", 3);
  expect_code(read(envelope), kPeerForm);
  envelope = envelope_of(block());
  envelope.mutable_block()->mutable_body()->append("\0\2e", 3);
  expect_code(read(envelope), kPeerForm);
  envelope = envelope_of(block());
  envelope.mutable_block()->mutable_header()->push_back('h');
  expect_code(read(envelope), kPeerForm);

  envelope.mutable_get_range()->set_bytes_max(kRangeBytesMax);
  EXPECT_TRUE(read(envelope));
  envelope.mutable_get_range()->set_bytes_max(kRangeBytesMax + 1);
  expect_code(read(envelope), kPeerForm);

  RangeSent range{first.seal.height, {}, {}, *now.certificate(finalize(candidate(1, 0, first)))};
  Header header = first;
  while (range.blocks.size() < 128) {
    range.blocks.push_back({header, {}});
    ++header.seal.height;
  }
  while (range.links.size() < 128) {
    range.links.push_back(header);
    ++header.seal.height;
  }
  EXPECT_EQ(passed(range).links.size(), 128u);
  envelope = envelope_of(range);
  envelope.mutable_range()->mutable_links()->append(ledger::encode_header(header));
  expect_code(read(envelope), kPeerForm);
}

TEST_F(WireBounds, OfWhatMakesARange) {
  const proto::PeerMessage good = envelope_of(range());
  EXPECT_TRUE(read(good));
  envelope = good;
  envelope.mutable_range()->set_from_height(10);
  expect_code(read(envelope), kPeerForm);
  envelope = good;
  envelope.mutable_range()->clear_certificate();
  expect_code(read(envelope), kPeerForm);
  envelope.mutable_range()->set_certificate(
      ledger::encode_certificate(*now.certificate(notarize(candidate(1, 0, first)))));
  expect_code(read(envelope), kPeerForm);
  envelope = good;
  envelope.mutable_range()->set_links(ledger::encode_header(second));  // 13 comes after 12
  expect_code(read(envelope), kPeerForm);
  envelope = good;
  envelope.mutable_range()->clear_blocks();
  expect_code(read(envelope), kPeerForm);
}

TEST_F(WireBounds, OfEpochProofs) {
  EpochProofsSent sent = epoch_proofs();
  sent.proofs.resize(kEpochProofsMax, sent.proofs[0]);
  EXPECT_EQ(passed(sent).proofs.size(), kEpochProofsMax);
  envelope = envelope_of(sent);
  *envelope.mutable_epoch_proofs()->add_proofs() = envelope.epoch_proofs().proofs(0);
  expect_code(read(envelope), kPeerForm);

  const Committee many(ledger::kValidatorsMax + 1);
  sent.proofs.resize(1);
  sent.proofs[0].next.clear();
  for (std::size_t i = 0; i < ledger::kValidatorsMax; ++i) {
    ledger::ValidatorKeySet member = many.set.member(0);
    member.organisation = std::to_string(1000 + i);
    sent.proofs[0].next.push_back(member);
  }
  EXPECT_EQ(passed(sent).proofs[0].next.size(), ledger::kValidatorsMax);
  sent.proofs[0].next.push_back(many.set.member(0));
  expect_code(read(write_message(sent)), kPeerForm);
  sent.proofs[0].next = {many.set.member(1), many.set.member(0)};  // not in order
  expect_code(read(write_message(sent)), kPeerForm);
  sent.proofs[0].next = {many.set.member(0), many.set.member(0)};
  expect_code(read(write_message(sent)), kPeerForm);
  sent.proofs[0].next = {};
  expect_code(read(write_message(sent)), kPeerForm);
  sent.proofs[0].next = {many.set.member(0)};
  sent.proofs[0].next[0].organisation = std::string(ledger::kOrganisationIdBytesMax, 'o');
  EXPECT_TRUE(read(write_message(sent)));
  sent.proofs[0].next[0].organisation.push_back('o');
  expect_code(read(write_message(sent)), kPeerForm);
}

TEST_F(WireBounds, OfSnapshots) {
  envelope.mutable_get_snapshot()->set_bytes_max(kSnapshotBytesMax);
  EXPECT_TRUE(read(envelope));
  envelope.mutable_get_snapshot()->set_bytes_max(kSnapshotBytesMax + 1);
  expect_code(read(envelope), kPeerForm);

  SnapshotPart part = snapshot_part();
  part.leaves.assign(kSnapshotLeavesMax, {"key", "thirteen byte"});  // 16 bytes each: 1 MiB
  EXPECT_EQ(passed(part).leaves.size(), kSnapshotLeavesMax);
  part.leaves.assign(kSnapshotLeavesMax + 1, {"k", ""});
  expect_code(read(write_message(part)), kPeerForm);
  part.leaves = {{"", "value"}};
  expect_code(read(write_message(part)), kPeerForm);
  envelope = envelope_of(snapshot_part());
  envelope.mutable_snapshot_part()->mutable_after_path()->append(1, 'h');
  expect_code(read(envelope), kPeerForm);
  part = snapshot_part();
  part.head->tree_edge.assign(kTreeEdgeMax, crypto::sha256("edge"));
  EXPECT_TRUE(read(write_message(part)));
  envelope = envelope_of(part);
  envelope.mutable_snapshot_part()->mutable_head()->mutable_tree_edge()->append(32, 'e');
  expect_code(read(envelope), kPeerForm);
  for (std::size_t size : {kSubtrees - 1, kSubtrees + 1}) {
    part = snapshot_part();
    part.head->subtrees.resize(size);
    expect_code(read(write_message(part)), kPeerForm);
  }
  envelope = envelope_of(snapshot_part());
  envelope.mutable_snapshot_part()->mutable_head()->clear_certificate();
  expect_code(read(envelope), kPeerForm);
}

TEST_F(WireBounds, OfAnswersToProbes) {
  envelope = envelope_of(probe_answer());
  auto& sent = *envelope.mutable_probe_answer();
  const Bytes vote = sent.yours(0);
  while (sent.yours_size() < static_cast<int>(kVotesShownMax)) sent.add_yours(vote);
  EXPECT_TRUE(read(envelope));
  sent.add_yours(vote);
  expect_code(read(envelope), kPeerForm);
}

}  // namespace
}  // namespace node

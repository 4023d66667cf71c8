// Questions, their answers, and every way in which a file can say what is not so.
#include "ledger/proofs/verify.h"

#include <gtest/gtest.h>

#include "ledger/proofs/codes.h"
#include "ledger/proofs/prove.h"
#include "proto/canonical.h"
#include "tests/ledger/proofs/proof_chain.h"

namespace ledger {
namespace {

using tests::certification;
using tests::key_named;
using tests::purchase;
using tests::status_change;

constexpr std::string_view kA1 = "cert/epa/smartway/A1";

Question standing_on_day(const std::string& day, std::uint64_t as_of_height = 0) {
  return standing_on(kA1, day, as_of_height);
}

// Four validators; A1 is issued in block 1, suspended in 2, reinstated in 3, withdrawn in 4; block
// 5 holds purchases.
class VerifyTest : public ::testing::Test {
 protected:
  VerifyTest() {
    chain_.add("epa", {certification("A0", "Acura", "MDX"), certification("A1", "Acura", "ILX"),
                       certification("A2", "Acura", "RDX")});
    chain_.add("epa", {status_change("A1", 2, proto::SUSPENDED, "2019-02-01")});
    chain_.add("epa", {status_change("A1", 3, proto::ACTIVE, "2019-03-01")});
    chain_.add("epa", {status_change("A1", 4, proto::WITHDRAWN, "2019-05-01")});
    chain_.add("shop", {purchase("D", "1", "Acura", "ILX"), purchase("D", "2", "Acura", "RDX")});
    chain_.checkpoint();
  }

  ProofBundle made(const Question& asked, const ProofStart& start = {}) {
    auto bundle = prove(chain_.reader(), asked, start);
    if (!bundle) ADD_FAILURE() << bundle.error().message;
    return bundle ? *std::move(bundle) : ProofBundle{};
  }
  Auditor auditor() const { return {chain_.genesis(), std::nullopt, {}, 0}; }
  ProofVerdict judge(const ProofBundle& bundle) const {
    return verify_bundle(encode_bundle(bundle), auditor());
  }
  // The code of a bundle that is not valid; empty: it is.
  std::string fault(const ProofBundle& bundle) const { return code_of(judge(bundle)); }
  static std::string code_of(const ProofVerdict& verdict) {
    if (verdict.verdict == Verdict::valid) return "";
    const bool open = leaves_open(verdict.reason->code);
    EXPECT_EQ(verdict.verdict, open ? Verdict::undecided : Verdict::invalid);
    return std::string(verdict.reason->code.name);
  }
  std::string refusal(const Question& asked, const ProofStart& start = {}) {
    const auto bundle = prove(chain_.reader(), asked, start);
    return bundle ? "" : std::string(bundle.error().code.name);
  }
  static EntryProof* entry_of(ProofBundle& bundle, std::uint64_t index) {
    for (EntryProof& entry : bundle.entries) {
      if (entry.index == index) return &entry;
    }
    return nullptr;
  }
  static ValueProof* value_of(ProofBundle& bundle, std::string_view key) {
    for (ValueProof& value : bundle.values) {
      if (value.key == key) return &value;
    }
    return nullptr;
  }
  std::optional<Standing> standing(const Question& asked) {
    const ProofVerdict verdict = judge(made(asked));
    EXPECT_EQ(verdict.verdict, Verdict::valid);
    return verdict.standing ? verdict.standing->standing : std::nullopt;
  }

  ProofChain chain_;
};

// ---- answers -------------------------------------------------------------------------------

TEST_F(VerifyTest, ARecordIsOnTheLedgerWithItsBlockAndItsAuthor) {
  const ProofVerdict verdict = judge(made(record_at("purchase/shop/till/D/2", 1)));

  ASSERT_EQ(verdict.verdict, Verdict::valid);
  ASSERT_EQ(verdict.records.size(), 1u);
  const ProvenRecord& record = verdict.records.front();
  EXPECT_EQ(record.height, 5u);
  EXPECT_EQ(record.time_ms, tests::kGenesisTimeMs + 5000);
  EXPECT_EQ(record.signer, "shop");
  EXPECT_EQ(record.bytes, proto::encode_record(purchase("D", "2", "Acura", "RDX")));
  ASSERT_TRUE(verdict.head.has_value());
  EXPECT_EQ(verdict.head->header.seal.height, 5u);
  EXPECT_EQ(verdict.head->cosigners, chain_.validators());
  EXPECT_EQ(verdict.warnings.size(), 1u);  // no witness, no earlier head
}

TEST_F(VerifyTest, AFoundingRecordIsThatOfTheGenesisFile) {
  const ProofVerdict verdict = judge(made(record_at("scheme/epa/smartway", 1)));

  ASSERT_EQ(verdict.verdict, Verdict::valid);
  EXPECT_EQ(verdict.records.front().signer, "");
  EXPECT_EQ(verdict.records.front().height, 0u);
}

TEST_F(VerifyTest, AHistoryIsComplete) {
  const ProofVerdict verdict = judge(made(question(QuestionKind::history, kA1)));

  ASSERT_EQ(verdict.verdict, Verdict::valid);
  ASSERT_EQ(verdict.records.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(verdict.records[i].height, i + 1);
    EXPECT_EQ(verdict.records[i].record.place(), i + 1);
    EXPECT_EQ(verdict.records[i].signer, "epa");
  }
}

TEST_F(VerifyTest, AStandingIsJudgedOnADayAsKnownAtAHeight) {
  EXPECT_EQ(standing(standing_on_day("2019-01-15")), Standing::active);
  EXPECT_EQ(standing(standing_on_day("2019-02-15")), Standing::suspended);
  EXPECT_EQ(standing(standing_on_day("2019-04-30")), Standing::active);
  EXPECT_EQ(standing(standing_on_day("2019-05-01")), Standing::withdrawn);
  EXPECT_EQ(standing(standing_on_day("2017-12-31")), Standing::not_yet_valid);
  // Before the reinstatement was recorded, and before the withdrawal was.
  EXPECT_EQ(standing(standing_on_day("2019-04-30", 2)), Standing::suspended);
  EXPECT_EQ(standing(standing_on_day("2019-05-01", 3)), Standing::active);
  EXPECT_EQ(standing(standing_on_day("2020-01-01", 3)), Standing::expired);
}

TEST_F(VerifyTest, ACertificationThatCameLaterHadNoStanding) {
  chain_.add("epa", {certification("B1", "Audi", "A3")});
  chain_.checkpoint();
  Question asked = standing_on_day("2019-01-15", 5);
  asked.subject = "cert/epa/smartway/B1";
  EXPECT_EQ(standing(asked), std::nullopt);
}

TEST_F(VerifyTest, NothingUnderAKeyIsShownByItsAbsence) {
  for (const char* key : {"cert/epa/smartway/Z9", "gtin/05901234123457", "model/AUDI A3"}) {
    EXPECT_EQ(fault(made(question(QuestionKind::absence, key))), "") << key;
  }
  EXPECT_EQ(refusal(question(QuestionKind::absence, kA1)), kProvePresent.name);
  EXPECT_EQ(refusal(question(QuestionKind::absence, "model/ACURA ILX")), kProvePresent.name);
}

TEST_F(VerifyTest, WhatCannotBeAskedIsRefused) {
  EXPECT_EQ(refusal(record_at(kA1, 5)), "E-PROVE-ABSENT");
  EXPECT_EQ(refusal(question(QuestionKind::history, "cert/epa/smartway/Z9")), kProveAbsent.name);
  EXPECT_EQ(refusal(question(QuestionKind::history, "no subject")), kProveQuestion.name);
  EXPECT_EQ(refusal(standing_on_day("2019")), kProveQuestion.name);
  EXPECT_EQ(refusal(standing_on_day("2019-01-01", 6)), kProvePending.name);
  EXPECT_EQ(refusal(record_at(kA1, 1), {1, 12}), kProveStart.name);
  EXPECT_EQ(refusal(record_at(kA1, 1), {0, 3}), kProveStart.name);
  ProofChain young;
  EXPECT_EQ(prove(young.reader(), record_at("org/epa", 1)).error().code, kProvePending);
}

TEST_F(VerifyTest, WhatTakesTooManyEntriesIsForAnAudit) {
  // Four records, their submissions and the seals of their blocks, and the seal of the head.
  const Question asked = question(QuestionKind::history, kA1);
  EXPECT_EQ(made(asked).entries.size(), 13u);
  EXPECT_TRUE(prove(chain_.reader(), asked, {}, 13).has_value());
  EXPECT_EQ(prove(chain_.reader(), asked, {}, 12).error().code, kProveLarge);
}

TEST_F(VerifyTest, WhatIsNewerThanTheCheckpointWaitsForTheNext) {
  chain_.add("shop", {purchase("E", "1", "Acura", "ILX")});
  EXPECT_EQ(refusal(record_at("purchase/shop/till/E/1", 1)), kProveAbsent.name);
  chain_.checkpoint();
  EXPECT_EQ(fault(made(record_at("purchase/shop/till/E/1", 1))), "");
}

TEST_F(VerifyTest, AStoreWithoutTheStateOrAnEntryMakesNoProof) {
  WriteBatch batch;
  Bytes index;
  crypto::append_u64(index, made(record_at(kA1, 1)).authors.front().record);
  batch.remove(Column::entries, index);
  chain_.store().write(std::move(batch));
  EXPECT_EQ(refusal(question(QuestionKind::history, "org/epa")), "");
  EXPECT_NE(refusal(record_at(kA1, 1)), "");
  WriteBatch pruned;
  Bytes height;
  crypto::append_u64(height, chain_.tip().seal.height);
  pruned.remove(Column::roots, height);
  for (std::uint64_t below = 0; below < 5; ++below) {
    Bytes key;
    crypto::append_u64(key, below);
    pruned.remove(Column::roots, key);
  }
  chain_.store().write(std::move(pruned));
  EXPECT_EQ(refusal(question(QuestionKind::history, "org/epa")), kProveGone.name);
}

// ---- lies ----------------------------------------------------------------------------------

TEST_F(VerifyTest, AnotherNetworksFileIsRefused) {
  const ProofChain other(5);
  const ProofVerdict verdict =
      verify_bundle(encode_bundle(made(record_at(kA1, 1))), {other.genesis(), std::nullopt, {}, 0});
  EXPECT_EQ(code_of(verdict), kBundleOtherNetwork.name);
}

TEST_F(VerifyTest, AnAlteredRecordIsRefused) {
  ProofBundle bundle = made(record_at("purchase/shop/till/D/2", 1));
  EntryProof* const entry = entry_of(bundle, bundle.authors.front().record);
  ASSERT_NE(entry, nullptr);
  entry->bytes = record_entry(kNoIndex, proto::encode_record(purchase("D", "2", "Acura", "RLX")));
  EXPECT_EQ(fault(bundle), kBundleEntry.name);
}

TEST_F(VerifyTest, ARecordAtAnotherPlaceOfTheTreeIsRefused) {
  ProofBundle bundle = made(record_at("purchase/shop/till/D/1", 1));
  EntryProof* const entry = entry_of(bundle, bundle.authors.front().record);
  ASSERT_NE(entry, nullptr);
  entry->index -= 1;
  bundle.entries.erase(bundle.entries.begin());  // the submission that was there
  EXPECT_EQ(fault(bundle), kBundleEntry.name);
}

TEST_F(VerifyTest, AnAlteredStateIsRefused) {
  ProofBundle bundle = made(question(QuestionKind::history, kA1));
  ValueProof* const value = value_of(bundle, kA1);
  ASSERT_NE(value, nullptr);
  value->value->back() = static_cast<char>(value->value->back() ^ 1);
  EXPECT_EQ(fault(bundle), kBundleState.name);
}

TEST_F(VerifyTest, AForgedAbsenceIsRefused) {
  ProofBundle honest = made(question(QuestionKind::absence, "cert/epa/smartway/Z9"));
  ProofBundle bundle = made(question(QuestionKind::history, kA1));
  bundle.question = question(QuestionKind::absence, kA1);
  EXPECT_EQ(fault(bundle), kBundleAnswer.name);
  value_of(bundle, kA1)->value.reset();
  EXPECT_EQ(fault(bundle), kBundleState.name);
  value_of(bundle, kA1)->proof = honest.values.front().proof;
  EXPECT_EQ(fault(bundle), kBundleState.name);
}

// The newest record is left out, in every way that keeps the rest consistent.
TEST_F(VerifyTest, AShortenedHistoryIsRefused) {
  const ProofBundle whole = made(question(QuestionKind::history, kA1));
  ASSERT_EQ(whole.authors.size(), 4u);
  for (const AuthorProof& left_out : whole.authors) {
    ProofBundle bundle = whole;
    std::erase_if(bundle.entries,
                  [&](const EntryProof& one) { return one.index == left_out.record; });
    EXPECT_EQ(fault(bundle), kBundleHistory.name);
  }
}

// Yesterday's head is real: the file says so, and whoever verified today's notices.
TEST_F(VerifyTest, AnOldStatusAsNewIsNoticedByWhoKnowsANewerHead) {
  const ProofBundle old = made(standing_on_day("2019-06-01"));
  chain_.add("epa", {certification("B1", "Audi", "A3")});
  chain_.checkpoint();
  const ProofVerdict today = judge(made(record_at("cert/epa/smartway/B1", 1)));
  ASSERT_EQ(today.verdict, Verdict::valid);
  Auditor knowing = auditor();
  knowing.trust = today.head->trust;

  const ProofVerdict verdict = verify_bundle(encode_bundle(old), knowing);
  EXPECT_EQ(code_of(verdict), kBundleOld.name);
  Auditor hasty = auditor();
  hasty.signed_since_s = chain_.tip().seal.time_ms / 1000;
  EXPECT_EQ(code_of(verify_bundle(encode_bundle(old), hasty)), kBundleOld.name);
  EXPECT_EQ(code_of(verify_bundle(encode_bundle(made(standing_on_day("2019-06-01"))), hasty)), "");
}

// A quorum that signs two trees of one size is caught by whoever has seen both.
TEST_F(VerifyTest, AForkIsSeenByWhoVerifiedTheOtherSide) {
  const ProofVerdict here = judge(made(record_at(kA1, 1)));
  ProofChain fork;
  fork.add("epa", {certification("A0", "Acura", "MDX"), certification("A1", "Audi", "A3"),
                   certification("A2", "Acura", "RDX")});
  while (fork.tip().tree_size < chain_.tip().tree_size - 4) {
    fork.add("epa", {certification("X" + std::to_string(fork.tip().seal.height), "Audi", "A3")});
  }
  fork.add("shop", {purchase("D", "1", "Acura", "ILX"), purchase("D", "2", "Acura", "RDX")});
  ASSERT_EQ(fork.tip().tree_size, chain_.tip().tree_size);
  fork.checkpoint();
  const auto there = prove(fork.reader(), record_at(kA1, 1));
  ASSERT_TRUE(there.has_value());
  Auditor knowing = auditor();
  EXPECT_EQ(code_of(verify_bundle(encode_bundle(*there), knowing)), "");

  knowing.trust = here.head->trust;
  EXPECT_EQ(code_of(verify_bundle(encode_bundle(*there), knowing)), kBundleShrunk.name);
}

TEST_F(VerifyTest, ASignatureOfAnotherOrOfNoneIsRefused) {
  const ProofBundle honest = made(question(QuestionKind::history, kA1));
  ProofBundle bundle = honest;
  bundle.authors.pop_back();
  EXPECT_EQ(fault(bundle), kBundleAnswer.name);
  bundle = honest;
  bundle.authors[0].submission = bundle.authors[1].submission;
  EXPECT_EQ(fault(bundle), kBundleAuthor.name);
  bundle = honest;
  bundle.authors[0].path.pop_back();
  EXPECT_EQ(fault(bundle), kBundleAuthor.name);
  bundle = honest;
  std::erase_if(bundle.values, [](const ValueProof& one) { return one.key == "org/epa"; });
  EXPECT_EQ(fault(bundle), kBundleAnswer.name);
}

TEST_F(VerifyTest, AHeadWithoutAQuorumIsRefused) {
  chain_.checkpoint({"v00", "v01"});
  EXPECT_EQ(fault(made(record_at(kA1, 1))), kBundleHead.name);
  chain_.checkpoint({"v00", "v01", "v02"});
  EXPECT_EQ(fault(made(record_at(kA1, 1))), "");
  chain_.checkpoint({"v00", "v01", "v04"});  // a member of the network that does not validate
  EXPECT_EQ(fault(made(record_at(kA1, 1))), kBundleHead.name);
}

TEST_F(VerifyTest, AHeadThatIsNotTheCheckpointsIsRefused) {
  const ProofBundle honest = made(record_at(kA1, 1));
  ProofBundle bundle = honest;
  bundle.entries.pop_back();
  EXPECT_EQ(fault(bundle), kBundleHead.name);
  bundle = honest;
  bundle.checkpoint.resize(bundle.checkpoint.size() - 1);
  EXPECT_EQ(fault(bundle), kBundleHead.name);
  bundle = honest;
  bundle.entries.back().bytes[17] = static_cast<char>(bundle.entries.back().bytes[17] ^ 1);
  EXPECT_EQ(fault(bundle), kBundleHead.name);
}

// All validators sign a tree with a record that no node would take: a day that is none.
TEST_F(VerifyTest, WhatIsNoRecordIsRefusedAlsoWhenAQuorumHasSignedIt) {
  ProofBundle bundle = made(standing_on_day("2019-06-01"));
  const std::uint64_t withdrawal = bundle.authors.back().record;
  std::vector<Bytes> entries;
  for (std::uint64_t i = 0; i < chain_.tip().tree_size; ++i) {
    entries.push_back(*chain_.reader().entry(i));
  }
  const auto honest = decode_record_entry(entries[withdrawal]);
  ASSERT_TRUE(honest.has_value());
  entries[withdrawal] =
      record_entry(honest->previous_index,
                   proto::encode_record(status_change("A1", 4, proto::WITHDRAWN, "2019-13-01")));
  std::vector<Hash> leaves;
  for (const Bytes& entry : entries) leaves.push_back(leaf_hash(entry));
  const HashReader subtrees = [&](unsigned level, std::uint64_t place) {
    const std::size_t width = std::size_t{1} << level;
    return std::optional(root_of_leaves(std::span(leaves).subspan(place * width, width)));
  };
  for (EntryProof& entry : bundle.entries) {
    entry.bytes = entries[entry.index];
    entry.path = *inclusion_proof(entry.index, leaves.size(), subtrees);
  }
  const std::string origin = log_origin(chain_.genesis());
  Note note{format_checkpoint({origin, {leaves.size(), root_of_leaves(leaves)}}), {}};
  note.lines.push_back(sign_note(origin, key_named("v00/log"), note.text));
  for (const std::string& name : chain_.validators()) {
    note.lines.push_back(cosign_note(cosigner_name(origin, name), key_named(name + "/cosigner"),
                                     note.text, 1551400000));
  }
  bundle.checkpoint = format_note(note);

  EXPECT_EQ(fault(bundle), kBundleEntry.name);
}

TEST_F(VerifyTest, AStandingRestsOnTheHistoriesOfSchemeAndIssuer) {
  const ProofBundle honest = made(standing_on_day("2019-01-15", 3));
  for (const char* key : {"scheme/epa/smartway", "org/epa"}) {
    ProofBundle bundle = honest;
    std::erase_if(bundle.values, [&](const ValueProof& one) { return one.key == key; });
    EXPECT_EQ(fault(bundle), kBundleAnswer.name) << key;
  }
  ProofBundle bundle = honest;
  bundle.question.as_of_height = 2;  // whose seal is there, but another answer
  EXPECT_EQ(judge(bundle).standing->standing, Standing::active);
  bundle.question.as_of_height = 9;
  EXPECT_EQ(fault(bundle), kBundleAnswer.name);
  bundle.question.as_of_height = 0;
  bundle.question.day = "2019-01";
  EXPECT_EQ(fault(bundle), kBundleAnswer.name);
}

TEST_F(VerifyTest, FilesThatAreNoBundlesAreRefused) {
  const Bytes file = encode_bundle(made(record_at(kA1, 1)));
  const auto code = [&](ByteView bytes) { return code_of(verify_bundle(bytes, auditor())); };
  EXPECT_EQ(code(""), kBundleBytes.name);
  EXPECT_EQ(code("greenledger proof\n"), kBundleBytes.name);
  EXPECT_EQ(code(ByteView(file).substr(1)), kBundleBytes.name);
  for (std::size_t size = 0; size < file.size(); size += 7) {
    EXPECT_EQ(code(ByteView(file).substr(0, size)), kBundleBytes.name) << size;
  }
  EXPECT_EQ(code(file + "x"), kBundleBytes.name);
  Bytes newer = file.substr(0, file.size() - 32);
  newer[18] = 2;
  newer += crypto::sha256(newer).view();
  EXPECT_EQ(code(newer), kBundleVersion.name);
}

// Whoever changes a byte can make the SHA-256 fit too. What is still VALID then shows the same
// record: a line of the checkpoint whose key nobody trusts may say anything.
TEST_F(VerifyTest, NoChangedByteChangesTheAnswer) {
  const ProofBundle honest = made(record_at("purchase/shop/till/D/2", 1));
  const Bytes file = encode_bundle(honest);
  const Bytes record = judge(honest).records.front().bytes;
  const std::size_t note_begin = file.find(honest.checkpoint);
  ASSERT_NE(note_begin, Bytes::npos);
  const Auditor trusting = auditor();
  std::size_t valid = 0;
  for (std::size_t i = 0; i + 32 < file.size(); ++i) {
    Bytes changed = file.substr(0, file.size() - 32);
    changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
    EXPECT_NE(verify_bundle(changed + file.substr(file.size() - 32), trusting).verdict,
              Verdict::valid);
    changed += crypto::sha256(changed).view();
    const ProofVerdict verdict = verify_bundle(changed, trusting);
    if (verdict.verdict != Verdict::valid) continue;
    ++valid;
    EXPECT_TRUE(i >= note_begin && i < note_begin + honest.checkpoint.size()) << i;
    EXPECT_EQ(verdict.records.front().bytes, record);
  }
  EXPECT_LT(valid, honest.checkpoint.size() / 2);
}

// ---- keys ----------------------------------------------------------------------------------

TEST_F(VerifyTest, AKeyThatWasCompromisedByThenLeavesTheStandingOpen) {
  proto::Record revocation;
  revocation.set_subject("org/epa");
  revocation.set_place(2);
  proto::KeyRevocation* const revoke = revocation.mutable_key_change()->add_revoke();
  revoke->set_key_id(Bytes(crypto::key_id(key_named("epa/operation").public_key()).view()));
  revoke->set_compromised_since("2019-03-01");  // the day of the first blocks
  chain_.add("epa", {revocation}, "root");
  chain_.checkpoint();

  EXPECT_EQ(fault(made(standing_on_day("2019-01-15"))), kBundleKey.name);
  const ProofVerdict history = judge(made(question(QuestionKind::history, kA1)));
  EXPECT_EQ(history.verdict, Verdict::valid);
  EXPECT_EQ(history.warnings.size(), 5u);  // four records, and no witness
}

TEST_F(VerifyTest, AKeyThatWasRetiredStandsForWhatItSigned) {
  proto::Record retirement;
  retirement.set_subject("org/epa");
  retirement.set_place(2);
  retirement.mutable_key_change()->add_revoke()->set_key_id(
      Bytes(crypto::key_id(key_named("epa/operation").public_key()).view()));
  chain_.add("epa", {retirement}, "root");
  chain_.checkpoint();

  EXPECT_EQ(standing(standing_on_day("2019-01-15")), Standing::active);
}

// ---- witnesses and resuming ----------------------------------------------------------------

TEST_F(VerifyTest, OutsideWitnessesAreNamedAndMayBeAskedFor) {
  const crypto::PrivateKey key = key_named("witness");
  const NoteLine line =
      cosign_note("witness.example/w1", key, chain_.checkpoint_text(), 1551400000);
  Auditor careful = auditor();
  careful.witnesses = {{"witness.example/w1", NoteKeyType::cosignature, key.public_key()}};
  careful.witnesses_min = 1;
  const Bytes without = encode_bundle(made(record_at(kA1, 1)));
  EXPECT_EQ(code_of(verify_bundle(without, careful)), kBundleWitnesses.name);

  chain_.checkpoint({}, {line});
  const Bytes file = encode_bundle(made(record_at(kA1, 1)));
  const ProofVerdict verdict = verify_bundle(file, careful);
  ASSERT_EQ(verdict.verdict, Verdict::valid);
  EXPECT_EQ(verdict.head->witnesses, std::vector<std::string>{"witness.example/w1"});
  EXPECT_EQ(verdict.head->signed_s, 1551400000u);
  EXPECT_TRUE(verdict.warnings.empty());
  EXPECT_EQ(fault(made(record_at(kA1, 1))), "");  // others pass over the line

  careful.witnesses[0].key = key_named("another").public_key();  // not whose id the line names
  EXPECT_EQ(code_of(verify_bundle(file, careful)), kBundleWitnesses.name);
}

TEST_F(VerifyTest, AnAuditorGoesOnWhereItStopped) {
  const ProofVerdict first = judge(made(record_at(kA1, 1)));
  ASSERT_EQ(first.verdict, Verdict::valid);
  chain_.add("shop", {purchase("E", "1", "Acura", "ILX")});
  chain_.checkpoint();
  Auditor resuming = auditor();
  resuming.trust = first.head->trust;
  const ProofStart start{0, resuming.trust->head.size};
  const ProofBundle bundle = made(record_at("purchase/shop/till/E/1", 1), start);

  const ProofVerdict verdict = verify_bundle(encode_bundle(bundle), resuming);
  EXPECT_EQ(verdict.verdict, Verdict::valid);
  EXPECT_TRUE(verdict.warnings.empty());
  EXPECT_EQ(verdict.head->trust.head.size, chain_.tip().tree_size);
  EXPECT_EQ(fault(bundle), kBundleStart.name);  // who has genesis alone cannot say
  ProofBundle cut = bundle;
  cut.consistency.pop_back();
  EXPECT_EQ(code_of(verify_bundle(encode_bundle(cut), resuming)), kBundleShrunk.name);
}

}  // namespace
}  // namespace ledger

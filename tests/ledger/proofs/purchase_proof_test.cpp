// Does a purchase count as green? Each outcome of the reports, proved; and every way in which a
// file can say that it was otherwise.
#include "ledger/proofs/purchase_proof.h"

#include <gtest/gtest.h>

#include "ledger/proofs/codes.h"
#include "ledger/proofs/prove.h"
#include "ledger/proofs/verify.h"
#include "ledger/reports/ledger_lines.h"
#include "tests/ledger/proofs/purchase_world.h"

namespace ledger {
namespace {

using World = PurchaseWorld;
using tests::certification;

class PurchaseProof : public ::testing::Test {
 protected:
  static Question asked(const char* line) {
    return question(QuestionKind::purchase, World::subject(line));
  }
  ProofBundle made(const char* line) {
    auto bundle = prove(world_.chain.reader(), asked(line));
    if (!bundle) ADD_FAILURE() << line << ": " << bundle.error().message;
    return bundle ? *std::move(bundle) : ProofBundle{};
  }
  ProofVerdict judge(const ProofBundle& bundle) const {
    return verify_bundle(encode_bundle(bundle), {world_.chain.genesis(), std::nullopt, {}, 0, 0});
  }
  // The code of a bundle that is not valid; empty: it is.
  std::string fault(const ProofBundle& bundle) const {
    const ProofVerdict verdict = judge(bundle);
    return verdict.reason ? std::string(verdict.reason->code.name) : "";
  }
  PurchaseAnswer answer(const char* line) {
    const ProofVerdict verdict = judge(made(line));
    EXPECT_EQ(verdict.verdict, Verdict::valid) << line;
    return verdict.purchase.value_or(PurchaseAnswer{});
  }
  void expect(const char* line, LineOutcome outcome, JoinReason reason,
              const std::vector<std::string>& named) {
    const PurchaseAnswer found = answer(line);
    EXPECT_EQ(found.join.outcome, outcome) << line;
    EXPECT_EQ(found.join.reason, reason) << line;
    EXPECT_EQ(found.join.named, named) << line;
  }
  // What the reports say of the line.
  Join reported(const char* line) {
    const ChainReader reader = world_.chain.reader();
    const std::uint64_t height = world_.chain.tip().seal.height;
    CandidateReader candidates(reader, height);
    const auto found = read_line(reader, World::subject(line), height, JoinPolicy(), candidates);
    return found ? found->join : Join{};
  }

  World world_;
};

std::string cert(const std::string& number) { return "cert/epa/smartway/" + number; }

TEST_F(PurchaseProof, NamesTheOutcomeAndWhatItRestsOn) {
  const std::string petrol = "assessment/epa/smartway/N5";
  expect(World::kByGtin, LineOutcome::certified, JoinReason::all_certified,
         {cert("C1"), cert("C2")});
  expect(World::kByName, LineOutcome::certified, JoinReason::all_certified, {cert("C3")});
  expect(World::kWithdrawn, LineOutcome::out_of_validity, JoinReason::not_valid_on_date,
         {cert("C4")});
  expect(World::kNowhere, LineOutcome::not_in_register, JoinReason::no_candidate, {});
  expect(World::kMixed, LineOutcome::ambiguous, JoinReason::mixed, {petrol, cert("C5")});
  expect(World::kClaimed, LineOutcome::certified, JoinReason::all_certified, {cert("C3")});
  expect(World::kClaimedZ, LineOutcome::not_in_register, JoinReason::claim_not_found, {});
  expect(World::kGraded, LineOutcome::certified, JoinReason::all_certified, {"cert/epa/grades/C8"});
  expect(World::kCorrected, LineOutcome::certified, JoinReason::all_certified, {cert("C3")});
  expect(World::kLonger, LineOutcome::ambiguous, JoinReason::longer_names,
         {"assessment/epa/smartway/N10", cert("C10")});
  expect(World::kAssessed, LineOutcome::not_certified, JoinReason::all_assessed, {petrol});
  expect(World::kWildcard, LineOutcome::certified, JoinReason::all_certified, {cert("C12")});
  expect(World::kNoProduct, LineOutcome::not_in_register, JoinReason::product_not_stated, {});
  expect(World::kInAMonth, LineOutcome::ambiguous, JoinReason::date_straddles, {cert("C14")});
  expect(World::kClaimsOther, LineOutcome::not_in_register,
         JoinReason::claim_covers_another_product, {cert("C4")});
  expect(World::kClaimsBare, LineOutcome::ambiguous, JoinReason::claim_cannot_be_compared,
         {cert("C3")});
  expect(World::kNoDate, LineOutcome::ambiguous, JoinReason::date_not_stated, {cert("C3")});
  expect(World::kOtherKind, LineOutcome::not_in_register, JoinReason::other_properties, {});
  expect(World::kOtherGtin, LineOutcome::certified, JoinReason::all_certified, {cert("C1")});
  EXPECT_TRUE(answer(World::kOtherGtin).join.flags.contains(JoinFlag::gtin_differs));
}

TEST_F(PurchaseProof, CountsAsGreenWhatARecognisedLabelOfTypeOneCertifies) {
  EXPECT_TRUE(answer(World::kByGtin).join.is_green());
  EXPECT_TRUE(answer(World::kClaimed).join.is_green());
  EXPECT_FALSE(answer(World::kWithdrawn).join.is_green());
  const Join graded = answer(World::kGraded).join;
  EXPECT_FALSE(graded.is_green());
  EXPECT_EQ(graded.uncounted, Uncounted::scheme_not_recognised);
}

TEST_F(PurchaseProof, ShowsThePurchaseWithItsCorrectionsAndReturns) {
  const PurchaseAnswer corrected = answer(World::kCorrected);
  ASSERT_EQ(corrected.history.size(), 4u);
  EXPECT_TRUE(corrected.history[1].record.has_purchase_correction());
  EXPECT_EQ(corrected.date, "2019-02-01");
  EXPECT_EQ(corrected.as_of_height, world_.chain.tip().seal.height);
}

TEST_F(PurchaseProof, SaysTheSameAsTheReports) {
  for (int line = 1; line <= World::kLines; ++line) {
    const std::string number = std::to_string(line);
    const Join proved = answer(number.c_str()).join;
    const Join found = reported(number.c_str());
    EXPECT_EQ(proved.outcome, found.outcome) << line;
    EXPECT_EQ(proved.match, found.match) << line;
    EXPECT_EQ(proved.reason, found.reason) << line;
    EXPECT_EQ(proved.flags, found.flags) << line;
    EXPECT_EQ(proved.uncounted, found.uncounted) << line;
    EXPECT_EQ(proved.named, found.named) << line;
  }
}

// Names with a star and longer ones are counted under other keys.
TEST_F(PurchaseProof, WarnsWhereItRestsOnNames) {
  EXPECT_FALSE(answer(World::kByGtin).rests_on_names);
  EXPECT_FALSE(answer(World::kClaimed).rests_on_names);
  EXPECT_FALSE(answer(World::kNoProduct).rests_on_names);
  EXPECT_TRUE(answer(World::kByName).rests_on_names);
  EXPECT_TRUE(answer(World::kNowhere).rests_on_names);
  EXPECT_EQ(judge(made(World::kNowhere)).warnings.size(), 2u);  // and no witness
}

TEST_F(PurchaseProof, RestatesWhatWasReportedWhenALabelIsWithdrawn) {
  const ProofBundle before = made(World::kByName);
  world_.chain.add("epa", {tests::status_change("C3", 2, proto::WITHDRAWN, "2019-01-20")});
  world_.chain.checkpoint();

  EXPECT_EQ(answer(World::kByName).join.outcome, LineOutcome::out_of_validity);
  // The older file is true of its time; whoever has seen a newer head notices.
  const ProofVerdict old = judge(before);
  EXPECT_TRUE(old.purchase->join.is_green());
  Auditor knowing{world_.chain.genesis(), judge(made(World::kNowhere)).head->trust, {}, 0, 0};
  const ProofVerdict verdict = verify_bundle(encode_bundle(before), knowing);
  EXPECT_EQ(verdict.verdict, Verdict::undecided);
  EXPECT_EQ(verdict.reason->code, kBundleOld);
}

TEST_F(PurchaseProof, IsNotMadeOfWhatIsNoPurchase) {
  const auto code = [&](const std::string& subject) {
    const auto bundle = prove(world_.chain.reader(), question(QuestionKind::purchase, subject));
    return bundle ? "" : std::string(bundle.error().code.name);
  };
  EXPECT_EQ(code(cert("C1")), "E-PROVE-QUESTION");
  EXPECT_EQ(code("purchase"), "E-PROVE-QUESTION");
  EXPECT_EQ(code(World::subject("99")), "E-PROVE-ABSENT");
}

// ---- lies ----------------------------------------------------------------------------------

void drop_value(ProofBundle& bundle, std::string_view key) {
  std::erase_if(bundle.values, [&](const ValueProof& one) { return one.key == key; });
}

TEST_F(PurchaseProof, RefusesAFileThatLeavesOutACandidate) {
  for (const char* line : {World::kByGtin, World::kMixed}) {
    const ProofBundle whole = made(line);
    for (const ValueProof& left_out : whole.values) {
      if (!left_out.key.starts_with("cert/") && !left_out.key.starts_with("assessment/")) continue;
      ProofBundle bundle = whole;
      drop_value(bundle, left_out.key);
      EXPECT_EQ(fault(bundle), kBundleAnswer.name) << left_out.key;
    }
  }
}

TEST_F(PurchaseProof, RefusesAFileWithoutTheCounts) {
  for (const auto& [line, key] : std::initializer_list<std::pair<const char*, std::string>>{
           {World::kByGtin, "gtin/04012345678901"},
           {World::kByGtin, "model/ACURA ILX SEDAN"},
           {World::kByName, "model/ACURA RDX"},
           {World::kNowhere, "model/AUDI A3"},
           {World::kClaimedZ, cert("Z9")},
           {World::kClaimed, cert("C3")}}) {
    ProofBundle bundle = made(line);
    ASSERT_EQ(std::count_if(bundle.values.begin(), bundle.values.end(),
                            [&](const ValueProof& one) { return one.key == key; }),
              1)
        << key;
    drop_value(bundle, key);
    EXPECT_EQ(fault(bundle), kBundleAnswer.name) << key;
  }
}

// What is there is said to be absent, with the proof of another absence.
TEST_F(PurchaseProof, RefusesAForgedAbsence) {
  ProofBundle bundle = made(World::kByName);
  const ProofBundle honest = made(World::kNowhere);
  const auto absent = std::find_if(honest.values.begin(), honest.values.end(),
                                   [](const ValueProof& one) { return !one.value; });
  ASSERT_NE(absent, honest.values.end());
  for (ValueProof& value : bundle.values) {
    if (value.key != "model/ACURA RDX") continue;
    value.value.reset();
    value.proof = absent->proof;
  }
  EXPECT_EQ(fault(bundle), kBundleState.name);
}

TEST_F(PurchaseProof, RefusesAShortenedHistory) {
  for (const char* line : {World::kCorrected, World::kWithdrawn}) {
    const ProofBundle whole = made(line);
    for (const AuthorProof& left_out : whole.authors) {
      ProofBundle bundle = whole;
      std::erase_if(bundle.entries,
                    [&](const EntryProof& one) { return one.index == left_out.record; });
      EXPECT_EQ(fault(bundle), kBundleHistory.name) << line << " " << left_out.record;
    }
  }
}

TEST_F(PurchaseProof, RefusesTheRecordsOfAnotherPurchase) {
  ProofBundle bundle = made(World::kByName);
  bundle.question = asked(World::kNowhere);
  EXPECT_EQ(fault(bundle), kBundleAnswer.name);
  bundle.question.subject = cert("C3");
  EXPECT_EQ(fault(bundle), kBundleAnswer.name);
}

TEST_F(PurchaseProof, RestsOnTheHistoriesOfSchemeAndIssuer) {
  for (const char* key : {"scheme/epa/smartway", "org/epa", "org/shop"}) {
    ProofBundle bundle = made(World::kByName);
    drop_value(bundle, key);
    EXPECT_EQ(fault(bundle), kBundleAnswer.name) << key;
  }
}

TEST_F(PurchaseProof, IsLeftOpenByACompromisedKey) {
  world_.chain.add("epa", {revocation("epa/operation", "2019-03-01")}, "root");
  world_.chain.checkpoint();
  EXPECT_EQ(fault(made(World::kByName)), kBundleKey.name);
  EXPECT_EQ(fault(made(World::kNowhere)), "");  // nothing of it rests on that key
}

// Whoever changes a byte can make the SHA-256 fit too. What is still VALID gives the same answer.
TEST_F(PurchaseProof, GivesTheSameAnswerOrNoneWithAnyByteChanged) {
  const ProofBundle honest = made(World::kByName);
  const Bytes file = encode_bundle(honest);
  const ProofVerdict right = judge(honest);
  const Auditor auditor{world_.chain.genesis(), std::nullopt, {}, 0, 0};
  std::size_t valid = 0;
  for (std::size_t i = 0; i + 32 < file.size(); ++i) {
    Bytes changed = file.substr(0, file.size() - 32);
    changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
    EXPECT_NE(verify_bundle(changed + file.substr(file.size() - 32), auditor).verdict,
              Verdict::valid);
    changed += crypto::sha256(changed).view();
    const ProofVerdict verdict = verify_bundle(changed, auditor);
    if (verdict.verdict != Verdict::valid) continue;
    ++valid;
    EXPECT_EQ(verdict.question, right.question) << i;
    EXPECT_EQ(verdict.purchase->join.outcome, right.purchase->join.outcome) << i;
    EXPECT_EQ(verdict.purchase->join.named, right.purchase->join.named) << i;
  }
  EXPECT_LT(valid, honest.checkpoint.size() / 2);  // a line of a key that nobody trusts
}

}  // namespace
}  // namespace ledger

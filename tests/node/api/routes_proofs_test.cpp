// Proofs and checkpoints as a client gets them, judged by the verifier that needs no node.
#include <gtest/gtest.h>

#include "ledger/chain/checkpoints.h"
#include "ledger/history/tlog_proof.h"
#include "ledger/proofs/codes.h"
#include "ledger/proofs/verify.h"
#include "node/api/codes.h"
#include "node/api/routes.h"
#include "tests/ledger/proofs/proof_chain.h"
#include "tests/node/api/ledger_fixture.h"

namespace node::api {
namespace {

using tests::certification;
using tests::status_change;

// Block 1: A1 and its checkpoint; block 2: A1 is suspended, and the newest checkpoint.
class ProofsTest : public ::testing::Test {
 protected:
  ProofsTest() {
    chain_.add("epa", {certification("A1", "Acura", "ILX")});
    chain_.checkpoint();
    first_size_ = chain_.tip().tree_size;
    chain_.add("epa", {status_change("A1", 2, proto::SUSPENDED, "2019-02-01")});
    chain_.checkpoint();
  }

  View view() const {
    return View{chain_.reader(), chain_.tip(), 0, std::make_shared<const NodeFacts>(), 0, 0};
  }
  Response ask(const std::string& target) const { return handle(request_for(target), view()); }
  std::string code(const std::string& target) const { return see(ask(target)).code(); }
  ledger::ProofVerdict verdict(const std::string& target) const {
    const Response response = ask(target);
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(response.content_type, "application/octet-stream");
    return ledger::verify_bundle(response.body, {chain_.genesis(), std::nullopt, {}, 0});
  }
  ledger::CheckpointPolicy policy() const {
    const auto point = ledger::trust_genesis(chain_.genesis());
    return ledger::checkpoint_policy(point->origin, point->epoch.validators);
  }

  ledger::ProofChain chain_;
  std::uint64_t first_size_ = 0;
};

TEST_F(ProofsTest, AnswerEachQuestionWithAFileThatIsValid) {
  const std::string cert = "/v1/proofs?subject=cert/epa/smartway/A1";
  EXPECT_EQ(verdict(cert).records.size(), 2u);
  EXPECT_EQ(verdict(cert + "&place=1").records.size(), 1u);
  EXPECT_EQ(verdict(cert + "&at=2019-02-02").standing->standing, ledger::Standing::suspended);
  EXPECT_EQ(verdict(cert + "&at=2019-02-02&as_of_height=1").standing->standing,
            ledger::Standing::active);
  EXPECT_EQ(verdict("/v1/proofs?subject=cert/epa/smartway/Z9&absent=true").verdict,
            ledger::Verdict::valid);
  chain_.add("shop", {tests::purchase("D", "1", "Acura", "ILX", "2019-01-31")});
  chain_.checkpoint();
  EXPECT_TRUE(
      verdict("/v1/proofs?subject=purchase/shop/till/D/1&green=true").purchase->join.is_green());
}

TEST_F(ProofsTest, RefuseWhatHasNoProof) {
  const std::string cert = "/v1/proofs?subject=cert/epa/smartway/A1";
  EXPECT_EQ(code("/v1/proofs"), ledger::kProveQuestion.name);
  EXPECT_EQ(code(cert + "&place=0"), ledger::kProveQuestion.name);
  EXPECT_EQ(code(cert + "&place=1&at=2019-02-02"), ledger::kProveQuestion.name);
  EXPECT_EQ(code(cert + "&as_of_height=1"), ledger::kProveQuestion.name);
  EXPECT_EQ(code(cert + "&place=1&green=true"), ledger::kProveQuestion.name);
  EXPECT_EQ(ask(cert + "&green=true").status, 400);
  EXPECT_EQ(ask(cert + "&place=3").status, 404);
  EXPECT_EQ(ask(cert + "&absent=true").status, 409);
  EXPECT_EQ(ask(cert + "&from_epoch=3&from_size=7").status, 404);
  chain_.add("epa", {certification("A2", "Acura", "ILX")});
  const Response early = ask(cert + "&at=2019-02-02&as_of_height=3");
  EXPECT_EQ(early.status, 503);
  ASSERT_EQ(early.headers.size(), 1u);
  EXPECT_EQ(early.headers[0].first, "Retry-After");
}

// The head is then the newest with enough of their lines, and the answer that of its moment.
TEST_F(ProofsTest, StandUnderAHeadThatOutsideWitnessesHaveSigned) {
  const std::string cert = "/v1/proofs?subject=cert/epa/smartway/A1&witnesses=1";
  EXPECT_EQ(ask(cert).status, 404);
  EXPECT_EQ(code(cert), ledger::kProveWitnesses.name);
  const crypto::PrivateKey key = tests::key_named("witness");
  const ledger::NoteKey witness{"witness.example/w1", ledger::NoteKeyType::cosignature,
                                key.public_key()};
  const auto snapshot = chain_.store().snapshot();
  const auto note = ledger::parse_note(*ledger::checkpoint_at(*snapshot, first_size_));
  ledger::WriteBatch batch;
  ledger::put_witness_line(batch, *snapshot, first_size_, witness,
                           ledger::cosign_note(witness.name, key, note->text, 1'700'000'000));
  chain_.store().write(std::move(batch));

  const ledger::ProofVerdict under =
      ledger::verify_bundle(ask(cert).body, {chain_.genesis(), std::nullopt, {witness}, 1});
  EXPECT_EQ(under.verdict, ledger::Verdict::valid);
  EXPECT_EQ(under.head->header.tree_size, first_size_);
  EXPECT_EQ(under.head->witnesses, std::vector<std::string>{"witness.example/w1"});
  EXPECT_EQ(under.records.size(), 1u);
  EXPECT_EQ(see(ask("/v1/proofs?subject=cert/epa/smartway/A1&witnesses=2")).code(),
            ledger::kProveWitnesses.name);
}

TEST_F(ProofsTest, GoOnFromAnEarlierHead) {
  const std::string size = std::to_string(first_size_);
  const Response response =
      ask("/v1/proofs?subject=cert/epa/smartway/A1&from_epoch=0&from_size=" + size);
  ASSERT_EQ(response.status, 200);
  const auto bundle = ledger::decode_bundle(response.body);
  ASSERT_TRUE(bundle.has_value());
  EXPECT_EQ(bundle->from_size, first_size_);
  EXPECT_FALSE(bundle->consistency.empty());
}

TEST_F(ProofsTest, CheckpointsOfEarlierSizesStay) {
  const std::string size = std::to_string(first_size_);
  const auto note = ledger::parse_note(ask("/tlog/checkpoint/" + size).body);
  ASSERT_TRUE(note.has_value());
  const auto checkpoint = ledger::verify_checkpoint(*note, policy());
  ASSERT_TRUE(checkpoint.has_value());
  EXPECT_EQ(checkpoint->checkpoint.head.size, first_size_);
  EXPECT_EQ(ask("/tlog/checkpoint/3").status, 404);
}

TEST_F(ProofsTest, EntriesAreProvedUnderEitherCheckpoint) {
  const auto leaf = ledger::leaf_hash(*chain_.reader().entry(first_size_ - 2));
  const std::string path = "/tlog/proof/" + std::to_string(first_size_ - 2);
  for (const std::string& query :
       std::vector<std::string>{"", "?form=spicy", "?size=" + std::to_string(first_size_)}) {
    const auto proof = ledger::parse_tlog_proof(ask(path + query).body);
    ASSERT_TRUE(proof.has_value()) << query;
    EXPECT_TRUE(ledger::verify_tlog_proof(*proof, leaf, policy()).has_value()) << query;
    EXPECT_FALSE(ledger::verify_tlog_proof(*proof, ledger::leaf_hash("x"), policy()).has_value());
  }
  EXPECT_TRUE(ask(path + "?form=spicy").body.starts_with("index "));
  EXPECT_EQ(ask("/tlog/proof/99").status, 404);
  EXPECT_EQ(ask(path + "?size=3").status, 404);
}

TEST_F(ProofsTest, TreesAreShownToExtendEachOther) {
  const std::uint64_t newer = chain_.tip().tree_size;
  const std::string address = "/tlog/consistency/" + std::to_string(first_size_) + "/";
  const Response response = ask(address + std::to_string(newer));
  std::vector<crypto::Hash> path;
  std::istringstream lines(response.body);
  for (std::string line; std::getline(lines, line);) {
    path.push_back(*crypto::Hash::from_view(*crypto::from_base64(line)));
  }
  const auto older = chain_.reader().header(1);
  EXPECT_TRUE(ledger::verify_consistency({older->tree_size, older->tree_root},
                                         {newer, chain_.tip().tree_root}, path)
                  .has_value());
  EXPECT_EQ(ask(address + std::to_string(newer + 1)).status, 404);
  EXPECT_EQ(ask(address + "1").status, 404);
}

// c2sp.org/tlog-policy and c2sp.org/signed-note, read with nothing of the product but the keys.
TEST_F(ProofsTest, ThePolicyAndTheKeysAreThoseOfTheValidators) {
  const std::string text = ask("/tlog/policy").body;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 7);  // log, four witnesses, group, quorum
  EXPECT_TRUE(text.starts_with("log " + policy().origin + "+")) << text;
  EXPECT_NE(text.find("\ngroup validators 3 "), std::string::npos) << text;
  EXPECT_NE(text.find("\nquorum validators\n"), std::string::npos) << text;

  const std::string keys = ask("/tlog/vkeys").body;
  std::istringstream lines(keys);
  std::vector<crypto::PublicKey> read;
  for (std::string line; std::getline(lines, line);) {
    const auto key = ledger::parse_vkey(line);
    ASSERT_TRUE(key.has_value()) << line;
    read.push_back(key->key);
  }
  ASSERT_EQ(read.size(), 8u);
  EXPECT_EQ(read[0], tests::key_named("v00/log").public_key());  // whose line is in the checkpoint
  EXPECT_EQ(read[7], tests::key_named("v03/cosigner").public_key());
}

// The bytes are judged by a vector (receipt_test.cpp) and by another program (tests/interop).
TEST_F(ProofsTest, ReceiptsAreOfValidatorsAlone) {
  const auto asked = [&](std::shared_ptr<const crypto::PrivateKey> key, const char* address) {
    NodeFacts facts;
    facts.log_key = std::move(key);
    View with_key = view();
    with_key.facts = std::make_shared<const NodeFacts>(std::move(facts));
    return see(handle(request_for(address), with_key));
  };
  const auto key_of = [](const char* name) {
    return std::make_shared<const crypto::PrivateKey>(tests::key_named(name));
  };
  const Seen receipt = asked(key_of("v03/log"), "/tlog/receipt/3");
  EXPECT_EQ(receipt.status, 200);
  EXPECT_TRUE(receipt.response.content_type.starts_with("application/cose")) << "its type";
  EXPECT_EQ(asked(key_of("v03/log"), "/tlog/receipt/9000").status, 404);
  for (const auto& key : {key_of("somebody"), std::shared_ptr<const crypto::PrivateKey>()}) {
    const Seen none = asked(key, "/tlog/receipt/3");
    EXPECT_EQ(none.status, 409);
    EXPECT_EQ(none.code(), kReceiptSigner.name);
  }
}

TEST(Proofs, NeedACheckpoint) {
  const ledger::ProofChain chain;
  const View view{chain.reader(), chain.tip(), 0, std::make_shared<const NodeFacts>(), 0, 0};
  for (const char* address : {"/tlog/policy", "/tlog/vkeys", "/tlog/proof/1", "/tlog/receipt/1"}) {
    EXPECT_EQ(get(view, address).status, 404) << address;
  }
  EXPECT_EQ(get(view, "/v1/proofs?subject=org/epa").status, 503);
}

}  // namespace
}  // namespace node::api

// Proofs from a node with its real routes, verified with the genesis file alone.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/ledger/proofs/proof_chain.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/cli/cli_run.h"
#include "tests/tools/cli/node_answer.h"

namespace tools {
namespace {

class Proof : public ::testing::Test {
 protected:
  Proof() {
    folder_.write("genesis.json", chain_.genesis().file);
    chain_.add("epa", {tests::certification("A1", "Acura", "ILX")});
    chain_.add("epa", {tests::status_change("A1", 2, proto::SUSPENDED, "2019-02-01")});
    chain_.checkpoint();
  }

  Ran run(std::vector<std::string> arguments) {
    NodeAccess access;
    access.get = [this](const std::string&) -> Get {
      return [this](const std::string& path) { return answer(path); };
    };
    arguments.insert(arguments.end(), {"--home", folder_.path().string(), "--no-input"});
    return run_cli(arguments, {}, false, access);
  }
  Json run_json(std::vector<std::string> arguments, int exit = 0) {
    arguments.insert(arguments.end(), {"-o", "json"});
    const Ran ran = run(std::move(arguments));
    EXPECT_EQ(ran.exit, exit) << ran.out << ran.err;
    return Json::parse(ran.out, nullptr, false);
  }
  // Gets a proof into a file of this name, and its path.
  std::string got(const std::string& name, std::vector<std::string> question) {
    const std::string path = (folder_ / name).string();
    question.insert(question.begin(), {"proof", "get"});
    question.insert(question.end(), {"--out", path});
    const Ran ran = run(question);
    EXPECT_EQ(ran.exit, 0) << ran.err;
    return path;
  }

  support::TemporaryFolder folder_;
  ledger::ProofChain chain_;

 private:
  crypto::Result<HttpResponse> answer(const std::string& path) {
    const node::api::View view{
        chain_.reader(), chain_.tip(), 0, std::make_shared<const node::api::NodeFacts>(), 0, 0};
    return answer_of(view, path);
  }
};

TEST_F(Proof, AnswersInOneSentenceBehindTheVerdict) {
  const std::string file =
      got("s.greenproof", {"cert/epa/smartway/A1", "--at", "2019-02-02", "--as-of-height", "2"});
  const Ran ran = run({"proof", "verify", file});

  EXPECT_EQ(ran.exit, 0);
  EXPECT_TRUE(ran.out.starts_with(
      "VALID\n"
      "How did cert/epa/smartway/A1 stand on 2019-02-02?\n"
      "It was suspended on 2019-02-02, as known at height 2 (2019-03-01T00:00:02Z).\n\n"))
      << ran.out;
  EXPECT_NE(ran.out.find("certification_status"), std::string::npos);
  EXPECT_NE(ran.out.find("signed by 4 of 4 validators and 0 trusted witnesses"), std::string::npos);
  EXPECT_NE(ran.err.find("No outside witness"), std::string::npos);
}

TEST_F(Proof, TellsProgramsTheSame) {
  const Json history = run_json({"proof", "verify", got("h", {"cert/epa/smartway/A1"})});
  EXPECT_EQ(history["schema"], "greenledger.proof-verdict/1");
  EXPECT_EQ(history["verdict"], "VALID");
  ASSERT_EQ(history["records"].size(), 2u);
  EXPECT_EQ(history["records"][1]["kind"], "certification_status");
  EXPECT_EQ(history["records"][1]["signed_by"], "epa");
  EXPECT_EQ(history["records"][1]["time"], "2019-03-01T00:00:02Z");
  EXPECT_EQ(history["head"]["height"], 2);
  EXPECT_EQ(history["head"]["cosigners"].size(), 4u);

  const Json record = run_json({"proof", "verify", got("r", {"org/epa", "--place", "1"})});
  EXPECT_EQ(record["answer"], "It is, as a founding record of the genesis file.");
  const Json absence = run_json({"proof", "verify", got("n", {"cert/epa/smartway/Z", "--absent"})});
  EXPECT_EQ(absence["answer"], "There is nothing, at height 2.");
  const Json shown = run_json({"proof", "show", (folder_ / "h").string()});
  EXPECT_EQ(shown["question"], "What is the complete history of cert/epa/smartway/A1?");
  EXPECT_EQ(shown["begins"], "at genesis");
}

TEST_F(Proof, SaysWhetherAPurchaseCountsAsGreenAndWhy) {
  chain_.add("shop", {tests::purchase("D", "1", "Acura", "ILX", "2019-02-01"),
                      tests::purchase("D", "2", "Acura", "ILX", "2019-01-31")});
  chain_.checkpoint();
  const Json late = run_json({"proof", "verify", got("l", {"purchase/shop/till/D/1", "--green"})});
  EXPECT_EQ(late["question"], "Does purchase/shop/till/D/1 count as green, and why?");
  EXPECT_EQ(late["answer"],
            "It does not count as green: out_of_validity, as known at height 3 "
            "(2019-03-01T00:00:03Z). What bears this name did not hold on the day of the purchase. "
            "This rests on cert/epa/smartway/A1.");
  EXPECT_EQ(late["join"]["outcome"], "out_of_validity");
  EXPECT_EQ(late["join"]["green"], false);
  const Json early = run_json({"proof", "verify", got("e", {"purchase/shop/till/D/2", "--green"})});
  EXPECT_EQ(early["join"]["green"], true);
  EXPECT_EQ(early["join"]["match"], "name");
  EXPECT_EQ(early["join"]["named"], Json::array({"cert/epa/smartway/A1"}));
  EXPECT_EQ(early["records"].size(), 1u);
}

TEST_F(Proof, IsInvalidWhenAByteDiffersAndOpenWhereTrustBeginsElsewhere) {
  const std::string file = got("h", {"cert/epa/smartway/A1"});
  std::string bytes = folder_.read("h");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  folder_.write("changed", bytes);
  const Json changed = run_json({"proof", "verify", (folder_ / "changed").string()}, 4);
  EXPECT_EQ(changed["verdict"], "INVALID");
  EXPECT_EQ(changed["code"], "E-BUNDLE-BYTES");
  EXPECT_EQ(run({"proof", "show", (folder_ / "changed").string()}).exit, 2);

  const std::string trust = (folder_ / "trust.json").string();
  EXPECT_EQ(run({"proof", "verify", file, "--save-trust", trust}).exit, 0);
  EXPECT_TRUE(run_json({"proof", "verify", file, "--trust", trust})["warnings"].empty());
  chain_.add("epa", {tests::certification("A2", "Acura", "RDX")});
  chain_.checkpoint();
  const std::string later = got("l", {"cert/epa/smartway/A2", "--trust", trust});
  const Json resumed = run_json({"proof", "verify", later, "--trust", trust});
  // As the JavaScript verifier keeps it, which knows no anchor of epoch 0.
  const std::string other = (folder_ / "other.json").string();
  Json kept = Json::parse(std::ifstream(trust));
  ASSERT_EQ(kept["epoch"], 0);
  kept["anchor"] = "";
  std::ofstream(other) << kept;
  EXPECT_EQ(run_json({"proof", "verify", later, "--trust", other}), resumed);
  EXPECT_EQ(resumed["verdict"], "VALID");
  EXPECT_TRUE(resumed["warnings"].empty());
  const Json unknown = run_json({"proof", "verify", later}, 9);
  EXPECT_EQ(unknown["verdict"], "COULD NOT DECIDE");
  EXPECT_EQ(unknown["code"], "E-BUNDLE-START");
  // The chain's clock stands in 2019.
  EXPECT_EQ(run_json({"proof", "verify", later, "--trust", trust, "--max-age", "24"}, 9)["code"],
            "E-BUNDLE-OLD");
}

TEST_F(Proof, AsksForWitnesses) {
  const std::string file = got("h", {"cert/epa/smartway/A1"});
  const Json few = run_json({"proof", "verify", file, "--witnesses-min", "1"}, 9);
  EXPECT_EQ(few["code"], "E-BUNDLE-WITNESSES");
  EXPECT_EQ(run({"proof", "verify", file, "--witness", "no key"}).exit, 2);
}

TEST_F(Proof, SaysWhatIsWrongWithAQuestion) {
  EXPECT_EQ(run({"proof", "get", "cert/epa/smartway/A1", "--place", "1", "--absent"}).exit, 2);
  EXPECT_EQ(run({"proof", "get", "cert/epa/smartway/A1", "--as-of-height", "1"}).exit, 2);
  EXPECT_EQ(run({"proof", "get", "cert/epa/smartway/A1", "--at", "2019-01-01", "--green"}).exit, 2);
  EXPECT_EQ(run({"proof", "get", "cert/epa/smartway/A1", "--green"}).exit, 2);
  EXPECT_EQ(run({"proof", "get", "purchase/shop/till/D/9", "--green"}).exit, 5);
  EXPECT_EQ(run({"proof", "get", "cert/epa/smartway/Z9"}).exit, 5);
  EXPECT_EQ(run({"proof", "get", "cert/epa/smartway/A1", "--absent"}).exit, 6);
  EXPECT_EQ(run({"proof", "verify", (folder_ / "none").string()}).exit, 2);
  EXPECT_EQ(run({"proof", "get", "org/epa", "--trust", (folder_ / "genesis.json").string()}).exit,
            2);
}

TEST_F(Proof, ExportsOnlyWhatIsValid) {
  const std::string file = got("e.greenproof", {"cert/epa/smartway/A1"});
  const std::string parts = (folder_ / "parts").string();
  const Json files = run_json({"proof", "export", file, parts})["items"];
  ASSERT_GE(files.size(), 5u);
  EXPECT_EQ(files[0]["file"], parts + "/checkpoint");
  EXPECT_EQ(files[1]["file"], parts + "/policy");
  std::string bytes;
  {
    std::ifstream in(file, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  // An entry's file holds what the proof holds.
  std::ifstream entry(files[2]["file"].get<std::string>(), std::ios::binary);
  const std::string entry_bytes{std::istreambuf_iterator<char>(entry), {}};
  EXPECT_FALSE(entry_bytes.empty());
  EXPECT_NE(bytes.find(entry_bytes), std::string::npos);

  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  folder_.write("altered.greenproof", bytes);
  const Ran ran = run(
      {"proof", "export", (folder_ / "altered.greenproof").string(), (folder_ / "none").string()});
  EXPECT_EQ(ran.exit, 4) << ran.err;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "none"));
}

}  // namespace
}  // namespace tools

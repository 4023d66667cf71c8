#include "ledger/chain/digest.h"
#include "ledger/chain/open.h"
#include "ledger/chain/rocks_store.h"
#include "tests/tools/cli/noun_fixture.h"
#include "tools/cli/record_json.h"

namespace tools {
namespace {

constexpr const char* kEco =
    R"({"id": "eco", "scheme": {"name": "Eco", "iso_type": "TYPE_I", "basis": "PUBLIC_AUTHORITY",
        "categories": [{"list": "CPV", "code": "39"}], "levels": ["gold", "silver"]}})";

class SchemeNoun : public NounTest {};

TEST_F(SchemeNoun, AddRecordsTheSchemesOfAFileOnce) {
  const std::string file = folder_.write("eco.json", kEco).string();

  EXPECT_EQ(run_json({"scheme", "add", file, "--org", "epa"})["state"], "recorded");
  EXPECT_EQ(run_json({"scheme", "add", file, "--org", "epa"})["state"], "already recorded");
  EXPECT_EQ(newest("scheme/epa/eco").place(), 1u);
}

TEST_F(SchemeNoun, AddWritesAChangedSchemeAnew) {
  const std::string file = folder_.write("eco.json", kEco).string();
  ASSERT_EQ(run({"scheme", "add", file, "--org", "epa"}).exit, 0);
  std::string text = kEco;
  text.replace(text.find("\"gold\""), 6, "\"best\"");
  folder_.write("eco.json", text);

  const Json outcome = run_json({"scheme", "add", file, "--org", "epa"});

  EXPECT_EQ(outcome["state"], "recorded");
  EXPECT_EQ(outcome["place"], 2);
  EXPECT_EQ(newest("scheme/epa/eco").scheme().levels(0), "best");
}

TEST_F(SchemeNoun, AddTellsOfEachSchemeOfAFile) {
  const std::string two = folder_
                              .write("two.json", std::string("[") + kEco + "," +
                                                     R"({"owner": "epa", "id": "none",
                                                         "scheme": {"name": "x"}}])")
                              .string();

  const Ran ran = run({"scheme", "add", two, "--org", "epa"});

  EXPECT_EQ(ran.exit, 6);
  EXPECT_NE(ran.err.find("scheme/epa/none scheme.iso_type"), std::string::npos) << ran.err;
  EXPECT_EQ(node_.submissions_taken(), 0);
}

TEST_F(SchemeNoun, RecognitionIsForTheMembersToSign) {
  std::string text = kEco;
  text.replace(text.find("\"levels\""), 8, "\"recognised_by\": \"vote 7\", \"levels\"");
  const std::string file = folder_.write("eco.json", text).string();
  const std::string proposal = (folder_ / "eco.proposal.json").string();

  EXPECT_EQ(fail({"scheme", "add", file, "--org", "epa"}),
            std::pair(std::string("E-SIGNATURES"), 6));
  ASSERT_EQ(run({"scheme", "add", file, "--org", "epa", "--propose", proposal}).exit, 0);
  EXPECT_EQ(node_.submissions_taken(), 0);
  for (const char* id : {"acme", "epa", "shop"}) {
    ASSERT_EQ(run_offline({"org", "admit", "--sign", proposal, "--org", id}).exit, 0);
  }
  ASSERT_EQ(run({"org", "admit", proposal, "--org", "epa"}).exit, 0);
  EXPECT_EQ(newest("scheme/epa/eco").scheme().recognised_by(), "vote 7");
}

TEST_F(SchemeNoun, ShowAndListAreReadable) {
  ASSERT_EQ(run({"scheme", "add", folder_.write("eco.json", kEco).string(), "--org", "epa"}).exit,
            0);

  EXPECT_EQ(run({"scheme", "list"}).out,
            "SCHEME               NAME      TYPE    BASIS             RECOGNISED BY\n"
            "scheme/epa/eco       Eco       TYPE_I  PUBLIC_AUTHORITY\n"
            "scheme/epa/smartway  SmartWay  TYPE_I  PUBLIC_AUTHORITY  genesis\n");
  EXPECT_EQ(run({"scheme", "show", "epa/eco"}).out,
            "scheme         scheme/epa/eco\n"
            "name           Eco\n"
            "type           TYPE_I\n"
            "basis          PUBLIC_AUTHORITY\n"
            "recognised by  nobody: it counts in no share\n"
            "categories     CPV:39\n"
            "levels         gold, silver\n"
            "records        1\n"
            "as of height   1\n");
  EXPECT_EQ(run_json({"scheme", "list", "--owner", "acme"})["items"].size(), 0u);
  EXPECT_EQ(fail({"scheme", "show", "epa/none"}), std::pair(std::string("E-NOT-FOUND"), 5));
}

class LedgerNoun : public NounTest {};

TEST_F(LedgerNoun, DigestOfANodeIsThatOfItsRecords) {
  node_.chain().add(
      {tests::submission(genesis_, "epa", {tests::certification("n1", "Acme", "A1")})});
  node_.chain().add({tests::submission(genesis_, "shop", {tests::purchase("1", "1", "A", "B")})});
  const ledger::ChainReader reader = node_.chain().reader();

  const Json now = run_json({"ledger", "digest"});
  const Json before = run_json({"ledger", "digest", "--as-of-height", "1"});

  EXPECT_EQ(now["schema"], "greenledger.digest/1");
  EXPECT_EQ(now["digest"], ledger::ledger_digest(reader, 2)->digest.hex());
  EXPECT_EQ(now["records"], genesis_.records.size() + 2);
  EXPECT_EQ(before["digest"], ledger::ledger_digest(reader, 1)->digest.hex());
  EXPECT_EQ(fail({"ledger", "digest", "--as-of-height", "3"}).second, 5);
}

TEST_F(LedgerNoun, DigestOfAFolderIsThatOfTheNode) {
  const std::filesystem::path home = folder_ / "node";
  std::filesystem::create_directories(home);
  folder_.write("node/genesis.json", genesis_.file);
  {
    ledger::RocksOptions options;
    options.path = (home / "db").string();
    options.network_id = genesis_.network_id;
    auto store = ledger::RocksStore::open(options);
    ASSERT_TRUE(store.has_value()) << store.error().message;
    ASSERT_TRUE(ledger::open_chain(**store, genesis_, {}).has_value());
  }

  const Json folder = run_json({"ledger", "digest", "--data", home.string()});

  EXPECT_EQ(folder["digest"], run_json({"ledger", "digest"})["digest"]);
  EXPECT_EQ(run({"ledger", "digest", "--data", (folder_ / "none").string()}).exit, 10);
}

class NodeNoun : public NounTest {};

TEST_F(NodeNoun, StatusNamesNetworkHeightAndRoots) {
  const Json status = run_json({"node", "status"});

  EXPECT_EQ(status["schema"], "greenledger.status/1");
  EXPECT_EQ(status["network_id"], genesis_.network_id.hex());
  EXPECT_EQ(status["height"], 0);
  EXPECT_EQ(status["tree_size"], 7);
  EXPECT_EQ(status["tree_root"], node_.chain().tip().tree_root.hex());
  EXPECT_EQ(status["state_root"], node_.chain().tip().seal.state_root.hex());
  EXPECT_EQ(status["records"], 6);
}

}  // namespace
}  // namespace tools

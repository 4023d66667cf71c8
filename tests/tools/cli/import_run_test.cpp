#include "tools/cli/import_run.h"

#include <gtest/gtest.h>

#include "ledger/records/rules.h"
#include "tests/support/fake_node.h"
#include "tests/tools/import/import_files.h"
#include "tools/import/ready_mappings.h"

namespace tools {
namespace {

using Fault = tests::FakeNode::Fault;

std::string shop_rows(int count) {
  std::string text = "Buyer,Day,Item,Count\n";
  for (int row = 1; row <= count; ++row) {
    const std::string count_text = row % 50 == 0 ? "0" : "1";
    const std::string day = row % 75 == 0 ? "soon" : "2019-02-01";
    text += "Town," + day + ",Item " + std::to_string(row % 40) + "," + count_text + "\n";
  }
  return text;
}

class ImportRunTest : public testing::Test {
 protected:
  // Each is made a second after the one before, so that their submissions differ.
  Submitter submitter(const std::string& organisation = "shop") {
    SubmitOptions options = node.options();
    const std::uint64_t unix_ms = options.unix_ms() + 1000 * submitters++;
    options.unix_ms = [unix_ms] { return unix_ms; };
    return {Signer{node.chain().genesis().network_id, organisation,
                   tests::key_named(organisation + "/operation")},
            std::move(options)};
  }

  Importer importer(const std::string& input) {
    ImportOptions options = options_for(input);
    options.check = ledger::check;
    options.batch_records = 10;
    Result<Importer> made = Importer::open(mapping_of(kShopMapping), options);
    EXPECT_TRUE(made.has_value());
    return std::move(*made);
  }

  Result<ImportEnd> run(Importer& reader, const std::string& organisation = "shop") {
    const Submitter client = submitter(organisation);
    ImportRunOptions options;
    options.pipeline.connections = 3;
    return run_import(reader, client, options);
  }

  ImportFolder folder;
  std::uint64_t submitters = 0;
  tests::FakeNode node{tests::make_genesis([](std::vector<proto::Record>& records) {
    for (proto::Record& record : records) {
      if (!record.has_scheme()) continue;
      record.mutable_scheme()->add_levels("SmartWay");
      record.mutable_scheme()->add_levels("SmartWay Elite");
    }
  })};
};

TEST_F(ImportRunTest, RecordsGoodRowsAndRejectsTheOthers) {
  const std::string input = folder.write("shop.csv", shop_rows(300));
  Importer reader = importer(input);

  const Result<ImportEnd> end = run(reader);

  ASSERT_TRUE(end.has_value());
  const ImportCounts counts = reader.progress().settled;
  // Of 300 rows 6 have no quantity and 4 no date; rows 150 and 300 have neither.
  EXPECT_EQ(counts.recorded, 292U);
  EXPECT_EQ(counts.rejected, 8U);
  EXPECT_EQ(counts.codes, (Notes{{"E-DATE-FORMAT", 4}, {"E-QTY", 4}}));
  EXPECT_TRUE(counts.finished);
}

TEST_F(ImportRunTest, RecordsNothingTwice) {
  const std::string input = folder.write("shop.csv", shop_rows(100));
  Importer first = importer(input);
  ASSERT_TRUE(run(first).has_value());
  const std::uint64_t size = node.chain().tip().tree_size;

  Importer second = importer(input);
  ASSERT_TRUE(run(second).has_value());

  EXPECT_EQ(second.progress().settled.recorded, 0U);
  EXPECT_EQ(second.progress().settled.already, first.progress().settled.recorded);
  EXPECT_EQ(node.chain().tip().tree_size, size);
}

TEST_F(ImportRunTest, GoesOnAfterTheNodeWasGone) {
  const std::string input = folder.write("shop.csv", shop_rows(200));
  // Longer than the client tries: every later request of the first run fails.
  std::deque<Fault> faults(3, Fault::none);
  faults.insert(faults.end(), 2000, Fault::unreachable);
  node.fail_with(std::move(faults));
  Importer first = importer(input);
  const Result<ImportEnd> broken = run(first);
  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(broken.error().code, "E-NODE-UNREACHABLE");
  node.fail_with({});

  Importer second = importer(input);
  EXPECT_EQ(second.resumed_through(), first.progress().settled.through);
  ASSERT_TRUE(run(second).has_value());

  const ImportCounts counts = second.progress().settled;
  EXPECT_EQ(counts.recorded + counts.already, 195U);
  EXPECT_EQ(counts.rejected, 5U);
}

TEST_F(ImportRunTest, GivesRowsThatTheLedgerRefusesBackWithTheirColumn) {
  // acme is no recorder.
  std::string toml = kShopMapping;
  toml.replace(toml.find("recorder = \"shop\""), 17, "recorder = \"acme\"");
  ImportOptions options = options_for(folder.write("shop.csv", shop_rows(3)));
  options.check = ledger::check;
  Result<Importer> reader = Importer::open(mapping_of(toml), options);
  ASSERT_TRUE(reader.has_value());

  ASSERT_TRUE(run(*reader, "acme").has_value());

  EXPECT_EQ(reader->progress().settled.codes, (Notes{{"E-ROLE", 3}}));
  EXPECT_NE(folder.read("shop.rejects.csv").find("\nTown,2019-02-01,Item 1,1,1,E-ROLE,"),
            std::string::npos);
}

TEST_F(ImportRunTest, StopsWhenTooManyRowsAreRejected) {
  std::string text = "Buyer,Day,Item,Count\n";
  for (int row = 0; row < 3000; ++row) text += "Town,soon,Desk,1\n";
  Importer reader = importer(folder.write("shop.csv", text));
  const Submitter client = submitter();

  ImportRunOptions options;
  options.rejected_max = 100;

  const Result<ImportEnd> end = run_import(reader, client, options);

  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(*end, ImportEnd::too_many_rejected);
  EXPECT_GT(reader.progress().settled.rejected, 100U);
  EXPECT_LT(reader.progress().settled.rejected, 3000U);
  EXPECT_FALSE(reader.progress().settled.finished);
}

TEST_F(ImportRunTest, LoadsARealRegister) {
  Result<Mapping> mapping = read_mapping_named(
      "smartway", {{"certifier", "epa"}, {"scheme_subject", "scheme/epa/smartway"}});
  ASSERT_TRUE(mapping.has_value());
  ImportOptions options = options_for(std::string(DATA_DIR) + "/smartway_2018.csv");
  options.journal.clear();
  options.check = ledger::check;
  Result<Importer> reader = Importer::open(std::move(*mapping), options);
  ASSERT_TRUE(reader.has_value());

  ASSERT_TRUE(run(*reader, "epa").has_value());

  EXPECT_EQ(reader->progress().settled.recorded, 2682U);
  EXPECT_EQ(reader->progress().settled.rejected, 0U);
}

TEST_F(ImportRunTest, ChecksAFileWithoutANode) {
  const std::string input = folder.write("shop.csv", shop_rows(100));
  ImportOptions options = options_for(input);
  options.journal.clear();
  options.check = ledger::check;
  Result<Importer> reader = Importer::open(mapping_of(kShopMapping), options);
  ASSERT_TRUE(reader.has_value());
  std::vector<std::uint64_t> rows;

  ASSERT_TRUE(check_import(*reader, [&](const RejectedRow& row) {
                rows.push_back(row.number);
              }).has_value());

  EXPECT_EQ(rows, (std::vector<std::uint64_t>{50, 75, 100}));
  EXPECT_EQ(reader->progress().settled.recorded, 97U);
  EXPECT_TRUE(node.paths().empty());
}

}  // namespace
}  // namespace tools

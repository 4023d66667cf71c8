#include "tools/import/importer.h"

#include <gtest/gtest.h>

#include "tests/tools/import/import_files.h"
#include "tools/import/codes.h"

namespace tools {
namespace {

const std::string kHeader = "Buyer,Day,Item,Count\n";

std::vector<std::string> descriptions(const std::vector<proto::Record>& records) {
  std::vector<std::string> out;
  for (const proto::Record& record : records) {
    out.push_back(record.purchase().product().description());
  }
  return out;
}

std::vector<std::string> subjects(const std::vector<proto::Record>& records) {
  std::vector<std::string> out;
  for (const proto::Record& record : records) out.push_back(record.subject());
  std::sort(out.begin(), out.end());
  return out;
}

TEST(Importer, TurnsRowsIntoRecords) {
  const ImportFolder folder;
  const std::string input =
      folder.write("shop.csv", kHeader + "Town,2020-01-02,Desk,3\nTown,2020-01-03,Chair,12\n");

  const ImportRun run = run_import(kShopMapping, options_for(input));

  EXPECT_EQ(descriptions(run.records), (std::vector<std::string>{"Desk", "Chair"}));
  EXPECT_EQ(run.counts.recorded, 2U);
  EXPECT_EQ(run.counts.through, 2U);
  EXPECT_TRUE(run.counts.finished);
  // SHA-256 of "Town,2020-01-02,Desk,3", by sha256sum.
  EXPECT_EQ(run.records[0].subject(), "purchase/shop/till/14101dce97529776-1/1");
  EXPECT_FALSE(folder.has("shop.rejects.csv"));
}

TEST(Importer, TakesAFileThatHoldsOnlyItsHeader) {
  const ImportFolder folder;

  const ImportRun run = run_import(kShopMapping, options_for(folder.write("shop.csv", kHeader)));

  EXPECT_TRUE(run.records.empty());
  EXPECT_EQ(run.counts.through, 0U);
}

TEST(Importer, ReadsEveryEncodingAlike) {
  const ImportFolder folder;
  const std::string utf8 = kHeader + "Caf\xC3\xA9,2020-01-02,Desk,3\n";
  std::string utf16 = "\xFF\xFE";
  for (const char c : kHeader + "Caf") utf16 += std::string{c, '\0'};
  utf16 += std::string("\xE9\0", 2);
  for (const char c : std::string(",2020-01-02,Desk,3\n")) utf16 += std::string{c, '\0'};

  for (const std::string& bytes :
       {utf8, "\xEF\xBB\xBF" + utf8, kHeader + "Caf\xE9,2020-01-02,Desk,3\n", utf16}) {
    const ImportRun run = run_import(kShopMapping, options_for(folder.write("shop.csv", bytes)));
    ASSERT_EQ(run.records.size(), 1U);
    EXPECT_EQ(run.records[0].purchase().buyer().name(), "Caf\xC3\xA9");
  }
}

TEST(Importer, WritesFaultyRowsToTheRejectsFileAndGoesOn) {
  const ImportFolder folder;
  const std::string input = folder.write(
      "shop.csv",
      "Buyer;Day;Item;Count\r\nTown;2020-01-02;Desk;3\r\nTown;soon;\"Desk; big\";x\r\n"
      "Town;2020-01-02;Lamp\r\nTown;2020-01-02;\"Lamp\"s;1\r\nTown;2020-01-05;Bin;1\r\n");

  const ImportRun run = run_import(kShopMapping, options_for(input));

  EXPECT_EQ(descriptions(run.records), (std::vector<std::string>{"Desk", "Bin"}));
  EXPECT_EQ(run.counts.rejected, 3U);
  EXPECT_EQ(run.counts.codes,
            (Notes{{"E-CSV-COLUMNS", 1}, {"E-CSV-QUOTE", 1}, {"E-DATE-FORMAT", 1}}));
  EXPECT_EQ(
      folder.read("shop.rejects.csv"),
      "Buyer;Day;Item;Count;reject_row;reject_code;reject_field;reject_message;reject_hint\r\n"
      "Town;soon;\"Desk; big\";x;2;E-DATE-FORMAT;Day;"
      "\"\"\"soon\"\" is no date in the format YYYY-MM-DD. Count: \"\"x\"\" is not a number.\";"
      "Write the date in one of the formats that the mapping lists, or add its format.\r\n"
      "Town;2020-01-02;Lamp;;3;E-CSV-COLUMNS;;\"The row on line 4 has 3 cells; the header has 4.\";"
      "\"Give the row as many cells as the header; quote cells that hold delimiters.\"\r\n"
      "\"Town;2020-01-02;\"\"Lamp\"\"s;1\";;;;4;E-CSV-QUOTE;;"
      "There is text behind a closing quotation mark in the row that starts on line 5.;"
      "Close the quotation mark, and write a quotation mark inside a cell twice.\r\n");
}

TEST(Importer, GivesRejectsBackInTheEncodingOfTheInput) {
  const ImportFolder folder;
  const std::string input =
      folder.write("shop.csv", kHeader + "Caf\xE9,soon,Caf\xE9,1\nTown,2020-01-01,Caf\xE9,1\n");

  run_import(kShopMapping, options_for(input));

  EXPECT_NE(folder.read("shop.rejects.csv").find("\nCaf\xE9,soon,Caf\xE9,1,1,E-DATE-FORMAT,Day,"),
            std::string::npos);
}

TEST(Importer, RejectsRowsThatBreakTheRulesOfRecords) {
  const ImportFolder folder;
  ImportOptions options =
      options_for(folder.write("shop.csv", kHeader + "Town,2020-01-02,Desk,0\nTown,2020,Desk,1\n"));
  options.check = [](const proto::Record& record) {
    Faults faults;
    if (record.purchase().quantity() == "0") {
      faults.emplace_back(RejectCode{"E-QTY", "h"}, "purchase.quantity", "The quantity is zero.");
    }
    return faults;
  };

  const ImportRun run = run_import(kShopMapping, options);

  EXPECT_EQ(run.counts.codes, (Notes{{"E-DATE-FORMAT", 1}, {"E-QTY", 1}}));
  EXPECT_NE(folder.read("shop.rejects.csv").find(",1,E-QTY,Count,The quantity is zero.,h\n"),
            std::string::npos);
}

TEST(Importer, KeepsEqualRowsApartAndTheirNamesWhateverTheOrder) {
  const ImportFolder folder;
  const std::string desk = "Town,2020-01-02,Desk,3\n";
  const std::string lamp = "Town,2020-01-02,Lamp,1\n";

  const ImportRun first =
      run_import(kShopMapping, options_for(folder.write("a.csv", kHeader + desk + desk + lamp)));
  const ImportRun other =
      run_import(kShopMapping, options_for(folder.write("b.csv", kHeader + lamp + desk + desk)));
  const ImportRun longer = run_import(
      kShopMapping, options_for(folder.write("c.csv", kHeader + desk + lamp + desk + desk)));

  EXPECT_EQ(first.records.size(), 3U);
  EXPECT_NE(first.records[0].subject(), first.records[1].subject());
  EXPECT_EQ(subjects(first.records), subjects(other.records));
  std::vector<std::string> added;
  const std::vector<std::string> before = subjects(first.records);
  const std::vector<std::string> after = subjects(longer.records);
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                      std::back_inserter(added));
  EXPECT_EQ(added.size(), 1U);
}

const std::string kRegisterMapping = R"(
schema = "greenledger.mapping/1"
title = "Register"
[columns]
number = "Number"
brand = "Brand"
model = "Model"
grade = "Grade"
[group]
by = "{number}"
append = ["products"]
first = ["holder"]
[[record]]
kind = "certification"
subject = ["cert", "body", "label", "{number}"]
[record.fields]
"holder.name" = "{brand}"
level = "{grade}"
[[record.repeat]]
list = "products"
[record.repeat.fields]
brand = "{brand}"
model = "{model}"
)";

TEST(Importer, MergesNeighbouringRowsOfOneGroup) {
  const ImportFolder folder;
  const std::string input = folder.write(
      "register.csv",
      "Number,Brand,Model,Grade\n1,A,x,5\n1,B,y,5\n1,A,x,5\n2,A,x,5\n1,A,z,4\n3,A,x,5\n3,A,y,4\n");

  const ImportRun run = run_import(kRegisterMapping, options_for(input));

  ASSERT_EQ(run.records.size(), 3U);
  const proto::Certification& first = run.records[0].certification();
  EXPECT_EQ(first.holder().name(), "A");
  ASSERT_EQ(first.products_size(), 2);
  EXPECT_EQ(first.products(1).brand(), "B");
  EXPECT_EQ(run.counts.recorded, 5U);
  // Row 5 stands apart from its group and says something else; row 7 differs in its grade.
  EXPECT_EQ(run.counts.codes, (Notes{{"E-GROUP-DIFFERS", 1}, {"E-ROW-CONFLICT", 1}}));
  const std::string rejects = folder.read("register.rejects.csv");
  EXPECT_NE(rejects.find("\n1,A,z,4,5,E-ROW-CONFLICT,Number,Row 1 says something else"),
            std::string::npos)
      << rejects;
  EXPECT_NE(rejects.find("\n3,A,y,4,7,E-GROUP-DIFFERS,Grade,The row belongs with row 6"),
            std::string::npos)
      << rejects;
}

TEST(Importer, CountsARowThatRepeatsAnotherAsAlreadyThere) {
  const ImportFolder folder;
  const std::string input =
      folder.write("register.csv", "Number,Brand,Model,Grade\n1,A,x,5\n2,A,x,5\n1,A,x,5\n");

  const ImportRun run = run_import(kRegisterMapping, options_for(input));

  EXPECT_EQ(run.records.size(), 2U);
  EXPECT_EQ(run.counts.recorded, 2U);
  EXPECT_EQ(run.counts.already, 1U);
}

TEST(Importer, CountsWhatTheMappingLeavesOutAndBlankRows) {
  const ImportFolder folder;
  const std::string input = folder.write(
      "shop.csv",
      kHeader + "Town,2020-01-02,Desk,3\n,,,\nTown,,Total,3\n\nTown,2020-01-02,Bin,1\n");

  const ImportRun run =
      run_import(kShopMapping + "[[skip]]\nwhen = { item = \"Total\" }\nreason = \"sum\"\n",
                 options_for(input));

  EXPECT_EQ(run.counts.recorded, 2U);
  EXPECT_EQ(run.counts.skips, (Notes{{"blank row", 1}, {"sum", 1}}));
  EXPECT_EQ(run.counts.through, 4U);
}

// ---- batches and what becomes of them --------------------------------------------------------

std::string many_rows(int count) {
  std::string text = kHeader;
  for (int row = 1; row <= count; ++row) {
    const std::string day = row % 10 == 0 ? "soon" : "2020-01-02";
    text += "Town," + day + ",Item " + std::to_string(row) + ",1\n";
  }
  return text;
}

TEST(Importer, FillsBatchesToTheirBound) {
  const ImportFolder folder;
  ImportOptions options = options_for(folder.write("shop.csv", many_rows(25)));
  options.batch_records = 10;
  Result<Importer> importer = Importer::open(mapping_of(kShopMapping), options);
  ASSERT_TRUE(importer.has_value());

  std::vector<std::size_t> sizes;
  for (auto batch = importer->next(); batch->has_value(); batch = importer->next()) {
    sizes.push_back((*batch)->records().size());
  }

  EXPECT_EQ(sizes, (std::vector<std::size_t>{10, 10, 3}));
}

TEST(Importer, SettlesByWhatTheLedgerAnswers) {
  const ImportFolder folder;
  const std::string input = folder.write(
      "shop.csv", kHeader + "A,2020-01-02,Desk,3\nB,2020-01-02,Lamp,3\nC,2020-01-02,Bin,3\n");
  Result<Importer> importer = Importer::open(mapping_of(kShopMapping), options_for(input));
  ASSERT_TRUE(importer.has_value());
  const Result<std::optional<ImportBatch>> batch = importer->next();
  using State = RecordOutcome::State;
  const Reject refused(RejectCode{"E-MANDATE", "ask"}, "purchase.buyer.name", "Not for C.");

  ASSERT_TRUE(
      importer
          ->settle(**batch,
                   {{State::recorded, {}}, {State::already, {}}, {State::rejected, refused}})
          .has_value());

  const ImportCounts counts = importer->progress().settled;
  EXPECT_EQ(counts.recorded, 1U);
  EXPECT_EQ(counts.already, 1U);
  EXPECT_EQ(counts.rejected, 1U);
  EXPECT_NE(
      folder.read("shop.rejects.csv").find("C,2020-01-02,Bin,3,3,E-MANDATE,Buyer,Not for C.,ask"),
      std::string::npos);
}

// Runs until `batches` are settled, as if the process then died; one more batch is under way.
void run_partly(const std::string& toml, const ImportOptions& options, int batches) {
  Result<Importer> importer = Importer::open(mapping_of(toml), options);
  ASSERT_TRUE(importer.has_value());
  for (int at = 0; at < batches; ++at) {
    const Result<std::optional<ImportBatch>> batch = importer->next();
    ASSERT_TRUE(batch.has_value() && batch->has_value());
    const std::vector<RecordOutcome> outcomes((*batch)->records().size());
    ASSERT_TRUE(importer->settle(**batch, outcomes).has_value());
  }
  ASSERT_TRUE(importer->next().has_value());
}

TEST(Importer, GoesOnWhereItWasStoppedAtEveryBatch) {
  const ImportFolder folder;
  ImportOptions whole_options = options_for(folder.write("whole.csv", many_rows(47)));
  whole_options.batch_records = 5;
  const ImportRun whole = run_import(kShopMapping, whole_options);
  const std::string wanted = folder.read("whole.rejects.csv");
  ASSERT_EQ(whole.counts.rejected, 4U);

  for (int stop = 0; stop <= 8; ++stop) {
    const std::string name = "part" + std::to_string(stop);
    ImportOptions options = options_for(folder.write(name + ".csv", many_rows(47)));
    options.batch_records = 5;
    run_partly(kShopMapping, options, stop);

    const ImportRun rest = run_import(kShopMapping, options);

    EXPECT_EQ(rest.records.size(), 43U - static_cast<std::size_t>(stop) * 5) << stop;
    EXPECT_EQ(rest.counts, whole.counts) << stop;
    EXPECT_EQ(folder.read(name + ".rejects.csv"), wanted) << stop;
  }
}

TEST(Importer, GoesOnFromTheLastCheckpoint) {
  const ImportFolder folder;
  ImportOptions options = options_for(folder.write("shop.csv", many_rows(47)));
  options.batch_records = 5;
  options.settles_per_checkpoint = 3;
  run_partly(kShopMapping, options, 5);

  const ImportRun rest = run_import(kShopMapping, options);

  EXPECT_EQ(rest.records.size(), 43U - 15U);
  EXPECT_EQ(rest.counts.recorded, 43U);
  EXPECT_EQ(rest.counts.rejected, 4U);
}

TEST(Importer, ThrowsAwayRejectsThatTheJournalDoesNotKnow) {
  const ImportFolder folder;
  ImportOptions options = options_for(folder.write("shop.csv", many_rows(30)));
  options.batch_records = 10;
  run_partly(kShopMapping, options, 1);
  const std::string known = folder.read("shop.rejects.csv");
  folder.write("shop.rejects.csv", known + "half a li");
  folder.write("shop.csv.journal", folder.read("shop.csv.journal") + "{\"through\":99");

  const ImportRun rest = run_import(kShopMapping, options);

  EXPECT_EQ(rest.resumed_through, 11U);
  EXPECT_EQ(rest.counts.rejected, 3U);
  EXPECT_EQ(folder.read("shop.rejects.csv").find("half a li"), std::string::npos);
}

TEST(Importer, StartsAnewWhenInputMappingOrNetworkIsAnother) {
  const ImportFolder folder;
  ImportOptions options = options_for(folder.write("shop.csv", many_rows(30)));
  options.batch_records = 10;

  run_partly(kShopMapping, options, 1);
  EXPECT_EQ(run_import(kShopMapping + "# another\n", options).resumed_through, 0U);
  run_partly(kShopMapping, options, 1);
  options.network = "bb";
  EXPECT_EQ(run_import(kShopMapping, options).resumed_through, 0U);
  run_partly(kShopMapping, options, 1);
  folder.write("shop.csv", many_rows(31));
  const ImportRun run = run_import(kShopMapping, options);
  EXPECT_EQ(run.resumed_through, 0U);
  EXPECT_EQ(run.counts.through, 31U);
}

TEST(Importer, KeepsAMendedRejectsFileWhenTheWholeImportIsRunAgain) {
  const ImportFolder folder;
  const ImportOptions options = options_for(folder.write("shop.csv", many_rows(30)));
  run_import(kShopMapping, options);
  const std::string rejects = folder.read("shop.rejects.csv");
  folder.write("shop.rejects.csv", "mended by hand");

  const ImportRun again = run_import(kShopMapping, options);

  EXPECT_EQ(again.records.size(), 27U);
  EXPECT_EQ(folder.read("shop.rejects.csv"), rejects);
  EXPECT_EQ(folder.read("shop.rejects.csv~"), "mended by hand");
}

TEST(Importer, WritesNothingInADryRun) {
  const ImportFolder folder;
  ImportOptions options = options_for(folder.write("shop.csv", many_rows(30)));
  options.journal.clear();

  const ImportRun run = run_import(kShopMapping, options);

  EXPECT_EQ(run.counts.rejected, 3U);
  EXPECT_FALSE(folder.has("shop.csv.journal"));
  EXPECT_FALSE(folder.has("shop.rejects.csv"));
}

// ---- retry -----------------------------------------------------------------------------------

TEST(Importer, TakesAMendedRejectsFile) {
  const ImportFolder folder;
  const std::string input = folder.write(
      "shop.csv", kHeader + "Town,2020-01-02,Desk,3\nTown,soon,Desk,3\nTown,soon,Lamp,1\n");
  const ImportRun first = run_import(kShopMapping, options_for(input));
  std::string rejects = folder.read("shop.rejects.csv");
  // The mended row is equal to the first row of the input and yet another purchase.
  rejects.replace(rejects.find("soon,Desk"), 9, "2020-01-02,Desk");
  ImportOptions options = options_for(folder.write("shop.rejects.csv", rejects));
  options.retry_of = *retried_path(options.input);

  const ImportRun retry = run_import(kShopMapping, options);

  ASSERT_EQ(retry.records.size(), 1U);
  EXPECT_NE(retry.records[0].subject(), first.records[0].subject());
  EXPECT_EQ(retry.counts.rejected, 1U);
  const std::string left = folder.read("shop.rejects-2.csv");
  EXPECT_EQ(
      left.substr(0, left.find('\n') + 1),
      "Buyer,Day,Item,Count,reject_row,reject_code,reject_field,reject_message,reject_hint\n");
  EXPECT_NE(left.find("\nTown,soon,Lamp,1,3,E-DATE-FORMAT,Day,"), std::string::npos) << left;
}

TEST(Importer, GivesAnUnchangedRowItsNameAgainInARetry) {
  const ImportFolder folder;
  const std::string row = "Town,2020-01-02,Desk,3\n";
  const std::string input = folder.write("shop.csv", kHeader + row + row + row);
  const ImportRun first = run_import(kShopMapping, options_for(input));
  const std::string rejects =
      "Buyer,Day,Item,Count,reject_row,reject_code,reject_field,reject_message,reject_hint\n"
      "Town,2020-01-02,Desk,3,2,E-SCHEME,,later,wait\n";
  ImportOptions options = options_for(folder.write("shop.rejects.csv", rejects));
  options.retry_of = input;

  const ImportRun retry = run_import(kShopMapping, options);

  ASSERT_EQ(retry.records.size(), 1U);
  EXPECT_EQ(retry.records[0].subject(), first.records[1].subject());
}

TEST(Importer, TellsARejectsFileFromAnother) {
  const ImportFolder folder;
  const std::string plain = folder.write("shop.csv", kHeader);
  const std::string rejects = folder.write(
      "shop.rejects.csv",
      "Buyer,Day,Item,Count,reject_row,reject_code,reject_field,reject_message,reject_hint\n");
  ImportOptions options = options_for(rejects);
  EXPECT_EQ(Importer::open(mapping_of(kShopMapping), options).error().code, "E-RETRY");
  options.retry_of = plain;
  EXPECT_TRUE(Importer::open(mapping_of(kShopMapping), options).has_value());
  options = options_for(plain);
  options.retry_of = plain;
  EXPECT_EQ(Importer::open(mapping_of(kShopMapping), options).error().code, "E-RETRY");
}

// ---- files that are refused ------------------------------------------------------------------

TEST(Importer, RefusesFilesThatAreNone) {
  const ImportFolder folder;
  const auto code = [&](const std::string& input) {
    const Result<Importer> importer = Importer::open(mapping_of(kShopMapping), options_for(input));
    return importer ? "" : importer.error().code;
  };

  EXPECT_EQ(code(folder.path("none.csv")), "E-IMPORT-FILE");
  EXPECT_EQ(code(folder.path("")), "E-IMPORT-FILE");
  EXPECT_EQ(code(folder.write("empty.csv", "")), "E-CSV-HEADER");
  EXPECT_EQ(code(folder.write("blank.csv", "\n\n")), "E-CSV-HEADER");
  EXPECT_EQ(code(folder.write("quote.csv", "\"Buyer,Day\n1,2\n")), "E-CSV-HEADER");
  EXPECT_EQ(code(folder.write("other.csv", "a,b\n1,2\n")), "E-MAP-COLUMN");
  const std::string input = folder.write("journal.csv", kHeader);
  folder.write("journal.csv.journal", "something else\n");
  EXPECT_EQ(code(input), "E-JOURNAL");
}

TEST(Journal, SaysHowFarAnImportIs) {
  const ImportFolder folder;
  const ImportOptions options = options_for(folder.write("shop.csv", many_rows(30)));
  EXPECT_FALSE(read_journal(options.journal)->has_value());

  const ImportRun run = run_import(kShopMapping, options);

  const auto state = read_journal(options.journal);
  ASSERT_TRUE(state.has_value() && state->has_value());
  EXPECT_EQ((*state)->counts, run.counts);
  EXPECT_EQ((*state)->key.network, "aa");
}

TEST(ImportPaths, NameTheFilesBesideTheInput) {
  EXPECT_EQ(journal_path("a/b.csv"), "a/b.csv.journal");
  EXPECT_EQ(rejects_path("a/b.csv"), "a/b.rejects.csv");
  EXPECT_EQ(rejects_path("a/b.CSV"), "a/b.rejects.csv");
  EXPECT_EQ(rejects_path("a/b.txt"), "a/b.txt.rejects.csv");
  EXPECT_EQ(rejects_path("a/b.rejects.csv"), "a/b.rejects-2.csv");
  EXPECT_EQ(rejects_path("a/b.rejects-2.csv"), "a/b.rejects-3.csv");
  EXPECT_EQ(retried_path("a/b.rejects.csv"), "a/b.csv");
  EXPECT_EQ(retried_path("a/b.rejects-12.csv"), "a/b.csv");
  EXPECT_EQ(retried_path("a/b.csv"), std::nullopt);
  EXPECT_EQ(retried_path("a/b.rejectsx.csv"), std::nullopt);
}

TEST(ImportProgress, KnowsItsRateAndWhatRemains) {
  ImportProgress progress;
  EXPECT_EQ(progress.rate(0, 0), 0U);
  EXPECT_EQ(progress.remaining_ms(1000, 0), std::nullopt);
  // A file of 20,000 rows in 4,000 bytes: half is read, a quarter settled.
  progress.settled.through = 5000;
  progress.rows_read = 10'000;
  progress.bytes_read = 2000;
  progress.bytes_total = 4000;

  EXPECT_EQ(progress.bytes_settled(), 1000U);
  EXPECT_EQ(progress.rate(2000, 0), 2500U);
  EXPECT_EQ(progress.remaining_ms(2000, 0), 6000U);
  // 4,000 of them were settled by an earlier run.
  EXPECT_EQ(progress.rate(2000, 4000), 500U);
  EXPECT_EQ(progress.remaining_ms(2000, 4000), 30'000U);
}

}  // namespace
}  // namespace tools
